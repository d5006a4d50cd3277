"""What one version of the network changes of another: lines, stops, trips, dates and markets. Pure.

Things are matched by what people know them by where their ids have changed: a line by its name, a stop by its sign, a trip by
its direction, stops, departure and dates.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np

from citizen_app.buses.network import Network, Route, Stop
from citizen_app.buses.running import HORIZON_DAYS, dates_of_services
from citizen_app.buses.trip_match import NO_CHANGES, TripChanges, TripKeys, match_trips
from citizen_app.days.calendar import DayCalendar
from citizen_app.geo import distance_m

Thing = TypeVar("Thing")

_MOVED_M = 1.0


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class RouteChange:
    """A line. `fields` are those of Route that differ; `dates_…` those of the next 120 days on which it runs or no longer does."""

    change: Change
    name: str
    fields: tuple[str, ...] = ()
    trips: TripChanges = NO_CHANGES
    dates_added: tuple[date, ...] = ()
    dates_removed: tuple[date, ...] = ()


@dataclass(frozen=True)
class StopChange:
    """A stop. `moved_m` is how far it has moved, None where it has not."""

    change: Change
    name: str
    fields: tuple[str, ...] = ()
    moved_m: float | None = None


@dataclass(frozen=True)
class MarketChange:
    change: Change
    name: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Everything that differs, in the order of the new network, what was removed last. `others` are whole tables that differ."""

    routes: tuple[RouteChange, ...] = ()
    stops: tuple[StopChange, ...] = ()
    markets: tuple[MarketChange, ...] = ()
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


def compare(old: Network, new: Network, calendar: DayCalendar, today: date) -> Difference:
    """What `new` changes of `old`, dates looked at from today on for 120 days."""
    stop_pairs = _pair(old.stops, new.stops, lambda stop: stop.stop_id, _stop_names)
    route_pairs = _pair(old.routes, new.routes, lambda route: route.route_id, _route_names)
    market_pairs = _pair(old.markets, new.markets, lambda market: market.slug, lambda market: [])
    return Difference(
        tuple(_compare_routes(old, new, route_pairs, stop_pairs, calendar, today)),
        tuple(_compare_stops(old.stops, new.stops, stop_pairs)),
        tuple(
            MarketChange(change, (one or other).name, differing)    # type: ignore[union-attr]
            for change, one, other, differing in _changes(old.markets, new.markets, market_pairs)
        ),
        tuple(name for name in _WHOLE if getattr(old, name) != getattr(new, name)),
    )


_WHOLE = ("agencies", "fares", "fare_rules", "transfers", "translations")
# What a change of an id alone, or of what is compared elsewhere, does not count as.
_NOT_COMPARED = {"route_id", "stop_id", "agency_id", "parent_station"}


def _pair(
    old: Sequence[Thing], new: Sequence[Thing], key: Callable[[Thing], str], names: Callable[[Thing], list[Hashable]]
) -> dict[int, int]:
    """For each new thing that is an old one its number there: by id, else by the first name that just one on each side has left."""
    by_id = {key(thing): number for number, thing in enumerate(old)}
    pairs = {number: by_id[key(thing)] for number, thing in enumerate(new) if key(thing) in by_id}
    for level in range(2):
        left_old = _by_name((set(range(len(old))) - set(pairs.values())), old, names, level)
        left_new = _by_name((set(range(len(new))) - set(pairs)), new, names, level)
        for name, numbers in left_new.items():
            if len(numbers) == 1 and len(left_old.get(name, ())) == 1:
                pairs[numbers[0]] = left_old[name][0]
    return pairs


def _by_name(
    numbers: Iterable[int], things: Sequence[Thing], names: Callable[[Thing], list[Hashable]], level: int
) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for number in sorted(numbers):
        known = names(things[number])
        if level < len(known):
            found.setdefault(known[level], []).append(number)
    return found


def _stop_names(stop: Stop) -> list[Hashable]:
    place = None if stop.lat is None or stop.lon is None else (round(stop.lat, 4), round(stop.lon, 4))
    return [stop.code or (stop.name, place), (stop.name, place)]


def _route_names(route: Route) -> list[Hashable]:
    return [(route.short_name, route.long_name), route.short_name or route.long_name]


