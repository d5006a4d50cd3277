"""From what stands in a question to a place, and from a place to the stops where people get on or off. Pure.

A stop stands for itself or its platforms, a village for its stops, a town for its main stops; car parks, landmarks and
markets for the stops that are near on foot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np

from citizen_app.buses.journeys.access import access_to_point, access_to_stops
from citizen_app.buses.journeys.journey import Access, StopAccess
from citizen_app.buses.market_days import list_market_lines
from citizen_app.buses.network import Stop
from citizen_app.buses.schedule import Schedule
from citizen_app.errors import NotFound
from citizen_app.geo import distance_m
from citizen_app.places.county import Town
from citizen_app.places.search.entry import Answer, Entry, EntryKind, Match

PLACES = frozenset(EntryKind) - {EntryKind.LINE}
WALKABLE_M = 1500
SAME_PLACE_M = 1500
_TOWN_CENTRE_M = 1000
_MAIN_STOPS = 4
_VILLAGE = "村"
_NEAREST = 5
_WALK_M_PER_MIN = 72
_DETOUR = 1.3
_ANY_DAY = date(2020, 1, 1)    # where a line stops for a market does not depend on the day


class Index(Protocol):
    """What finds places; `places.search.index.Index` is one."""

    def find(self, text: str, most: int = 8, kinds: frozenset[EntryKind] | None = None) -> Answer: ...


@dataclass(frozen=True)
class Links:
    """What belongs to a place beyond its entry: the towns with their points, a village's stops (indices), and the codes of all
    stops that are one place with a stop of this code."""

    towns: Sequence[Town]
    stops_of_village: Callable[[str], Sequence[int]]
    codes_of_stop: Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Lookup:
    """What was found for `asked`: the one `entry`, else the `choices` to choose from, else names like it (`spellings`)."""

    asked: str
    entry: Entry | None = None
    choices: tuple[Entry, ...] = ()
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """One end of a journey. `stops` are indices of where buses call there; empty: no stop is near."""

    entry: Entry
    access: Access

    @property
    def stops(self) -> tuple[int, ...]:
        return tuple(one.stop for one in self.access.stops)


@dataclass(frozen=True)
class NearStop:
    """A stop with buses near a place; `away_m` is None where a position is not known."""

    stop: Stop
    away_m: float | None


def look_up(index: Index, known: Entry | None, asked: str) -> Lookup:
    """The place `known` by this key, else the one that the words surely mean: the only one of just that name, the only one that
    goes by it in another way, or the only one at all.

    A stop and the landmark or the village of its name are one place.
    """
    if not asked:
        return Lookup(asked)
    if known is not None and known.kind in PLACES:
        return Lookup(asked, known)
    answer = index.find(asked, kinds=PLACES)
    exact = [hit.entry for hit in answer.hits if hit.match is Match.EXACT]
    named = [one for one in exact if answer.understood in {one.name, one.name_en}]
    for meant in (named, exact):
        if meant and all(_is_same(meant[0], other) for other in meant[1:]):
            return Lookup(asked, meant[0])
    if not exact and len(answer.hits) == 1 and answer.hits[0].match is not Match.FUZZY:
        return Lookup(asked, answer.hits[0].entry)
    return Lookup(asked, None, _choices(exact or [hit.entry for hit in answer.hits]), answer.spellings)


def _is_same(one: Entry, other: Entry) -> bool:
    if one.name.removesuffix(_VILLAGE) != other.name.removesuffix(_VILLAGE) or EntryKind.TOWN in {one.kind, other.kind}:
        return False
    if one.lat is not None and one.lon is not None and other.lat is not None and other.lon is not None:
        return distance_m(one.lat, one.lon, other.lat, other.lon) <= SAME_PLACE_M
    return one.town_code == other.town_code


def _choices(found: Sequence[Entry]) -> tuple[Entry, ...]:
    """Without those that are the same place as a better one."""
    kept: list[Entry] = []
    for entry in found:
        if not any(_is_same(entry, other) for other in kept):
            kept.append(entry)
    return tuple(kept)


def make_place(schedule: Schedule, entry: Entry, links: Links) -> Place:
    """The stops of a place; a place that the network does not know (any more) has none.

    A stop has the name that this version gives it: for a moment the index may still be that of the version before.
    """
    try:
        if entry.kind is EntryKind.STOP:
            stop = schedule.stop_by_code(entry.code)
            english = schedule.stop_name(stop, True)
            entry = replace(entry, name=stop.name, name_en="" if english == stop.name else english)
        return Place(entry, _access(schedule, entry, links))
    except NotFound:
        return Place(entry, Access(()))


def _access(schedule: Schedule, entry: Entry, links: Links) -> Access:
    if entry.kind is EntryKind.STOP:
        stops = [schedule.stop_by_code(code) for code in links.codes_of_stop(entry.code) or (entry.code,)]
        return access_to_stops(schedule, tuple(one for stop in stops for one in schedule.stop_indices(stop)))
    if entry.kind is EntryKind.VILLAGE:
        return access_to_stops(schedule, tuple(links.stops_of_village(entry.code)))
    if entry.kind is EntryKind.TOWN:
        return access_to_stops(schedule, main_stops(schedule, entry.code, links.towns))
    near = access_to_point(schedule, entry.lat, entry.lon) if entry.lat is not None and entry.lon is not None else Access(())
    if entry.kind is EntryKind.MARKET:
        return _with_market_stops(schedule, entry.code, near)
    return near


def _with_market_stops(schedule: Schedule, slug: str, near: Access) -> Access:
    """The stops near a market, and those at which its own lines stop for it."""
    market = schedule.market_by_slug(slug)
    lines = list_market_lines(schedule, market, _ANY_DAY)
    own = {schedule.stop_index(line.stop) for line in lines} - {one.stop for one in near.stops}
    return Access((*near.stops, *(StopAccess(stop) for stop in sorted(own))))


def main_stops(schedule: Schedule, town_code: str, towns: Sequence[Town]) -> tuple[int, ...]:
    """The stops that people mean by a town's name: those in its centre; without any the ones with the most departures."""
    stops = schedule.network.stops
    own = [index for index, stop in enumerate(stops) if town_code and stop.town_code == town_code and is_served(schedule, (index,))]
    town = next((one for one in towns if one.code == town_code), None)
    central = [index for index in own if (away := _away(stops[index], town)) is not None and away <= _TOWN_CENTRE_M]
    if central:
        return tuple(central)
    first = schedule.boardings.first
    return tuple(sorted(own, key=lambda index: (int(first[index] - first[index + 1]), index))[:_MAIN_STOPS])


