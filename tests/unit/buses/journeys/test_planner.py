"""Journeys over a few buses that are written down here: when to leave, where to change, what not to promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from citizen_app.buses.journeys.journey import Access, Ride, StopAccess, Walk
from citizen_app.buses.journeys.rules import Rules
from citizen_app.buses.network import Fare, FareRule, Frequency, Network, Trip
from citizen_app.days.rules import LunarDigits, Rule, Weekdays
from tests.unit.buses.journeys.small import DAY, A, B, C, D, E, at, network, planner, planner_of, said, stop, trip

DIRECT_OR_CHANGE = {
    "slow": trip("101", ("a", "8:00"), ("c", "10:00")),
    "first": trip("101", ("a", "8:05"), ("b", "8:30")),
    "second": trip("208", ("b", "8:40"), ("c", "9:00")),
}
MINUTE = timedelta(minutes=1)


def test_a_faster_journey_with_a_change_stands_beside_the_direct_one() -> None:
    assert said(planner(DIRECT_OR_CHANGE).depart_at(stop(A), stop(C), at("7:30"))) == [
        "08:00 A-C 10:00", "08:05 A-B 08:30 08:40 B-C 09:00",
    ]


def test_arriving_by_a_time_leaves_as_late_as_can_be() -> None:
    found = planner(DIRECT_OR_CHANGE).arrive_by(stop(A), stop(C), at("10:00"))
    assert said(found) == ["08:00 A-C 10:00", "08:05 A-B 08:30 08:40 B-C 09:00"]
    assert said(planner(DIRECT_OR_CHANGE, Rules(search_h=24)).arrive_by(stop(A), stop(C), at("9:59"))) == said(found)[1:]


@pytest.mark.parametrize(("change_min", "leaves"), [(2, "08:32"), (3, "08:40"), (0, "08:30")])
def test_a_change_at_a_stop_takes_its_time(change_min: int, leaves: str) -> None:
    trips = {"feeder": trip("101", ("a", "8:00"), ("b", "8:30"))} | {
        time: trip("208", ("b", time), ("c", "9:30")) for time in ("8:30", "8:32", "8:40")
    }
    journey, = planner(trips, Rules(change_min=change_min)).depart_at(stop(A), stop(C), at("8:00"))
    assert said([journey])[0].split()[3] == leaves


def test_seconds_never_promise_a_bus_that_is_gone() -> None:
    """A bus that leaves at 8:00:50 counts as one of 8:00, one that arrives at 8:30:10 as one of 8:31."""
    ours = planner({"bus": trip("101", ("a", "8:00:50"), ("b", "8:30:10"))})
    journey, = ours.depart_at(stop(A), stop(B), at("8:00"))
    assert said([journey]) == ["08:00 A-B 08:31"]
    assert [one.departs_at for one in ours.depart_at(stop(A), stop(B), at("8:00:01"))] == [at("32:00")]
    assert ours.arrive_by(stop(A), stop(B), at("8:30:59"))[0].arrives_at == at("8:31") - timedelta(days=1)
    assert ours.arrive_by(stop(A), stop(B), at("8:31"))[0].arrives_at == at("8:31")


def test_between_near_stops_people_walk_to_the_next_bus() -> None:
    trips = {"there": trip("101", ("a", "8:00"), ("d", "8:30")), "on": trip("208", ("e", "8:35"), ("c", "9:00"))}
    journey, = planner(trips).depart_at(stop(A), stop(C), at("8:00"))
    assert said([journey]) == ["08:00 A-D 08:30 08:30 D~E 08:35 08:35 E-C 09:00"]
    walk = journey.legs[1]
    assert isinstance(walk, Walk) and walk.distance_m == 290    # 222.4 m in a straight line
    for slower in (Rules(walk_m_per_s=0.96, search_h=24), Rules(walk_m=289, search_h=24)):
        assert planner(trips, slower).depart_at(stop(A), stop(C), at("8:00")) == []


def test_the_walks_from_and_to_the_places_are_legs_of_the_journey() -> None:
    ours = planner({"bus": trip("101", ("a", "8:00"), ("b", "8:30"))})
    origin, destination = Access((StopAccess(A, 301, 360),)), Access((StopAccess(B, 120, 140), StopAccess(B, 90, 100)))
    journey, = ours.depart_at(origin, destination, at("7:54"))
    assert said([journey]) == ["07:54 .~A 08:00 08:00 A-B 08:30 08:30 B~. 08:32"]
    assert (journey.departs_at, journey.arrives_at) == (at("7:54"), at("8:32"))
    assert ours.depart_at(origin, destination, at("7:55"))[0].departs_at == at("7:54") + timedelta(days=1)
    assert ours.arrive_by(origin, destination, at("8:32")) == [journey]


def test_a_way_on_foot_is_given_and_no_ride_that_is_not_faster() -> None:
    near = Access((StopAccess(A, 0, 0), StopAccess(B, 40 * 60, 2880)))
    trips = {"quick": trip("101", ("a", "8:05"), ("b", "8:15")), "slow": trip("101", ("a", "9:00"), ("b", "9:40"))}
    found = planner(trips).depart_at(near, stop(B), at("8:00"))
    assert said(found) == ["08:00 .~. 08:40", "08:05 A-B 08:15"]
    assert said(planner(trips).depart_at(near, stop(B), at("8:30"))) == ["08:30 .~. 09:10"]
    assert said(planner(trips).arrive_by(near, stop(B), at("9:40"))) == ["09:00 .~. 09:40"]
    assert said(planner(trips).depart_between(near, stop(B), at("8:00"), at("10:00"))) == ["08:00 .~. 08:40", "08:05 A-B 08:15"]


def test_a_bus_of_the_day_before_is_met_after_midnight() -> None:
    trips = {"night": trip("101", ("a", "23:50"), ("b", "24:20"), ("c", "24:50"))}
    journey, = planner(trips).depart_at(stop(B), stop(C), at("0:10"))
    assert said([journey]) == ["00:20 B-C 00:50"]
    assert journey.rides[0].service_day == DAY - timedelta(days=1)
    assert planner(trips).arrive_by(stop(A), stop(C), at("0:50"))[0].departs_at == at("23:50") - timedelta(days=1)


def test_times_of_two_days_later_still_belong_to_their_service_day() -> None:
    trips = {"long": trip("101", ("a", "23:00"), ("b", "49:10"), ("c", "50:00"), service="mondays")}
    ours = planner(trips, services={"mondays": Rule(Weekdays(frozenset({0})))})
    journey, = ours.depart_at(stop(B), stop(C), at("1:00"))
    assert (said([journey]), journey.rides[0].service_day) == (["01:10 B-C 02:00"], DAY - timedelta(days=2))


def test_after_the_last_bus_the_first_one_of_tomorrow_is_given() -> None:
    trips = {"early": trip("101", ("a", "6:00"), ("b", "6:30")), "late": trip("101", ("a", "18:00"), ("b", "18:30"))}
    assert said(planner(trips).depart_at(stop(A), stop(B), at("20:00"))) == ["06:00+1 A-B 06:30+1"]
    assert said(planner(trips).arrive_by(stop(A), stop(B), at("5:00"))) == ["18:00-1 A-B 18:30-1"]
    assert planner(trips, Rules(search_h=8)).depart_at(stop(A), stop(B), at("20:00")) == []


def test_people_wait_at_home_rather_than_at_a_change() -> None:
    """And on the way back they come home by the first bus that does, when they have asked to be there in time."""
    trips = {time: trip("101", ("a", time), ("b", arrives)) for time, arrives in (("8:00", "8:30"), ("9:00", "9:30"), ("10:00", "10:30"))}
    trips |= {time: trip("208", ("b", time), ("c", arrives)) for time, arrives in (("9:32", "10:00"), ("11:00", "11:30"))}
    assert said(planner(trips).depart_at(stop(A), stop(C), at("7:00"))) == ["09:00 A-B 09:30 09:32 B-C 10:00"]
    assert said(planner(trips).arrive_by(stop(A), stop(C), at("11:00"))) == ["09:00 A-B 09:30 09:32 B-C 10:00"]
    back = {time: trip("101", ("a", time), ("b", arrives)) for time, arrives in (("8:00", "8:30"), ("9:00", "9:40"))}
    back |= {time: trip("208", ("b", time), ("c", arrives)) for time, arrives in (("8:40", "9:00"), ("9:00", "9:20"))}
    assert said(planner(back).arrive_by(stop(A), stop(C), at("9:30"))) == ["08:00 A-B 08:30 08:40 B-C 09:00"]


def test_a_market_line_runs_on_its_lunar_days_only() -> None:
    """10 March 2026 is 廿二, 12 March 廿四, 13 March 廿五."""
    trips = {"market": trip("101", ("a", "6:00"), ("b", "6:30"), service="market")}
    ours = planner(trips, Rules(search_h=72), services={"market": Rule(LunarDigits(frozenset({5, 0})))})
    assert said(ours.depart_at(stop(A), stop(B), at("5:00"))) == ["06:00+2 A-B 06:30+2"]
    week = planner(trips, services={"market": Rule(LunarDigits(frozenset({5, 0})))})
    assert week.depart_at(stop(A), stop(B), at("5:00")) == []


def test_where_a_bus_only_sets_down_nobody_gets_on_and_where_it_only_picks_up_nobody_off() -> None:
    def rules(pickup: list[int], drop_off: list[int]) -> Network:
        one = network({"bus": trip("101", ("a", "8:00"), ("b", "8:30"), ("c", "9:00"))})
        columns = {"pickup_type": np.array(pickup, np.uint8), "drop_off_type": np.array(drop_off, np.uint8)}
        return replace(one, stop_times=replace(one.stop_times, **columns))

    set_down, pick_up = planner_of(rules([0, 1, 0], [0, 0, 0])), planner_of(rules([0, 0, 0], [0, 1, 0]))
    for ours, possible in ((set_down, [True, False, True]), (pick_up, [False, True, True])):
        pairs = [(A, B), (B, C), (A, C)]
        assert [bool(ours.depart_at(stop(one), stop(other), at("7:00"))) for one, other in pairs] == possible
        assert [bool(ours.arrive_by(stop(one), stop(other), at("9:00"))) for one, other in pairs] == possible


def test_on_a_loop_people_may_ride_past_the_stop_that_it_passes_twice() -> None:
    ours = planner({"loop": trip("101", ("a", "8:00"), ("b", "8:10"), ("c", "8:20"), ("b", "8:30"), ("d", "8:40"))})
    assert said(ours.depart_at(stop(C), stop(B), at("8:00"))) == ["08:20 C-B 08:30"]
    assert said(ours.depart_at(stop(B), stop(D), at("8:11"))) == ["08:30 B-D 08:40"]
    assert said(ours.depart_at(stop(B), stop(D), at("8:00"))) == ["08:30 B-D 08:40"]
    assert said(ours.arrive_by(stop(A), stop(B), at("8:30"))) == ["08:00 A-B 08:10"]
    ride = ours.depart_at(stop(B), stop(D), at("8:11"))[0].rides[0]
    assert (ride.board_call, ride.alight_call) == (3, 4)


def test_a_trip_that_overtakes_another_is_found() -> None:
    trips = {"slow": trip("101", ("a", "8:00"), ("b", "9:00")), "fast": trip("101", ("a", "8:10"), ("b", "8:30"))}
    assert said(planner(trips).depart_at(stop(A), stop(B), at("7:00"))) == ["08:10 A-B 08:30"]


def test_the_runs_of_a_frequency_are_rides_with_a_headway_unless_their_times_are_exact() -> None:
    trips = {"often": trip("101", ("a", "0:00"), ("b", "0:20"))}
    for is_exact, headway_s in ((False, 900), (True, None)):
        ours = planner(trips, frequencies=(Frequency("often", 8 * 3600, 9 * 3600, 900, is_exact),))
        journeys = ours.depart_between(stop(A), stop(B), at("8:10"), at("10:00"))
        assert said(journeys) == ["08:15 A-B 08:35", "08:30 A-B 08:50", "08:45 A-B 09:05"]
        assert {ride.headway_s for one in journeys for ride in one.rides} == {headway_s}


def test_a_ride_says_line_headsign_trip_and_fare() -> None:
    one = network(
        DIRECT_OR_CHANGE, fares=(Fare("two", 200), Fare("three", 300)), fare_rules=(FareRule("two", "101"), FareRule("three", "208")),
    )
    one = replace(one, trips=tuple(replace(each, headsign=each.trip_id) for each in one.trips))
    rides = planner_of(one).depart_at(stop(A), stop(C), at("7:30"))[-1].rides
    assert [(ride.route.route_id, ride.headsign, ride.trip, ride.service_day) for ride in rides] == [
        ("101", "first", 1, DAY), ("208", "second", 2, DAY),
    ]
    assert [ride.fare.price_fen for ride in rides if ride.fare] == [200, 300]


def test_a_range_gives_each_departure_that_is_worth_it() -> None:
    trips = {time: trip("101", ("a", time), ("b", arrives)) for time, arrives in (
        ("8:00", "8:30"), ("8:10", "9:00"), ("8:20", "8:50"), ("23:50", "24:30"), ("24:10", "24:50"))}
    ours = planner(trips)
    assert said(ours.depart_between(stop(A), stop(B), at("7:00"), at("8:20"))) == ["08:00 A-B 08:30"]
    assert said(ours.depart_between(stop(A), stop(B), at("8:01"), at("24:11"))) == [
        "08:20 A-B 08:50", "23:50 A-B 00:30+1", "00:10+1 A-B 00:50+1",
    ]
    assert ours.depart_between(stop(A), stop(B), at("9:00"), at("9:00")) == []
    assert ours.depart_between(stop(A), stop(B), at("9:00"), at("8:00")) == []


def test_no_more_transfers_are_proposed_than_asked() -> None:
    assert said(planner(DIRECT_OR_CHANGE, Rules(max_transfers=0)).depart_at(stop(A), stop(C), at("7:30"))) == ["08:00 A-C 10:00"]


def test_reach_says_for_each_stop_what_a_question_for_it_alone_would() -> None:
    ours = planner(DIRECT_OR_CHANGE)
    reach = ours.reach_from(stop(A), at("8:01"), at("9:30"))
    assert [reach.time(number) for number in (A, B, C, D)] == [at("8:01"), at("8:30"), at("9:00"), None]
    assert reach.transfers.tolist() == [0, 0, 1, -1, -1]
    assert ours.reach_from(stop(A), at("8:01"), at("8:59")).time(C) is None
    back = ours.reach_to(stop(C), at("9:59"), at("7:00"))
    assert [back.time(number) for number in (A, B, C, D)] == [at("8:05"), at("8:40"), at("9:59"), None]
    assert ours.reach_to(stop(C), at("9:59"), at("8:06")).time(A) is None


def test_travel_times_are_the_earliest_arrivals_of_all_pairs() -> None:
    table = planner(DIRECT_OR_CHANGE).travel_times([stop(A), stop(B)], [stop(C), Access((StopAccess(B, 300),)), stop(E)], at("8:01"))
    assert table == [[at("9:00"), at("8:35"), None], [at("9:00"), at("8:06"), None]]


def test_places_without_stops_and_networks_without_buses_have_no_journeys() -> None:
    assert planner(DIRECT_OR_CHANGE).depart_at(Access(()), stop(C), at("8:00")) == []
    assert planner(DIRECT_OR_CHANGE).arrive_by(stop(A), Access(()), at("8:00")) == []
    empty = planner({})
    assert empty.depart_at(stop(A), stop(B), at("8:00")) == []
    assert empty.reach_from(stop(A), at("8:00"), at("9:00")).time(B) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        planner(DIRECT_OR_CHANGE).depart_at(stop(A), stop(C), at("8:00").replace(tzinfo=None))


def test_more_journeys_than_room_was_made_for_are_all_given() -> None:
    """A bus each minute of a day."""
    trips = {"often": trip("101", ("a", "0:00"), ("b", "0:20"))}
    ours = planner(trips, frequencies=(Frequency("often", 0, 86400, 60),))
    found = ours.depart_between(stop(A), stop(B), at("0:00"), at("24:00"))
    assert [one.departs_at for one in found] == [at("0:00") + number * MINUTE for number in range(1440)]


def test_clocks_that_change_do_not_move_the_buses() -> None:
    """In Berlin 29 March 2026 has 23 hours and 25 October 25; service days count from noon minus 12 h."""
    one = network({"bus": trip("101", ("a", "4:00"), ("b", "4:30"))})
    ours = planner_of(replace(one, agencies=(replace(one.agencies[0], timezone="Europe/Berlin"),)))
    for day in (DAY.replace(day=29), DAY.replace(month=10, day=25)):
        moment = ours.schedule.moment(day, 4 * 3600)
        for before in (timedelta(minutes=1), timedelta(hours=3), timedelta(hours=8)):
            assert ours.depart_at(stop(A), stop(B), moment - before)[0].departs_at == moment
            assert ours.arrive_by(stop(A), stop(B), moment + 30 * MINUTE + before)[0].departs_at == moment


def test_a_trip_with_one_call_or_none_is_passed_over() -> None:
    one = network({"none": ("101", "daily", []), "one": trip("101", ("a", "7:00")), **DIRECT_OR_CHANGE})
    journey = planner_of(one).depart_at(stop(A), stop(C), at("7:30"))[0]
    ride = journey.legs[0]
    assert isinstance(ride, Ride) and one.trips[ride.trip] == Trip("slow", "101", "daily")
