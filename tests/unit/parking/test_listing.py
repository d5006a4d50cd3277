"""The list as a reader asked for it: filters, order, and what to take instead of a full one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from citizen_app.parking.board import Entry
from citizen_app.parking.facility import FacilityKind, SpaceKind
from citizen_app.parking.listing import Sort, Wish, find_instead, list_rows, parse_wish
from citizen_app.parking.occupancy import OpeningStatus
from citizen_app.parking.quality import Availability, Level, Quality
from tests.factories import make_facility

NOW = datetime(2026, 11, 24, 7, 20, tzinfo=UTC)


def entry(uid: str, spaces: int | None = 10, quality: Quality = Quality.LIVE, level: Level = Level.ENOUGH, **facts: Any) -> Entry:
    facility = make_facility(**{"uid": uid, "name": uid, "lat": 28.85, "lon": 121.12, "capacity": 100, **facts})
    availability = Availability(
        facility_uid=uid, judged_at=NOW, quality=quality, level=level, available_spaces=spaces, capacity=100,
        raw_spaces=spaces, opening_status=OpeningStatus.OPEN, reason="", trend=None, observed_at=NOW, received_at=NOW,
        changed_at=NOW, closes_at=None, opens_at=None, jumped=False,
    )
    return Entry(facility, availability)


def uids(entries: list[Entry], wish: Wish, origin: tuple[float, float] | None = None) -> list[str]:
    return [row.entry.facility.uid for row in list_rows(entries, wish, origin, in_english=False)]


def test_most_free_puts_live_before_late_before_numberless_before_closed() -> None:
    entries = [
        entry("closed", None, Quality.CLOSED, Level.CLOSED),
        entry("stale", None, Quality.STALE, Level.UNKNOWN),
        entry("late", 90, Quality.DELAYED),
        entry("few", 3),
        entry("many", 50),
        entry("full", 0, level=Level.FULL),
    ]
    assert uids(entries, Wish()) == ["many", "few", "full", "late", "stale", "closed"]


def test_near_measures_from_the_chosen_place_and_without_one_keeps_the_order_of_most_free() -> None:
    entries = [entry("far", 99, lat=28.90), entry("near", 1, lat=28.8501)]
    assert uids(entries, Wish(sort=Sort.NEAR), (28.85, 121.12)) == ["near", "far"]
    assert uids(entries, Wish(sort=Sort.NEAR)) == ["far", "near"]


def test_chinese_names_are_in_the_order_of_their_pinyin() -> None:
    entries = [entry("1", name="紫阳街"), entry("2", name="东湖"), entry("3", name="巾山路"), entry("4", name="崇和门")]
    assert uids(entries, Wish(sort=Sort.NAME)) == ["4", "2", "3", "1"]


def test_each_filter_leaves_out_what_does_not_surely_fit() -> None:
    entries = [
        entry("charging", capacity_by_kind={SpaceKind.CHARGING: 4}),
        entry("disabled", capacity_by_kind={SpaceKind.DISABLED: 2}),
        entry("shut", None, Quality.CLOSED, Level.CLOSED),
        entry("full", 0, level=Level.FULL),
        entry("unknown", None, Quality.UNKNOWN, Level.UNKNOWN),
    ]
    assert uids(entries, Wish(charging=True)) == ["charging"]
    assert uids(entries, Wish(disabled=True)) == ["disabled"]
    assert set(uids(entries, Wish(has_space=True))) == {"charging", "disabled"}
    assert "shut" not in uids(entries, Wish(open_now=True))


def test_an_unknown_height_lets_a_tall_car_in_only_under_the_sky() -> None:
    entries = [
        entry("low", max_height_cm=200, kind=FacilityKind.UNDERGROUND),
        entry("high", max_height_cm=250, kind=FacilityKind.UNDERGROUND),
        entry("sky", max_height_cm=None, kind=FacilityKind.SURFACE),
        entry("cellar", max_height_cm=None, kind=FacilityKind.UNDERGROUND),
    ]
    assert set(uids(entries, Wish(height_cm=220))) == {"high", "sky"}


def test_a_full_one_names_the_nearest_with_live_spaces() -> None:
    full = entry("full", 0, level=Level.FULL)
    entries = [
        full,
        entry("late", 50, Quality.DELAYED, lat=28.8501),
        entry("also full", 0, level=Level.FULL, lat=28.8502),
        entry("good", 5, lat=28.853),
        entry("farther", 80, lat=28.86),
    ]
    found = find_instead(full, entries)
    assert found is not None and found.entry.facility.uid == "good"
    assert 300 < found.away_m < 370
    rows = {row.entry.facility.uid: row.instead for row in list_rows(entries, Wish(), None, False)}
    assert rows["full"] == found and rows["good"] is None


def test_nothing_within_three_kilometres_is_no_suggestion() -> None:
    full = entry("full", 0, level=Level.FULL)
    assert find_instead(full, [full, entry("far", 80, lat=28.95)]) is None


def test_an_address_that_makes_no_sense_is_as_if_it_said_nothing() -> None:
    assert parse_wish({"sort": "cheap", "height": "²", "open": "yes"}) == Wish()
    asked = parse_wish({"sort": "name", "height": "210", "open": "1", "charging": "1", "place": "东湖"})
    assert asked == Wish(Sort.NAME, open_now=True, charging=True, height_cm=210, place="东湖")
    assert asked.filters == 3
