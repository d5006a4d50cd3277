"""On which days a route runs which timetable: the choices of its day picker, and its dates. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from citizen_app.buses.grid import DayChoice
from citizen_app.buses.network import Route
from citizen_app.buses.schedule import Schedule
from citizen_app.days.rules import Rule


def services_of_day(schedule: Schedule, route: Route, day: date) -> frozenset[str]:
    """The route's services in force on a date; empty when it does not run."""
    return schedule.services_on(day) & schedule.services_of(route)


def list_day_choices(schedule: Schedule, route: Route, today: date, days: int = 60) -> list[DayChoice]:
    """The dates from today on, `days` of them, grouped by the route's services in force; the group of today comes first.

    The days on which it does not run are a group too, with no services and no rules.
    """
    dates: dict[frozenset[str], list[date]] = {}
    for offset in range(days):
        day = today + timedelta(days=offset)
        dates.setdefault(services_of_day(schedule, route, day), []).append(day)
    return [DayChoice(services, tuple(found), _rules(schedule, services)) for services, found in dates.items()]


def find_simple_rule(choices: Sequence[DayChoice]) -> Rule | None:
    """The one rule by which a route runs, where one says it all; None where several timetables or rules take turns."""
    running = [choice for choice in choices if choice.services]
    return running[0].rules[0] if len(running) == 1 and len(running[0].rules) == 1 else None


def running_dates(schedule: Schedule, route: Route, start: date, count: int) -> list[date]:
    """The first dates from `start` on on which the route runs, fewer when there are not so many within 400 days."""
    return list(schedule.next_days(schedule.services_of(route), start, count))


def _rules(schedule: Schedule, services: frozenset[str]) -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(schedule.network.services[one] for one in sorted(services)))
