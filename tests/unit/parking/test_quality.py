"""The judgement of a count: each verdict, which of two wins, and that no suspect number is ever passed on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy, OpeningStatus, Trend, advance
from citizen_app.parking.quality import Availability, Level, Limits, Quality, judge, level_of, limits_of
from tests.factories import make_facility, make_occupancy, make_reading

NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)    # 12:00 on a Wednesday in the county
SECOND = timedelta(seconds=1)
FACILITY = make_facility()
HOUR = 3600


def verdict(age_s: float = 0, facility: Facility = FACILITY, **fields: Any) -> Availability:
    """The verdict at noon on a state that was observed `age_s` ago."""
    return judge(facility, make_occupancy(observed_at=NOON - age_s * SECOND, **fields), NOON)


def said(one: Availability) -> tuple[Quality, str, int | None]:
    return one.quality, one.reason, one.available_spaces


def test_a_fresh_number_is_live() -> None:
    assert said(verdict()) == (Quality.LIVE, "", 40)


def test_a_number_is_late_after_five_minutes_or_twice_the_interval() -> None:
    assert verdict(299).quality is Quality.LIVE
    assert said(verdict(300)) == (Quality.DELAYED, "age", 40)
    slow = make_facility(update_interval_s=400)
    assert verdict(799, slow).quality is Quality.LIVE
    assert verdict(800, slow).quality is Quality.DELAYED


def test_after_thirty_minutes_there_is_no_number_any_more() -> None:
    assert verdict(1799).available_spaces == 40
    assert said(verdict(1800)) == (Quality.STALE, "age", None)


def test_never_a_reading_and_a_reading_without_a_number_are_unknown() -> None:
    assert said(judge(FACILITY, None, NOON)) == (Quality.UNKNOWN, "no_reading", None)
    assert said(verdict(available_spaces=None)) == (Quality.UNKNOWN, "no_number", None)


@pytest.mark.parametrize(("spaces", "expected"), [
    (-1, (Quality.IMPOSSIBLE, "negative", None)), (0, (Quality.LIVE, "", 0)), (100, (Quality.LIVE, "", 100)),
    (105, (Quality.LIVE, "", 100)), (106, (Quality.IMPOSSIBLE, "over_capacity", None)),
    (2147483647, (Quality.IMPOSSIBLE, "over_capacity", None)),
])
def test_numbers_outside_the_capacity(spaces: int, expected: tuple[Quality, str, int | None]) -> None:
    assert said(verdict(available_spaces=spaces)) == expected


def test_a_small_lot_may_miss_its_capacity_by_three() -> None:
    small = make_facility(capacity=20)
    assert said(verdict(facility=small, available_spaces=23)) == (Quality.LIVE, "", 20)
    assert verdict(facility=small, available_spaces=24).quality is Quality.IMPOSSIBLE


def test_a_few_more_cars_than_spaces_is_a_full_lot_where_cars_are_counted() -> None:
    assert said(verdict(available_spaces=-5, occupied=105)) == (Quality.LIVE, "", 0)
    assert verdict(available_spaces=-5, occupied=105).raw_spaces == -5
    assert verdict(available_spaces=-6, occupied=106).quality is Quality.IMPOSSIBLE
    assert verdict(available_spaces=-5).quality is Quality.IMPOSSIBLE


def test_a_clock_may_be_ahead_by_two_minutes() -> None:
    assert said(verdict(-120)) == (Quality.LIVE, "", 40)
    assert verdict(-120).age_s == 0
    assert said(verdict(-121)) == (Quality.IMPOSSIBLE, "clock_ahead", None)


def test_closed_by_its_hours_whatever_is_counted_or_not() -> None:
    facility = make_facility(opening_hours="13:00-22:00")
    one = verdict(facility=facility)
    assert said(one) == (Quality.CLOSED, "outside_hours", None)
    assert (one.opens_at, one.closes_at) == (NOON + timedelta(hours=1), None)
    assert judge(facility, None, NOON).quality is Quality.CLOSED
    assert verdict(90000, facility).quality is Quality.CLOSED


def test_a_report_of_being_closed_is_believed_until_it_is_stale() -> None:
    assert said(verdict(600, opening_status=OpeningStatus.CLOSED)) == (Quality.CLOSED, "reported_closed", None)
    assert verdict(1800, opening_status=OpeningStatus.CLOSED).quality is Quality.STALE


def test_full_closed_and_unknown_are_three_things() -> None:
    full, closed = verdict(available_spaces=0), verdict(opening_status=OpeningStatus.CLOSED)
    assert (full.level, closed.level) == (Level.FULL, Level.CLOSED)
    assert verdict(available_spaces=None).level is Level.UNKNOWN


def test_no_change_for_two_hours_of_daytime_is_stuck() -> None:
    assert verdict(quiet_s=2 * HOUR - 1).quality is Quality.LIVE
    assert said(verdict(quiet_s=2 * HOUR)) == (Quality.STUCK, "no_change", None)
    assert verdict(quiet_s=2 * HOUR).raw_spaces == 40


def test_stuck_is_worse_than_late_and_stale_is_worse_than_stuck() -> None:
    assert verdict(600, quiet_s=3 * HOUR).quality is Quality.STUCK
    assert verdict(1800, quiet_s=3 * HOUR).quality is Quality.STALE


def test_a_lot_that_is_quiet_by_its_own_past_is_given_half_as_much_again() -> None:
    assert verdict(quiet_s=5.9 * HOUR, longest_quiet_s=4 * HOUR).quality is Quality.LIVE
    assert verdict(quiet_s=6 * HOUR, longest_quiet_s=4 * HOUR).quality is Quality.STUCK


@pytest.mark.parametrize("spaces", [0, 95, 97, 100])
def test_full_or_empty_lots_are_given_two_days_of_daytime(spaces: int) -> None:
    assert verdict(available_spaces=spaces, quiet_s=23 * HOUR).quality is Quality.LIVE
    assert verdict(available_spaces=spaces, quiet_s=24 * HOUR).quality is Quality.STUCK


def test_a_lot_frozen_from_its_first_reading_on_becomes_stuck_and_stays_so_at_night() -> None:
    state: Occupancy | None = None
    for count in range(20 * 12):    # from 08:00 until 04:00 the next morning
        at = NOON + timedelta(hours=-4, minutes=5 * count)
        state = advance(state, FACILITY, make_reading(observed_at=at), at)
        expected = Quality.LIVE if count < 24 else Quality.STUCK
        assert judge(FACILITY, state, at).quality is expected, at


def test_a_village_lot_with_a_car_now_and_then_is_not_stuck_after_its_first_quiet_spell() -> None:
    """Three of 30 spaces taken, and a car comes or goes every four hours, for three days."""
    facility, state, stuck = make_facility(capacity=30), None, 0
    for count in range(3 * 288):
        at = NOON + timedelta(minutes=5 * count)
        state = advance(state, facility, make_reading(observed_at=at, available_spaces=20 + count // 48 % 2), at)
        stuck += judge(facility, state, at).quality is Quality.STUCK and count > 2 * 48
    assert stuck == 0


def test_a_jump_is_shown_for_an_hour_and_changes_no_verdict() -> None:
    assert verdict(jumped_at=NOON - 3600 * SECOND).jumped and not verdict(jumped_at=NOON - 3601 * SECOND).jumped
    assert verdict(jumped_at=NOON).quality is Quality.LIVE


def test_a_trend_is_said_of_live_numbers_only() -> None:
    state = None
    for count in range(7):
        at = NOON + timedelta(minutes=5 * count)
        state = advance(state, FACILITY, make_reading(observed_at=at, available_spaces=40 - 3 * count), at)
    assert state is not None
    assert judge(FACILITY, state, state.observed_at).trend is Trend.FALLING
    assert judge(FACILITY, state, state.observed_at + timedelta(minutes=6)).trend is None


def test_a_facility_may_override_any_limit_and_no_other_name() -> None:
    assert limits_of(make_facility(limits={"stuck_after_s": 60})).stuck_after_s == 60
    assert verdict(61, make_facility(limits={"delayed_after_s": 60})).quality is Quality.DELAYED
    with pytest.raises(TypeError, match="stuck_after_h"):
        limits_of(make_facility(limits={"stuck_after_h": 2}))


@pytest.mark.parametrize(("spaces", "capacity", "level"), [
    (None, 100, Level.UNKNOWN), (0, 100, Level.FULL), (-3, 100, Level.FULL), (3, 1000, Level.SCARCE), (4, 100, Level.SCARCE),
    (5, 100, Level.FEW), (14, 100, Level.FEW), (15, 100, Level.ENOUGH), (29, 100, Level.ENOUGH), (30, 100, Level.PLENTY),
    (3, 5, Level.SCARCE), (30, None, Level.PLENTY), (4, None, Level.SCARCE),
])
def test_words_for_numbers(spaces: int | None, capacity: int | None, level: Level) -> None:
    assert level_of(spaces, capacity) is level


WORSE_IS_LATER = [Level.PLENTY, Level.ENOUGH, Level.FEW, Level.SCARCE, Level.FULL]


@given(st.integers(1, 5000), st.integers(0, 5000), st.integers(0, 5000))
def test_fewer_spaces_never_have_a_better_word(capacity: int, one: int, two: int) -> None:
    fewer, more = sorted((one, two))
    assert WORSE_IS_LATER.index(level_of(fewer, capacity)) >= WORSE_IS_LATER.index(level_of(more, capacity))


STATES = st.builds(
    make_occupancy,
    observed_at=st.integers(-4000, 4000).map(lambda seconds: NOON + seconds * SECOND),
    available_spaces=st.none() | st.integers(-200, 400) | st.just(2147483647),
    occupied=st.none() | st.integers(0, 300),
    opening_status=st.sampled_from(OpeningStatus),
    quiet_s=st.floats(0, 200000), longest_quiet_s=st.floats(0, 43200),
)
FACILITIES = st.builds(
    make_facility, capacity=st.none() | st.integers(0, 300),
    opening_hours=st.sampled_from(["", "24/7", "13:00-22:00", "off"]), update_interval_s=st.sampled_from([30, 60, 900]),
)


@given(FACILITIES, st.none() | STATES)
def test_a_number_is_passed_on_only_when_live_or_late_and_always_within_the_capacity(
    facility: Facility, state: Occupancy | None
) -> None:
    one = judge(facility, state, NOON)
    assert (one.available_spaces is not None) == (one.quality in {Quality.LIVE, Quality.DELAYED})
    if one.available_spaces is not None:
        assert 0 <= one.available_spaces <= (one.available_spaces if facility.capacity is None else facility.capacity)
        assert one.level not in {Level.CLOSED, Level.UNKNOWN}
    else:
        assert one.level is (Level.CLOSED if one.quality is Quality.CLOSED else Level.UNKNOWN)
    assert one.raw_spaces == (state.available_spaces if state else None)
    assert (one.reason == "") == (one.quality is Quality.LIVE)
    assert (one.opening_status is OpeningStatus.CLOSED) >= (one.quality is Quality.CLOSED)


def test_limits_are_those_that_the_documentation_states() -> None:
    one = Limits()
    assert (one.stale_after_s, one.stuck_after_s, one.stuck_at_end_s, one.day_hours) == (1800, 7200, 86400, (8, 20))
    assert (one.over_capacity_share, one.jump_share, one.jump_window_s, one.clock_ahead_s) == (0.05, 0.30, 600, 120)
