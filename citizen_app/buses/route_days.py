"""What the list of lines says of each: where from and to, the first and the last bus today, else its next day. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from citizen_app.buses.lines import Line
from citizen_app.buses.network import Network, Route
from citizen_app.buses.schedule import Schedule


@dataclass(frozen=True)
class RouteDay:
    """One line on one day. `line` is its first direction, None when it has no trips; times are seconds of the service day.

    `first_s` and `last_s` are departures from the first stop in that direction, None when it does not run on the day;
    then `next_day` is the next date on which it does, None when none is known.
    """

    route: Route
    line: Line | None
    first_s: int | None
    last_s: int | None
    next_day: date | None


def route_day(schedule: Schedule, route: Route, day: date) -> RouteDay:
    """What the route does on a day of the county's calendar."""
    lines = schedule.lines_of(route)
    services = schedule.services_on(day)
    for line in lines:
        spans = first_and_last(schedule, line, services)
        if spans is not None:
            return RouteDay(route, line, *spans, day)
    ahead = schedule.next_days(schedule.services_of(route), day, 1)
    return RouteDay(route, lines[0] if lines else None, None, None, ahead[0] if ahead else None)


@lru_cache(maxsize=2)
def last_known_day(network: Network) -> date | None:
    """The day after which the network says nothing: the feed's own end, else that of its last service; None for no end."""
    if network.feed_info.end_date is not None:
        return network.feed_info.end_date
    ends = [max((rule.last, *rule.added)) for rule in network.services.values() if rule.last is not None]
    return max(ends) if ends and len(ends) == len(network.services) else None


def runs_on(schedule: Schedule, route: Route, services: frozenset[str]) -> bool:
    """Whether any trip of the route runs when these services are in force."""
    return not services.isdisjoint(schedule.services_of(route))


def routes_in_town(schedule: Schedule, town_code: str) -> tuple[Route, ...]:
    """The routes that call anywhere in a town, in the order of the network."""
    stops = {index for index, stop in enumerate(schedule.network.stops) if stop.town_code == town_code}
    found = {schedule.lines[pattern.line].route for pattern in schedule.patterns if not stops.isdisjoint(pattern.stops)}
    return tuple(schedule.network.routes[index] for index in sorted(found))


def first_and_last(schedule: Schedule, line: Line, services: frozenset[str]) -> tuple[int, int] | None:
    """The first and the last departure of a line from where its trips begin, when these services are in force."""
    calls = schedule.network.stop_times
    found: list[int] = []
    for pattern in line.patterns:
        runs = schedule.runs_with(schedule.patterns[pattern].runs, services)
        trips = schedule.runs.trip[runs]
        has_calls = calls.first[trips] < calls.first[trips + 1]
        starts = calls.departure_s[calls.first[trips[has_calls]]] + schedule.runs.shift_s[runs[has_calls]]
        if len(starts):
            found += [int(starts.min()), int(starts.max())]
    return (min(found), max(found)) if found else None
