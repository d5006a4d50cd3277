"""A GTFS feed as a network, or everything that is wrong with it at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from citizen_app.buses.network import Network
from citizen_app.errors import InputProblem, InvalidInput
from citizen_app.exchange.gtfs import extras, lines, places
from citizen_app.exchange.gtfs.archive import Archive
from citizen_app.exchange.gtfs.calls import read_stop_times
from citizen_app.exchange.gtfs.faults import Faults
from citizen_app.exchange.gtfs.records import Feed, Progress
from citizen_app.exchange.gtfs.services import read_services
from citizen_app.exchange.gtfs.shapes import read_shapes

_REQUIRED = ("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
_KNOWN = (
    *_REQUIRED, "calendar.txt", "calendar_dates.txt", "frequencies.txt", "shapes.txt", "transfers.txt", "fare_attributes.txt",
    "fare_rules.txt", "translations.txt", "feed_info.txt",
)


@dataclass(frozen=True)
class ReadResult:
    """What came of a feed. `network` is None when there are problems.

    The first 200 problems and warnings are named, `problem_count` and `warning_count` say how many there are.
    """

    network: Network | None
    problems: tuple[InputProblem, ...]
    warnings: tuple[InputProblem, ...]
    problem_count: int
    warning_count: int

    def get_network(self) -> Network:
        """The network. Raises InvalidInput with every problem that has a name."""
        if self.network is None:
            raise InvalidInput(self.problems)
        return self.network


def read_network(archive: Archive, progress: Progress = lambda done, of: None) -> ReadResult:
    """Read a feed. `progress` is told how many of how many bytes are read, at most some 200 times.

    Raises InvalidInput only when the archive itself turns out to be damaged or larger than allowed.
    """
    faults = Faults()
    feed = Feed(archive, faults, progress, _KNOWN)
    for name in _REQUIRED:
        if name not in archive:
            faults.error(name, None, "", "", "this file is missing")
    if "calendar.txt" not in archive and "calendar_dates.txt" not in archive:
        faults.error("calendar.txt", None, "", "", "this file is missing, and so is calendar_dates.txt")
    for name in sorted(set(archive.sizes).difference(_KNOWN)):
        faults.warn(name, None, "", "", "this file is not kept")
    network = None if faults.problem_count else _read(feed)
    return ReadResult(
        network if not faults.problem_count else None, tuple(faults.problems), tuple(faults.warnings),
        faults.problem_count, faults.warning_count,
    )


def _read(feed: Feed) -> Network:
    agencies, stops = places.read_agencies(feed), places.read_stops(feed)
    agency_ids = {agency.agency_id for agency in agencies}
    services, shapes = read_services(feed), read_shapes(feed)
    routes = lines.read_routes(feed, agencies)
    route_ids = {route.route_id for route in routes}
    trips = lines.read_trips(feed, route_ids, services, shapes)
    trip_ids = {trip.trip_id for trip in trips}
    known = {
        "agency": agency_ids, "stops": {stop.stop_id for stop in stops}, "routes": route_ids, "trips": trip_ids,
        "stop_times": trip_ids,
    }
    stop_times = read_stop_times(feed, trips, stops)
    fares = extras.read_fares(feed, agency_ids)
    feed_info, is_demo = extras.read_feed_info(feed)
    network = Network(
        agencies, stops, routes, services, trips, stop_times,
        frequencies=lines.read_frequencies(feed, trip_ids),
        shapes=shapes,
        transfers=extras.read_transfers(feed, known),
        fares=fares,
        fare_rules=extras.read_fare_rules(feed, {fare.fare_id for fare in fares}, route_ids, {stop.zone_id for stop in stops}),
        translations=extras.read_translations(feed, known),
        feed_info=feed_info,
        is_demo=is_demo,
    )
    feed.finish()
    return network
