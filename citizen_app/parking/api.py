"""Car parks as JSON: the same judged board as the pages."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, current_app, make_response, request
from flask_smorest import Blueprint

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.errors import NotFound
from citizen_app.parking import schemas, store
from citizen_app.parking.board import Entry, board, find_entry
from citizen_app.places import store as places_store

blueprint = Blueprint("parking_api", __name__, url_prefix="/api/v1/parking", description="Car parks and their free spaces.")

_FRESH_S = 5
_HISTORY_FRESH_S = 60


@blueprint.get("")
@access(PUBLIC)
@blueprint.arguments(schemas.FacilityQuerySchema, location="query")
@blueprint.response(200, schemas.FacilityListSchema)
def get_parking(query: dict[str, Any]) -> Any:
    """All car parks with their judged counts."""
    now = clock.now().replace(microsecond=0)
    entries = board(store.current_snapshot(), now)
    if query.get("has_space"):
        entries = [entry for entry in entries if entry.availability.available_spaces]
    body = {"judged_at": now, "demo": _is_demo(), "facilities": [facility_view(entry) for entry in entries]}
    return _cached(schemas.FacilityListSchema().dump(body), {**body, "judged_at": None}, _FRESH_S)


@blueprint.get("/<uid>")
@access(PUBLIC)
@blueprint.response(200, schemas.FacilitySchema)
@blueprint.alt_response(404, description="No such car park.")
def get_facility(uid: str) -> Any:
    """One car park with its judged count."""
    entry = find_entry(store.current_snapshot(), uid, clock.now())
    if entry is None:
        raise NotFound(f"there is no car park {uid}")
    body = schemas.FacilitySchema().dump(facility_view(entry))
    return _cached(body, body, _FRESH_S)


@blueprint.get("/<uid>/history")
@access(PUBLIC)
@blueprint.arguments(schemas.HistoryQuerySchema, location="query")
@blueprint.response(200, schemas.HistorySchema)
@blueprint.alt_response(404, description="No such car park.")
def get_history(query: dict[str, Any], uid: str) -> Any:
    """What was counted: quarters of an hour of believable counts, or the raw readings of a day."""
    if uid not in store.current_snapshot().facilities:
        raise NotFound(f"there is no car park {uid}")
    body: dict[str, Any] = {"uid": uid, "demo": _is_demo(), "resolution": query["resolution"]}
    if query["resolution"] == "raw":
        body["readings"] = store.list_readings(uid, query["start"], query["end"])
    else:
        body["aggregates"] = store.list_aggregates(uid, query["start"], query["end"])
    dumped = schemas.HistorySchema().dump(body)
    return _cached(dumped, dumped, _HISTORY_FRESH_S)


def facility_view(entry: Entry) -> dict[str, Any]:
    """The fields of FacilitySchema of one judged facility."""
    names = {*schemas.FacilitySchema().fields}
    one, judged = vars(entry.facility), vars(entry.availability)
    return {name: judged[name] if name in judged else one[name] for name in names}


def _is_demo() -> bool:
    try:
        return places_store.current_county().is_demo
    except NotFound:
        return False


def _cached(body: dict[str, Any], identity: Any, fresh_s: int) -> Response:
    """JSON with an ETag that does not move while only the clock does; 304 where the client has it."""
    response = make_response(current_app.json.response(body))
    tag = current_app.json.dumps(identity, default=str)
    response.headers["Cache-Control"] = f"public, max-age={fresh_s}"
    response.set_etag(hashlib.sha256(tag.encode()).hexdigest()[:20])
    return response.make_conditional(request)
