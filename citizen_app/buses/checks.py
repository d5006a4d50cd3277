"""Our own checks of a network, beside those of the GTFS validator: what a person at a stop would be misled by. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.findings import Finding, Severity
from citizen_app.buses.network import Network, Stop
from citizen_app.buses.running import HORIZON_DAYS, dates_of_services
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import dates_between
from citizen_app.geo import EARTH_RADIUS_M, Box

SOON_DAYS = 60
ENDS_SOON_DAYS = 30
_YEAR_DAYS = 366
_EXAMPLES = 5
_FAR_M = 1000.0    # a rounded minute says nothing of the speed over less
# Fastest by route_type, km/h: tram, metro, rail, bus, ferry, cable tram, cableway, funicular, trolleybus, monorail.
_FASTEST_KMH = {0: 100, 1: 150, 2: 500, 3: 120, 4: 80, 5: 30, 6: 50, 7: 50, 11: 120, 12: 150}
_FASTEST_EXTENDED_KMH = {1: 500, 2: 120, 4: 150, 7: 120, 8: 120, 9: 100, 10: 80, 12: 80}    # by hundreds; others are not judged


def check_network(network: Network, calendar: DayCalendar, today: date, bounds: Box | None) -> list[Finding]:
    """Everything that is found, errors first. `bounds` are the county's, None where no county is loaded."""
    dates = dates_of_services(network, calendar, today, HORIZON_DAYS)
    found = [*_check_times(network), *_check_speeds(network), *_check_frequencies(network)]
    out_of_season = {
        service_id for service_id, days in dates.items()
        if not days and dates_between(network.services[service_id], today, today + timedelta(days=_YEAR_DAYS), calendar)
    }
    found += [*_check_stops(network, bounds), *_check_use(network), *_check_dates(network, dates, out_of_season, today)]
    order = list(Severity)
    return sorted(found, key=lambda one: order.index(one.severity))


def _check_times(network: Network) -> Iterator[Finding]:
    """Arrival after departure at one stop, or arrival before the departure from the stop before."""
    times = network.stop_times
    bad = times.departure_s < times.arrival_s
    follows = _follows(network)
    bad[1:] |= follows & (times.arrival_s[1:] < times.departure_s[:-1])
    yield from _of_calls(network, Severity.ERROR, "time_goes_back", bad)
    short = [network.trips[number].trip_id for number in np.flatnonzero(np.diff(times.first) < 2)]
    yield from _of_things(Severity.WARNING, "one_call", short)


def _check_speeds(network: Network) -> Iterator[Finding]:
    """Between calls that are a kilometre or more apart. Times that are whole minutes may each be half a minute off."""
    times = network.stop_times
    lat = np.array([np.nan if stop.lat is None else stop.lat for stop in network.stops])
    lon = np.array([np.nan if stop.lon is None else stop.lon for stop in network.stops])
    type_of = {route.route_id: route.route_type for route in network.routes}
    fastest_kmh = np.array([_fastest_kmh(type_of[trip.route_id]) for trip in network.trips], dtype=np.float32)
    limit_kmh = np.repeat(fastest_kmh, np.diff(times.first))
    follows = np.flatnonzero(_follows(network))
    pairs = np.stack([times.stop[follows], times.stop[follows + 1]])
    _, where, back = np.unique(pairs[0].astype(np.int64) * max(len(lat), 1) + pairs[1], return_index=True, return_inverse=True)
    apart_m = _distances_m(lat, lon, pairs[0][where], pairs[1][where])[back]
    ride_s = (times.arrival_s[follows + 1] - times.departure_s[follows]).astype(np.int32)
    rounded = (times.arrival_s[follows + 1] % 60 == 0) & (times.departure_s[follows] % 60 == 0)
    longest_s = np.maximum(ride_s + np.where(rounded, 60, 0), 1)
    fast = (apart_m >= _FAR_M) & (ride_s >= 0) & (apart_m / longest_s * 3.6 > limit_kmh[follows])
    bad = np.zeros(len(times.stop), dtype=bool)
    bad[follows[fast]] = True
    yield from _of_calls(network, Severity.WARNING, "impossible_speed", bad)


