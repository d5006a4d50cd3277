"""What machines and operators ask of the service itself: health, metrics, the API's document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, jsonify, render_template

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.answers import cached_json, openapi_document
from citizen_app.errors import NotFound, Unavailable
from citizen_app.exchange import store as exchange_store
from citizen_app.exchange.access_rate import MISSING, count_days, place_of
from citizen_app.exchange.outbox import State
from citizen_app.exchange.store import access_days
from citizen_app.ops import metrics, store
from citizen_app.ops.access_metrics import AccessStanding
from citizen_app.ops.health import judge_health
from citizen_app.parking import store as parking_store
from citizen_app.parking.board import board, summarise
from citizen_app.places import store as places_store
from citizen_app.reporting import current_province

blueprint = Blueprint("ops", __name__)

_DOCUMENT_FRESH_S = 300
_STEPS = ("registered", "expected", "valid", "accepted", "on_time")
_COUNTED = (State.WAITING, State.DEAD, State.INVALID)


@blueprint.get("/healthz")
@access(PUBLIC)
def show_health() -> Response:
    """The process is alive."""
    response = jsonify(status="ok")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/readyz")
@access(PUBLIC)
def show_readiness() -> Response:
    """200 while pages can be served, 503 before; how each part stands, and the names of those that do not."""
    health = judge_health(
        snapshot_origin=parking_store.current_snapshot().origin,
        has_county=_has_county(),
        database_answers=_database_answers(),
        redis_answers=store.redis_answers(),
    )
    response = jsonify(vars(health))
    response.status_code = 200 if health.ready else 503
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/metrics")
@access(PUBLIC)
def show_metrics() -> Response:
    """Measurements in the Prometheus text format."""
    now = clock.now()
    snapshot = parking_store.current_snapshot()
    standing = metrics.Standing(
        now=now,
        facilities_by_quality={str(name): count for name, count in summarise(board(snapshot, now)).by_quality.items()},
        snapshot_origin=snapshot.origin,
        snapshot_age_s=None if snapshot.read_at is None else (now - snapshot.read_at).total_seconds(),
        sources=_source_standings(snapshot),
        outbox=_outbox_standing(),
        access=_access_standing(),
    )
    return Response(metrics.exposition(standing), content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/api/openapi.json")
@access(PUBLIC)
def show_openapi() -> Response:
    """The OpenAPI 3.1 document, made from the schemas that validate."""
    return cached_json(openapi_document(), _DOCUMENT_FRESH_S)


@blueprint.get("/api/")
@access(PUBLIC)
def show_api_reference() -> str:
    """The same document for people."""
    yesterday = clock.to_local(clock.now()).date() - timedelta(days=1)
    return render_template("ops/api_reference.html", spec=openapi_document(), day=yesterday.isoformat())


def _source_standings(snapshot: parking_store.ParkingSnapshot) -> list[metrics.SourceStanding] | None:
    """None when the database does not answer: what is known of the car parks is measured all the same."""
    try:
        states = store.in_time(store.list_source_states)
    except Unavailable:
        return None
    newest: dict[str, datetime] = {}
    for uid, occupancy in snapshot.occupancies.items():
        source = snapshot.facilities[uid].source_uid if uid in snapshot.facilities else ""
        newest[source] = max(occupancy.observed_at, newest.get(source, occupancy.observed_at))
    return [
        metrics.SourceStanding(one.source.uid, one.last_run, one.last_good_run, newest.get(one.source.uid)) for one in states
    ]


def _outbox_standing() -> metrics.OutboxStanding | None:
    if current_province() is None:
        return None
    try:
        numbers = store.in_time(lambda: exchange_store.measure_outbox(_COUNTED))
    except Unavailable:
        return None
    rows = {(str(kind), str(state)): count for (kind, state), count in numbers.counts.items()}
    return metrics.OutboxStanding(rows, numbers.oldest_waiting_at, numbers.accepted, numbers.refused, numbers.skew_s)


def _access_standing() -> AccessStanding | None:
    if current_province() is None:
        return None
    try:
        return store.in_time(_count_last_minute)
    except Unavailable:
        return None


def _count_last_minute() -> AccessStanding | None:
    minute = access_days.find_counted_minute()
    if minute is None:
        return None
    at = datetime.fromtimestamp(minute * 60, UTC)
    day = place_of(at)[0]
    numbers = count_days(access_days.list_access_days(day, day), at, at + timedelta(minutes=1))
    return AccessStanding(
        counted_at=at,
        rates={module: one.rate for module, one in numbers.items() if one.rate is not None},
        steps={(module, step): getattr(one, step) for module, one in numbers.items() for step in _STEPS},
        missing={(module, cause.name.lower()): one.missing.get(cause, 0) for module, one in numbers.items() for cause in MISSING},
    )


def _database_answers() -> bool:
    try:
        store.in_time(store.ask_database)
    except Unavailable:
        return False
    return True


def _has_county() -> bool:
    try:
        places_store.current_county()
    except NotFound:
        return False
    return True
