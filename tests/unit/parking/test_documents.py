"""What is written to the database, to Redis or to disk is read back as the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from citizen_app.parking.closures import Closure
from citizen_app.parking.documents import facility_document, occupancy_document, read_facility, read_occupancy
from citizen_app.parking.facility import Entrance, Facility, FacilityKind, SpaceKind
from citizen_app.parking.occupancy import Occupancy, OpeningStatus, Point
from citizen_app.parking.tariff import Band, Tariff, VehicleRule
from tests.unit.days.strategies import UNDATED_RULES

texts = st.text(st.characters(codec="utf-8"), max_size=12)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))
lats, lons = st.floats(-90, 90), st.floats(-180, 180)
counts = st.integers(-(2**31), 2**31 - 1)
by_kind = st.dictionaries(st.sampled_from(SpaceKind), st.integers(0, 10_000))
tariffs = st.sampled_from([
    Tariff("entry", entry_fen=500, note="次"),
    Tariff("free"),
    Tariff(
        "hourly", 15, False, (Band(420, 1140, 60, 300, 60, 300, 1500), Band(1140, 1860, 60, 100)), (Band(unit_fen=0),), 2000,
        "24h", None, {"new_energy": VehicleRule(percent=50), "disabled": VehicleRule(free=True)}, "凭条", "with a slip",
    ),
])
facilities = st.builds(
    Facility, uid=texts, name=texts, lat=lats, lon=lons, kind=st.sampled_from(FacilityKind), name_en=texts, town=texts,
    address=texts, entrances=st.lists(st.builds(Entrance, texts, lats, lons, texts), max_size=3).map(tuple),
    capacity=st.none() | st.integers(0, 10_000), capacity_by_kind=by_kind,
    space_notes=st.dictionaries(st.sampled_from(SpaceKind), texts), max_height_cm=st.none() | st.integers(150, 600),
    opening_hours=texts, tariff=st.none() | tariffs, payment=st.lists(texts, max_size=3).map(tuple), source_uid=texts,
    source_ref=texts, update_interval_s=st.integers(1, 86400),
    closures=st.lists(st.builds(
        Closure, UNDATED_RULES, texts, texts, st.none() | st.integers(0, 86399), st.none() | st.integers(1, 86400), texts,
    ), max_size=2).map(tuple),
    limits=st.dictionaries(st.sampled_from(["stale_after_s", "jump_share"]), st.floats(0, 1e6)),
)
occupancies = st.builds(
    Occupancy, facility_uid=texts, sequence=st.integers(1, 2**40), observed_at=moments, received_at=moments,
    changed_at=moments, available_spaces=st.none() | counts, opening_status=st.sampled_from(OpeningStatus),
    available_by_kind=by_kind, jumped_at=st.none() | moments,
    recent=st.lists(st.builds(Point, moments, counts), max_size=13).map(tuple), longest_quiet_s=st.integers(0, 10**6),
)


def through_text(document: object) -> dict[str, object]:
    """As it comes back from a database, from Redis or from a file."""
    plain: dict[str, object] = json.loads(json.dumps(document, ensure_ascii=False))
    return plain


@given(facilities)
def test_a_facility_is_read_back_as_it_was_written(facility: Facility) -> None:
    assert read_facility(through_text(facility_document(facility))) == facility


@given(occupancies)
def test_a_state_is_read_back_as_it_was_written(occupancy: Occupancy) -> None:
    assert read_occupancy(through_text(occupancy_document(occupancy))) == occupancy


def test_releases_read_each_others_documents() -> None:
    """A field that is missing has its default, one that is not known is passed over."""
    now = datetime(2026, 3, 11, tzinfo=UTC)
    state, facility = Occupancy("east-lake", 1, now, now, now, 40), Facility("east-lake", "东湖", 28.8, 121.1, FacilityKind.SURFACE)
    document = {**occupancy_document(state), "of_a_later_release": 1}
    for name in ("longest_quiet_s", "jumped_at", "recent", "available_by_kind", "opening_status"):
        del document[name]
    assert read_occupancy(document) == state
    assert read_facility({**facility_document(facility), "of_a_later_release": 1}) == facility
