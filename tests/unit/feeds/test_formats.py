"""Every format reads what real operators publish, converts it, and names each value that it cannot read."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.errors import InvalidInput
from citizen_app.geo import distance_m, wgs84_to_gcj02
from citizen_app.parking.facility import SpaceKind
from citizen_app.parking.occupancy import OpeningStatus, Reading, SiteDescription
from feeds.base import Parsed
from feeds.parking.values import BadValue, moment_of, whole_number
from feeds.registry import ADAPTERS

RECORDED = Path(__file__).parents[2] / "recorded"
NOW = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
MAP = {"fields": {"ref": "id", "available_spaces": "free", "observed_at": "time"}}


def parse(kind: str, payload: bytes | str, settings: dict[str, Any] | None = None) -> Parsed:
    body = payload.encode() if isinstance(payload, str) else payload
    return ADAPTERS[kind](settings or {}).parse(body, NOW)


def recorded(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


def readings(parsed: Parsed) -> dict[str, Reading]:
    return {one.ref: one for one in parsed.items if isinstance(one, Reading)}


def sites(parsed: Parsed) -> dict[str, SiteDescription]:
    return {one.ref: one for one in parsed.items if isinstance(one, SiteDescription)}


class TestRecorded:
    def test_datex2_v2_states_of_aachen(self) -> None:
        parsed = parse("datex2", recorded("aachen/aachen-realtime.xml"))
        found = readings(parsed)
        assert (parsed.rows, len(found), parsed.problems) == (17, 17, ())
        assert (found["P1"].available_spaces, found["P1"].occupied, found["P1"].capacity) == (412, 148, 560)
        assert found["P1"].observed_at == datetime(2025, 2, 7, 19, 5, 34, 176000, tzinfo=UTC)
        closed = {ref for ref, one in found.items() if one.opening_status is OpeningStatus.CLOSED}
        assert closed == {"P5", "P13", "P14", "P18"}

    def test_datex2_v2_table_of_aachen(self) -> None:
        found = sites(parse("datex2", recorded("aachen/aachen-static.xml")))
        assert len(found) == 17
        assert (found["P1"].name, found["P1"].capacity, found["P1"].lat, found["P1"].lon) == (
            "P01-Eurogress", 560, 50.780552, 6.0927987,
        )

    def test_mapped_json_of_basel_with_a_row_that_has_no_identifier(self) -> None:
        parsed = parse("mapped_json", recorded("basel/basel.json"), {"fields": {
            "ref": "id2", "name": "title", "available_spaces": "free", "capacity": "total", "observed_at": "published",
            "lat": "geo_point_2d.lat", "lon": "geo_point_2d.lon",
        }})
        assert parsed.rows == 17 and len(readings(parsed)) == 16
        assert readings(parsed)["badbahnhof"].available_spaces == 286
        assert readings(parsed)["badbahnhof"].observed_at == datetime(2024, 7, 28, 12, 6, tzinfo=UTC)
        assert [(one.row, one.field) for one in parsed.problems] == [("row 8", "id2")]

    def test_geojson_of_freiburg_with_numbers_as_texts_local_times_and_another_projection(self) -> None:
        parsed = parse("geojson", recorded("freiburg/freiburg.json"), {"timezone": "Europe/Berlin", "fields": {
            "ref": "properties.park_id", "name": "properties.park_name", "capacity": "properties.obs_max",
            "available_spaces": "properties.obs_free", "observed_at": "properties.obs_ts",
        }})
        found = readings(parsed)["P5"]
        assert (len(readings(parsed)), found.available_spaces, found.capacity) == (19, 56, 105)
        assert found.observed_at == datetime(2024, 6, 10, 8, 20, tzinfo=UTC)
        assert sites(parsed)["P5"].lat is None, "metres of a projection must not be taken for degrees"

    def test_geojson_of_jena(self) -> None:
        found = sites(parse("geojson", recorded("jena/jena.geojson"), {"fields": {"ref": "properties.id", "name": "properties.name"}}))
        assert len(found) == 103
        assert (found["185"].name, found["185"].lat, found["185"].lon) == ("Eichplatz", 50.928491667, 11.585954366)

    def test_csv_of_bietigheim_counts_occupied_spaces_in_an_old_encoding_with_epoch_times(self) -> None:
        parsed = parse("csv", recorded("bietigheim/bietigheim-bissingen.csv"), {
            "encoding": "latin-1", "time_format": "epoch_ms", "status": {"Geöffnet": "OPEN", "Geschlossen": "CLOSED"},
            "fields": {"ref": "Name", "capacity": "Capacity", "occupied": "OccupiedSites", "observed_at": "Timestamp",
                       "opening_status": "OpeningState"},
        })
        found = readings(parsed)
        first = found["Parkplatz Mühlwiesenstr."]
        assert (len(found), first.occupied, first.capacity, first.available_spaces) == (14, 81, 106, None)
        assert first.observed_at == datetime(2025, 2, 27, 10, 17, 47, 85000, tzinfo=UTC)
        assert found["Parkplatz Am Japangarten"].opening_status is OpeningStatus.CLOSED

    def test_xlsx_of_goldbeck(self) -> None:
        found = sites(parse("xlsx", recorded("goldbeck/goldbeck.xlsx"), {"fields": {
            "ref": "ID", "name": "Name", "lat": "Breitengrad", "lon": "Längengrad", "capacity": "Anzahl Stellplätze",
        }}))
        assert {ref: one.capacity for ref, one in found.items()} == {
            "3": 637, "21": 200, "22": 850, "23": 102, "92": 643, "93": 1681, "94": 304, "95": 429, "96": 78, "134": 380,
            "144": 600,
        }

    def test_nested_counters_of_heilbronn_where_one_car_park_has_none(self) -> None:
        found = readings(parse("mapped_json", recorded("heilbronn/heilbronn_goldbeck_occupancies.json"), {
            "timezone": "Europe/Berlin",
            "fields": {"ref": "facilityId", "available_spaces": "counters.0.freePlaces", "capacity": "counters.0.maxPlaces",
                       "observed_at": "valuesFrom"},
        }))
        assert (found["2068"].available_spaces, found["2068"].capacity) == (250, 692)
        assert found["2066"].available_spaces is None, "no counter is no number, not 0"

    def test_sites_of_heilbronn(self) -> None:
        found = sites(parse("mapped_json", recorded("heilbronn/heilbronn_goldbeck_facilities.json"), {"fields": {
            "ref": "id", "name": "name", "lat": "position.latitude", "lon": "position.longitude", "address": "postalAddress.name",
        }}))
        assert len(found) == 38
        assert found["2682"].address == "74076 Heilbronn - Etzelstraße, 9"

    def test_kienzler_states_no_time_and_gets_the_moment_of_the_fetch(self) -> None:
        fields = {"ref": "id", "available_spaces": "bookable", "capacity": "sum_boxes"}
        found = readings(parse("mapped_json", recorded("kienzler/kienzler.json"), {"fields": fields}))
        assert (len(found), found["unit1676"].available_spaces, found["unit1676"].observed_at) == (5, 10, NOW)

    def test_blocks_of_a_web_page_of_ulm(self) -> None:
        count = ".//div[@class='counter-text']/p[1]"
        parsed = parse("html", recorded("ulm/ulm.html"), {"records": "//div[@data-name='Counter Element']", "fields": {
            "ref": "@data-id", "name": ".//h5/a[1]", "available_spaces": count, "capacity": f"substring-after({count}, '/')",
        }})
        found = readings(parsed)["8"]
        assert (found.available_spaces, found.capacity, sites(parsed)["8"].name) == (448, 548, "Am Bahnhof")

    def test_datex2_v3_with_a_state_without_time_and_one_that_is_no_number(self) -> None:
        parsed = parse("datex2", recorded("handmade/datex2_v3_status.xml"))
        found = readings(parsed)
        assert found["LH-01"].available_spaces == 9
        assert found["LH-01"].observed_at == datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
        assert (found["LH-02"].occupied, found["LH-02"].opening_status) == (80, OpeningStatus.CLOSED)
        assert found["LH-02"].observed_at == datetime(2026, 11, 24, 4, 0, 5, tzinfo=UTC)
        assert [(one.row, one.field, one.value) for one in parsed.problems] == [("row 3", "parkingNumberOfVacantSpaces", "many")]

    def test_parkapi_v3(self) -> None:
        parsed = parse("parkapi", recorded("handmade/parkapi_v3.json"))
        assert set(sites(parsed)) == {"east-lake", "8", "9"}
        [found] = readings(parsed).values()
        assert (found.ref, found.available_spaces, found.capacity) == ("east-lake", 9, 340)
        assert found.available_by_kind == {SpaceKind.DISABLED: 2}
        assert {(one.row, one.field) for one in parsed.problems} == {("row 3", "realtime_data_updated_at"), ("row 4", "original_uid")}


class TestVendorsOfChina:
    """The vendors named in docs/sources.md need a table, no code."""

    def test_total_and_remaining_as_texts_in_gcj02(self) -> None:
        lat, lon = wgs84_to_gcj02(28.8578, 121.1265)
        body = {"code": 0, "data": {"list": [{
            "parkCode": "A1", "parkName": "东湖", "totalParkNum": "345", "remainParkNum": " 9 ", "lat": f"{lat:.7f}", "lng": f"{lon:.7f}",
            "updateTime": "2026-11-24 12:00:00",
        }]}}
        parsed = parse("mapped_json", json.dumps(body), {
            "records": "data.list", "time_format": "%Y-%m-%d %H:%M:%S", "crs": "gcj02",
            "fields": {"ref": "parkCode", "name": "parkName", "capacity": "totalParkNum", "available_spaces": "remainParkNum",
                       "observed_at": "updateTime", "lat": "lat", "lon": "lng"},
        })
        found, site = readings(parsed)["A1"], sites(parsed)["A1"]
        assert (found.available_spaces, found.capacity, found.observed_at) == (9, 345, datetime(2026, 11, 24, 4, 0, tzinfo=UTC))
        assert site.lat is not None and site.lon is not None
        assert distance_m(site.lat, site.lon, 28.8578, 121.1265) < 0.5

    def test_spaces_by_number_with_epoch_seconds(self) -> None:
        body = [{"park_id": 17, "total_space": 200, "free_space": 0, "ts": 1795492800}]
        found = readings(parse("mapped_json", json.dumps(body), {"time_format": "epoch_s", "fields": {
            "ref": "park_id", "capacity": "total_space", "available_spaces": "free_space", "observed_at": "ts",
        }}))["17"]
        assert (found.available_spaces, found.observed_at) == (0, datetime.fromtimestamp(1795492800, UTC))

    def test_pinyin_codes_in_gbk_xml(self) -> None:
        body = '<?xml version="1.0" encoding="GBK"?><root><rows><row><TCCBH>3310</TCCBH><TCCMC>崇和门</TCCMC><TCCCWS>320</TCCCWS>' \
               "<SYCWS>64</SYCWS><ZT>营业</ZT></row><row><TCCBH>3311</TCCBH><TCCMC>江滨</TCCMC><TCCCWS>80</TCCCWS><SYCWS>--</SYCWS>" \
               "<ZT>打烊</ZT></row></rows></root>"
        parsed = parse("mapped_xml", body.encode("gbk"), {"records": "rows.row", "status": {"营业": "OPEN"}, "fields": {
            "ref": "TCCBH", "name": "TCCMC", "capacity": "TCCCWS", "available_spaces": "SYCWS", "opening_status": "ZT",
        }})
        found = readings(parsed)
        assert (found["3310"].available_spaces, found["3310"].opening_status) == (64, OpeningStatus.OPEN)
        assert found["3311"].available_spaces is None
        assert sites(parsed)["3310"].name == "崇和门"
        assert [(one.row, one.field, one.value) for one in parsed.problems] == [("row 2", "ZT", "打烊")]


class TestFaults:
    def test_bad_rows_are_named_and_good_ones_kept(self) -> None:
        rows = [
            {"id": "a", "free": 1, "time": "2026-11-24T12:00:00+08:00"},
            {"id": "b", "free": "lots", "time": "2026-11-24T12:00:00+08:00"},
            {"id": "c", "free": 3, "time": "yesterday"},
            {"free": 4, "time": "2026-11-24T12:00:00+08:00"},
            {"id": "a", "free": 5, "time": "2026-11-24T12:00:00+08:00"},
            "not a record",
            {"id": "d", "free": True, "time": "2026-11-24T12:00:00+08:00"},
            {"id": "e", "free": 6, "time": ""},
        ]
        parsed = parse("mapped_json", json.dumps(rows), MAP)
        assert {ref: one.available_spaces for ref, one in readings(parsed).items()} == {"a": 1}
        assert [(one.row, one.field) for one in parsed.problems] == [
            ("row 2", "free"), ("row 3", "time"), ("row 4", "id"), ("row 5", "id"), ("row 6", "id"), ("row 7", "free"), ("row 8", "time"),
        ]

    @pytest.mark.parametrize("value", ["", "-", "--", "null", 2147483647, None])
    def test_what_means_no_number_is_none_and_no_problem(self, value: object) -> None:
        parsed = parse("mapped_json", json.dumps([{"id": "a", "free": value, "time": "2026-11-24T12:00:00Z"}]), MAP)
        assert (readings(parsed)["a"].available_spaces, parsed.problems) == (None, ())

    def test_suspicious_numbers_are_passed_on_as_they_are(self) -> None:
        rows = [{"id": "a", "free": -748, "time": "2036-01-01T00:00:00Z"}, {"id": "b", "free": 8259, "time": "2026-11-24T12:00:00Z"}]
        assert [one.available_spaces for one in readings(parse("mapped_json", json.dumps(rows), MAP)).values()] == [-748, 8259]

    @pytest.mark.parametrize("kind", ["parkapi", "datex2", "mapped_json", "mapped_xml", "geojson", "xlsx"])
    def test_a_web_page_instead_of_data_is_refused_whole(self, kind: str) -> None:
        settings = MAP if kind not in {"parkapi", "datex2"} else {}
        with pytest.raises(InvalidInput):
            parse(kind, "<html><body><p>502 Bad Gateway</p><br></body></html>", {**settings, **({"records": "row"} if "xml" in kind else {})})

    def test_a_missing_column_is_named(self) -> None:
        with pytest.raises(InvalidInput, match="available_spaces"):
            parse("csv", "id,time\na,2026-11-24T12:00:00Z\n", MAP)

    def test_xml_entities_are_not_expanded(self) -> None:
        bomb = '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><r><row><id>&b;&f;</id></row></r>'
        try:
            parsed = parse("mapped_xml", bomb, {"records": "row", "fields": {"ref": "id", "name": "id"}})
        except InvalidInput:
            return
        assert "root:" not in str(parsed) and "xxx" not in str(parsed)

    def test_a_workbook_that_unpacks_to_too_much_is_refused(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * (61 * 1024 * 1024))
        with pytest.raises(InvalidInput, match="unpacked"):
            parse("xlsx", packed.getvalue(), MAP)

    def test_settings_that_cannot_be_used_are_all_named(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            ADAPTERS["mapped_json"]({"fields": {"free": "x"}, "crs": "mars", "colour": 1, "timezone": "Nowhere", "status": {"a": "b"}})
        assert {one.field for one in caught.value.problems} == {"fields.free", "fields.ref", "crs", "colour", "timezone", "status.a"}


class TestProperties:
    @given(st.sampled_from(sorted(ADAPTERS)), st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
    def test_any_bytes_give_items_or_invalid_input(self, kind: str, payload: bytes) -> None:
        settings = {} if kind in {"parkapi", "datex2"} else MAP
        try:
            parsed = parse(kind, payload, settings)
        except InvalidInput:
            return
        assert all(one.observed_at.utcoffset() == timedelta(0) for one in parsed.items if isinstance(one, Reading))

    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "free", "time", "items"]), inner, max_size=4),
        max_leaves=12,
    )

    @given(st.lists(st.dictionaries(st.sampled_from(["id", "free", "time", "original_uid", "lat"]), values), max_size=4))
    def test_any_json_gives_items_or_invalid_input(self, rows: list[Any]) -> None:
        for kind, settings in (("mapped_json", MAP), ("parkapi", {}), ("geojson", {})):
            body = {"features": rows} if kind == "geojson" else rows
            parsed = parse(kind, json.dumps(body), settings)
            assert all(one.observed_at.utcoffset() == timedelta(0) for one in parsed.items if isinstance(one, Reading))
            assert len({one.row for one in parsed.problems}) <= parsed.rows

    @given(st.integers(-1_000_000, 1_000_000))
    def test_numbers_come_back_from_every_way_of_writing_them(self, number: int) -> None:
        ways: list[Any] = [number, str(number), f" {number} ", f"{number}.0", float(number)]
        assert [whole_number(way) for way in ways] == [number] * len(ways)

    @given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1)))
    def test_moments_come_back_from_every_way_of_writing_them(self, naive: datetime) -> None:
        from zoneinfo import ZoneInfo

        zone = ZoneInfo("UTC")
        moment = naive.replace(microsecond=0, tzinfo=UTC)
        assert moment_of(moment.isoformat(), "iso", zone) == moment
        assert moment_of(moment.strftime("%Y-%m-%d %H:%M:%S"), "%Y-%m-%d %H:%M:%S", zone) == moment
        assert moment_of(int(moment.timestamp()), "epoch_s", zone) == moment
        assert moment_of(str(int(moment.timestamp() * 1000)), "epoch_ms", zone) == moment

    @pytest.mark.parametrize("value", ["1e5", "0x10", "１２", "1_000", "nan", "inf", "99999999", float("nan"), float("inf"), [], {}, 1.5])
    def test_what_only_looks_like_a_number_is_refused(self, value: Any) -> None:
        with pytest.raises(BadValue):
            whole_number(value)


def test_a_workbook_and_a_csv_of_the_same_rows_are_read_the_same() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["id", "free", "time"], ["a", 5, "2026-11-24T12:00:00Z"], ["b", 7, "2026-11-24T12:00:00Z"]):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    text = "id;free;time\na;5;2026-11-24T12:00:00Z\nb;7;2026-11-24T12:00:00Z\n"
    assert parse("xlsx", packed.getvalue(), MAP).items == parse("csv", "\ufeff" + text, MAP).items
    page = "<table><tr><th>id</th><th>free</th><th>time</th></tr>" + "".join(
        f"<tr><td>{ref}</td><td>{free} places</td><td>2026-11-24T12:00:00Z</td></tr>" for ref, free in (("a", 5), ("b", 7))
    ) + "</table>"
    assert parse("html", page, MAP).items == parse("csv", text, MAP).items
