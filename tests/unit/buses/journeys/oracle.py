"""Journeys the slow and plain way: connection scans (Dibbelt, Pajor, Strasser, Wagner 2013), counting rides.

A connection is one vehicle from one stop to the next. Two scans answer every kind of question: forward from a place at one moment to
all stops, and backward from all stops at all moments to one place (the profile). Moments are whole minutes since 1970: a
departure counts from the minute in which it is, an arrival from the minute in which it is over.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from tests.unit.buses.journeys.timetable import Timetable, TransferRow, local_days, metres

NEVER = 1 << 40
Walks = Mapping[int, int]                # stop -> minutes on foot to or from the place
Found = tuple[int, int, int]             # departure, arrival, transfers


@dataclass(frozen=True)
class Terms:
    """The rules of the game, in the words of the engine's own."""

    change_min: int = 2
    walk_m: float = 400
    walk_m_per_s: float = 1.2
    detour: float = 1.3
    max_transfers: int = 7
    search_h: int = 24

    @property
    def rides(self) -> int:
        return self.max_transfers + 1


@dataclass(frozen=True)
class Changed:
    """Trips that do not run and trips that are late, by trip_id and service day."""

    cancelled: frozenset[tuple[str, date]] = frozenset()
    delays_s: Mapping[tuple[str, date], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Connection:
    """`before` and `after`: the places (in the list) of the same vehicle's connections before and after, -1 for none."""

    departure: int
    arrival: int
    from_stop: int
    to_stop: int
    boards: bool
    alights: bool
    before: int
    after: int


def connections_between(timetable: Timetable, first: int, last: int, changed: Changed | None = None) -> list[Connection]:
    """All connections that leave from minute `first` to minute `last`, by departure."""
    changed = changed or Changed()
    rows: list[tuple[int, int, int, int, int, int, bool, bool]] = []
    vehicle = 0
    for day in local_days(timetable, first * 60, last * 60):
        for run in timetable.runs_on(day):
            if (run.trip_id, day) in changed.cancelled:
                continue
            late_s = changed.delays_s.get((run.trip_id, day), 0)
            vehicle += 1
            for place in range(len(run.calls) - 1):
                here, there = run.calls[place], run.calls[place + 1]
                departure, arrival = (here.departure_s + late_s) // 60, -(-(there.arrival_s + late_s) // 60)
                if first <= departure <= last:
                    rows.append((departure, vehicle, place, arrival, here.stop, there.stop, here.boards, there.alights))
    rows.sort()
    at = {(row[1], row[2]): number for number, row in enumerate(rows)}
    return [
        Connection(departure, arrival, here, there, boards, alights, at.get((vehicle, place - 1), -1), at.get((vehicle, place + 1), -1))
        for departure, vehicle, place, arrival, here, there, boards, alights in rows
    ]


def changes_between(timetable: Timetable, terms: Terms) -> list[list[tuple[int, int]]]:
    """For each stop the stops at which one may get on after getting off there, itself among them, with the minutes that it takes."""
    count = len(timetable.stop_ids)
    minutes: list[dict[int, int]] = [{stop: terms.change_min} for stop in range(count)]
    by_lat = sorted((point[0], stop) for stop, point in enumerate(timetable.points) if point is not None)
    reach = terms.walk_m / 110_000    # a degree of latitude is more than that
    for lat, one in by_lat if terms.walk_m else ():
        for _, other in by_lat[bisect_left(by_lat, (lat - reach, 0)):bisect_right(by_lat, (lat + reach, count))]:
            if one != other and way_m(timetable, one, other, terms) <= terms.walk_m:
                minutes[one][other] = max(terms.change_min, walk_minutes(way_m(timetable, one, other, terms), terms))
    for one, other in all_pairs(timetable.platforms.values()):
        minutes[one].setdefault(other, max(terms.change_min, walk_minutes(way_m(timetable, one, other, terms), terms)))
    for row in sorted(timetable.transfers, key=lambda row: (row.from_stop not in timetable.platforms) + (row.to_stop not in timetable.platforms)):
        for one in timetable.platforms.get(row.from_stop, [row.from_stop]):
            for other in timetable.platforms.get(row.to_stop, [row.to_stop]):
                minutes[one].pop(other, None)
                if row.transfer_type != 3:
                    minutes[one][other] = transfer_minutes(row, way_m(timetable, one, other, terms), terms)
    return [sorted(of_stop.items()) for of_stop in minutes]


def all_pairs(groups: Iterable[list[int]]) -> list[tuple[int, int]]:
    return [(one, other) for group in groups for one in group for other in group if one != other]


def transfer_minutes(row: TransferRow, metres_m: int, terms: Terms) -> int:
    """What a row of transfers.txt says that a change takes: the time that it names, the walk alone, or what every change takes."""
    if row.transfer_type == 2 and row.min_transfer_s is not None:
        return math.ceil(row.min_transfer_s / 60)
    walk = walk_minutes(metres_m, terms)
    return walk if row.transfer_type == 1 else max(walk, terms.change_min)


def way_m(timetable: Timetable, one: int, other: int, terms: Terms) -> int:
    """Whole metres on foot between two stops, detours included; 0 where a point is not known."""
    here, there = timetable.points[one], timetable.points[other]
    return 0 if here is None or there is None or one == other else math.ceil(metres(here, there) * terms.detour)


def walk_minutes(metres_m: int, terms: Terms) -> int:
    return math.ceil(math.ceil(metres_m / terms.walk_m_per_s) / 60)


class Oracle:
    """Everything that can be asked between two minutes."""

    def __init__(
        self, timetable: Timetable, terms: Terms, first: int, last: int, changed: Changed | None = None,
        changes: list[list[tuple[int, int]]] | None = None,
    ) -> None:
        self.terms = terms
        self.stops = len(timetable.stop_ids)
        self.connections = connections_between(timetable, first, last, changed)
        self.changes = changes if changes is not None else changes_between(timetable, terms)

    def arrivals(self, origin: Walks, at: int) -> list[list[int]]:
        """Leaving at `at`: for each stop and each number of rides from 0 the earliest minute at which a bus lets people off there."""
        most = self.terms.rides
        arrival = [[NEVER] * (most + 1) for _ in range(self.stops)]
        ready = [[NEVER] * (most + 1) for _ in range(self.stops)]    # when one may get on, by the rides before
        for stop, minutes in origin.items():
            ready[stop] = [at + minutes] * (most + 1)
        rides = [NEVER] * len(self.connections)
        for places in self._by_minute(range(len(self.connections))):
            is_new = True
            while is_new:    # a change that takes no time may lead to a connection of the same minute
                is_new = False
                for place in places:
                    one = self.connections[place]
                    aboard = rides[one.before] if one.before >= 0 else NEVER
                    if one.boards:
                        aboard = min(aboard, 1 + next((n for n, since in enumerate(ready[one.from_stop]) if since <= one.departure), NEVER))
                    rides[place] = aboard
                    if aboard <= most and one.alights and one.arrival < arrival[one.to_stop][aboard]:
                        is_new = True
                        _lower(arrival[one.to_stop], aboard, one.arrival)
                        for stop, minutes in self.changes[one.to_stop]:
                            _lower(ready[stop], aboard, one.arrival + minutes)
        return arrival

    def profile(self, destination: Walks) -> list[list[tuple[int, list[int]]]]:
        """For each stop, from the last departure to the first: (minute, the earliest arrival at the place by number of rides).

        An entry says what is reached by getting on there at its minute or later.
        """
        most = self.terms.rides
        never = [NEVER] * (most + 1)
        boardings: list[list[tuple[int, list[int]]]] = [[] for _ in range(self.stops)]
        aboard: list[list[int]] = [never] * len(self.connections)
        for places in self._by_minute(range(len(self.connections) - 1, -1, -1)):
            is_new = True
            while is_new:
                is_new = False
                for place in places:
                    one = self.connections[place]
                    best = aboard[one.after] if one.after >= 0 else never
                    if one.alights:
                        best = self._get_off(one, best, destination, boardings)
                    aboard[place] = best
                    if one.boards and best is not never:
                        is_new |= _add(boardings[one.from_stop], one.departure, best)
        return boardings

    def _get_off(self, one: Connection, best: list[int], destination: Walks, boardings: list[list[tuple[int, list[int]]]]) -> list[int]:
        """What is better of staying aboard (`best`), being there, and changing to another ride."""
        if one.to_stop in destination:
            there = one.arrival + destination[one.to_stop]
            best = [NEVER, *(min(known, there) for known in best[1:])]
        for stop, minutes in self.changes[one.to_stop]:
            further = _from(boardings[stop], one.arrival + minutes)
            if further is not None:
                by_one_more = [NEVER, *further[:-1]]
                if any(map(int.__lt__, by_one_more, best)):
                    best = list(map(min, best, by_one_more))
        return best

    def _by_minute(self, places: Iterable[int]) -> Iterable[list[int]]:
        return (list(group) for _, group in groupby(places, key=lambda place: self.connections[place].departure))

    # Answers

    def journeys(self, profile: Sequence[list[tuple[int, list[int]]]], origin: Walks) -> list[Found]:
        """Every journey from a place that no other one is better than: by departure, with its arrival and transfers."""
        limit = self.terms.search_h * 60
        found = {
            (departure - minutes, arrival, rides - 1)
            for stop, minutes in origin.items() for departure, best in profile[stop]
            for rides, arrival in enumerate(best) if rides and arrival - (departure - minutes) <= limit
        }
        return best_of(found)

    def depart_at(self, arrivals: Sequence[list[int]], destination: Walks, at: int) -> list[tuple[int, int]]:
        """(arrival, transfers), each the earliest by so many transfers, fewer transfers last."""
        limit = at + self.terms.search_h * 60
        best = [min(arrivals[stop][rides] + walk for stop, walk in destination.items()) for rides in range(1, self.terms.rides + 1)]
        return _steps([(arrival, rides) for rides, arrival in enumerate(best) if arrival <= limit])


def best_of(found: Iterable[Found]) -> list[Found]:
    """Those that no other one is better than: leaving no earlier, arriving no later, with no more transfers."""
    kept: list[Found] = []
    for one in sorted(set(found), key=lambda one: (-one[0], one[1], one[2])):
        if not any(other[1] <= one[1] and other[2] <= one[2] for other in kept):
            kept.append(one)
    return sorted(kept)


def between(found: Iterable[Found], start: int, end: int) -> list[Found]:
    return [one for one in found if start <= one[0] < end]


def departing(found: Iterable[Found], at: int, search_h: int) -> list[tuple[int, int]]:
    """(arrival, transfers) of the best journeys that leave at `at` or later."""
    late = [(arrival, transfers) for departure, arrival, transfers in found if departure >= at and arrival <= at + search_h * 60]
    return _steps(sorted(late, key=lambda one: (one[1], one[0])))


def arriving(found: Iterable[Found], by: int, search_h: int) -> list[tuple[int, int]]:
    """(departure, transfers) of the best journeys that arrive at `by` or earlier, the latest first."""
    early = [(-departure, transfers) for departure, arrival, transfers in found if arrival <= by and departure >= by - search_h * 60]
    return [(-departure, transfers) for departure, transfers in _steps(sorted(early, key=lambda one: (one[1], one[0])))]


def latest(boardings: Sequence[tuple[int, list[int]]], by: int) -> tuple[int, int] | None:
    """The last departure from a stop that arrives at `by` or earlier, and with how many transfers; `boardings` are its profile."""
    for departure, best in boardings:
        for rides, arrival in enumerate(best):
            if arrival <= by:
                return departure, rides - 1
    return None


def _steps(by_transfers: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of (moment, transfers) by rising transfers those that are earlier than all before; the earliest first."""
    kept: list[tuple[int, int]] = []
    for moment, transfers in by_transfers:
        if not kept or moment < kept[-1][0]:
            kept.append((moment, transfers))
    return kept[::-1]


def _lower(column: list[int], first: int, value: int) -> None:
    for place in range(first, len(column)):
        column[place] = min(column[place], value)


def _from(entries: list[tuple[int, list[int]]], minute: int) -> list[int] | None:
    """What is reached by getting on at `minute` or later; None when nothing is."""
    number = bisect_right(entries, -minute, key=lambda entry: -entry[0])
    return entries[number - 1][1] if number else None


def _add(entries: list[tuple[int, list[int]]], departure: int, best: list[int]) -> bool:
    """Add what is reached by getting on at a minute before all others; False when it is no better than getting on later."""
    if not entries:
        entries.append((departure, best))
        return True
    latest = entries[-1][1]
    if not any(map(int.__lt__, best, latest)):
        return False
    both = list(map(min, latest, best))
    if entries[-1][0] == departure:
        entries[-1] = (departure, both)
    else:
        entries.append((departure, both))
    return True
