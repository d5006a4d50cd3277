"""One judged answer for each facility, and the county in one line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from citizen_app.parking.board import Entry, board, find_entry, summarise
from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy
from citizen_app.parking.quality import Quality, judge
from tests.factories import make_facility, make_occupancy

NOW = datetime(2026, 11, 24, 7, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Known:
    facilities: dict[str, Facility]
    occupancies: dict[str, Occupancy]


def occupancy(uid: str, spaces: int | None, age_s: int = 30) -> Occupancy:
    at = NOW - timedelta(seconds=age_s)
    return make_occupancy(
        facility_uid=uid, available_spaces=spaces, observed_at=at, received_at=at, changed_at=at
    )


def known() -> Known:
    facilities = {uid: make_facility(uid=uid, name=uid, capacity=100, opening_hours="") for uid in "abcd"}
    states = [occupancy("a", 12), occupancy("b", 30), occupancy("c", 50, age_s=4000)]
    return Known(facilities, {state.facility_uid: state for state in states})


def test_every_facility_is_on_the_board_also_one_without_any_reading() -> None:
    entries = board(known(), NOW)
    assert [entry.facility.uid for entry in entries] == ["a", "b", "c", "d"]
    assert [entry.availability.quality for entry in entries] == ["live", "live", "stale", "unknown"]
    assert find_entry(known(), "a", NOW) == entries[0]
    assert find_entry(known(), "nobody", NOW) is None


def test_only_live_counts_enter_the_total() -> None:
    summary = summarise(board(known(), NOW))
    assert (summary.live_spaces, summary.live_facilities, summary.facilities) == (42, 2, 4)
    assert summary.by_quality[Quality.STALE] == 1 and summary.by_quality[Quality.CLOSED] == 0


def test_without_a_live_count_there_is_no_total_rather_than_nought() -> None:
    assert summarise(board(Known(known().facilities, {}), NOW)).live_spaces is None


def test_closing_soon_means_within_the_hour_and_only_while_open() -> None:
    facility = make_facility(uid="a", opening_hours="Mo-Su 06:00-16:00")    # 15:20 now
    judged = judge(facility, occupancy("a", 5), NOW)
    assert Entry(facility, judged).closes_soon
    assert not Entry(facility, replace(judged, closes_at=NOW + timedelta(minutes=61))).closes_soon
    assert not Entry(facility, replace(judged, quality=Quality.CLOSED)).closes_soon
