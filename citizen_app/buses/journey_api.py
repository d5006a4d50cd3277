"""Journeys as JSON: from one place to another, and how far one gets; each answer is wholly of one version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from citizen_app import clock, finder
from citizen_app.access import PUBLIC, access
from citizen_app.answers import alt_problem
from citizen_app.buses import api, journey_descriptions, journey_schemas
from citizen_app.buses.journey_places import PLACES, Links, Place, make_place
from citizen_app.buses.no_way import known_days
from citizen_app.buses.store import Published
from citizen_app.errors import InvalidInput, problem
from citizen_app.places import store as places_store
from citizen_app.places.search.entry import EntryKind

blueprint = Blueprint("journeys_api", __name__, url_prefix="/api/v1", description="Journeys by bus and on foot.")

_FRESH_S = 60
_REACH = timedelta(hours=2)


@blueprint.get("/journeys")
@access(PUBLIC)
@blueprint.arguments(journey_schemas.JourneysQuerySchema, location="query")
@blueprint.response(200, journey_schemas.JourneysSchema)
@alt_problem(blueprint, 404, "No network is published.")
@alt_problem(blueprint, 422, "A place that is not known, twice the same place, or a moment that cannot be answered.")
def get_journeys(query: dict[str, Any]) -> Response:
    """The ways from one place to another, none of which is beaten in arrival, departure and transfers."""
    published = api.get_published()
    origin, destination = _place(published, "from", query["origin"]), _place(published, "to", query["destination"])
    if origin.entry.key == destination.entry.key:
        raise InvalidInput([problem("query", "to", query["destination"], "is the same place as from")])
    ends = origin.access, destination.access
    if "arrive_by" in query:
        found = published.planner.arrive_by(*ends, _moment(published, query, "arrive_by"))
    elif "until" in query:
        found = published.planner.depart_between(*ends, _moment(published, query, "depart_at"), query["until"].astimezone(UTC))
    else:
        found = published.planner.depart_at(*ends, _moment(published, query, "depart_at"))
    body = {
        "origin": journey_descriptions.describe_place(origin), "destination": journey_descriptions.describe_place(destination),
        "journeys": [journey_descriptions.describe_journey(published.schedule, one) for one in found],
    }
    return api.answer(journey_schemas.JourneysSchema(), published, body, _FRESH_S)


@blueprint.get("/reach")
@access(PUBLIC)
@blueprint.arguments(journey_schemas.ReachQuerySchema, location="query")
@blueprint.response(200, journey_schemas.ReachSchema)
@alt_problem(blueprint, 404, "No network is published.")
@alt_problem(blueprint, 422, "A place that is not known, or a moment that cannot be answered.")
def get_reach(query: dict[str, Any]) -> Response:
    """Where one can be by a moment, with the earliest arrival at each stop."""
    published = api.get_published()
    origin, at = _place(published, "from", query["origin"]), _moment(published, query, "depart_at")
    until = query["until"].astimezone(UTC) if "until" in query else at + _REACH
    reach = published.planner.reach_from(origin.access, at, until)
    rows = journey_descriptions.describe_reach(published.schedule, reach)
    body = {"origin": journey_descriptions.describe_place(origin), "depart_at": at, "until": until, "stops": rows}
    return api.answer(journey_schemas.ReachSchema(), published, body, _FRESH_S)


def _place(published: Published, field: str, asked: str) -> Place:
    """The place with a key, or the stop with a code. Raises InvalidInput."""
    entry = finder.find_entry(asked) or finder.find_entry(f"{EntryKind.STOP}:{asked}")
    if entry is None or entry.kind not in PLACES:
        raise InvalidInput([problem("query", field, asked, "there is no such place; /api/v1/search finds keys")])
    links = Links(places_store.list_towns(), published.villages.stops_of, finder.list_stop_codes)
    return make_place(published.schedule, entry, links)


def _moment(published: Published, query: dict[str, Any], field: str) -> datetime:
    """The moment that was asked for, else now, UTC. Raises InvalidInput for one on a day of which nothing is known."""
    asked = (query.get(field) or clock.now()).astimezone(UTC).replace(second=0, microsecond=0)
    first, last = known_days(published.schedule.network)
    day = published.schedule.today(asked)
    if (first and day < first) or (last and day > last):
        known = " ".join([*([f"from {first}"] if first else []), *([f"until {last}"] if last else [])])
        raise InvalidInput([problem("query", field, asked.isoformat(), f"the timetable is known {known}")])
    return asked
