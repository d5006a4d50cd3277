"""Which stops are near one another, and what transfers.txt changes of that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.journeys.access import access_to_point, access_to_stops
from citizen_app.buses.journeys.footpaths import Footpaths, find_footpaths, near_pairs, reverse
from citizen_app.buses.journeys.journey import StopAccess
from citizen_app.buses.journeys.rules import Rules
from citizen_app.buses.journeys.timetable import UNREACHED
from citizen_app.buses.network import Network, Stop, Transfer
from citizen_app.buses.schedule import build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.geo import distance_m
from tests.unit.buses.journeys.small import STOPS, A, B, C, D, E, at, network, planner_of, said, stop, trip

EVERYWHERE = {"bus": trip("101", ("a", "8:00"), ("b", "8:10"), ("c", "8:20"), ("d", "8:30"), ("e", "8:40"))}


def footpaths(transfers: tuple[Transfer, ...] = (), rules: Rules = Rules(), stops: tuple[Stop, ...] = STOPS) -> Footpaths:
    return find_footpaths(build_schedule(network(EVERYWHERE, transfers=transfers, stops=stops), DayCalendar()), rules)


def paths(found: Footpaths) -> dict[tuple[int, int], tuple[int, int]]:
    """Minutes and metres by pair of stops."""
    start = np.repeat(np.arange(len(found.change)), np.diff(found.first)).tolist()
    return dict(zip(
        zip(start, found.stop.tolist(), strict=True), zip(found.minutes.tolist(), found.distance_m.tolist(), strict=True), strict=True,
    ))


def test_near_stops_are_linked_both_ways_at_the_speed_and_with_the_detour_of_the_rules() -> None:
    assert paths(footpaths()) == {(D, E): (5, 290), (E, D): (5, 290)}
    assert paths(footpaths(rules=Rules(detour=1.0, walk_m_per_s=2.0))) == {(D, E): (2, 223), (E, D): (2, 223)}
    assert paths(footpaths(rules=Rules(walk_m=289))) == {}
    assert footpaths().change.tolist() == [2] * 5


def test_stops_where_no_bus_calls_and_stops_without_a_point_have_no_footpaths() -> None:
    beside = Stop("f", "F", 28.3, 121.0)
    assert paths(footpaths(stops=(*STOPS, beside))) == paths(footpaths())
    assert paths(footpaths(stops=(*STOPS[:4], replace(STOPS[4], lat=None, lon=None)))) == {}


@pytest.mark.parametrize(("transfer", "minutes"), [
    (Transfer("d", "e", 2, 660), 11), (Transfer("d", "e", 2, 61), 2), (Transfer("d", "e", 1), 5), (Transfer("d", "e", 3), None),
    (Transfer("d", "e", 4), 5), (Transfer("d", "e", 3, from_route_id="101"), 5), (Transfer("d", "e", 3, to_trip_id="bus"), 5),
])
def test_the_feed_s_own_transfers_go_before(transfer: Transfer, minutes: int | None) -> None:
    found = paths(footpaths((transfer,)))
    assert found.get((D, E), (None,))[0] == minutes
    assert found[E, D] == (5, 290)


def test_transfers_link_stops_that_are_far_apart() -> None:
    found = paths(footpaths((Transfer("a", "b", 2, 900), Transfer("b", "c"))))
    assert found[A, B][0] == 15
    assert found[B, C][0] == -(-Rules().walk_s(found[B, C][1]) // 60) and found[B, C][1] > 14_000


def test_transfers_within_a_stop_say_what_a_change_takes_there() -> None:
    rules = (Transfer("a", "a", 2, 300), Transfer("b", "b", 3), Transfer("c", "c", 1), Transfer("d", "d", 0))
    assert footpaths(rules).change.tolist() == [5, UNREACHED, 0, 2, 2]


def test_a_forbidden_change_is_not_proposed() -> None:
    one = network({"first": trip("101", ("a", "8:00"), ("b", "8:30")), "second": trip("208", ("b", "9:00"), ("c", "9:30"))})
    assert said(planner_of(one).depart_at(stop(A), stop(C), at("8:00"))) == ["08:00 A-B 08:30 09:00 B-C 09:30"]
    assert planner_of(replace(one, transfers=(Transfer("b", "b", 3),))).depart_at(stop(A), stop(C), at("8:00")) == []


def test_the_platforms_of_a_station_are_near_and_what_is_said_of_one_goes_before() -> None:
    station = Stop("st", "Station", location_type=1)
    platforms = tuple(replace(one, parent_station="st") if one.stop_id in "ab" else one for one in STOPS)
    assert (A, B) in paths(footpaths(stops=(*platforms, station)))
    rules = (Transfer("b", "a", 2, 120), Transfer("st", "st", 2, 600))
    found = footpaths(rules, stops=(*platforms, station))
    assert {pair: path[0] for pair, path in paths(found).items() if set(pair) == {A, B}} == {(A, B): 10, (B, A): 2}
    assert found.change.tolist()[:2] == [10, 10]


def test_the_mirrored_day_walks_the_same_footpaths_from_their_ends() -> None:
    found = footpaths((Transfer("a", "b", 2, 900), Transfer("c", "b", 2, 600)))
    assert paths(reverse(found)) == {(other, one): path for (one, other), path in paths(found).items()}


@given(st.lists(st.tuples(st.floats(28, 28.02), st.floats(121, 121.02)), max_size=12), st.integers(0, 1500), st.sampled_from([1.0, 1.3]))
def test_near_pairs_are_all_pairs_that_are_near(points: list[tuple[float, float]], most_m: int, detour: float) -> None:
    lat, lon = np.array([one[0] for one in points]), np.array([one[1] for one in points])
    start, end, metres = near_pairs(lat, lon, most_m, detour)
    found = dict(zip(zip(start.tolist(), end.tolist(), strict=True), metres.tolist(), strict=True))
    for one, point in enumerate(points):
        for other, there in enumerate(points):
            walk_m = distance_m(*point, *there) * detour
            if one != other and most_m and walk_m < most_m - 1:
                assert walk_m - 0.01 <= found.pop((one, other)) <= walk_m + 1.01
    assert all(walk >= most_m - 1 for walk in found.values())


def served(transfers: tuple[Transfer, ...] = ()) -> Network:
    return network(EVERYWHERE, transfers=transfers)


def test_a_point_reaches_its_nearest_stops_within_the_walk_of_the_rules() -> None:
    schedule = build_schedule(served(), DayCalendar())
    found = access_to_point(schedule, 28.301, 121.0)
    assert [one.stop for one in found.stops] == [D, E]
    assert [one.distance_m for one in found.stops] == [145, 145]
    assert [one.walk_s for one in found.stops] == [121, 121]
    assert [one.stop for one in access_to_point(schedule, 28.3, 121.0, Rules(access_stops=1)).stops] == [D]
    assert access_to_point(schedule, 28.25, 121.0).stops == ()
    assert [one.stop for one in access_to_point(schedule, 28.25, 121.0, Rules(access_m=8000)).stops] == [C, D, E]


def test_a_stop_reaches_itself_and_what_is_near_a_station_its_platforms() -> None:
    schedule = build_schedule(served(), DayCalendar())
    assert access_to_stops(schedule, [D]).stops == (StopAccess(D), StopAccess(E, 242, 290))
    assert access_to_stops(schedule, [D, E]).stops == (StopAccess(D), StopAccess(E))
    assert access_to_stops(schedule, [D], Rules(walk_m=0)).stops == (StopAccess(D),)
    platforms = tuple(replace(one, parent_station="st") if one.stop_id in "ab" else one for one in STOPS)
    station = network(EVERYWHERE, stops=(*platforms, Stop("st", "Station", location_type=1)))
    assert access_to_stops(build_schedule(station, DayCalendar()), [5]).stops == (StopAccess(A), StopAccess(B))
