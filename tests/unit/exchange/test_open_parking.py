"""Car parks as ParkAPI, DATEX II and GeoJSON: what other readers make of them, and that our own pollers read them back."""

from __future__ import annotations

import json
from pathlib import Path

import geojson
import pytest
from hypothesis import given, settings
from lxml import etree

from citizen_app.exchange.datex2 import Publisher, status_publication, table_publication
from citizen_app.exchange.geojson import parking_collection
from citizen_app.exchange.parkapi import city_lots, parking_sites
from citizen_app.parking.board import Entry
from citizen_app.parking.occupancy import OpeningStatus
from citizen_app.parking.quality import Quality
from tests.factories import NOON
from tests.unit.exchange.snapshots import every_state, judged_again, snapshots
from tests.unit.feeds.reading import faults, parse, readings, sites

LINHAI = Publisher("linhai", "临海", is_demo=True)
SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).parents[2] / "recorded/handmade/datex2_3_6/d2.xsd")))
LIVE_OR_LATE = {Quality.LIVE, Quality.DELAYED}


def assert_same(entries: list[Entry], body: bytes, kind: str) -> None:
    """What our poller reads is judged as what was published: the same free spaces, never one where there was none."""
    parsed = parse(kind, body)
    assert faults(parsed) == []
    read = readings(parsed)
    again = judged_again(entries, read)
    for entry in entries:
        one = entry.availability
        assert again[entry.facility.uid].available_spaces == one.available_spaces
        assert again[entry.facility.uid].level == one.level
        if one.quality in LIVE_OR_LATE:
            assert again[entry.facility.uid].quality is one.quality and read[entry.facility.uid].observed_at == one.observed_at
        if entry.facility.uid in read:
            assert read[entry.facility.uid].opening_status is one.opening_status


def test_every_state_of_a_count_is_published() -> None:
    assert {entry.availability.quality for entry in every_state()} == set(Quality)


@given(snapshots())
@settings(max_examples=25)
def test_our_own_poller_reads_parkapi_v3_back(entries: list[Entry]) -> None:
    assert_same(entries, json.dumps(parking_sites(entries, (), True, NOON)).encode(), "parkapi")


@given(snapshots())
@settings(max_examples=25)
def test_our_own_poller_reads_datex_back_and_the_schema_allows_it(entries: list[Entry]) -> None:
    body = status_publication(entries, LINHAI, NOON)
    SCHEMA.assertValid(etree.fromstring(body))
    assert_same(entries, body, "datex2")


@given(snapshots())
@settings(max_examples=25)
def test_our_own_poller_reads_the_car_parks_themselves_back(entries: list[Entry]) -> None:
    """Of both formats: positions and capacities as they are, names less what XML cannot write."""
    facilities = [entry.facility for entry in entries]
    table = table_publication(facilities, LINHAI, NOON)
    SCHEMA.assertValid(etree.fromstring(table))
    v3 = json.dumps(parking_sites(entries, (), True, NOON)).encode()
    for kind, body in (("datex2", table), ("parkapi", v3)):
        read = sites(parse(kind, body))
        for one in facilities:
            assert (read[one.uid].lat, read[one.uid].lon, read[one.uid].capacity) == (one.lat, one.lon, one.capacity)


@given(snapshots())
@settings(max_examples=25)
def test_v1_has_live_numbers_only_and_none_that_claims_to_be_newer_than_it_is(entries: list[Entry]) -> None:
    body = city_lots(entries, (), True, NOON)
    read = readings(parse("parkapi", body))
    for entry, lot in zip(entries, body["lots"], strict=True):
        one = entry.availability
        live = one.available_spaces if one.quality is Quality.LIVE else None
        assert lot.get("free") == live and (live is None) == (lot["state"] in {"nodata", "closed"})
        if live is not None:
            assert read[entry.facility.uid].available_spaces == live
            assert one.observed_at is not None and read[entry.facility.uid].observed_at <= one.observed_at


@given(snapshots())
@settings(max_examples=25)
def test_a_geojson_library_finds_no_fault_in_it(entries: list[Entry]) -> None:
    collection = geojson.loads(json.dumps(parking_collection(entries, (), True)))
    assert isinstance(collection, geojson.FeatureCollection) and collection.is_valid and len(collection["features"]) == len(entries)
    assert all(isinstance(one, geojson.Feature) and isinstance(one.geometry, geojson.Point) for one in collection["features"])