def _changes(
    old: Sequence[Thing], new: Sequence[Thing], pairs: Mapping[int, int]
) -> Iterable[tuple[Change, Thing | None, Thing | None, tuple[str, ...]]]:
    """Each thing that differs: how, the old one, the new one, the fields."""
    for number, thing in enumerate(new):
        if number not in pairs:
            yield Change.ADDED, None, thing, ()
            continue
        before = old[pairs[number]]
        if before != thing:
            names = [one.name for one in fields(thing)]  # type: ignore[arg-type]
            differing = tuple(n for n in names if n not in _NOT_COMPARED and getattr(before, n) != getattr(thing, n))
            if differing:
                yield Change.CHANGED, before, thing, differing
    kept = set(pairs.values())
    for number, thing in enumerate(old):
        if number not in kept:
            yield Change.REMOVED, thing, None, ()


def _compare_stops(old: Sequence[Stop], new: Sequence[Stop], pairs: Mapping[int, int]) -> Iterable[StopChange]:
    for change, before, after, differing in _changes(old, new, pairs):
        moved = None
        if before and after and None not in (before.lat, before.lon, after.lat, after.lon):
            moved = distance_m(before.lat, before.lon, after.lat, after.lon)    # type: ignore[arg-type]
            if moved < _MOVED_M:
                moved, differing = None, tuple(name for name in differing if name not in {"lat", "lon"})
        if differing or change is not Change.CHANGED:
            stop = after or before
            assert stop is not None
            yield StopChange(change, f"{stop.name} {stop.code}".strip(), differing, moved)


def _compare_routes(
    old: Network, new: Network, route_pairs: Mapping[int, int], stop_pairs: Mapping[int, int],
    calendar: DayCalendar, today: date,
) -> Iterable[RouteChange]:
    # Stops of both are numbered alike: an old one by its own number, one that is new by a number behind all old ones.
    mapped = np.array([stop_pairs.get(n, len(old.stops) + n) for n in range(len(new.stops))] or [0], dtype=np.int32)
    days = HORIZON_DAYS
    before = TripKeys(old, np.arange(max(len(old.stops), 1), dtype=np.int32), dates_of_services(old, calendar, today, days))
    after = TripKeys(new, mapped, dates_of_services(new, calendar, today, days))
    differing = {id(two): names for _, _, two, names in _changes(old.routes, new.routes, route_pairs) if two is not None}
    for number, route in enumerate(new.routes):
        trips = after.of_route(route.route_id)
        if number not in route_pairs:
            yield RouteChange(Change.ADDED, route_name(route), (), TripChanges(added=len(trips)), tuple(sorted(after.dates(trips))))
            continue
        trips_before = before.of_route(old.routes[route_pairs[number]].route_id)
        changes = match_trips(before, trips_before, after, trips)
        dates_before, dates_after = before.dates(trips_before), after.dates(trips)
        names = differing.get(id(route), ())
        if names or changes or dates_before != dates_after:
            yield RouteChange(
                Change.CHANGED, route_name(route), names, changes,
                tuple(sorted(dates_after - dates_before)), tuple(sorted(dates_before - dates_after)),
            )
    kept = set(route_pairs.values())
    for number, route in enumerate(old.routes):
        if number not in kept:
            trips = before.of_route(route.route_id)
            yield RouteChange(
                Change.REMOVED, route_name(route), (), TripChanges(removed=len(trips)), (), tuple(sorted(before.dates(trips)))
            )


def route_name(route: Route) -> str:
    """What staff call a line."""
    return route.short_name or route.long_name or route.route_id


def difference_document(difference: Difference) -> dict[str, Any]:
    """A difference as JSON has it."""
    document = asdict(difference)
    for one in document["routes"]:
        for name in ("dates_added", "dates_removed"):
            one[name] = [day.isoformat() for day in one[name]]
    return document


def read_difference(document: Mapping[str, Any]) -> Difference:
    """The inverse of `difference_document`; an empty document is no difference."""
    return Difference(
        tuple(
            RouteChange(
                Change(one["change"]), one["name"], tuple(one["fields"]), TripChanges(**one["trips"]),
                *(tuple(map(date.fromisoformat, one[name])) for name in ("dates_added", "dates_removed")),
            )
            for one in document.get("routes", ())
        ),
        tuple(
            StopChange(Change(one["change"]), one["name"], tuple(one["fields"]), one["moved_m"]) for one in document.get("stops", ())
        ),
        tuple(MarketChange(Change(one["change"]), one["name"], tuple(one["fields"])) for one in document.get("markets", ())),
        tuple(document.get("others", ())),
    )
