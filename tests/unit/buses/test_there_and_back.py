"""Which journeys answer a question, and how it stands with the last way home."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.journey_ways import find_missed, first_way, last_way, ways_arriving, ways_leaving
from citizen_app.buses.there_and_back import ThereAndBack, WayHome, there_and_back
from tests.unit.buses.journeys_by_hand import (
    CHANGE,
    DAY,
    HOME,
    HOME_TO_TOWN,
    TOWN,
    at,
    direct,
    journey,
    planner,
    ride,
)

NEXT_DAY = DAY + timedelta(days=1)
THERE = direct(("6:30", "7:20"), ("7:25", "8:15"), ("9:00", "9:50"))
BACK = direct(("11:20", "12:10"), ("13:10", "14:00"), ("15:26", "16:20"), start=TOWN, end=HOME)
TOMORROW = direct(("6:40", "7:30"), start=TOWN, end=HOME, day=NEXT_DAY)


def trip(by: str, back: str, home: list[object] | None = None) -> ThereAndBack:
    knows = planner(THERE, BACK if home is None else home, TOMORROW)  # type: ignore[arg-type]
    (by_hour, by_minute), (back_hour, back_minute) = (map(int, one.split(":")) for one in (by, back))
    return there_and_back(knows, HOME_TO_TOWN, DAY, time(by_hour, by_minute), time(back_hour, back_minute))


# One way.

def test_the_soonest_ways_come_first_and_the_list_can_be_gone_on_with() -> None:
    ways = ways_leaving(planner(THERE), HOME_TO_TOWN, at("7:00"))
    assert [one.departs_at for one in ways.journeys] == [at("7:25"), at("9:00")]
    assert (ways.earlier, ways.later) == (at("6:00"), None)
    assert ways.first == THERE[0] and ways.last == THERE[2] and not ways.is_next_day


def test_when_none_is_left_the_ways_of_the_next_day_are_said_to_be_such() -> None:
    ways = ways_leaving(planner(BACK, TOMORROW), HOME_TO_TOWN.turned(), at("16:00"))
    assert ways.is_next_day and ways.journeys == tuple(TOMORROW)
    assert ways.last == BACK[-1] and ways.day == DAY


def test_a_night_bus_is_one_of_the_evening_before() -> None:
    late = direct(("24:10", "24:40"))
    ways = ways_leaving(planner(late), HOME_TO_TOWN, at("24:05"))
    assert ways.day == DAY and ways.journeys == tuple(late) and not ways.is_next_day
    assert last_way(planner(late), HOME_TO_TOWN, DAY) == late[0] and first_way(planner(late), HOME_TO_TOWN, NEXT_DAY) is None


def test_a_night_at_a_stop_is_no_way_of_the_day_on_which_it_begins() -> None:
    overnight = [journey(ride("20:00", "20:30", end=CHANGE), ride("30:10", "30:50", start=CHANGE))]
    assert ways_leaving(planner(overnight), HOME_TO_TOWN, at("19:00")).journeys == ()
    assert last_way(planner(overnight), HOME_TO_TOWN, DAY) is None


def test_of_the_ways_in_time_the_last_one_to_leave_comes_first() -> None:
    ways = ways_arriving(planner(THERE), HOME_TO_TOWN, at("8:30"))
    assert [one.departs_at for one in ways.journeys] == [at("7:25"), at("6:30")] and not ways.is_late
    assert ways.later == at("7:26")


def test_when_none_is_in_time_the_soonest_ones_of_the_day_are_said_to_be_late() -> None:
    ways = ways_arriving(planner(THERE), HOME_TO_TOWN, at("7:00"))
    assert ways.is_late and ways.journeys[0].arrives_at == at("7:20")


def test_a_change_hangs_on_one_bus_when_the_next_way_is_an_hour_later_or_none() -> None:
    first = ride("7:00", "7:30", end=CHANGE)
    onward = [ride("7:40", "8:00", start=CHANGE), ride("8:20", "8:40", start=CHANGE), ride("10:20", "10:40", start=CHANGE)]
    knows = planner([journey(one) for one in onward])
    assert find_missed(knows, HOME_TO_TOWN, journey(first, onward[0])) == []
    hanging, = find_missed(knows, HOME_TO_TOWN, journey(first, onward[1]))
    assert (hanging.ride, hanging.arrives_at) == (1, at("10:40"))
    assert find_missed(knows, HOME_TO_TOWN, journey(first, onward[2]))[0].arrives_at is None


# There and back.

def test_both_ways_and_how_long_one_can_stay() -> None:
    found = trip("8:30", "11:00")
    assert found.there.journeys[0].departs_at == at("7:25")
    assert found.stay == timedelta(hours=7, minutes=11) and found.way_home is WayHome.FINE
    assert found.last == BACK[2] and [one.departs_at for one in found.back] == [at("11:20"), at("13:10")]


@pytest.mark.parametrize(("back", "way_home"), [
    ("13:30", WayHome.ONLY), ("15:00", WayHome.TIGHT), ("15:26", WayHome.TIGHT), ("15:27", WayHome.GONE), ("11:00", WayHome.FINE),
])
def test_it_is_said_when_the_last_way_home_is_gone_or_tight(back: str, way_home: WayHome) -> None:
    found = trip("8:30", back)
    assert found.way_home is way_home and found.last == BACK[2]
    assert (found.next_home == TOMORROW[0]) is (way_home is WayHome.GONE)


def test_without_any_way_home_the_next_one_is_tomorrow() -> None:
    found = trip("8:30", "11:00", home=[])
    assert (found.way_home, found.last, found.stay, found.next_home) == (WayHome.NONE, None, None, TOMORROW[0])


def test_a_way_home_that_leaves_before_the_arrival_is_none() -> None:
    early = direct(("7:00", "7:50"), start=TOWN, end=HOME)
    assert trip("8:30", "11:00", home=list(early)).way_home is WayHome.NONE


clocks = st.integers(3 * 60, 23 * 60)


@given(st.lists(st.tuples(clocks, st.integers(5, 90)), max_size=6), st.lists(st.tuples(clocks, st.integers(5, 90)), max_size=6), clocks, clocks)
def test_nobody_goes_home_before_arriving_nor_later_than_the_last_way(
    there: list[tuple[int, int]], back: list[tuple[int, int]], by: int, after: int
) -> None:
    """Whatever runs: the ways home are after the arrival, the last one is the last, and what is gone is said to be gone."""
    def made(times: list[tuple[int, int]], **ends: int) -> list[object]:
        return [one for start, ride_min in times for one in direct((_clock(start), _clock(start + ride_min)), **ends)]

    knows = planner(made(there), made(back, start=TOWN, end=HOME))  # type: ignore[arg-type]
    found = there_and_back(knows, HOME_TO_TOWN, DAY, _time(by), _time(after))
    arrival = found.there.journeys[0].arrives_at if found.there.journeys else at(_clock(by))
    assert found.back_after >= max(arrival, at(_clock(after)))
    latest = max((at(_clock(start)) for start, _ in back if at(_clock(start)) >= arrival), default=None)
    assert (found.last.departs_at if found.last else None) == latest
    assert all(found.back_after <= one.departs_at < latest for one in found.back if latest)
    assert (found.way_home is WayHome.NONE) is (latest is None)
    assert (found.way_home is WayHome.GONE) is (latest is not None and latest < found.back_after)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)
