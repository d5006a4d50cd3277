"""Walking between stops, and what a change takes: from the stops' points and from transfers.txt. Pure.

From each stop where buses call there is a footpath to every other one that is near enough. The platforms of a station are
always near each other, however far their points. What transfers.txt says goes before: `transfer_type` 3 forbids a change, 2
names its time, 0 and 1 add a footpath, 1 one whose bus waits, so that only the walk itself counts. Rules for a station hold
for its platforms, unless there is one for the platform. Rules for single lines or trips are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.journeys.rules import Rules
from citizen_app.buses.journeys.timetable import UNREACHED, Ints
from citizen_app.buses.network import Transfer
from citizen_app.buses.schedule import Schedule
from citizen_app.geo import EARTH_RADIUS_M

_AT_ONCE = 256           # stops whose neighbours are looked for together: bounds the memory
_FORBIDDEN, _TIMED, _MIN_TIME = 3, 1, 2


@dataclass(frozen=True, eq=False)
class Footpaths:
    """`change` is what a change within each stop takes, in minutes; UNREACHED where it is forbidden.

    The footpaths from stop s are the entries first[s] up to first[s + 1]: the other stop, the minutes from arriving at one to
    boarding at the other, and the metres on foot.
    """

    change: Ints
    first: Ints
    stop: Ints
    minutes: Ints
    distance_m: Ints

    def between(self, one: int, other: int) -> tuple[int, int]:
        """Minutes and metres of the footpath from one stop to another; those of a change when both are the same.

        Raises LookupError when there is none.
        """
        if one == other:
            return self.change.item(one), 0
        start, end = self.first.item(one), self.first.item(one + 1)
        others = self.stop[start:end].tolist()
        if other not in others:
            raise LookupError(f"no footpath from stop {one} to stop {other}")
        path = start + others.index(other)
        return self.minutes.item(path), self.distance_m.item(path)


def find_footpaths(schedule: Schedule, rules: Rules) -> Footpaths:
    """All footpaths of a version; about 0.1 s for 2,000 stops."""
    lat, lon = points_of(schedule)
    count = len(lat)
    start, end, distance_m = near_pairs(lat, lon, rules.walk_m, rules.detour)
    paths = {
        pair: (max(rules.change_min, -(-rules.walk_s(metres) // 60)), metres)
        for pair, metres in zip(zip(start.tolist(), end.tolist(), strict=True), distance_m.tolist(), strict=True)
    }
    change = np.full(count, rules.change_min, dtype=np.int32)
    for one, other, metres in _within_stations(schedule, lat, lon, rules):
        paths.setdefault((one, other), (max(rules.change_min, -(-rules.walk_s(metres) // 60)), metres))
    for one, other, transfer in _transfers(schedule):
        metres = _distance_m(lat, lon, one, other, rules.detour)
        minutes = _minutes(transfer, metres, rules)
        if one == other:
            change[one] = minutes
        elif minutes == UNREACHED:
            paths.pop((one, other), None)
        else:
            paths[one, other] = minutes, metres
    return _flat(change, paths)


def reverse(paths: Footpaths) -> Footpaths:
    """The same footpaths from their ends: what the mirrored day walks on."""
    count = len(paths.change)
    start = np.repeat(np.arange(count, dtype=np.int32), np.diff(paths.first))
    order = np.argsort(paths.stop, kind="stable")
    first = np.searchsorted(paths.stop[order], np.arange(count + 1)).astype(np.int32)
    return Footpaths(paths.change, first, start[order], paths.minutes[order], paths.distance_m[order])


def points_of(schedule: Schedule) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes of all stops, NaN where no bus calls or no point is known."""
    stops = schedule.network.stops
    lat = np.array([np.nan if stop.lat is None else stop.lat for stop in stops], dtype=np.float64)
    lon = np.array([np.nan if stop.lon is None else stop.lon for stop in stops], dtype=np.float64)
    unserved = np.ones(len(stops), dtype=np.bool_)
    unserved[schedule.network.stop_times.stop] = False
    unserved |= np.isnan(lat) | np.isnan(lon)
    lat[unserved] = lon[unserved] = np.nan
    return lat, lon


def walked_m(
    lat: NDArray[np.float64], lon: NDArray[np.float64], to_lat: NDArray[np.float64], to_lon: NDArray[np.float64], detour: float
) -> NDArray[np.float64]:
    """Metres on foot between points: the great circle times the detour, rounded up; NaN where a point is not known."""
    lat, lon, to_lat, to_lon = (np.radians(one) for one in (lat, lon, to_lat, to_lon))
    half = np.sin((to_lat - lat) / 2) ** 2 + np.cos(lat) * np.cos(to_lat) * np.sin((to_lon - lon) / 2) ** 2
    metres: NDArray[np.float64] = np.ceil(2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half))) * detour)
    return metres


