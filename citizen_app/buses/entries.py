"""The network as what can be found: stops, lines and markets, and which other entries a bus serves. Pure.

Stops of one name near each other in one town are one entry, since people mean all of them: both sides of a road.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from citizen_app.buses.line_names import Names
from citizen_app.buses.network import Network, Route, Stop
from citizen_app.buses.schedule import Schedule
from citizen_app.buses.villages import Villages
from citizen_app.geo import distance_m
from citizen_app.places.search.entry import Entry, EntryKind

ONE_PLACE_M = 400      # stops of one name that are farther apart are two places
SERVED_M = 500         # what is nearer to a stop than this is served by it
_DIGIT = re.compile(r"\d")    # a code without any is looked for as a name is


def network_entries(schedule: Schedule, towns: Mapping[str, str]) -> list[Entry]:
    """Stops, lines and markets, without readings. `towns` are the towns' names by code."""
    return [
        *_stop_entries(schedule, towns),
        *(_line(schedule, route) for route in schedule.network.routes),
        *(
            Entry(
                EntryKind.MARKET, one.slug, one.name, one.name_en, one.town_code, towns.get(one.town_code, ""),
                lat=one.lat, lon=one.lon,
            )
            for one in schedule.network.markets
        ),
    ]


def group_stops(schedule: Schedule) -> list[list[Stop]]:
    """The stops and stations that people can look for, those that are one place together, the first of the network first."""
    named: dict[tuple[str, str], list[list[Stop]]] = defaultdict(list)
    groups = []
    for stop in schedule.network.stops:
        if not schedule.code_of(stop) or (stop.parent_station and stop.location_type == 0):
            continue
        key = (stop.town_code, stop.name)
        group = next((one for one in named[key] if _is_near(one[0], stop)), None)
        if group is None:
            group = []
            named[key].append(group)
            groups.append(group)
        group.append(stop)
    return groups


def network_names(network: Network) -> set[str]:
    """All names of a network that must be read to find what it has."""
    return {
        *(stop.name for stop in network.stops), *(market.name for market in network.markets),
        *(name for route in network.routes for name in (route.short_name, route.long_name)),
    }


def mark_served(entries: Sequence[Entry], schedule: Schedule, villages: Villages) -> list[Entry]:
    """The entries with `is_served` where a bus calls: at a stop itself, in the village or town, or near the place.

    A village gets the middle of its stops as its position, which it has none of its own.
    """
    called = [schedule.network.stops[index] for index in np.unique(schedule.network.stop_times.stop).tolist()]
    towns = {stop.town_code for stop in called}
    points = [(stop.lat, stop.lon) for stop in called if stop.lat is not None and stop.lon is not None]
    return [_mark(entry, schedule, villages, towns, points) for entry in entries]


def _mark(
    entry: Entry, schedule: Schedule, villages: Villages, towns: set[str], points: Sequence[tuple[float, float]]
) -> Entry:
    if entry.kind in {EntryKind.STOP, EntryKind.LINE}:
        return entry    # they know by themselves
    if entry.kind is EntryKind.TOWN:
        return replace(entry, is_served=entry.code in towns)
    if entry.kind is EntryKind.VILLAGE:
        stops = [schedule.network.stops[one] for one in villages.stops_of(entry.code)]
        lat, lon = _middle(stops)
        return replace(entry, is_served=bool(stops), lat=lat, lon=lon)
    return replace(entry, is_served=entry.lat is not None and entry.lon is not None and _any_near(entry.lat, entry.lon, points))


def _stop_entries(schedule: Schedule, towns: Mapping[str, str]) -> list[Entry]:
    first = schedule.boardings.first
    entries = []
    for group in group_stops(schedule):
        places = [index for stop in group for index in schedule.stop_indices(stop)]
        lat, lon = _middle(group)
        signs = [schedule.code_of(stop) for stop in group]
        signs += [code for index in places if (code := schedule.code_of(schedule.network.stops[index])) not in signs]
        entries.append(Entry(
            EntryKind.STOP, signs[0], group[0].name, _english(schedule.stop_name(group[0], True), group[0].name),
            group[0].town_code, towns.get(group[0].town_code, ""), sign=signs[0],
            aliases=tuple((sign, ()) for sign in signs if sign != signs[0] or not _DIGIT.search(sign)), lat=lat, lon=lon,
            is_served=any(first[index] != first[index + 1] for index in places),
        ))
    return entries


def _line(schedule: Schedule, route: Route) -> Entry:
    """Its long name and where its buses go to are other names of it."""
    name = route.short_name.strip() or route.long_name or route.route_id
    lines = schedule.lines_of(route)
    others = dict.fromkeys([route.long_name, *(_ends(schedule, line.patterns) for line in lines)])
    english = schedule.name("routes", route, "route_short_name", True).strip()
    return Entry(
        EntryKind.LINE, schedule.slug_of(route), name, _english(english, name),
        sign=Names(schedule, False).title(route) if route.short_name else "",
        aliases=tuple((one, ()) for one in others if one and one != name), is_served=bool(lines),
    )


def _ends(schedule: Schedule, patterns: Sequence[int]) -> str:
    """客运中心–小芝: the first and the last stop of the commonest trips."""
    stops = schedule.patterns[patterns[0]].stops if patterns else ()
    return "–".join(schedule.network.stops[one].name for one in (stops[0], stops[-1])) if stops else ""


def _english(name: str, chinese: str) -> str:
    return name if name != chinese else ""


def _middle(stops: Sequence[Stop]) -> tuple[float | None, float | None]:
    points = [(stop.lat, stop.lon) for stop in stops if stop.lat is not None and stop.lon is not None]
    if not points:
        return None, None
    return sum(lat for lat, _ in points) / len(points), sum(lon for _, lon in points) / len(points)


def _is_near(one: Stop, other: Stop) -> bool:
    """True also where a position is not known: one name in one town is then all there is to go by."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return True
    return distance_m(one.lat, one.lon, other.lat, other.lon) <= ONE_PLACE_M


def _any_near(lat: float, lon: float, points: Sequence[tuple[float, float]]) -> bool:
    within = SERVED_M / 100_000    # degrees of latitude, a little more than that far
    return any(abs(lat - one) < within and distance_m(lat, lon, one, other) <= SERVED_M for one, other in points)