def _fastest_kmh(route_type: int) -> float:
    fastest = _FASTEST_KMH.get(route_type) or _FASTEST_EXTENDED_KMH.get(route_type // 100)
    return np.inf if fastest is None else fastest


def _distances_m(
    lat: NDArray[np.float64], lon: NDArray[np.float64], one: NDArray[np.int32], other: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Great circles, NaN where a stop has no position."""
    up, along = np.radians(lat[other] - lat[one]), np.radians(lon[other] - lon[one])
    chord = np.sin(up / 2) ** 2 + np.cos(np.radians(lat[one])) * np.cos(np.radians(lat[other])) * np.sin(along / 2) ** 2
    distances: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(chord))
    return distances


def _check_frequencies(network: Network) -> Iterator[Finding]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for one in network.frequencies:
        spans.setdefault(one.trip_id, []).append((one.start_s, one.end_s))
    bad = []
    for trip_id, several in spans.items():
        several.sort()
        if any(after[0] < before[1] for before, after in pairwise(several)):
            bad.append(trip_id)
    yield from _of_things(Severity.ERROR, "frequencies_overlap", bad)


def _check_stops(network: Network, bounds: Box | None) -> Iterator[Finding]:
    boarding = [stop for stop in network.stops if stop.location_type == 0]
    placed = [(stop, stop.lat, stop.lon) for stop in network.stops if stop.lat is not None and stop.lon is not None]
    outside = [_stop_name(stop) for stop, lat, lon in placed if bounds and not bounds.contains(lat, lon)]
    yield from _of_things(Severity.WARNING, "stop_outside_county", outside)
    unplaced = [_stop_name(stop) for stop in boarding if stop.lat is None or stop.lon is None]
    yield from _of_things(Severity.WARNING, "stop_without_position", unplaced)
    codes = Counter(stop.code for stop in boarding if stop.code)
    yield from _of_things(Severity.WARNING, "duplicate_stop_code", [code for code, count in codes.items() if count > 1])


def _check_use(network: Network) -> Iterator[Finding]:
    served = set(np.unique(network.stop_times.stop).tolist())
    unserved = [_stop_name(stop) for number, stop in enumerate(network.stops) if stop.location_type == 0 and number not in served]
    yield from _of_things(Severity.WARNING, "stop_not_served", unserved)
    used = {trip.route_id for trip in network.trips}
    idle = [route.short_name or route.long_name or route.route_id for route in network.routes if route.route_id not in used]
    yield from _of_things(Severity.WARNING, "route_without_trips", idle)


def _check_dates(
    network: Network, dates: Mapping[str, frozenset[date]], out_of_season: set[str], today: date
) -> Iterator[Finding]:
    """`out_of_season` are services that run within a year, but not in the next 120 days."""
    soon, ends_soon = today + timedelta(days=SOON_DAYS), today + timedelta(days=ENDS_SOON_DAYS)
    never = {service_id for service_id, days in dates.items() if not days}
    later = out_of_season | {service_id for service_id, days in dates.items() if days and min(days) >= soon}
    used = {trip.service_id for trip in network.trips}
    if used and not used - never:
        yield Finding(Severity.WARNING, "nothing_runs", len(network.trips))
        return
    of_never = [trip.trip_id for trip in network.trips if trip.service_id in never - out_of_season]
    yield from _of_things(Severity.WARNING, "trip_never_runs", of_never)
    of_later = [trip.trip_id for trip in network.trips if trip.service_id in later]
    yield from _of_things(Severity.INFO, "trip_not_soon", of_later)
    ending = [f"{service_id} {max(dates[service_id])}" for service_id in sorted(used - never) if max(dates[service_id]) < ends_soon]
    yield from _of_things(Severity.WARNING, "service_ends_soon", ending)


def _follows(network: Network) -> NDArray[np.bool_]:
    """For each call but the first of all: whether it is of the same trip as the one before it."""
    follows = np.ones(max(len(network.stop_times.stop) - 1, 0), dtype=bool)
    starts = network.stop_times.first[1:-1]
    follows[starts[(starts > 0) & (starts <= len(follows))] - 1] = False
    return follows


def _of_calls(network: Network, severity: Severity, code: str, bad: NDArray[np.bool_]) -> Iterator[Finding]:
    """A finding of trips with bad calls; an example names the trip, its line, the stop and the departure there."""
    calls = np.flatnonzero(bad)
    if not len(calls):
        return
    times = network.stop_times
    trips = np.searchsorted(times.first, calls, side="right") - 1
    numbers, where = np.unique(trips, return_index=True)
    names = {route.route_id: route.short_name or route.long_name or route.route_id for route in network.routes}
    examples = []
    for number, place in list(zip(numbers.tolist(), where.tolist(), strict=True))[:_EXAMPLES]:
        trip, call = network.trips[number], calls[place]
        departs = int(times.departure_s[call])
        stop = network.stops[times.stop[call]].name
        examples.append(f"{names[trip.route_id]} {trip.trip_id} {stop} {departs // 3600:02}:{departs // 60 % 60:02}")
    yield Finding(severity, code, len(numbers), tuple(examples))


def _of_things(severity: Severity, code: str, names: Sequence[str]) -> Iterable[Finding]:
    if names:
        yield Finding(severity, code, len(names), tuple(names[:_EXAMPLES]))


def _stop_name(stop: Stop) -> str:
    return f"{stop.name} {stop.code or stop.stop_id}"
