"""Car parks as JSON: the same judged board as the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.answers import alt_problem, cached_json
from citizen_app.errors import InvalidInput, NotFound, problem
from citizen_app.parking import schemas, store
from citizen_app.parking.board import Entry, board, find_entry
from citizen_app.places import store as places_store

blueprint = Blueprint("parking_api", __name__, url_prefix="/api/v1/parking", description="Car parks and their free spaces.")

_FRESH_S = 5
_HISTORY_FRESH_S = 60
_RAW_KEPT = timedelta(days=30)
_MOST_RAW = 86_400    # a second holds one reading, a request one day


@blueprint.get("")
@access(PUBLIC)
@blueprint.arguments(schemas.FacilityQuerySchema, location="query")
@blueprint.response(200, schemas.FacilityListSchema)
def get_parking(query: dict[str, Any]) -> Response:
    """All car parks with their judged counts."""
    now = clock.now().replace(microsecond=0)
    entries = board(store.current_snapshot(), now)
    if query.get("has_space"):
        entries = [entry for entry in entries if entry.availability.available_spaces]
    about = _about_data()
    body = schemas.FacilityListSchema().dump({**about, "judged_at": now, "facilities": list(map(_view, entries))})
    return cached_json(body, _FRESH_S, identity={**body, "judged_at": None})


@blueprint.get("/<uid>")
@access(PUBLIC)
@blueprint.response(200, schemas.FacilityDetailSchema)
@alt_problem(blueprint, 404, "No such car park.")
def get_facility(uid: str) -> Response:
    """One car park with its judged count, its entrances and its tariff."""
    now = clock.now().replace(microsecond=0)
    entry = find_entry(store.current_snapshot(), uid, now)
    if entry is None:
        raise NotFound(f"there is no car park {uid}")
    body = schemas.FacilityDetailSchema().dump({**_about_data(), "judged_at": now, **_view(entry)})
    return cached_json(body, _FRESH_S, identity={**body, "judged_at": None})


@blueprint.get("/<uid>/history")
@access(PUBLIC)
@blueprint.arguments(schemas.HistoryQuerySchema, location="query")
@blueprint.response(200, schemas.HistorySchema)
@alt_problem(blueprint, 404, "No such car park.")
@alt_problem(blueprint, 503, "The database does not answer.")
def get_history(query: dict[str, Any], uid: str) -> Response:
    """What was counted: quarters of an hour of believable counts, or raw readings as they came in."""
    if uid not in store.current_snapshot().facilities:
        raise NotFound(f"there is no car park {uid}")
    start, end, resolution = query["start"], query["end"], query["resolution"]
    body: dict[str, Any] = {**_about_data(), "uid": uid, "resolution": resolution}
    if resolution == "raw":
        if start < clock.now() - _RAW_KEPT - timedelta(days=1):
            raise InvalidInput([problem("query", "from", request.args["from"], "raw readings are kept for 30 days")])
        body["readings"] = store.list_readings(uid, start, end, _MOST_RAW)
    else:
        body["aggregates"] = store.list_aggregates(uid, start, end)
    return cached_json(schemas.HistorySchema().dump(body), _HISTORY_FRESH_S)


def _view(entry: Entry) -> dict[str, Any]:
    """The facts of the facility, and over them what is judged of it now."""
    closure = entry.availability.closure
    return {
        **vars(entry.facility), **vars(entry.availability),
        "closed_reason": closure.reason if closure else "", "closed_reason_en": closure.reason_en if closure else "",
    }


def _about_data() -> dict[str, Any]:
    """Whether the data is a demonstration, and whom it is owed to."""
    try:
        county = places_store.current_county()
    except NotFound:
        return {"demo": False, "attribution": []}
    return {"demo": county.is_demo, "attribution": county.attributions}
