"""The departures of stops, and the board of one stop. Pure.

A bus that ends its run at a stop is an arrival and not listed, nor is a call that only sets down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.board import Departure, LineAtStop, StopBoard
from citizen_app.buses.lines import Line
from citizen_app.buses.schedule import Schedule, StopDay

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
        day = first_day + offset * _DAY
        on_day = schedule.stop_day(schedule.services_on(day), stops)
        midnight = schedule.moment(day, 0)
        lowest, highest = (after - midnight).total_seconds(), (until - midnight).total_seconds()
        within = np.flatnonzero((on_day.departure_s >= lowest) & (on_day.departure_s < highest))
        found.extend(_departures(schedule, day, on_day, within))
    return sorted(found, key=_when)


def list_departures_on(schedule: Schedule, stop_indices: Sequence[int], day: date) -> list[Departure]:
    """All departures of one service day, in order, past 24:00 too."""
    return list_departures_with(schedule, stop_indices, day, schedule.services_on(day))


def list_departures_with(
    schedule: Schedule, stop_indices: Sequence[int], day: date, services: frozenset[str]
) -> list[Departure]:
    """All departures as of `day` if these services were in force: a poster shows kinds of day with it."""
    on_day = schedule.stop_day(services, tuple(stop_indices))
    return _departures(schedule, day, on_day, np.arange(len(on_day.run)))


def stop_board(schedule: Schedule, code: str, now: datetime) -> StopBoard:
    """What the page of a stop or station says at a moment. Raises NotFound.

    `coming` goes on without a gap to the end of today's service or to tomorrow's first departure, whichever is later.
    "Today" is the date on the feed's clock.
    """
    stop = schedule.stop_by_code(code)
    indices = schedule.stop_indices(stop)
    today = schedule.today(now)
    over_midnight = list_departures(schedule, indices, now, schedule.moment(today, _DAY_S))
    on_today = list_departures_on(schedule, indices, today)
    days = (
        _by_line(schedule, [one for one in over_midnight if one.service_day < today]),
        _by_line(schedule, on_today),
        _by_line(schedule, list_departures_on(schedule, indices, today + _DAY)),
    )
    lines = [
        _line_at_stop(schedule, schedule.lines[line], services, [day.get(line, []) for day in days], now)
        for line, services in schedule.services_at(indices).items()
    ]
    before, after = _neighbours(schedule, indices)
    return StopBoard(
        stop=stop,
        stops=tuple(schedule.network.stops[index] for index in indices),
        lines=tuple(sorted(lines, key=_next_first)),
        next=min((line.coming[0] for line in lines if line.coming), key=_when, default=None),
        last=max(on_today, key=_when, default=None),
        before=before,
        after=after,
    )


def _departures(schedule: Schedule, day: date, on_day: StopDay, places: NDArray[np.intp]) -> list[Departure]:
    network, calls = schedule.network, schedule.network.stop_times
    midnight = schedule.moment(day, 0)
    run, call = on_day.run[places], on_day.call[places]
    columns = (
        on_day.departure_s[places], schedule.runs.trip[run], schedule.runs.frequency[run], call, calls.headsign[call],
        calls.timepoint[call] == 0, on_day.line[places], on_day.is_first[places], on_day.is_last[places],
    )
    found = []
    for seconds, trip, which, at, sign, is_rough, line, is_first, is_last in zip(*(one.tolist() for one in columns), strict=True):
        frequency = network.frequencies[which] if which >= 0 else None
        headway = frequency if frequency is not None and not frequency.exact_times else None
        found.append(Departure(
            route=network.routes[schedule.lines[line].route],
            headsign=calls.headsigns[sign] if sign >= 0 else schedule.headsigns[trip],
            direction_id=network.trips[trip].direction_id,
            departs_at=midnight + timedelta(seconds=seconds),
            service_day=day,
            departure_s=seconds,
            trip=trip,
            call=at,
            is_last=is_last,
            is_first=is_first,
            headway_s=headway.headway_s if headway else None,
            headway_min_s=headway.headway_min_s if headway else None,
            is_approximate=is_rough or headway is not None,
        ))
    return found


def _by_line(schedule: Schedule, departures: Iterable[Departure]) -> dict[int, list[Departure]]:
    found: dict[int, list[Departure]] = defaultdict(list)
    for one in departures:
        found[int(schedule.line_of_trip[one.trip])].append(one)
    return found


def _line_at_stop(
    schedule: Schedule, line: Line, services: frozenset[str], days: Sequence[list[Departure]], now: datetime
) -> LineAtStop:
    """`days`: what is left of the days before, all of today, all of tomorrow."""
    before, on_today, on_tomorrow = days
    today = schedule.today(now)
    left = [one for one in on_today if one.departs_at >= now]
    ahead = [one for one in on_tomorrow if one.departs_at >= now]
    end = max([one.departs_at for one in (*left[-1:], *ahead[:1])], default=now)
    later = schedule.next_days(services, today + _DAY, 1)
    return LineAtStop(
        route=schedule.network.routes[line.route],
        headsign=line.headsign,
        direction_id=line.direction_id,
        coming=tuple(sorted([*before, *left, *(one for one in ahead if one.departs_at <= end)], key=_when)),
        first_today=on_today[0] if on_today else None,
        last_today=on_today[-1] if on_today else None,
        runs_today=bool(on_today),
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


def _when(one: Departure) -> tuple[datetime, int, int]:
    return one.departs_at, one.trip, one.call


def _next_first(line: LineAtStop) -> tuple[bool, float, str, str]:
    """Lines with a departure ahead by its moment, then those that run on a later day, then those that never do."""
    if line.coming:
        return False, line.coming[0].departs_at.timestamp(), line.route.route_id, line.headsign
    return True, (line.next_day or date.max).toordinal(), line.route.route_id, line.headsign
