"""What the scan found, told as journeys: trips of the timetable, stops of the network, moments, fares. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from citizen_app.buses.fares import fare_between
from citizen_app.buses.journeys.day_view import DayView
from citizen_app.buses.journeys.footpaths import Footpaths
from citizen_app.buses.journeys.journey import Access, Journey, Ride, StopAccess, Walk
from citizen_app.buses.journeys.rules import Rules
from citizen_app.buses.network import Fare
from citizen_app.buses.schedule import Schedule

_MOST_FARES = 65_536
_MINUTE = timedelta(minutes=1)


class Answers:
    """Tells journeys of one version. Fares are worked out once for each route and pair of stops."""

    def __init__(self, schedule: Schedule, rules: Rules, paths: Footpaths) -> None:
        self._schedule, self._rules = schedule, rules
        self._distances = paths.distances()
        self._routes = {route.route_id: route for route in schedule.network.routes}
        self._route_of_trip = [self._routes[trip.route_id] for trip in schedule.network.trips]
        self._fares: dict[tuple[str, int, int], Fare | None] = {}

    def tell(self, view: DayView, rows: Sequence[Sequence[int]], origin: Access, destination: Access) -> Journey:
        """One journey; `rows` are the rides as the scan wrote them, the last one of the view's direction first."""
        if not view.is_mirrored:
            rows = rows[::-1]
        rides = [self._ride(view, *row) for row in rows]
        legs: list[Walk | Ride] = []
        first, last = rides[0], rides[-1]
        start = walk_to(origin, first.board_stop)
        departs_at = first.departs_at - minutes_of_walk(start) * _MINUTE
        if start.walk_s:
            legs.append(Walk(None, start.stop, departs_at, first.departs_at, start.distance_m))
        legs.append(first)
        for before, after in pairwise(rides):
            if before.alight_stop != after.board_stop:
                legs.append(self._footpath(before, after))
            legs.append(after)
        end = walk_to(destination, last.alight_stop)
        arrives_at = last.arrives_at + minutes_of_walk(end) * _MINUTE
        if end.walk_s:
            legs.append(Walk(end.stop, None, last.arrives_at, arrives_at, end.distance_m))
        return Journey(departs_at, arrives_at, tuple(legs))

    def _ride(self, view: DayView, route: int, trip: int, board: int, alight: int) -> Ride:
        schedule, times = self._schedule, view.timetable
        count, first, call_first = times.trips.item(route), times.time_first.item(route), times.call_first.item(route)
        length = times.call_first.item(route + 1) - call_first
        departs = times.departure.item(first + board * count + trip)
        arrives = times.arrival.item(first + trip * length + alight)
        if view.is_mirrored:
            board, alight, departs, arrives = length - 1 - alight, length - 1 - board, -arrives, -departs
            trip = count - 1 - trip
        number = view.trip_first.item(route) + trip
        run = view.run.item(number)
        calls, of_trip = schedule.network.stop_times, schedule.runs.trip.item(run)
        board_call, alight_call = calls.first.item(of_trip) + board, calls.first.item(of_trip) + alight
        board_stop, alight_stop = calls.stop.item(board_call), calls.stop.item(alight_call)
        sign, frequency = calls.headsign.item(board_call), schedule.runs.frequency.item(run)
        line = self._route_of_trip[of_trip]
        return Ride(
            line,
            calls.headsigns[sign] if sign >= 0 else schedule.headsigns[of_trip],
            of_trip,
            view.day + timedelta(view.offset.item(number)),
            board_stop,
            alight_stop,
            board_call,
            alight_call,
            view.start + departs * _MINUTE,
            view.start + arrives * _MINUTE,
            self.fare(line.route_id, board_stop, alight_stop),
            None if frequency < 0 else self._headway_s(frequency),
        )

    def fare(self, route_id: str, board_stop: int, alight_stop: int) -> Fare | None:
        """The fare of a ride, from memory when it was asked for before."""
        network = self._schedule.network
        if not network.fares:
            return None
        key = route_id, board_stop, alight_stop
        if key not in self._fares:
            if len(self._fares) >= _MOST_FARES:
                self._fares.clear()
            stops = network.stops
            self._fares[key] = fare_between(self._schedule, self._routes[route_id], stops[board_stop], stops[alight_stop])
        return self._fares.get(key)

    def _headway_s(self, frequency: int) -> int | None:
        one = self._schedule.network.frequencies[frequency]
        return None if one.exact_times else one.headway_s

    def _footpath(self, before: Ride, after: Ride) -> Walk:
        """People set out at once; what is left of the change is waiting."""
        metres = self._distances[before.alight_stop, after.board_stop]
        arrives_at = min(before.arrives_at - (-self._rules.walk_s(metres) // 60) * _MINUTE, after.departs_at)
        return Walk(before.alight_stop, after.board_stop, before.arrives_at, arrives_at, metres)


def minutes_of_walk(access: StopAccess) -> int:
    return -(-access.walk_s // 60)


def walk_to(place: Access, stop: int) -> StopAccess:
    """The shortest of the place's walks to a stop. Raises KeyError when there is none."""
    found = [one for one in place.stops if one.stop == stop]
    if not found:
        raise KeyError(stop)
    return min(found, key=minutes_of_walk)


def shortest_walks(place: Access) -> Mapping[int, StopAccess]:
    """By stop."""
    return {one.stop: one for one in sorted(place.stops, key=lambda one: -one.walk_s)}


def walk_between(origin: Access, destination: Access) -> StopAccess | None:
    """The shortest way from one place to another past a stop that both are near to; None when there is none."""
    starts, ends = shortest_walks(origin), shortest_walks(destination)
    ways = []
    for stop in starts.keys() & ends.keys():
        minutes = minutes_of_walk(starts[stop]) + minutes_of_walk(ends[stop])
        ways.append(StopAccess(stop, minutes * 60, starts[stop].distance_m + ends[stop].distance_m))
    return min(ways, key=lambda way: (way.walk_s, way.distance_m, way.stop), default=None)


def on_foot(way: StopAccess, departs_at: datetime) -> Journey:
    arrives_at = departs_at + timedelta(seconds=way.walk_s)
    return Journey(departs_at, arrives_at, (Walk(None, None, departs_at, arrives_at, way.distance_m),))
