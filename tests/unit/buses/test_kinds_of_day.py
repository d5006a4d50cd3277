"""The days of a line: dates of one timetable together, and the dates on which it runs."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.kinds_of_day import find_simple_rule, list_day_choices, running_dates
from citizen_app.buses.network import Network
from citizen_app.buses.schedule import build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.kinds import DayKind
from citizen_app.days.rules import DayKinds, LunarDigits, Rule, Season, holds
from tests.networks import calls, make_network
from tests.unit.buses import oracle
from tests.unit.buses.oracle import CALENDAR

DAY = timedelta(days=1)
WORKDAYS = Rule(DayKinds(frozenset({DayKind.WORKDAY})))
OTHERS = Rule(DayKinds(frozenset({DayKind.WEEKEND, DayKind.HOLIDAY})))


def network_of(**services: Rule) -> Network:
    trips = {key: ("101", key, calls(6 * 3600, "zong", "xun")) for key in services}
    return make_network(trips, services=services)


@given(oracle.networks(), oracle.days, st.integers(1, 40), st.integers(1, 5))
def test_every_date_is_in_one_choice_and_the_next_dates_are_those_on_which_a_rule_holds(
    network: Network, start: date, days: int, count: int
) -> None:
    schedule = build_schedule(network, CALENDAR)
    for route in network.routes:
        services = {trip.service_id for trip in network.trips if trip.route_id == route.route_id}
        choices = list_day_choices(schedule, route, start, days)
        assert sorted(day for choice in choices for day in choice.dates) == [start + number * DAY for number in range(days)]
        assert len({choice.services for choice in choices}) == len(choices)
        for choice in choices:
            for day in choice.dates:
                assert {one for one in services if holds(network.services[one], day, CALENDAR)} == choice.services
        ahead = [day for day in (start + number * DAY for number in range(400)) if any(holds(network.services[one], day, CALENDAR) for one in services)]
        assert running_dates(schedule, route, start, count) == ahead[:count]


def test_working_days_and_all_others_are_two_choices_with_a_make_up_saturday_among_the_working_days() -> None:
    schedule = build_schedule(network_of(work=WORKDAYS, rest=OTHERS), CALENDAR)
    first, second = list_day_choices(schedule, schedule.route_by_slug("101"), date(2026, 9, 28), 14)
    assert first.services == {"work"} and first.rules == (WORKDAYS,) and date(2026, 10, 10) in first.dates
    assert second.services == {"rest"} and set(second.dates) >= {date(2026, 10, day) for day in range(1, 8)}
    assert find_simple_rule([first, second]) is None


def test_one_rule_that_says_it_all_is_found_also_when_there_are_days_without_a_bus() -> None:
    market = Rule(LunarDigits(frozenset({3, 8})))
    schedule = build_schedule(network_of(market=market), CALENDAR)
    choices = list_day_choices(schedule, schedule.route_by_slug("101"), date(2026, 11, 25))
    assert find_simple_rule(choices) == market
    assert sorted(len(choice.services) for choice in choices) == [0, 1]
    assert sum(len(choice.dates) for choice in choices) == 60


def test_summer_and_winter_take_turns_on_the_countys_own_dates() -> None:
    calendar = DayCalendar(summer_from=(5, 1), winter_from=(10, 1), changes=((2026, date(2026, 5, 1), date(2026, 10, 8)),))
    schedule = build_schedule(network_of(summer=Rule(season=Season.SUMMER), winter=Rule(season=Season.WINTER)), calendar)
    summer, winter = list_day_choices(schedule, schedule.route_by_slug("101"), date(2026, 10, 1), 14)
    assert summer.dates[-1] == date(2026, 10, 7) and winter.dates[0] == date(2026, 10, 8)


def test_a_line_without_trips_has_no_dates() -> None:
    schedule = build_schedule(network_of(work=WORKDAYS), CALENDAR)
    route = schedule.route_by_slug("208")
    choice, = list_day_choices(schedule, route, date(2026, 11, 25))
    assert choice.services == frozenset() and running_dates(schedule, route, date(2026, 11, 25), 3) == []
