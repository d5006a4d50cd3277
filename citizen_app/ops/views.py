"""What machines and operators ask of the service itself: health, metrics, the API's document."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.errors import NotFound, Unavailable
from citizen_app.extensions import api
from citizen_app.ops import metrics, store
from citizen_app.ops.health import judge_health
from citizen_app.parking import store as parking_store
from citizen_app.parking.board import board, summarise
from citizen_app.places import store as places_store

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
@access(PUBLIC)
def show_health() -> Response:
    """The process is alive."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@access(PUBLIC)
def show_readiness() -> tuple[Response, int]:
    """200 while pages can be served, 503 before; what is degraded, by name."""
    parking_store.current_snapshot()
    origin = parking_store.snapshot_origin()
    health = judge_health(origin, _has_county(), store.database_answers(), store.redis_answers())
    body = jsonify(ready=health.ready, degraded=health.degraded, snapshot=origin)
    return body, 200 if health.ready else 503


@blueprint.get("/metrics")
@access(PUBLIC)
def show_metrics() -> Response:
    """Measurements in the Prometheus text format."""
    now = clock.now()
    snapshot = parking_store.current_snapshot()
    observed = [state.observed_at for state in snapshot.occupancies.values()]
    try:
        runs = [(one.source.uid, one.last_run, one.last_good_run) for one in store.list_source_states()]
    except Unavailable:
        runs = []
    standing = metrics.Standing(
        now=now,
        facilities_by_quality=summarise(board(snapshot, now)).by_quality,
        newest_observed_at=max(observed, default=None),
        snapshot_origin=parking_store.snapshot_origin(),
        last_runs=runs,
    )
    return Response(metrics.exposition(standing), content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/api/openapi.json")
@access(PUBLIC)
def show_openapi() -> Response:
    """The OpenAPI 3.1 document, made from the schemas that validate."""
    response = current_app.json.response(api.spec.to_dict())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@blueprint.get("/api/")
@access(PUBLIC)
def show_api_reference() -> str:
    """The same document for people."""
    return render_template("ops/api_reference.html", spec=api.spec.to_dict())


def _has_county() -> bool:
    try:
        places_store.current_county()
    except NotFound:
        return False
    return True
