"""What a reading does to the last known state: order, changes, jumps, trend, and how long it has been quiet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy, OpeningStatus, Reading, Trend, advance, daytime_s, trend_of
from tests.factories import make_facility, make_occupancy, make_reading

MORNING = datetime(2026, 5, 20, 0, 0, tzinfo=UTC)    # a Wednesday, 08:00 in the county
MINUTE = timedelta(minutes=1)
FACILITY = make_facility()


def replay(
    numbers: Iterable[int | None], step: timedelta = 5 * MINUTE, start: datetime = MORNING, facility: Facility = FACILITY
) -> Occupancy:
    """The state after these numbers, one each step."""
    state = None
    for count, spaces in enumerate(numbers):
        at = start + count * step
        state = advance(state, facility, make_reading(observed_at=at, available_spaces=spaces), at) or state
    assert state is not None
    return state


def test_a_first_reading_is_a_state_of_its_own() -> None:
    state = advance(None, FACILITY, make_reading(observed_at=MORNING, available_spaces=12), MORNING + MINUTE)
    assert state is not None
    assert (state.available_spaces, state.sequence, state.changed_at) == (12, 1, MORNING)
    assert state.received_at == MORNING + MINUTE


def test_duplicates_and_readings_out_of_order_change_nothing() -> None:
    state = make_occupancy(observed_at=MORNING)
    for age in (timedelta(0), MINUTE, timedelta(days=3)):
        assert advance(state, FACILITY, make_reading(observed_at=MORNING - age, available_spaces=7), MORNING) is None


def test_the_same_number_later_is_newer_but_no_change() -> None:
    state = replay([40, 40, 40])
    assert (state.observed_at, state.changed_at, state.sequence) == (MORNING + 10 * MINUTE, MORNING, 3)


@given(st.permutations(range(8)), st.lists(st.integers(0, 100), min_size=8, max_size=8))
def test_in_any_order_the_newest_reading_wins(order: list[int], numbers: list[int]) -> None:
    state = None
    for minute in order:
        reading = make_reading(observed_at=MORNING + minute * MINUTE, available_spaces=numbers[minute])
        state = advance(state, FACILITY, reading, MORNING + 10 * MINUTE) or state
    assert state is not None
    assert (state.observed_at, state.available_spaces) == (MORNING + 7 * MINUTE, numbers[7])


def test_a_source_that_counts_cars_gives_spaces_by_its_own_capacity_or_else_ours() -> None:
    def spaces(**fields: int) -> int | None:
        state = advance(None, make_facility(capacity=100), Reading("east-lake", MORNING, **fields), MORNING)
        return state.available_spaces if state else None

    assert spaces(occupied=30) == 70
    assert spaces(occupied=30, capacity=90) == 60
    assert spaces(occupied=30, available_spaces=65) == 65
    unknown = advance(None, make_facility(capacity=None), Reading("east-lake", MORNING, occupied=30), MORNING)
    assert unknown is not None and unknown.available_spaces is None


def test_a_fast_move_is_a_jump_and_a_slow_one_is_not() -> None:
    assert replay([80, 49], 9 * MINUTE).jumped_at == MORNING + 9 * MINUTE
    assert replay([80, 50], 9 * MINUTE).jumped_at is None
    assert replay([80, 69, 58, 47], 3 * MINUTE).jumped_at == MORNING + 9 * MINUTE
    assert replay([80, 69, 58, 47], 6 * MINUTE).jumped_at is None


def test_a_source_slower_than_the_window_may_move_in_proportion() -> None:
    assert replay([80, 30], 20 * MINUTE).jumped_at is None
    assert replay([80, 19], 20 * MINUTE).jumped_at == MORNING + 20 * MINUTE


def test_without_a_capacity_nothing_is_a_jump() -> None:
    assert replay([80, 0], facility=make_facility(capacity=None)).jumped_at is None


@given(st.lists(st.tuples(st.integers(1, 1200), st.none() | st.integers(-5, 120)), min_size=1, max_size=150))
def test_recent_points_are_in_order_within_the_hour_and_few(steps: list[tuple[int, int | None]]) -> None:
    state, at = None, MORNING
    for seconds, spaces in steps:
        at += timedelta(seconds=seconds)
        state = advance(state, FACILITY, make_reading(observed_at=at, available_spaces=spaces), at)
        assert state is not None
        moments = [point.observed_at for point in state.recent]
        assert moments == sorted(set(moments)) and len(moments) <= 13
        assert all(at - timedelta(hours=1) <= moment <= at for moment in moments)
        if spaces is not None:
            assert (moments[-1], state.recent[-1].available_spaces) == (at, spaces)
    assert state is not None and state.sequence == len(steps)


def test_recent_points_reach_back_an_hour_when_readings_come_each_minute() -> None:
    state = replay(range(100, 0, -1), MINUTE)
    assert state.observed_at - state.recent[0].observed_at >= 55 * MINUTE


def test_trend_needs_two_spaces_or_two_percent_and_eight_minutes() -> None:
    assert trend_of(replay([40, 40, 41]), 100) is Trend.STEADY
    assert trend_of(replay([40, 41, 42]), 100) is Trend.RISING
    assert trend_of(replay([42, 41, 40]), 100) is Trend.FALLING
    assert trend_of(replay([42, 41, 36]), 500) is Trend.STEADY
    assert trend_of(replay([42, 41, 32]), 500) is Trend.FALLING
    assert trend_of(replay([42, 20], 7 * MINUTE), 100) is None
    assert trend_of(replay([42]), 100) is None


def test_trend_looks_at_the_last_half_hour_only() -> None:
    assert trend_of(replay([90, 80, 70, 60, 40, 40, 40, 40, 40, 40, 40]), 100) is Trend.STEADY


def test_quiet_is_counted_in_daytime_only() -> None:
    evening = datetime(2026, 5, 20, 11, 0, tzinfo=UTC)    # 19:00 in the county
    assert replay([40] * (14 * 12 + 1), start=evening).quiet_s == 2 * 3600    # until 09:00: one hour each side of the night


def test_quiet_is_counted_in_open_hours_only() -> None:
    facility = make_facility(opening_hours="10:00-12:00")
    assert replay([40] * (6 * 12 + 1), facility=facility).quiet_s <= 2 * 3600


def test_spans_without_a_reading_do_not_count_as_quiet() -> None:
    assert replay([40] * 5, step=timedelta(hours=1)).quiet_s == 0


def test_a_lot_that_says_closed_is_not_quiet() -> None:
    state = None
    for count in range(30):
        at = MORNING + count * 5 * MINUTE
        state = advance(state, FACILITY, make_reading(observed_at=at, opening_status=OpeningStatus.CLOSED), at)
    assert state is not None and state.quiet_s == 0


def test_a_number_that_goes_away_and_comes_back_the_same_was_quiet_all_along() -> None:
    assert replay([40, 40, None, 40, 40]).changed_at == MORNING
    assert replay([40, 40, None, 40, 40]).quiet_s == 15 * 60    # not the five minutes after the missing number
    assert replay([40, 40, None, 41, 41]).quiet_s == 5 * 60


def test_a_quiet_span_that_ends_with_a_single_car_is_remembered_and_fades() -> None:
    state = replay([40] * 25 + [39])
    assert state.quiet_s == 0
    assert state.longest_quiet_s == 2 * 3600
    later = state.observed_at + timedelta(days=14)
    faded = advance(state, FACILITY, make_reading(observed_at=later, available_spaces=38), later)
    assert faded is not None and abs(faded.longest_quiet_s - 3600) < 1


def test_how_fast_the_memory_fades_does_not_depend_on_how_often_it_is_asked() -> None:
    state = make_occupancy(observed_at=MORNING, longest_quiet_s=7200)
    for count in range(1, 1441):
        at = MORNING + count * MINUTE
        state = advance(state, FACILITY, make_reading(observed_at=at, available_spaces=40 + count % 2), at) or state
    assert abs(state.longest_quiet_s - 7200 * 0.5 ** (1 / 14)) < 1


def test_a_frozen_sensor_that_comes_back_with_a_leap_teaches_nothing() -> None:
    assert replay([40] * 25 + [20]).longest_quiet_s == 0


def test_no_quiet_span_teaches_more_than_one_day() -> None:
    assert replay([40] * (12 * 24 * 4) + [39]).longest_quiet_s <= 12 * 3600


def test_a_reading_from_the_future_gives_way_to_the_first_right_one() -> None:
    state = replay([40, 41])
    ahead = advance(state, FACILITY, make_reading(observed_at=MORNING + timedelta(days=900)), MORNING + 10 * MINUTE)
    assert ahead is not None and ahead.observed_at > MORNING + timedelta(days=899)
    assert [point.available_spaces for point in ahead.recent] == [40, 41]
    right = advance(ahead, FACILITY, make_reading(observed_at=MORNING + 15 * MINUTE, available_spaces=39), MORNING + 15 * MINUTE)
    assert right is not None and (right.available_spaces, right.observed_at) == (39, MORNING + 15 * MINUTE)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))


@given(MOMENTS, st.integers(0, 3 * 24 * 60), st.integers(0, 11), st.integers(12, 24))
def test_daytime_seconds_agree_with_counting_minutes(start: datetime, minutes: int, opens: int, closes: int) -> None:
    start = start.replace(second=0, microsecond=0)
    hours = ((start + (number * MINUTE) + timedelta(hours=8)).hour for number in range(minutes))
    counted = sum(opens <= hour < closes for hour in hours) * 60
    assert daytime_s(start, start + minutes * MINUTE, (opens, closes)) == counted
