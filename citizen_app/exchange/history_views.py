"""History as open data: a month of counts of all car parks as CSV, sent as it is read."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, request, stream_with_context

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.errors import NotFound
from citizen_app.exchange.history_csv import facility_rows, heading, month_span
from citizen_app.exchange.views import limit
from citizen_app.parking import store as parking_store
from citizen_app.parking.facility import Facility
from citizen_app.places import store as places_store

blueprint = Blueprint("history", __name__)
blueprint.before_request(limit)

_FRESH_S = 900


@blueprint.get("/open-data/parking-history/<month>.csv")
@access(PUBLIC)
def show_history(month: str) -> Response:
    """A month (2026-03) of the county's calendar, the present one up to the last quarter of an hour that is over.

    It is read and sent one car park after the other, so that a year of them takes no more memory than one.
    """
    span = month_span(month, clock.now())
    extent = parking_store.measure_span(*span) if span else None
    if span is None or extent is None or not extent.quarters:
        raise NotFound(f"nothing was counted in {month}; a month is written like 2026-03")
    facilities, is_demo = parking_store.list_counted_facilities(*span), _is_demo()
    told_apart_by = (month, span[1].isoformat(), extent, is_demo, [(one.uid, one.name, one.name_en) for one in facilities])
    chunks = _chunks(facilities, *span, is_demo)
    is_zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(stream_with_context(_zipped(chunks) if is_zipped else chunks), mimetype="text/csv")
    response.automatically_set_content_length = False    # to know it, all of it would be made first
    response.headers["Content-Disposition"] = f"attachment; filename=parking-{month}.csv"
    response.headers["Cache-Control"] = f"public, max-age={_FRESH_S}"
    if is_zipped:
        response.vary.add("Accept-Encoding")
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(hashlib.sha256(repr(told_apart_by).encode()).hexdigest()[:20], weak=True)
    response.make_conditional(request)
    return response


def _chunks(facilities: list[Facility], start: datetime, end: datetime, is_demo: bool) -> Iterator[bytes]:
    yield heading().encode()
    for facility in facilities:
        quarters = parking_store.list_aggregates(facility.uid, start, end)
        yield facility_rows(facility, quarters, start, end, is_demo).encode()


def _zipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, wbits=31)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()


def _is_demo() -> bool:
    try:
        return places_store.current_county().is_demo
    except NotFound:
        return False
