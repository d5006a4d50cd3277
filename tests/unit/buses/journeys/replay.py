"""Travelling a journey again, leg by leg, by the raw timetable: it must be possible as it is told."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from citizen_app.buses.journeys.journey import AS_PLANNED, Access, Journey, Overlay, Ride, Walk
from citizen_app.buses.network import Fare, FareRule, Network
from tests.unit.buses.journeys.oracle import Terms, changes_between, walk_minutes, way_m
from tests.unit.buses.journeys.timetable import Run, Timetable, minute_of

MINUTE_S = 60


@dataclass
class Replay:
    """Everything that journeys of one network are held against."""

    network: Network
    timetable: Timetable
    terms: Terms

    def __post_init__(self) -> None:
        self.rules: dict[str, list[FareRule]] = {fare.fare_id: [] for fare in self.network.fares}
        for rule in self.network.fare_rules:
            self.rules[rule.fare_id].append(rule)
        self.zones = {stop.stop_id: stop.zone_id for stop in self.network.stops}
        self.changes = [dict(of_stop) for of_stop in changes_between(self.timetable, self.terms)]

    def travel(self, journey: Journey, origin: Access, destination: Access, overlay: Overlay = AS_PLANNED) -> None:
        """Raises AssertionError when the journey cannot be travelled."""
        rides = journey.rides
        if not rides:
            self.walk_alone(journey, origin, destination)
            return
        assert len(rides) - 1 == journey.transfers <= self.terms.max_transfers
        assert journey.departs_at == journey.legs[0].departs_at and journey.arrives_at == journey.legs[-1].arrives_at
        for leg, following in pairwise(journey.legs):
            assert leg.arrives_at <= following.departs_at, "a leg begins before the one ahead of it is over"
            assert _end(leg) == _begin(following), "a leg begins where the one ahead of it does not end"
            assert isinstance(leg, Ride) or isinstance(following, Ride), "two walks in a row"
        for ride in rides:
            self.ride(ride, overlay)
        for place, (before, after) in enumerate(pairwise(rides)):
            self.change(before, after, overlay, place)
        self.way_to(journey, origin, rides[0])
        self.way_from(journey, destination, rides[-1])
        for leg in journey.legs[1:-1]:
            if isinstance(leg, Walk):
                self.walk_between(leg)

    def walk_alone(self, journey: Journey, origin: Access, destination: Access) -> None:
        """Past a stop that both places are near to, in no less time than both ways take."""
        (leg,) = journey.legs
        assert isinstance(leg, Walk) and (leg.from_stop, leg.to_stop) == (None, None)
        assert (journey.departs_at, journey.arrives_at) == (leg.departs_at, leg.arrives_at)
        ends = {one.stop: one for one in destination.stops}
        ways = {one.distance_m + ends[one.stop].distance_m: one.walk_s + ends[one.stop].walk_s for one in origin.stops if one.stop in ends}
        assert (leg.arrives_at - leg.departs_at).total_seconds() >= ways[leg.distance_m]

    def ride(self, ride: Ride, overlay: Overlay) -> None:
        trip = self.network.trips[ride.trip]
        row = self.timetable.trips[trip.trip_id]
        first = int(self.network.stop_times.first[ride.trip])
        on, off = ride.board_call - first, ride.alight_call - first
        assert 0 <= on < off < len(row.calls), "people get off before they get on"
        assert (row.calls[on].stop, row.calls[off].stop) == (ride.board_stop, ride.alight_stop)
        assert row.calls[on].boards and row.calls[off].alights, "the bus does not let people on or off there"
        assert row.service_id in self.timetable.services_on(ride.service_day), "the service is not in force on that date"
        assert (ride.trip, ride.service_day) not in overlay.cancelled, "the trip is cancelled"
        late_s = overlay.delays_s.get((ride.trip, ride.service_day), 0)
        told = (minute_of(ride.departs_at), minute_of(ride.arrives_at), ride.headway_s)
        assert told in {_told(run, on, off, late_s) for run in self.timetable.runs_of(row, ride.service_day)}, "no bus at that time"
        assert (ride.route.route_id, ride.fare) == (trip.route_id, self.fare(ride)), "not the line, or not its fare"
        assert ride.headsign == self.headsign(ride)

    def headsign(self, ride: Ride) -> str:
        """What stands on the bus where people get on: the call's own, the trip's, or the name of its last stop."""
        calls, trip = self.network.stop_times, self.network.trips[ride.trip]
        sign = int(calls.headsign[ride.board_call])
        last = self.network.stops[int(calls.stop[calls.first[ride.trip + 1] - 1])].name
        return (calls.headsigns[sign] if sign >= 0 else trip.headsign) or last

    def change(self, before: Ride, after: Ride, overlay: Overlay, place: int) -> None:
        needed = self.changes[before.alight_stop].get(after.board_stop)
        assert needed is not None, f"change {place + 1} cannot be made on foot"
        assert minute_of(after.departs_at) - minute_of(before.arrives_at) >= needed, f"change {place + 1} is too short"

    def walk_between(self, walk: Walk) -> None:
        assert walk.from_stop is not None and walk.to_stop is not None and walk.from_stop != walk.to_stop
        assert walk.distance_m == way_m(self.timetable, walk.from_stop, walk.to_stop, self.terms)
        named = any(row.transfer_type == 2 for row in self.timetable.transfers)    # a feed may name less than the way takes
        least = 0 if named else walk_minutes(walk.distance_m, self.terms)
        assert minute_of(walk.arrives_at) - minute_of(walk.departs_at) >= least

    def way_to(self, journey: Journey, origin: Access, first: Ride) -> None:
        """From the place to the first stop, in the time that it takes; no walk leg where there is no way to go."""
        reached = {one.stop: one for one in origin.stops}[first.board_stop]
        leg = journey.legs[0]
        if isinstance(leg, Walk):
            assert (leg.from_stop, leg.to_stop, leg.distance_m) == (None, first.board_stop, reached.distance_m)
            assert (leg.arrives_at - leg.departs_at).total_seconds() >= reached.walk_s
            assert leg.arrives_at <= first.departs_at
        else:
            assert reached.walk_s == 0

    def way_from(self, journey: Journey, destination: Access, last: Ride) -> None:
        reached = {one.stop: one for one in destination.stops}[last.alight_stop]
        leg = journey.legs[-1]
        if isinstance(leg, Walk):
            assert (leg.from_stop, leg.to_stop, leg.distance_m) == (last.alight_stop, None, reached.distance_m)
            assert (leg.arrives_at - leg.departs_at).total_seconds() >= reached.walk_s
            assert leg.departs_at >= last.arrives_at
        else:
            assert reached.walk_s == 0

    def fare(self, ride: Ride) -> Fare | None:
        """The cheapest fare that applies by fare_attributes and fare_rules to the zones that this bus passes."""
        if not self.network.fares:
            return None
        stops = self.network.stop_times.stop[ride.board_call:ride.alight_call + 1].tolist()
        zones = [self.zone(stop) for stop in stops]
        fitting = [fare for fare in self.network.fares if fare.agency_id in {"", ride.route.agency_id} and self.fits(fare, ride, zones)]
        return min(fitting, key=lambda fare: (fare.price_fen, fare.fare_id), default=None)

    def zone(self, stop: int) -> str:
        own = self.network.stops[stop]
        return own.zone_id or self.zones.get(own.parent_station, "")

    def fits(self, fare: Fare, ride: Ride, zones: list[str]) -> bool:
        rules = self.rules[fare.fare_id]
        through: dict[tuple[str, str, str], set[str]] = {}
        for rule in rules:
            if rule.route_id in {"", ride.route.route_id} and rule.origin_id in {"", zones[0]} and rule.destination_id in {"", zones[-1]}:
                through.setdefault((rule.route_id, rule.origin_id, rule.destination_id), set()).update({rule.contains_id} - {""})
        return not rules or any(not named or named == set(zones) for named in through.values())


def _told(run: Run, on: int, off: int, late_s: int) -> tuple[int, int, int | None]:
    departure_s, arrival_s = run.calls[on].departure_s + late_s, run.calls[off].arrival_s + late_s
    return departure_s // MINUTE_S, -(-arrival_s // MINUTE_S), run.headway_s


def _begin(leg: Walk | Ride) -> int | None:
    return leg.from_stop if isinstance(leg, Walk) else leg.board_stop


def _end(leg: Walk | Ride) -> int | None:
    return leg.to_stop if isinstance(leg, Walk) else leg.alight_stop
