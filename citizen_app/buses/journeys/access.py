"""From a place to the stops that people walk to from there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.journeys.footpaths import points_of, walked_m
from citizen_app.buses.journeys.journey import Access, StopAccess
from citizen_app.buses.journeys.rules import AS_USUAL, Rules
from citizen_app.buses.schedule import Schedule

Points = tuple[NDArray[np.float64], NDArray[np.float64]]
_points: WeakKeyDictionary[Schedule, Points] = WeakKeyDictionary()


def access_to_point(schedule: Schedule, lat: float, lon: float, rules: Rules = AS_USUAL) -> Access:
    """The nearest stops where buses call, at most `access_stops` of them and at most `access_m` on foot, the nearest first."""
    metres = _metres_from(schedule, lat, lon, rules)
    nearest = np.argsort(metres, kind="stable")[:rules.access_stops]
    return Access(tuple(_walk(stop, metres, rules) for stop in nearest.tolist() if metres[stop] <= rules.access_m))


def access_to_stops(schedule: Schedule, stops: Sequence[int], rules: Rules = AS_USUAL) -> Access:
    """Some stops (indices; a station is its platforms), and what is at most `walk_m` on foot from one of them."""
    network = schedule.network
    exact = dict.fromkeys(one for stop in stops for one in schedule.stop_indices(network.stops[stop]))
    found = {stop: StopAccess(stop) for stop in exact}
    for stop in exact if rules.walk_m > 0 else ():
        lat, lon = network.stops[stop].lat, network.stops[stop].lon
        if lat is None or lon is None:
            continue
        metres = _metres_from(schedule, lat, lon, rules)
        for near in np.flatnonzero(metres <= rules.walk_m).tolist():
            walk = _walk(near, metres, rules)
            if near not in found or walk.distance_m < found[near].distance_m:
                found[near] = walk
    return Access(tuple(found.values()))


def _metres_from(schedule: Schedule, lat: float, lon: float, rules: Rules) -> NDArray[np.float64]:
    points = _points.get(schedule)
    if points is None:
        points = _points[schedule] = points_of(schedule)
    return walked_m(np.full(1, lat), np.full(1, lon), *points, rules.detour)


def _walk(stop: int, metres: NDArray[np.float64], rules: Rules) -> StopAccess:
    distance_m = int(metres[stop])
    return StopAccess(stop, rules.walk_s(distance_m), distance_m)
