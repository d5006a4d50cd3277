"""A journey in words: every step in order, waits and walks in minutes, what it costs, and what hangs on one bus."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from citizen_app.buses.journey_ways import Missed
from citizen_app.buses.journeys.access import access_to_stops
from citizen_app.buses.journeys.journey import Access, Journey, Ride, StopAccess, Walk
from citizen_app.buses.journeys.planner import Planner
from citizen_app.buses.line_names import Names
from citizen_app.buses.network import Fare
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.buses.telling_views import say_brief, say_fare, tell
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import LunarDigits, Rule
from tests.networks import calls, make_network
from tests.unit.buses.journeys_by_hand import at

HOUR = 3600


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    """The market line from 光明村 to 汛桥, and an hour later line 101 on to the coach station."""
    trips = {
        "m": ("208", "market", calls(8 * HOUR + 600, "guang", "xun", ride_s=1920)),
        "a": ("101", "daily", calls(9 * HOUR, "xun", "qiao", "zong")), "b": ("101", "daily", calls(17 * HOUR, "xun", "qiao", "zong")),
    }
    services = {"daily": Rule(), "market": Rule(LunarDigits(frozenset({3, 7})))}
    return build_schedule(make_network(trips, services=services), DayCalendar())


@pytest.fixture
def names(app: Flask, schedule: Schedule) -> Names:
    return Names(schedule, in_english=False)


def find(schedule: Schedule, origin: Access, end: int) -> Journey:
    return Planner(schedule).depart_at(origin, access_to_stops(schedule, (end,)), at("7:50"))[-1]


def test_the_whole_of_it_in_one_line(names: Names, schedule: Schedule) -> None:
    journey = find(schedule, Access((StopAccess(3, 360, 430),)), 2)
    assert say_brief(names, journey, "汛桥") == "走 6 分钟到 光明村 → 8:10 乘 208(农历逢三、七) → 8:42 汛桥"


def test_each_step_with_its_wait_and_the_stops_between(names: Names, schedule: Schedule) -> None:
    journey = find(schedule, Access((StopAccess(3, 360, 430),)), 0)
    told = tell(names, journey, "客运总站", [Missed(1, at("17:20"))])
    assert [(step.kind, step.clock, step.text) for step in told.steps] == [
        ("walk", "8:04", "走 6 分钟到 光明村"), ("ride", "8:10", "光明村 上车"), ("off", "8:42", "汛桥 下车"), ("ride", "9:00", "汛桥 上车"),
        ("end", "9:20", "到 客运总站"),
    ]
    assert told.steps[2].wait == "等 18 分钟" and (told.waiting, told.walking, told.changes) == ("等车 18 分钟", "走路 6 分钟", "换 1 次车")
    assert [(one.clock, one.name) for one in told.steps[3].passed] == [("9:10", "灵江大桥")]
    assert told.steps[3].missed == "没赶上这一班，就要 17:20 才到。" and told.steps[1].missed == ""
    assert told.steps[1].first_last == "一天一班" and told.steps[1].is_last and not told.steps[3].is_last
    assert (told.departs, told.arrives, told.span) == ("8:04", "9:20", "1 小时 16 分钟")


def test_a_change_without_another_bus_that_day_is_said(names: Names, schedule: Schedule) -> None:
    journey = find(schedule, Access((StopAccess(3),)), 0)
    assert "当天就到不了了" in tell(names, journey, "客运总站", [Missed(1, None)]).steps[2].missed


def test_the_fare_is_the_sum_and_unknown_when_one_is(app: Flask, schedule: Schedule) -> None:
    rides = find(schedule, Access((StopAccess(3),)), 0).rides
    paid = [replace(ride, fare=Fare("f", 250)) for ride in rides]
    assert say_fare(rides) == "票价不清楚" and say_fare(paid) == "5 元" and say_fare([*paid[:1], *rides[1:]]) == "票价不清楚"
    assert say_fare([replace(ride, fare=Fare("f", 0)) for ride in rides]) == "免费" and say_fare([]) == ""
    assert say_fare([replace(paid[0], fare=Fare("f", 250, "USD")), paid[1]]) == "票价不清楚"
    assert say_fare([replace(paid[0], fare=Fare("f", 250, "USD"))]) == "2.5 USD"


def test_a_way_on_foot_alone_needs_no_bus_and_no_fare(names: Names) -> None:
    walk = Walk(None, None, at("8:00"), at("8:07"), 500)
    told = tell(names, Journey(walk.departs_at, walk.arrives_at, (walk,)), "东湖")
    assert (told.changes, told.fare, told.brief) == ("不用坐车", "", "走 7 分钟到 东湖")


def test_a_bus_that_comes_every_so_often_is_said_to_be_about(names: Names, schedule: Schedule) -> None:
    journey = find(schedule, Access((StopAccess(3),)), 2)
    every = Journey(journey.departs_at, journey.arrives_at, tuple(
        replace(leg, headway_s=1200) if isinstance(leg, Ride) else leg for leg in journey.legs))
    told = tell(names, every, "汛桥")
    assert told.is_about and told.steps[0].every == "大约每 20 分钟一班"
    assert every.arrives_at - every.departs_at == timedelta(minutes=32)
