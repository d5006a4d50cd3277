"""Lines in one direction, and the different sequences of stops that their trips follow. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from citizen_app.buses.network import Network
from citizen_app.buses.runs import Numbers, Runs


@dataclass(frozen=True, eq=False)
class Line:
    """A route in one direction; a route without directions has one for each headsign.

    `route` is an index into the network's routes, `patterns` into the patterns, the commonest first. `headsign` is the
    commonest one.
    """

    index: int
    route: int
    direction_id: int | None
    headsign: str
    services: frozenset[str]
    patterns: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class PatternOfStops:
    """One sequence of stops (indices; a loop has one twice) and the runs that follow it, in the order of the runs."""

    line: int
    stops: tuple[int, ...]
    runs: Numbers


@dataclass(frozen=True, eq=False)
class Lines:
    """`of_trip` says which line each trip belongs to, `headsigns` what stands on the bus at its first stop."""

    lines: tuple[Line, ...]
    patterns: tuple[PatternOfStops, ...]
    of_trip: Numbers
    headsigns: tuple[str, ...]


def group_lines(network: Network, runs: Runs) -> Lines:
    """Lines in the order of the routes, direction 0 before 1 before none."""
    route_numbers = {route.route_id: index for index, route in enumerate(network.routes)}
    headsigns = _headsigns(network)
    keys: list[tuple[int, int, str]] = []
    for trip, headsign in zip(network.trips, headsigns, strict=True):
        direction = trip.direction_id
        keys.append((route_numbers[trip.route_id], *((2, headsign) if direction is None else (direction, ""))))
    numbers = {key: index for index, key in enumerate(sorted(set(keys)))}
    of_trip = np.array([numbers[key] for key in keys], dtype=np.int32)
    patterns = _patterns(network, runs, of_trip)
    signs: list[Counter[str]] = [Counter() for _ in numbers]
    services: list[set[str]] = [set() for _ in numbers]
    for trip, line, headsign in zip(network.trips, of_trip.tolist(), headsigns, strict=True):
        signs[line][headsign] += 1
        services[line].add(trip.service_id)
    of_line: dict[int, list[int]] = defaultdict(list)
    for index in sorted(range(len(patterns)), key=lambda one: (-len(patterns[one].runs), -len(patterns[one].stops))):
        of_line[patterns[index].line].append(index)
    lines = tuple(
        Line(index, route, None if direction == 2 else direction, signs[index].most_common(1)[0][0],
             frozenset(services[index]), tuple(of_line[index]))
        for (route, direction, _), index in numbers.items()
    )
    return Lines(lines, patterns, of_trip, headsigns)


def _headsigns(network: Network) -> tuple[str, ...]:
    """The trip's own headsign, else that of its first call, else the name of its last stop."""
    calls, found = network.stop_times, []
    bounds = calls.first.tolist()
    for index, trip in enumerate(network.trips):
        headsign, start, end = trip.headsign, bounds[index], bounds[index + 1]
        if not headsign and end > start:
            of_call = int(calls.headsign[start])
            headsign = calls.headsigns[of_call] if of_call >= 0 else network.stops[int(calls.stop[end - 1])].name
        found.append(headsign)
    return tuple(found)


def _patterns(network: Network, runs: Runs, of_trip: Sequence[int] | Numbers) -> tuple[PatternOfStops, ...]:
    calls = network.stop_times
    bounds, lines = calls.first.tolist(), list(of_trip)
    stops_of = [calls.stop[start:end] for start, end in pairwise(bounds)]
    keys = [(int(line), stops.tobytes()) for line, stops in zip(lines, stops_of, strict=True)]
    members: dict[tuple[int, bytes], list[int]] = {}
    for run, trip in enumerate(runs.trip.tolist()):
        members.setdefault(keys[trip], []).append(run)
    return tuple(
        PatternOfStops(line, tuple(stops_of[runs.trip[found[0]]].tolist()), np.array(found, dtype=np.int32))
        for (line, _), found in members.items()
    )