def near_pairs(lat: NDArray[np.float64], lon: NDArray[np.float64], most_m: int, detour: float) -> tuple[Ints, Ints, Ints]:
    """All ordered pairs of different stops at most so many metres on foot apart, and the metres."""
    order = np.argsort(lat, kind="stable")
    order = order[:np.count_nonzero(~np.isnan(lat))] if most_m > 0 else order[:0]
    sorted_lat = lat[order]
    span = np.degrees(most_m / detour / EARTH_RADIUS_M) * 1.001
    low, high = np.searchsorted(sorted_lat, sorted_lat - span), np.searchsorted(sorted_lat, sorted_lat + span)
    found: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]] = []
    for begin in range(0, len(order), _AT_ONCE):
        part = slice(begin, begin + _AT_ONCE)
        sizes = high[part] - low[part]
        start = np.repeat(order[part], sizes)
        ends = np.cumsum(sizes)
        end = order[np.arange(int(sizes.sum())) + np.repeat(low[part] - (ends - sizes), sizes)]
        metres = walked_m(lat[start], lon[start], lat[end], lon[end], detour)
        near = (metres <= most_m) & (start != end)
        found.append((start[near], end[near], metres[near]))
    columns = [np.concatenate(column) for column in zip(*found, strict=True)] or [np.empty(0)] * 3
    return columns[0].astype(np.int32), columns[1].astype(np.int32), columns[2].astype(np.int32)


def _within_stations(
    schedule: Schedule, lat: NDArray[np.float64], lon: NDArray[np.float64], rules: Rules
) -> Iterator[tuple[int, int, int]]:
    for stop in schedule.network.stops:
        platforms = schedule.stop_indices(stop) if stop.location_type == 1 else ()
        for one in platforms:
            for other in platforms:
                if one != other:
                    yield one, other, _distance_m(lat, lon, one, other, rules.detour)


def _transfers(schedule: Schedule) -> Iterator[tuple[int, int, Transfer]]:
    """The rules for all lines by pairs of stops, those that name stations before those that name a platform."""
    found: list[tuple[bool, bool, int, int, Transfer]] = []
    for transfer in schedule.network.transfers:
        start, end = schedule.find_stop(transfer.from_stop_id), schedule.find_stop(transfer.to_stop_id)
        if start is None or end is None or transfer.transfer_type > _FORBIDDEN or _is_of_a_line(transfer):
            continue
        exact = start.location_type != 1, end.location_type != 1
        found += [
            (*exact, one, other, transfer) for one in schedule.stop_indices(start) for other in schedule.stop_indices(end)
        ]
    for _, _, one, other, transfer in sorted(found, key=lambda rule: rule[0] + rule[1]):
        yield one, other, transfer


def _is_of_a_line(transfer: Transfer) -> bool:
    return bool(transfer.from_route_id or transfer.to_route_id or transfer.from_trip_id or transfer.to_trip_id)


def _distance_m(lat: NDArray[np.float64], lon: NDArray[np.float64], one: int, other: int, detour: float) -> int:
    """0 where a point is not known."""
    pair = slice(one, one + 1), slice(other, other + 1)
    return int(np.nan_to_num(walked_m(lat[pair[0]], lon[pair[0]], lat[pair[1]], lon[pair[1]], detour))[0])


def _minutes(transfer: Transfer, metres: int, rules: Rules) -> int:
    walk_min = -(-rules.walk_s(metres) // 60)
    if transfer.transfer_type == _FORBIDDEN:
        return UNREACHED
    if transfer.transfer_type == _TIMED:
        return walk_min
    if transfer.transfer_type == _MIN_TIME and transfer.min_transfer_s is not None:
        return -(-transfer.min_transfer_s // 60)
    return max(rules.change_min, walk_min)


def _flat(change: Ints, paths: dict[tuple[int, int], tuple[int, int]]) -> Footpaths:
    rows = np.array([(*pair, *path) for pair, path in sorted(paths.items())], dtype=np.int32).reshape(-1, 4)
    first = np.searchsorted(rows[:, 0], np.arange(len(change) + 1)).astype(np.int32)
    stop, minutes, metres = (np.ascontiguousarray(rows[:, column]) for column in (1, 2, 3))
    return Footpaths(change, first, stop, minutes, metres)
