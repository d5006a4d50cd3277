"""Buses as JSON: lines, stops, departures, markets and kinds of day, from the same schedule as the pages."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.answers import alt_problem, cached_json
from citizen_app.buses import descriptions, schemas, store
from citizen_app.buses.departures import list_departures
from citizen_app.buses.market_days import markets_on
from citizen_app.clock import to_local
from citizen_app.errors import InvalidInput, NotFound, problem
from citizen_app.places import store as places_store

blueprint = Blueprint("buses_api", __name__, url_prefix="/api/v1", description="Bus lines, stops, departures, markets, days.")

_FRESH_S = 60
_DEPARTURES_FRESH_S = 15
_DATE = [{"in": "path", "name": "date", "required": True, "schema": {"type": "string", "format": "date"}}]


@blueprint.get("/routes")
@access(PUBLIC)
@blueprint.response(200, schemas.RouteListSchema)
def get_routes() -> Response:
    """All lines; empty while no network is published."""
    published = store.current_published()
    routes = published.schedule.network.routes if published else ()
    rows = [descriptions.describe_route(published.schedule, route) for route in routes] if published else []
    return answer(schemas.RouteListSchema(), published, {"routes": rows})


@blueprint.get("/routes/<slug>")
@access(PUBLIC)
@blueprint.arguments(schemas.RouteQuerySchema, location="query")
@blueprint.response(200, schemas.RouteDetailSchema)
@alt_problem(blueprint, 404, "No such line.")
def get_route(query: dict[str, Any], slug: str) -> Response:
    """One line with its timetable of a date, and when it runs next."""
    published = get_published()
    schedule, day = published.schedule, query.get("date") or _today()
    route = schedule.route_by_slug(slug)
    return answer(schemas.RouteDetailSchema(), published, descriptions.describe_timetable(schedule, route, day))


@blueprint.get("/stops")
@access(PUBLIC)
@blueprint.arguments(schemas.StopQuerySchema, location="query")
@blueprint.response(200, schemas.StopListSchema)
def get_stops(query: dict[str, Any]) -> Response:
    """Stops and stations, of a box where one is given; page by page."""
    published = store.current_published()
    box, start = query.get("bbox"), query["offset"]
    rows = [
        stop for stop in (published.schedule.network.stops if published else ())
        if stop.location_type <= 1
        and (box is None or (stop.lat is not None and stop.lon is not None and box.contains(stop.lat, stop.lon)))
    ]
    page = rows[start:start + query["limit"]]
    stops = [descriptions.describe_stop(published.schedule, stop) for stop in page] if published else []
    return answer(schemas.StopListSchema(), published, {"total": len(rows), "stops": stops})


@blueprint.get("/stops/<code>")
@access(PUBLIC)
@blueprint.response(200, schemas.StopDetailSchema)
@alt_problem(blueprint, 404, "No such stop.")
def get_stop(code: str) -> Response:
    """One stop or station with its lines and the next date of each."""
    published = get_published()
    stop = published.schedule.stop_by_code(code)
    body = descriptions.describe_stop_fully(published.schedule, stop, published.schedule.today(clock.now()))
    return answer(schemas.StopDetailSchema(), published, body)


@blueprint.get("/stops/<code>/departures")
@access(PUBLIC)
@blueprint.arguments(schemas.DeparturesQuerySchema, location="query")
@blueprint.response(200, schemas.DeparturesSchema)
@alt_problem(blueprint, 404, "No such stop.")
def get_departures(query: dict[str, Any], code: str) -> Response:
    """The departures of one stop, or of all platforms of a station, from a moment on."""
    published = get_published()
    schedule = published.schedule
    at = (query.get("at") or clock.now()).astimezone(UTC).replace(microsecond=0)
    until = at + timedelta(hours=query["hours"])
    departures = list_departures(schedule, schedule.stop_indices(schedule.stop_by_code(code)), at, until)
    rows = [descriptions.describe_departure(schedule, one) for one in departures]
    return answer(schemas.DeparturesSchema(), published, {"at": at, "until": until, "departures": rows}, _DEPARTURES_FRESH_S)


@blueprint.get("/markets")
@access(PUBLIC)
@blueprint.response(200, schemas.MarketListSchema)
def get_markets() -> Response:
    """All markets with their next dates."""
    published, today = store.current_published(), _today()
    markets = published.schedule.network.markets if published else ()
    rows = [descriptions.describe_market(market, today, store.current_calendar()) for market in markets]
    return answer(schemas.MarketListSchema(), published, {"markets": rows})


@blueprint.get("/markets/<slug>")
@access(PUBLIC)
@blueprint.response(200, schemas.MarketDetailSchema)
@alt_problem(blueprint, 404, "No such market.")
def get_market(slug: str) -> Response:
    """One market with its next dates, and the buses there and home on the first of them."""
    published = get_published()
    market = published.schedule.market_by_slug(slug)
    return answer(
        schemas.MarketDetailSchema(), published, descriptions.describe_market_fully(published.schedule, market, _today())
    )


@blueprint.get("/days/<date>")
@access(PUBLIC)
@blueprint.doc(parameters=_DATE)
@blueprint.response(200, schemas.DaySchema)
@alt_problem(blueprint, 422, "Not a date (YYYY-MM-DD), or none from 1971 to 9000.")
def get_day(date: str) -> Response:
    """What kind of day a date is: its lunar date, holiday and season, and the markets held on it."""
    published, day = store.current_published(), _read_date(date)
    markets = markets_on(published.schedule, day) if published else []
    return answer(schemas.DaySchema(), published, descriptions.describe_date(day, store.current_calendar(), markets))


def _read_date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput([problem("path", "date", text, "expected YYYY-MM-DD")]) from None
    if not schemas.YEARS[0] <= day.year <= schemas.YEARS[1]:
        raise InvalidInput([problem("path", "date", text, f"expected a year from {schemas.YEARS[0]} to {schemas.YEARS[1]}")])
    return day


def get_published() -> store.Published:
    published = store.current_published()
    if published is None:
        raise NotFound("no bus network is published")
    return published


def answer(schema: Any, published: store.Published | None, body: dict[str, Any], fresh_s: int = _FRESH_S) -> Response:
    """The body with what goes with every answer. The moments asked for do not tell two answers apart."""
    dumped = schema.dump({**_about_data(published), **body})
    return cached_json(dumped, fresh_s, identity={**dumped, "at": None, "until": None})


def _about_data(published: store.Published | None) -> dict[str, Any]:
    try:
        county = places_store.current_county()
        is_demo, attributions = county.is_demo, list(county.attributions)
    except NotFound:
        is_demo, attributions = False, []
    if published is None:
        return {"demo": is_demo, "attribution": attributions, "version": None, "published_at": None}
    network = published.schedule.network
    publisher = network.feed_info.publisher_name
    return {
        "demo": is_demo or network.is_demo,
        "attribution": attributions + [publisher] * bool(publisher and publisher not in attributions),
        "version": published.version_id,
        "published_at": published.published_at,
    }


def _today() -> date:
    return to_local(clock.now()).date()
