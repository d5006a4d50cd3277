"""routes.txt, trips.txt and frequencies.txt. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from citizen_app.buses.network import Agency, Frequency, Route, RouteKind, Trip
from citizen_app.exchange.gtfs.records import Feed, Record

_ROUTE = ("route_id", "route_type")
_ROUTE_MORE = (
    "agency_id", "route_short_name", "route_long_name", "route_desc", "route_url", "route_color", "route_text_color",
    "route_sort_order", "x_route_kind", "x_market",
)
_TRIP = ("route_id", "service_id", "trip_id")
_TRIP_MORE = (
    "trip_headsign", "trip_short_name", "direction_id", "block_id", "shape_id", "wheelchair_accessible", "bikes_allowed",
    "x_trip_note",
)
_FREQUENCY = ("trip_id", "start_time", "end_time", "headway_secs")
_COLOR = re.compile(r"[0-9A-Fa-f]{6}")
_BUS = 3


def read_routes(feed: Feed, agencies: Sequence[Agency]) -> tuple[Route, ...]:
    """Every line; one that names no agency belongs to the only one there is."""
    routes: dict[str, Route] = {}
    known = {agency.agency_id for agency in agencies}
    for record in feed.records("routes.txt", _ROUTE, _ROUTE_MORE):
        route_id = record.ident("route_id", required=True)
        agency_id = record.ident("agency_id")
        if not agency_id and len(agencies) == 1:
            agency_id = agencies[0].agency_id
        else:
            feed.refers(record, "agency_id", known, "agency.txt")
        if feed.once(record, "route_id", route_id, routes):
            routes[route_id] = _route(route_id, agency_id, record)
    return tuple(routes.values())


def _route(route_id: str, agency_id: str, record: Record) -> Route:
    short_name, long_name = record.text("route_short_name"), record.text("route_long_name")
    if not short_name and not long_name and not record.is_filled("route_short_name"):
        record.warn("route_short_name", "the line has no name at all; kept")
    route_type = record.whole("route_type", 9999)
    if route_type is None:
        record.warn("route_type", "is missing; taken as a bus")
    kind = record.ident("x_route_kind")
    if kind not in set(RouteKind):
        record.warn("x_route_kind", f"expected one of {', '.join(filter(None, RouteKind))}; taken as not given")
        kind = ""
    return Route(
        route_id, short_name, long_name, agency_id, _BUS if route_type is None else route_type, record.text("route_desc"),
        record.link("route_url"), _color(record, "route_color"), _color(record, "route_text_color"),
        record.whole("route_sort_order"), RouteKind(kind), record.ident("x_market"),
    )


def _color(record: Record, field: str) -> str:
    value = record.ident(field).removeprefix("#")
    if value and not _COLOR.fullmatch(value):
        record.warn(field, "expected six hexadecimal digits; left out")
        return ""
    return value


def read_trips(
    feed: Feed, routes: Container[str], services: Container[str], shapes: Container[str]
) -> tuple[Trip, ...]:
    """Every trip, in the order of the file. One with a broken reference is kept, so that its calls are not faults too."""
    trips: dict[str, Trip] = {}
    for record in feed.records("trips.txt", _TRIP, _TRIP_MORE):
        trip_id = record.ident("trip_id", required=True)
        feed.refers(record, "route_id", routes, "routes.txt")
        feed.refers(record, "service_id", services, "calendar.txt")
        shape_id = record.ident("shape_id")
        if shape_id:
            feed.refers(record, "shape_id", shapes, "shapes.txt")
        if feed.once(record, "trip_id", trip_id, trips):
            trips[trip_id] = Trip(
                trip_id, record.ident("route_id"), record.ident("service_id"), record.text("trip_headsign"),
                record.text("trip_short_name"), record.whole("direction_id", 1), record.ident("block_id"), shape_id,
                record.choice("wheelchair_accessible", 2), record.choice("bikes_allowed", 2), record.text("x_trip_note"),
            )
    return tuple(trips.values())


def read_frequencies(feed: Feed, trips: Container[str]) -> tuple[Frequency, ...]:
    """Every interval; its times and headway must make sense."""
    frequencies = []
    for record in feed.records("frequencies.txt", _FREQUENCY, ("exact_times", "x_headway_min_secs")):
        feed.refers(record, "trip_id", trips, "trips.txt")
        start_s, end_s, headway_s = record.time_s("start_time"), record.time_s("end_time"), record.whole("headway_secs")
        if not headway_s:
            record.error("headway_secs", "expected a number of seconds above 0")
        if start_s is None or end_s is None or not headway_s:
            continue
        if end_s <= start_s:
            record.error("end_time", "is not later than start_time")
        frequencies.append(Frequency(
            record.ident("trip_id"), start_s, end_s, headway_s, record.choice("exact_times", 1) == 1,
            record.whole("x_headway_min_secs", headway_s),
        ))
    return tuple(frequencies)
