"""Which trips of one version of a line are those of another, whatever their ids. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.network import Network

_SAME_TRIP_S = 3600    # a departure that has moved by more is another trip


@dataclass(frozen=True)
class TripChanges:
    """How many trips were added, removed, have other times (`retimed`), or other stops, dates or notes (`changed`)."""

    added: int = 0
    removed: int = 0
    retimed: int = 0
    changed: int = 0

    def __bool__(self) -> bool:
        return any(astuple(self))


NO_CHANGES = TripChanges()


class TripKeys:
    """What the trips of a network can be told by. `stop_numbers` numbers its stops as the other network's are numbered."""

    def __init__(self, network: Network, stop_numbers: NDArray[np.int32], dates: Mapping[str, frozenset[date]]) -> None:
        self._network, self._dates = network, dates
        times = network.stop_times
        self._stops = stop_numbers[times.stop]
        self._first = times.first.tolist()
        self._frequencies: dict[str, list[tuple[object, ...]]] = defaultdict(list)
        for one in network.frequencies:
            self._frequencies[one.trip_id].append((one.start_s, one.end_s, one.headway_s, one.exact_times, one.headway_min_s))
        self._of_route: dict[str, list[int]] = defaultdict(list)
        for number, trip in enumerate(network.trips):
            self._of_route[trip.route_id].append(number)

    def of_route(self, route_id: str) -> list[int]:
        """The numbers of a route's trips."""
        return self._of_route.get(route_id, [])

    def dates(self, trips: Sequence[int]) -> frozenset[date]:
        """All dates ahead on which at least one of the trips runs."""
        services = {self._network.trips[trip].service_id for trip in trips}
        return frozenset().union(*(self._dates[service_id] for service_id in services))

    def departure_s(self, trip: int) -> int:
        first = self._first[trip]
        return int(self._network.stop_times.departure_s[first]) if first < self._first[trip + 1] else -1

    def path(self, trip: int) -> Hashable:
        """Direction and stops, and how people may get on and off there."""
        part = slice(self._first[trip], self._first[trip + 1])
        times = self._network.stop_times
        columns = (self._stops[part], times.pickup_type[part], times.drop_off_type[part])
        return (self._network.trips[trip].direction_id, *(column.tobytes() for column in columns))

    def times(self, trip: int) -> Hashable:
        part = slice(self._first[trip], self._first[trip + 1])
        times = self._network.stop_times
        frequencies = tuple(sorted(self._frequencies.get(self._network.trips[trip].trip_id, ()), key=repr))
        return (frequencies, *(column[part].tobytes() for column in (times.arrival_s, times.departure_s, times.timepoint)))

    def days(self, trip: int) -> Hashable:
        return self._dates[self._network.trips[trip].service_id]

    def words(self, trip: int) -> Hashable:
        one = self._network.trips[trip]
        return one.headsign, one.short_name, one.note, one.wheelchair_accessible, one.bikes_allowed

    def trip_id(self, trip: int) -> str:
        return self._network.trips[trip].trip_id


def match_trips(old: TripKeys, old_trips: Sequence[int], new: TripKeys, new_trips: Sequence[int]) -> TripChanges:
    """What became of the trips of one line: first those that are the same, then ever looser likenesses."""
    left = _Left(old, list(old_trips), new, list(new_trips))
    left.take(lambda keys, trip: (keys.path(trip), keys.times(trip), keys.days(trip), keys.words(trip)))
    changed = left.take(lambda keys, trip: (keys.path(trip), keys.times(trip), keys.days(trip)))
    changed += left.take(lambda keys, trip: (keys.path(trip), keys.times(trip)))
    retimed = left.take(lambda keys, trip: (keys.path(trip), keys.days(trip), keys.departure_s(trip)))
    retimed += left.take(lambda keys, trip: (keys.path(trip), keys.days(trip)), within_s=_SAME_TRIP_S)
    changed += left.take(lambda keys, trip: keys.trip_id(trip))
    changed += left.take(lambda keys, trip: (keys.days(trip), keys.departure_s(trip)))
    return TripChanges(len(left.new_trips), len(left.old_trips), retimed, changed)


@dataclass
class _Left:
    """The trips that have no partner yet."""

    old: TripKeys
    old_trips: list[int]
    new: TripKeys
    new_trips: list[int]

    def take(self, key: Callable[[TripKeys, int], Hashable], within_s: int | None = None) -> int:
        """Pair those with equal keys in the order of departure, and take them out; how many pairs."""
        if not self.old_trips or not self.new_trips:
            return 0
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for trip in sorted(self.old_trips, key=self.old.departure_s, reverse=True):
            waiting[key(self.old, trip)].append(trip)
        old_gone, new_gone = set(), set()
        for trip in sorted(self.new_trips, key=self.new.departure_s):
            candidates = waiting.get(key(self.new, trip))
            while candidates:
                other = candidates[-1]
                apart_s = self.new.departure_s(trip) - self.old.departure_s(other)
                if within_s is not None and apart_s < -within_s:
                    break    # the old one is later than this one can be
                candidates.pop()
                if within_s is None or apart_s <= within_s:
                    old_gone.add(other)
                    new_gone.add(trip)
                    break
        self.old_trips = [trip for trip in self.old_trips if trip not in old_gone]
        self.new_trips = [trip for trip in self.new_trips if trip not in new_gone]
        return len(new_gone)
