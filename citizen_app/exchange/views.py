"""Open data, for anyone."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.errors import NotFound
from citizen_app.exchange.geojson import parking_collection
from citizen_app.parking import store as parking_store
from citizen_app.parking.board import board
from citizen_app.places import store as places_store

blueprint = Blueprint("exchange", __name__)


@blueprint.get("/open-data/parking.geojson")
@access(PUBLIC)
def show_geojson() -> Response:
    """Every car park as a GeoJSON feature."""
    try:
        county = places_store.current_county()
        attributions, is_demo = county.attributions, county.is_demo
    except NotFound:
        attributions, is_demo = (), False
    entries = board(parking_store.current_snapshot(), clock.now())
    response = current_app.json.response(parking_collection(entries, attributions, is_demo))
    response.mimetype = "application/geo+json"
    response.headers["Cache-Control"] = "public, max-age=5"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    return response.make_conditional(request)
