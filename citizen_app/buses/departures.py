"""The departures of stops, and the board of one stop. Pure.

A bus that ends its run at a stop is an arrival and not listed, nor is a call that only sets down.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from citizen_app.buses.board import Departure, LineAtStop, StopBoard
from citizen_app.buses.schedule import Schedule
from citizen_app.buses.service_day import Departures, ServiceDay, when

_DAY = timedelta(days=1)
_DAY_S = 86_400
_DAILY_DAYS = 14       # a line that runs on each of so many days is a daily one
_MOST_DATES = 6


def list_departures(schedule: Schedule, stop_indices: Sequence[int], after: datetime, until: datetime) -> list[Departure]:
    """The departures of some stops (indices) with after <= departs_at < until, soonest first.

    Service days before the first date are looked at as far as the feed's times go past 24:00. A loop that passes twice
    is listed twice. `is_first` and `is_last` are those of each line at these stops together, on the service day.
    """
    stops = tuple(stop_indices)
    first_day = schedule.today(after) - schedule.overnight_days(stops) * _DAY
    found: list[Departure] = []
    for offset in range((schedule.today(until) - first_day).days + 2):    # + 2: times before 0:00 exist on days without 24 h
        day = ServiceDay(schedule, stops, first_day + offset * _DAY)
        found.extend(map(day.departure, range(day.first_at(after), day.first_at(until))))
    return sorted(found, key=when)


def list_departures_on(schedule: Schedule, stop_indices: Sequence[int], day: date) -> list[Departure]:
    """All departures of one service day, in order, past 24:00 too."""
    return list_departures_with(schedule, stop_indices, day, schedule.services_on(day))


def list_departures_with(
    schedule: Schedule, stop_indices: Sequence[int], day: date, services: frozenset[str]
) -> list[Departure]:
    """All departures as of `day` if these services were in force: a poster shows kinds of day with it."""
    found = ServiceDay(schedule, tuple(stop_indices), day, services)
    return [found.departure(place) for place in range(len(found))]


def stop_board(schedule: Schedule, code: str, now: datetime) -> StopBoard:
    """What the page of a stop or station says at a moment. Raises NotFound.

    `coming` goes on without a gap to the end of today's service or to tomorrow's first departure, whichever is later.
    "Today" is the date on the feed's clock.
    """
    stop = schedule.stop_by_code(code)
    indices = schedule.stop_indices(stop)
    today = schedule.today(now)
    before = [ServiceDay(schedule, indices, today - days * _DAY) for days in range(schedule.overnight_days(indices), 0, -1)]
    on_today, on_tomorrow = (ServiceDay(schedule, indices, day) for day in (today, today + _DAY))
    lines = [
        _line_at_stop(schedule, line, services, (before, on_today, on_tomorrow), now)
        for line, services in schedule.services_at(indices).items()
    ]
    previous, following = _neighbours(schedule, indices)
    return StopBoard(
        stop=stop,
        stops=tuple(schedule.network.stops[index] for index in indices),
        lines=tuple(sorted(lines, key=_next_first)),
        next=min((line.coming[0] for line in lines if line.coming), key=when, default=None),
        last=on_today.last(),
        before=previous,
        after=following,
    )


def _line_at_stop(
    schedule: Schedule, line: int, services: frozenset[str], days: tuple[Sequence[ServiceDay], ServiceDay, ServiceDay], now: datetime
) -> LineAtStop:
    """`days`: those before today that may last past midnight, today, tomorrow."""
    before, on_today, on_tomorrow = days
    today = on_today.day
    all_today, left, ahead = on_today.places_of(line), on_today.places_of(line, now), on_tomorrow.places_of(line, now)
    ends = [on_today.departs_at(place) for place in left[-1:]] + [on_tomorrow.departs_at(place) for place in ahead[:1]]
    midnight = schedule.moment(today, _DAY_S)
    coming = [
        *((day, place) for day in before for place in day.places_of(line, now) if day.departs_at(place) < midnight),
        *((on_today, place) for place in left),
        *((on_tomorrow, place) for place in on_tomorrow.places_of(line, now, max(ends, default=now))),
    ]
    found, later = schedule.lines[line], schedule.next_days(services, today + _DAY, 1)
    return LineAtStop(
        route=schedule.network.routes[found.route],
        headsign=found.headsign,
        direction_id=found.direction_id,
        coming=Departures(coming),
        first_today=on_today.departure(all_today[0]) if all_today else None,
        last_today=on_today.departure(all_today[-1]) if all_today else None,
        runs_today=bool(all_today),
        next_day=today if left else next(iter(later), None),
        next_dates=_dates_unless_daily(schedule, services, today),
        rules=schedule.rules_of(services, today),
    )


def _dates_unless_daily(schedule: Schedule, services: frozenset[str], today: date) -> tuple[date, ...]:
    soon = schedule.next_days(services, today, _DAILY_DAYS)
    if len(soon) == _DAILY_DAYS and soon[-1] == today + (_DAILY_DAYS - 1) * _DAY:
        return ()
    return soon[:_MOST_DATES]


def _neighbours(schedule: Schedule, indices: Sequence[int]) -> tuple[str, str]:
    """The names of the stops before and after on the sequence of stops that most runs follow through here."""
    best, names = 0, ("", "")
    for line in schedule.services_at(tuple(indices)):
        for pattern in (schedule.patterns[one] for one in schedule.lines[line].patterns):
            if len(pattern.runs) <= best:
                continue
            place = next((place for place, stop in enumerate(pattern.stops[:-1]) if stop in indices), None)
            if place is not None:
                stops = schedule.network.stops
                before = stops[pattern.stops[place - 1]].name if place else ""
                best, names = len(pattern.runs), (before, stops[pattern.stops[place + 1]].name)
    return names


def _next_first(line: LineAtStop) -> tuple[bool, float, str, str]:
    """Lines with a departure ahead by its moment, then those that run on a later day, then those that never do."""
    if line.coming:
        return False, line.coming[0].departs_at.timestamp(), line.route.route_id, line.headsign
    return True, (line.next_day or date.max).toordinal(), line.route.route_id, line.headsign
