"""What the kinds of question have to do with one another, on networks of any kind."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from citizen_app.buses.journeys.journey import Access, Journey, StopAccess
from citizen_app.buses.journeys.planner import Planner
from citizen_app.buses.journeys.rules import Rules
from citizen_app.buses.schedule import build_schedule
from tests.unit.buses.oracle import CALENDAR, moments, networks

MINUTE = timedelta(minutes=1)
WINDOW_MIN = 45
stops = st.lists(st.builds(StopAccess, st.integers(0, 5), st.sampled_from([0, 0, 60, 300])), min_size=1, max_size=2)
places = stops.map(lambda found: Access(tuple(found)))
Worth = tuple[datetime, datetime, int]


def worth(journey: Journey) -> Worth:
    return journey.departs_at, journey.arrives_at, len(journey.rides)


def pareto(found: set[Worth]) -> set[Worth]:
    """Those that no other one is as good as in everything."""
    return {
        one for one in found
        if not any(other != one and other[0] >= one[0] and other[1] <= one[1] and other[2] <= one[2] for other in found)
    }


@settings(max_examples=60)
@given(networks(), places, places, moments)
def test_a_range_is_the_union_of_its_departures(network, origin: Access, destination: Access, start: datetime) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + WINDOW_MIN * MINUTE
    planner = Planner(build_schedule(network, CALENDAR), Rules(search_h=24))
    found = [one for one in planner.depart_between(origin, destination, start, end) if one.rides]
    every = {
        worth(one) for minute in range(WINDOW_MIN + 1) for one in planner.depart_at(origin, destination, start + minute * MINUTE)
        if one.rides and one.arrives_at <= max(start + minute * MINUTE, one.departs_at) + timedelta(hours=24)
    }
    within = {one for one in pareto(every) if one[0] < end}
    assert {worth(one) for one in found} == within
    assert [one.departs_at for one in found] == sorted(one.departs_at for one in found)


@settings(max_examples=100)
@given(networks(), places, places, moments)
def test_who_leaves_in_time_to_arrive_by_a_moment_arrives_by_it(network, origin: Access, destination: Access, by: datetime) -> None:
    """Arriving by a time and leaving at the time that it says find the same: each is the other on the mirrored day."""
    planner = Planner(build_schedule(network, CALENDAR), Rules(search_h=24))
    for journey in planner.arrive_by(origin, destination, by):
        assert journey.arrives_at <= by
        there = planner.depart_at(origin, destination, journey.departs_at)
        assert any(one.arrives_at <= journey.arrives_at and len(one.rides) <= len(journey.rides) for one in there)
        later = planner.depart_at(origin, destination, journey.departs_at + MINUTE)
        assert not any(one.arrives_at <= by and len(one.rides) <= len(journey.rides) for one in later if one.rides)


@settings(max_examples=100)
@given(networks(), places, moments)
def test_reach_is_what_a_question_for_each_stop_alone_finds(network, origin: Access, at: datetime) -> None:
    planner = Planner(build_schedule(network, CALENDAR), Rules(search_h=24))
    reach = planner.reach_from(origin, at, at + timedelta(hours=12))
    for stop in range(len(network.stops)):
        found = planner.depart_at(origin, Access((StopAccess(stop),)), at)
        earliest = min((one.arrives_at for one in found if one.arrives_at <= at + timedelta(hours=12)), default=None)
        assert reach.time(stop) == earliest