def is_served(schedule: Schedule, stops: Sequence[int]) -> bool:
    """Whether any bus calls at one of the stops, on any day."""
    return bool(np.isin(schedule.network.stop_times.stop, np.array(list(stops), dtype=np.int32)).any())


def nearest_served(schedule: Schedule, entry: Entry) -> list[NearStop]:
    """The stops with buses that are nearest to a place; those of its town where its position is not known."""
    served = np.unique(schedule.network.stop_times.stop).tolist()
    found = []
    for index in served:
        stop = schedule.network.stops[index]
        away_m = _away(stop, entry)
        if away_m is not None or (entry.lat is None and entry.town_code and stop.town_code == entry.town_code):
            found.append(NearStop(stop, away_m))
    found.sort(key=lambda one: (one.away_m is None, one.away_m or 0.0))
    named: Mapping[str, NearStop] = {one.stop.name: one for one in reversed(found)}
    return [one for one in found if named[one.stop.name] is one][:_NEAREST]


def walk_m(one: Entry, other: Entry) -> int | None:
    """About how far it is on foot, None where a position is not known or it is further than people walk."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    metres = distance_m(one.lat, one.lon, other.lat, other.lon) * _DETOUR
    return round(metres) if metres <= WALKABLE_M else None


def walk_min(metres: float) -> int:
    """Minutes on foot, at least one."""
    return max(1, round(metres / _WALK_M_PER_MIN))


def _away(stop: Stop, place: Town | Entry | None) -> float | None:
    if place is None or stop.lat is None or stop.lon is None or place.lat is None or place.lon is None:
        return None
    return distance_m(place.lat, place.lon, stop.lat, stop.lon)
