"""Open data, for anyone."""

from __future__ import annotations

from flask import Blueprint, Response

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.answers import cached_json
from citizen_app.errors import NotFound
from citizen_app.exchange.geojson import parking_collection
from citizen_app.parking import store as parking_store
from citizen_app.parking.board import board
from citizen_app.places import store as places_store

blueprint = Blueprint("exchange", __name__)

_FRESH_S = 5


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
