"""Markets and the buses to them: who goes there on a market day, when, and how one gets home. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from citizen_app.buses.lines import PatternOfStops
from citizen_app.buses.network import Route, Stop
from citizen_app.buses.schedule import Schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import holds, next_dates
from citizen_app.geo import distance_m
from citizen_app.places.market import Market

_AT_MARKET_M = 1500


@dataclass(frozen=True)
class Ride:
    """One run to or from the market: where it begins and ends, in seconds of the service day. `trip` as in Departure.

    `headway_s` and `headway_min_s` are those of a frequency without exact times.
    """

    from_stop: Stop
    to_stop: Stop
    departs_s: int
    arrives_s: int
    trip: int
    headway_s: int | None = None
    headway_min_s: int | None = None


@dataclass(frozen=True)
class MarketLine:
    """A line that runs for a market. `stop` is the one at the market.

    `there` are the rides that arrive before it closes, `back` those home, both by time and from end to end; the last of
    `back` is the last way home. Both are empty on a day on which the line does not run.
    """

    route: Route
    stop: Stop
    there: tuple[Ride, ...]
    back: tuple[Ride, ...]


def markets_on(schedule: Schedule, day: date) -> list[Market]:
    """The markets held on a date, in the order of the network."""
    return [market for market in schedule.network.markets if holds(market.rule, day, schedule.calendar)]


def next_market_days(market: Market, start: date, count: int, calendar: DayCalendar) -> list[date]:
    """The market's first dates from `start` on, fewer when there are not so many within 400 days."""
    return next_dates(market.rule, start, count, calendar)


def market_of(markets: Sequence[Market], town_code: str, point: tuple[float, float] | None) -> Market | None:
    """The market where people of a place go: one of their town, the nearest of several; else the nearest of all.

    `point` is (lat, lon) of the place, None where it is not known: then the first of the town, or None.
    """
    own = [one for one in markets if town_code and one.town_code == town_code]
    if point is None:
        return next(iter(own), None)
    placed = [(distance_m(*point, one.lat, one.lon), one) for one in own or markets if one.lat is not None and one.lon is not None]
    return min(placed, key=lambda one: one[0])[1] if placed else next(iter(own), None)


def list_market_lines(schedule: Schedule, market: Market, day: date) -> list[MarketLine]:
    """The lines that run for a market with their rides of a date, in the order of the network."""
    found = []
    for route in schedule.network.routes:
        if route.market == market.slug:
            patterns = [schedule.patterns[index] for line in schedule.lines_of(route) for index in line.patterns]
            if any(pattern.stops for pattern in patterns):
                found.append(_market_line(schedule, market, route, [one for one in patterns if one.stops], day))
    return found


def _market_line(schedule: Schedule, market: Market, route: Route, patterns: list[PatternOfStops], day: date) -> MarketLine:
    stop_at = _find_market_stops(schedule, market, patterns)
    there: list[Ride] = []
    back: list[Ride] = []
    for pattern in patterns:
        places = [place for place, stop in enumerate(pattern.stops) if stop in stop_at]
        if places and places[-1] > 0:
            there += _rides(schedule, pattern, 0, places[-1], day)
        if places and places[0] < len(pattern.stops) - 1:
            back += _rides(schedule, pattern, places[0], len(pattern.stops) - 1, day)
    in_time = [ride for ride in there if market.closes_s is None or ride.arrives_s < market.closes_s]
    arrives_s = min((ride.arrives_s for ride in in_time), default=0)
    home = [ride for ride in back if ride.departs_s >= arrives_s]
    return MarketLine(route, schedule.network.stops[stop_at[0]], tuple(sorted(in_time, key=_when)), tuple(sorted(home, key=_when)))


def _find_market_stops(schedule: Schedule, market: Market, patterns: list[PatternOfStops]) -> list[int]:
    """The stops of a line at the market: the nearest one and its namesakes, else those of its town, else the first line's end."""
    stops, end = schedule.network.stops, patterns[0].stops[-1]
    indices = sorted({stop for pattern in patterns for stop in pattern.stops})
    near = sorted(
        (distance_m(market.lat, market.lon, one.lat, one.lon), index) for index in indices
        if (one := stops[index]).lat is not None and one.lon is not None and market.lat is not None and market.lon is not None
    )
    nearest = near[0][1] if near and near[0][0] <= _AT_MARKET_M else None
    if nearest is None:
        ends = [index for pattern in patterns for index in (pattern.stops[-1], pattern.stops[0])]
        in_town = [index for index in (*ends, *indices) if market.town_code and stops[index].town_code == market.town_code]
        nearest = next(iter(in_town), end)
    return [nearest, *(index for index in indices if stops[index].name == stops[nearest].name and index != nearest)]


def _rides(schedule: Schedule, pattern: PatternOfStops, start: int, end: int, day: date) -> Iterator[Ride]:
    calls, stops = schedule.network.stop_times, schedule.network.stops
    for run in schedule.runs_with(pattern.runs, schedule.services_on(day)).tolist():
        trip, shift_s, which = (int(column[run]) for column in (schedule.runs.trip, schedule.runs.shift_s, schedule.runs.frequency))
        first = int(calls.first[trip])
        frequency = schedule.network.frequencies[which] if which >= 0 else None
        headway = frequency if frequency is not None and not frequency.exact_times else None
        yield Ride(
            stops[pattern.stops[start]], stops[pattern.stops[end]],
            int(calls.departure_s[first + start]) + shift_s, int(calls.arrival_s[first + end]) + shift_s, trip,
            headway.headway_s if headway else None, headway.headway_min_s if headway else None,
        )


def _when(ride: Ride) -> tuple[int, int]:
    return ride.departs_s, ride.trip
