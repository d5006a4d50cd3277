"""Sources as JSON: how each one stands, and the door for those that push."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from flask import Response, current_app, request
from flask_smorest import Blueprint
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from citizen_app import clock
from citizen_app.access import PUBLIC, SOURCE, access
from citizen_app.answers import alt_problem, cached_json
from citizen_app.errors import InvalidInput, NotFound, Unavailable
from citizen_app.extensions import api
from citizen_app.ops import actions, push, schemas, store
from citizen_app.ops.source import Run, Source, SourceMode
from citizen_app.parking.actions import RecordResult
from citizen_app.parking.schemas import ReadingSchema

blueprint = Blueprint("sources_api", __name__, url_prefix="/api/v1/sources", description="Where the counts come from.")

_FRESH_S = 5
_SIGNED = [
    {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": text}
    for name, text in (
        ("webhook-id", "Identifier of the message; the same one is refused the second time."),
        ("webhook-timestamp", "Whole seconds since 1970, within 300 s of our clock."),
        ("webhook-signature", "v1,<base64 of HMAC-SHA256 over id.timestamp.body>; several, separated by spaces."),
    )
]
_PUSH_BODY = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Push"}}}}


@blueprint.get("")
@access(PUBLIC)
@blueprint.response(200, schemas.SourceListSchema)
@alt_problem(blueprint, 503, "The database does not answer.")
def get_sources() -> Response:
    """Each source with its newest runs."""
    return cached_json(schemas.SourceListSchema().dump({"sources": store.list_source_states()}), _FRESH_S)


@blueprint.post("/<uid>/readings")
@access(SOURCE)
@blueprint.doc(parameters=_SIGNED, requestBody=_PUSH_BODY)
@blueprint.response(200, schemas.PushResultSchema)
@alt_problem(blueprint, 401, "Not signed, wrongly signed, or too old.")
@alt_problem(blueprint, 404, "No such source, or it does not push.")
@alt_problem(blueprint, 409, "The message was taken before.")
@alt_problem(blueprint, 413, "Larger than 1 MiB.")
@alt_problem(blueprint, 415, "Not JSON.")
@alt_problem(blueprint, 422, "None of the readings can be taken; `errors` names each row and field.")
@alt_problem(blueprint, 503, "The database does not answer; send the same message again.")
def post_readings(uid: str) -> RecordResult:
    """Push readings, signed as in Standard Webhooks. Good readings are taken beside the problems of bad ones."""
    source, now = store.get_source(uid), clock.now()
    if source.mode is not SourceMode.PUSH:
        raise NotFound(f"the source {uid} does not push")
    body = request.get_data()
    if len(body) >= current_app.config["MAX_CONTENT_LENGTH"]:
        raise RequestEntityTooLarge    # a body that does not state its length is cut off there, without a word
    envelope = push.Envelope(*(request.headers.get(name, "") for name in push.HEADERS))
    push.check_signature(os.environ.get(source.secret_env, ""), envelope, body, now)
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("the body must be application/json")
    try:
        result = actions.record_push(uid, envelope.message_id, push.read_message(body, now), now)
    except InvalidInput as error:
        _record_run(source, now, len(body), RecordResult(0, 0, error.problems), "no reading can be taken")
        raise
    _record_run(source, now, len(body), result)
    return result


def _record_run(source: Source, began_at: datetime, size: int, result: RecordResult, error: str = "") -> None:
    """Keep what became of a genuine message; what is refused, or sent twice, is no run of the source."""
    bad = len({one.row for one in result.problems})
    outcome = "error" if error else "partial" if bad else "ok" if result.accepted else "unchanged"
    run = Run(
        source.uid, began_at, clock.now(), outcome, None, size, result.accepted + result.unchanged, bad,
        result.problems, error, began_at + timedelta(seconds=source.interval_s),
    )
    try:
        actions.record_run(run)
    except Unavailable:
        current_app.logger.warning("push run not recorded", extra={"source": source.uid})


def describe_schemas() -> None:
    """Put the shapes of a pushed message into the document; its view checks them row by row itself."""
    for name, schema in (("Reading", ReadingSchema), ("Push", schemas.PushSchema)):
        if name not in api.spec.components.schemas:
            api.spec.components.schema(name, schema=schema)
