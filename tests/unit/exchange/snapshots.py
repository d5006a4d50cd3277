"""Snapshots of car parks to publish: every state by hand, and any by hypothesis. What a reader made of them, judged as ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st

from citizen_app.parking.board import Entry, board
from citizen_app.parking.facility import Facility, FacilityKind, SpaceKind
from citizen_app.parking.occupancy import Occupancy, OpeningStatus, Reading, advance
from citizen_app.parking.quality import Availability, judge
from tests.every_state import FACILITIES, LAST
from tests.factories import NOON, make_facility, make_occupancy


@dataclass(frozen=True)
class Known:
    facilities: Mapping[str, Facility]
    occupancies: Mapping[str, Occupancy]


def every_state() -> list[Entry]:
    """The car parks of tests.every_state, one in each state that a count can be in."""
    facilities, occupancies = {}, {}
    for uid, name, name_en, capacity, special in FACILITIES:
        facilities[uid] = make_facility(uid, **{"opening_hours": "24/7", "name": name, "name_en": name_en, "capacity": capacity, **special})
        if uid in LAST:
            spaces, minutes, status = LAST[uid]
            at = NOON - timedelta(minutes=minutes)
            occupancies[uid] = make_occupancy(uid, at, available_spaces=spaces, opening_status=status)
    occupancies["stuck"] = make_occupancy("stuck", NOON, available_spaces=220, quiet_s=90_000)
    return board(Known(facilities, occupancies), NOON)


@st.composite
def snapshots(draw: st.DrawFn) -> list[Entry]:
    """Car parks of all kinds with readings of any age, some impossible, some from the future, judged at NOON."""
    facilities, occupancies = {}, {}
    for uid in draw(st.lists(st.from_regex("[a-z0-9][a-z0-9_-]{0,9}", fullmatch=True), min_size=1, max_size=4, unique=True)):
        facilities[uid] = make_facility(uid, **draw(st.fixed_dictionaries({
            "name": _texts, "name_en": _texts, "address": _texts, "kind": st.sampled_from(FacilityKind),
            "capacity": st.none() | st.integers(1, 5000), "opening_hours": st.sampled_from(["", "24/7", "off", "Mo-Su 06:00-16:00"]),
            "lat": st.floats(28, 29), "lon": st.floats(120, 122), "source_uid": st.sampled_from(["", "vendor", "vendor"]),
            "capacity_by_kind": st.dictionaries(st.sampled_from(SpaceKind), st.integers(0, 99)),
            "max_height_cm": st.none() | st.integers(150, 450),
        })))
        if facilities[uid].source_uid and draw(st.booleans()):
            at = NOON - timedelta(seconds=draw(st.integers(-600, 7200)), milliseconds=draw(st.integers(0, 999)))
            occupancies[uid] = make_occupancy(
                uid, at, available_spaces=draw(st.none() | st.integers(-20, 6000)), quiet_s=draw(st.sampled_from([0, 1e6])),
                opening_status=draw(st.sampled_from(OpeningStatus)),
            )
    return board(Known(facilities, occupancies), NOON)


_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def judged_again(entries: Sequence[Entry], readings: Mapping[str, Reading], now: datetime = NOON) -> dict[str, Availability]:
    """What another installation with the same car parks makes of what it has read."""
    again = {}
    for facility in (entry.facility for entry in entries):
        reading = readings.get(facility.uid)
        state = None if reading is None else advance(None, facility, reading, now)
        again[facility.uid] = judge(facility, state, now)
    return again
