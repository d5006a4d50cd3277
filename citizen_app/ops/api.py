"""Sources as JSON: how each one stands, and the door for those that push."""

from __future__ import annotations

import json
import os
from typing import Any

from flask import current_app, request
from flask_smorest import Blueprint
from werkzeug.exceptions import UnsupportedMediaType

from citizen_app import clock
from citizen_app.access import PUBLIC, SOURCE, access
from citizen_app.errors import AppError, InputProblem, InvalidInput, Refused, problem
from citizen_app.extensions import api
from citizen_app.ops import actions, push, schemas, store
from citizen_app.ops.source import Run, Source, SourceMode
from citizen_app.parking.actions import RecordResult
from citizen_app.parking.schemas import ReadingSchema

blueprint = Blueprint("sources_api", __name__, url_prefix="/api/v1/sources", description="Where the counts come from.")


@blueprint.get("")
@access(PUBLIC)
@blueprint.response(200, schemas.SourceListSchema)
def get_sources() -> Any:
    """Each source with its newest runs."""
    return {"sources": store.list_source_states()}


@blueprint.post("/<uid>/readings")
@access(SOURCE)
@blueprint.doc(
    parameters=[
        {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": text}
        for name, text in (
            ("webhook-id", "Identifier of the message; the same one is refused the second time."),
            ("webhook-timestamp", "Whole seconds since 1970, within 300 s of our clock."),
            ("webhook-signature", "v1,<base64 of HMAC-SHA256 over id.timestamp.body>; several, separated by spaces."),
        )
    ],
    requestBody={"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Push"}}}},
)
@blueprint.response(200, schemas.PushResultSchema)
@blueprint.alt_response(401, description="Not signed, wrongly signed, or too old.")
@blueprint.alt_response(404, description="No such source, or it does not push.")
@blueprint.alt_response(409, description="The message was taken before.")
@blueprint.alt_response(413, description="Larger than 1 MiB.")
@blueprint.alt_response(415, description="Not JSON.")
@blueprint.alt_response(422, description="None of the readings can be taken.")
def post_readings(uid: str) -> Any:
    """Push readings, signed as in Standard Webhooks. Good readings are taken beside the problems of bad ones."""
    source, began_at = store.get_source(uid), clock.now()
    body = request.get_data()
    try:
        message_id = _admit(source, body)
        readings, problems = push.read_message(_read_json(body))
        result = actions.record_push(uid, message_id, readings, began_at)
    except Refused:
        raise    # whoever sent this is not the source: no run of the source
    except AppError as error:
        _record_run(uid, began_at, len(body), RecordResult(0, 0), getattr(error, "problems", ()), str(error))
        raise
    problems = [*problems, *result.problems]
    _record_run(uid, began_at, len(body), result, problems, "")
    return {"accepted": result.accepted, "unchanged": result.unchanged, "problems": problems}


def _admit(source: Source, body: bytes) -> str:
    """The identifier of a genuine message; Refused or UnsupportedMediaType otherwise."""
    if source.mode is not SourceMode.PUSH:
        raise Refused(f"the source {source.uid} does not push")
    message_id = push.check_signature(os.environ.get(source.secret_env, ""), request.headers, body, clock.now())
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("the body must be application/json")
    return message_id


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput([problem("body", "", body[:40], "not JSON")]) from error


def _record_run(
    uid: str, began_at: Any, size: int, result: RecordResult, problems: Any, error: str
) -> None:
    faults: list[InputProblem] = list(problems)
    good = result.accepted + result.unchanged
    outcome = "error" if error else "partial" if faults else "ok" if result.accepted else "unchanged"
    run = Run(uid, began_at, clock.now(), outcome, None, size, good, len({one.row for one in faults}), tuple(faults), error)
    try:
        actions.record_run(run)
    except AppError:
        current_app.logger.warning("push run not recorded", extra={"source": uid})


def describe_schemas() -> None:
    """Put the shapes of a pushed message into the document; its view checks them row by row itself."""
    for name, schema in (("Reading", ReadingSchema), ("Push", schemas.PushSchema)):
        if name not in api.spec.components.schemas:
            api.spec.components.schema(name, schema=schema)
