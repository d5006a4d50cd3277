"""What is cancelled or late just now is laid over the timetable for one question, and for no other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citizen_app.buses.journeys.journey import Overlay
from citizen_app.buses.journeys.planner import Planner
from citizen_app.buses.network import Frequency
from tests.unit.buses.journeys.small import DAY, A, B, C, at, planner, said, stop, trip

NEXT = DAY + timedelta(days=1)
FIRST, SECOND, ON = range(3)
TRIPS = {
    "first": trip("101", ("a", "8:00"), ("b", "8:30")), "second": trip("101", ("a", "8:20"), ("b", "8:50")),
    "on": trip("208", ("b", "8:40"), ("c", "9:00")),
}


@pytest.fixture
def ours() -> Planner:
    return planner(TRIPS)


def test_a_cancelled_trip_does_not_run_on_its_day_alone(ours: Planner) -> None:
    overlay = Overlay(cancelled=frozenset({(FIRST, DAY)}))
    assert said(ours.depart_at(stop(A), stop(B), at("8:00"), overlay)) == ["08:20 A-B 08:50"]
    assert said(ours.depart_at(stop(A), stop(B), at("8:00"))) == ["08:00 A-B 08:30"]
    assert said(ours.depart_at(stop(A), stop(B), at("8:00", NEXT), overlay)) == ["08:00+1 A-B 08:30+1"]
    assert said(ours.arrive_by(stop(A), stop(B), at("8:40"), overlay)) == ["08:20-1 A-B 08:50-1"]


def test_a_delay_moves_every_call_and_breaks_a_change(ours: Planner) -> None:
    overlay = Overlay(delays_s={(FIRST, DAY): 9 * 60})
    assert said(ours.depart_at(stop(A), stop(B), at("8:00"), overlay)) == ["08:09 A-B 08:39"]
    assert said(ours.depart_at(stop(A), stop(C), at("8:00"), overlay)) == ["08:00+1 A-B 08:30+1 08:40+1 B-C 09:00+1"]
    both = Overlay(delays_s={(FIRST, DAY): 9 * 60, (ON, DAY): 60})
    assert said(ours.depart_at(stop(A), stop(C), at("8:00"), both)) == ["08:09 A-B 08:39 08:41 B-C 09:01"]


def test_a_delay_of_seconds_is_rounded_so_that_nothing_is_promised_too_much(ours: Planner) -> None:
    overlay = Overlay(delays_s={(FIRST, DAY): 90})
    assert said(ours.depart_at(stop(A), stop(B), at("8:00"), overlay)) == ["08:01 A-B 08:32"]


def test_a_late_trip_may_be_overtaken(ours: Planner) -> None:
    overlay = Overlay(delays_s={(FIRST, DAY): 45 * 60})
    assert said(ours.depart_at(stop(A), stop(B), at("8:00"), overlay)) == ["08:20 A-B 08:50"]
    assert said(ours.depart_at(stop(A), stop(B), at("8:21"), overlay)) == ["08:45 A-B 09:15"]


def test_a_bus_that_is_so_late_that_it_comes_the_next_day_is_met_then(ours: Planner) -> None:
    overlay = Overlay(delays_s={(SECOND, DAY): 16 * 3600})
    journey = ours.depart_at(stop(A), stop(B), at("24:10"), overlay)[0]
    assert (said([journey]), journey.rides[0].service_day) == (["00:20+1 A-B 00:50+1"], DAY)


def test_a_bus_that_is_more_than_a_day_late_comes_no_more(ours: Planner) -> None:
    overlay = Overlay(delays_s={(FIRST, DAY): 25 * 3600, (SECOND, DAY): 25 * 3600})
    assert ours.depart_at(stop(A), stop(B), at("8:00"), overlay)[0].departs_at == at("8:00", NEXT)


def test_a_bus_may_be_early(ours: Planner) -> None:
    assert said(ours.depart_at(stop(A), stop(B), at("7:00"), Overlay(delays_s={(FIRST, DAY): -300}))) == ["07:55 A-B 08:25"]


def test_all_runs_of_a_frequency_are_cancelled_and_late_together() -> None:
    often = planner({"often": trip("101", ("a", "0:00"), ("b", "0:20"))}, frequencies=(Frequency("often", 8 * 3600, 9 * 3600, 1800),))
    late = Overlay(delays_s={(0, DAY): 300})
    assert said(often.depart_between(stop(A), stop(B), at("8:00"), at("10:00"), late)) == ["08:05 A-B 08:25", "08:35 A-B 08:55"]
    gone = Overlay(cancelled=frozenset({(0, DAY)}))
    assert often.depart_between(stop(A), stop(B), at("8:00"), at("10:00"), gone) == []


def test_reach_and_travel_times_follow_the_overlay(ours: Planner) -> None:
    overlay = Overlay(delays_s={(FIRST, DAY): 60})
    assert ours.reach_from(stop(A), at("8:00"), at("9:00"), overlay).time(B) == at("8:31")
    assert ours.reach_to(stop(B), at("8:35"), at("7:00"), overlay).time(A) == at("8:01")
    assert ours.travel_times([stop(A)], [stop(B)], at("8:00"), overlay) == [[at("8:31")]]