def test_unknown_is_null_or_absent_and_never_0_in_any_format() -> None:
    entries = every_state()
    unknown = {one.facility.uid for one in entries if one.availability.available_spaces is None}
    assert unknown == {"stale", "stuck", "impossible", "reported-closed", "closed", "unknown"}
    v3 = {one["uid"]: one for one in parking_sites(entries, (), False, NOON)["items"]}
    v1 = {one["id"]: one for one in city_lots(entries, (), False, NOON)["lots"]}
    xml = etree.fromstring(status_publication(entries, LINHAI, NOON))
    states = {one.find("{*}reference").get("id"): one for one in xml.iter("{*}parkingStatusInformation")}    # type: ignore[union-attr]
    for uid in unknown:
        assert v3[uid]["realtime_free_capacity"] is None and v3[uid]["realtime_capacity"] is None
        assert "free" not in v1[uid] and states[uid].find("{*}occupancy") is None
    assert v3["unknown"]["capacity"] is None and "total" not in v1["unknown"]
    assert v3["full"]["realtime_free_capacity"] == 0 and v1["full"]["free"] == 0
    assert states["full"].findtext("{*}occupancy/{*}numberOfVacantSpaces") == "0" and states["full"].findtext("{*}status") == "full"


def test_an_old_number_says_how_old_it_is_or_is_left_out() -> None:
    entries = every_state()
    [late] = [one for one in entries if one.availability.quality is Quality.DELAYED]
    [site] = [one for one in parking_sites(entries, (), False, NOON)["items"] if one["uid"] == late.facility.uid]
    assert site["realtime_free_capacity"] == 31 and site["realtime_data_updated_at"] == "2026-03-11T03:33:00+00:00"
    [lot] = [one for one in city_lots(entries, (), False, NOON)["lots"] if one["id"] == late.facility.uid]
    assert lot["state"] == "nodata" and "free" not in lot


@pytest.mark.parametrize("is_demo", [True, False])
def test_a_demonstration_says_so_in_each_format_and_nothing_else_does(is_demo: bool) -> None:
    entries, publisher = every_state(), Publisher("linhai", "临海", is_demo)
    for body in (parking_sites(entries, (), is_demo, NOON), city_lots(entries, (), is_demo, NOON), parking_collection(entries, (), is_demo)):
        assert body["demo"] is is_demo
    assert all(("DEMO" in one["tags"]) is is_demo for one in parking_sites(entries, (), is_demo, NOON)["items"])
    for xml in (status_publication(entries, publisher, NOON), table_publication([one.facility for one in entries], publisher, NOON)):
        assert etree.fromstring(xml).findtext(".//{*}informationStatus") == ("test" if is_demo else "real")


def test_a_place_has_another_version_when_something_of_it_changed_and_states_refer_to_it() -> None:
    entries = every_state()
    table = etree.fromstring(table_publication([one.facility for one in entries], LINHAI, NOON))
    versions = {one.get("id"): one.get("version") for one in table.iter("{*}hierarchyElementGeneral")}
    states = etree.fromstring(status_publication(entries, LINHAI, NOON))
    assert {one.get("id"): one.get("version") for one in states.iter("{*}reference")} == versions
    moved = [one.facility.__class__(**{**vars(one.facility), "lat": one.facility.lat + 0.001}) for one in entries[:1]]
    again = etree.fromstring(table_publication(moved, LINHAI, NOON))
    [place] = again.iter("{*}hierarchyElementGeneral")
    assert place.get("version") != versions[place.get("id")]


def test_the_edition_of_2022_is_read_whatever_the_prefixes_and_only_for_whole_car_parks() -> None:
    body = b"""<payload xmlns="http://datex2.eu/schema/3/d2Payload" xmlns:p="http://datex2.eu/schema/3/parking" xmlns:f="http://datex2.eu/schema/3/facilities"
      xmlns:c="http://datex2.eu/schema/3/common" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="p:ParkingStatusPublication">
      <c:publicationTime>2026-11-24T04:00:00Z</c:publicationTime>
      <p:parkingStatusInformation xsi:type="p:PlaceStatus"><f:reference id="a" version="1" targetClass="fac:FacilityObject"/>
        <p:occupancy><p:numberOfSpacesOverride>90</p:numberOfSpacesOverride><p:numberOfVehicles>71</p:numberOfVehicles></p:occupancy><p:status>full</p:status></p:parkingStatusInformation>
      <p:parkingStatusInformation xsi:type="p:PlaceStatus"><f:reference id="b" version="1" targetClass="fac:FacilityObject"/>
        <f:lastUpdated>2026-11-24T03:00:00Z</f:lastUpdated><f:openingStatus>closedOnHoliday</f:openingStatus></p:parkingStatusInformation>
      <p:parkingStatusInformation xsi:type="p:SpaceStatus"><f:reference id="a-17" version="1" targetClass="fac:FacilityObject"/><p:occupied>true</p:occupied></p:parkingStatusInformation>
      <p:parkingStatusInformation xsi:type="p:PlaceStatus"><f:reference id="c" version="1" targetClass="fac:FacilityObject"/>
        <p:occupancy><p:numberOfVacantSpaces>many</p:numberOfVacantSpaces></p:occupancy></p:parkingStatusInformation></payload>"""
    parsed = parse("datex2", body)
    read = readings(parsed)
    assert set(read) == {"a", "b"} and read["a"].occupied == 71 and read["a"].capacity == 90
    assert read["a"].opening_status is OpeningStatus.OPEN and read["b"].opening_status is OpeningStatus.CLOSED
    assert faults(parsed) == [("row 3", "numberOfVacantSpaces")]
