"""Open data, for anyone."""

from __future__ import annotations

from flask import Blueprint, Response, request

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.answers import cached_json
from citizen_app.buses import store as buses_store
from citizen_app.errors import NotFound
from citizen_app.exchange.geojson import parking_collection
from citizen_app.parking import store as parking_store
from citizen_app.parking.board import board
from citizen_app.places import store as places_store

blueprint = Blueprint("exchange", __name__)

_FRESH_S = 5
_GTFS_FRESH_S = 600


@blueprint.get("/open-data/parking.geojson")
@access(PUBLIC)
def show_geojson() -> Response:
    """Every car park as a GeoJSON feature, with what is judged of it now."""
    try:
        county = places_store.current_county()
        attributions, is_demo = county.attributions, county.is_demo
    except NotFound:
        attributions, is_demo = (), False
    entries = board(parking_store.current_snapshot(), clock.now())
    collection = parking_collection(entries, attributions, is_demo)
    return cached_json(collection, _FRESH_S, mimetype="application/geo+json")


@blueprint.get("/open-data/gtfs.zip")
@access(PUBLIC)
def show_gtfs() -> Response:
    """The published bus network as GTFS, made when it was published."""
    published = buses_store.current_published()
    export = buses_store.find_export(published.version_id) if published else None
    if published is None or export is None:
        raise NotFound("no bus network is published")
    response = Response(export, mimetype="application/zip")
    response.headers["Content-Disposition"] = "attachment; filename=gtfs.zip"
    response.headers["Cache-Control"] = f"public, max-age={_GTFS_FRESH_S}"
    response.add_etag()
    response.make_conditional(request)
    return response
