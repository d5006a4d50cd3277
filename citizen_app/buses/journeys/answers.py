"""What the scan found, told as journeys: trips of the timetable, stops of the network, moments, fares. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from citizen_app.buses.fares import fare_between
from citizen_app.buses.journeys.day_view import DayView
from citizen_app.buses.journeys.footpaths import Footpaths
from citizen_app.buses.journeys.journey import Access, Journey, Ride, StopAccess, Walk
from citizen_app.buses.journeys.rules import Rules
from citizen_app.buses.journeys.timetable import NO_ALIGHTING, NO_BOARDING, RULE_BITS, Timetable
from citizen_app.buses.network import Fare
from citizen_app.buses.schedule import Schedule

LONGEST_WALK_MIN = 240
Walks = Mapping[int, StopAccess]
Row = tuple[int, int, int, int]     # a ride as the scan writes it: route, trip, place of boarding, place of alighting

_MOST_FARES = 65_536
_MOST_TOLD = 4096           # rides kept with a view: half a kilobyte each
_MINUTE = timedelta(minutes=1)


class Answers:
    """Tells journeys of one version. Fares are worked out once for each route and pair of stops."""

    def __init__(self, schedule: Schedule, rules: Rules, paths: Footpaths) -> None:
        self._schedule, self._rules = schedule, rules
        self._runs, self._calls = schedule.runs, schedule.network.stop_times
        self._paths = paths
        self._routes = {route.route_id: route for route in schedule.network.routes}
        self._route_of_trip = [self._routes[trip.route_id] for trip in schedule.network.trips]
        self._fares: dict[tuple[str, int, int], Fare | None] = {}

    def tell(self, view: DayView, rows: Sequence[Row], start: Walks, end: Walks) -> Journey:
        """One journey; `rows` are the rides as the scan wrote them, the last one of the view's direction first.

        `start` and `end` are the walks from the place of origin and to the destination.
        """
        rides = [view.told.get(row) or self._tell_ride(view, row) for row in (rows if view.is_mirrored else reversed(rows))]
        legs: list[Walk | Ride] = []
        before = None
        for ride in rides:
            if before is not None and before.alight_stop != ride.board_stop:
                legs.append(self._footpath(before, ride))
            legs.append(ride)
            before = ride
        departs_at, arrives_at = rides[0].departs_at, rides[-1].arrives_at
        first, last = start[rides[0].board_stop], end[rides[-1].alight_stop]
        if first.walk_s:
            departs_at -= minutes_of_walk(first) * _MINUTE
            legs.insert(0, Walk(None, first.stop, departs_at, rides[0].departs_at, first.distance_m))
        if last.walk_s:
            arrives_at += minutes_of_walk(last) * _MINUTE
            legs.append(Walk(last.stop, None, rides[-1].arrives_at, arrives_at, last.distance_m))
        return Journey(departs_at, arrives_at, tuple(legs))

    def _tell_ride(self, view: DayView, row: Row) -> Ride:
        route, trip, board, alight = row
        times = view.timetable
        if route in view.loops:
            board, alight = _shorten(times, route, board, alight)
        first = times.time_first.item(route)
        length = times.call_first.item(route + 1) - times.call_first.item(route)
        departs = times.departure.item(first + trip * length + board)
        arrives = times.arrival.item(first + trip * length + alight)
        if view.is_mirrored:
            board, alight, departs, arrives = length - 1 - alight, length - 1 - board, -arrives, -departs
            trip = times.trips.item(route) - 1 - trip
        number = view.trip_first.item(route) + trip
        run = view.run.item(number)
        of_trip, frequency = self._runs.trip.item(run), self._runs.frequency.item(run)
        board_call = self._calls.first.item(of_trip) + board
        alight_call = board_call - board + alight
        board_stop, alight_stop = self._calls.stop.item(board_call), self._calls.stop.item(alight_call)
        sign = self._calls.headsign.item(board_call)
        line = self._route_of_trip[of_trip]
        ride = Ride(
            line, self._calls.headsigns[sign] if sign >= 0 else self._schedule.headsigns[of_trip],
            of_trip, view.day + timedelta(view.offset.item(number)), board_stop, alight_stop, board_call, alight_call,
            view.start + departs * _MINUTE, view.start + arrives * _MINUTE,
            self.fare(line.route_id, board_stop, alight_stop), None if frequency < 0 else self._headway_s(frequency),
        )
        if len(view.told) < _MOST_TOLD:
            view.told[row] = ride
        return ride

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
        _, metres = self._paths.between(before.alight_stop, after.board_stop)
        arrives_at = min(before.arrives_at - (-self._rules.walk_s(metres) // 60) * _MINUTE, after.departs_at)
        return Walk(before.alight_stop, after.board_stop, before.arrives_at, arrives_at, metres)


def _shorten(times: Timetable, route: int, board: int, alight: int) -> tuple[int, int]:
    """The same ride without a round that brings people back to where they got on, or past where they get off."""
    first = times.call_first.item(route)
    calls = times.call[first + board:first + alight + 1].tolist()
    stops = [call >> RULE_BITS for call in calls]
    begin = max(place for place, stop in enumerate(stops[:-1]) if stop == stops[0] and not calls[place] & NO_BOARDING)
    end = next(place for place, stop in enumerate(stops) if place > begin and stop == stops[-1] and not calls[place] & NO_ALIGHTING)
    return board + begin, board + end


def minutes_of_walk(access: StopAccess) -> int:
    return -(-access.walk_s // 60)


def walks_of(place: Access) -> Walks:
    """The shortest walk to each of the place's stops; who walks for hours does not go by bus."""
    found = {one.stop: one for one in place.stops if one.walk_s <= LONGEST_WALK_MIN * 60}
    if len(found) == len(place.stops):
        return found
    found = {}
    for one in place.stops:
        held = found.get(one.stop)
        if one.walk_s <= LONGEST_WALK_MIN * 60 and (held is None or one.walk_s < held.walk_s):
            found[one.stop] = one
    return found


def walk_between(starts: Walks, ends: Walks) -> StopAccess | None:
    """The shortest way from one place to another past a stop that both are near to; None when there is none."""
    if starts.keys().isdisjoint(ends):
        return None
    ways = []
    for stop in starts.keys() & ends.keys():
        minutes = minutes_of_walk(starts[stop]) + minutes_of_walk(ends[stop])
        ways.append(StopAccess(stop, minutes * 60, starts[stop].distance_m + ends[stop].distance_m))
    return min(ways, key=lambda way: (way.walk_s, way.distance_m, way.stop), default=None)


def on_foot(way: StopAccess, departs_at: datetime) -> Journey:
    arrives_at = departs_at + timedelta(seconds=way.walk_s)
    return Journey(departs_at, arrives_at, (Walk(None, None, departs_at, arrives_at, way.distance_m),))
