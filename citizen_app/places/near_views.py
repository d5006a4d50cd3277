"""The pages of what is near: the phone measures from its own position, or the server from a place chosen by name.

The reader's position never comes here. No address has a place for it; what phones ask for is the same for everyone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizen_app import finder, language, web, words
from citizen_app.access import PUBLIC, access
from citizen_app.buses import store as bus_store
from citizen_app.errors import NotFound
from citizen_app.kept_pages import keep_page
from citizen_app.near import LANGUAGES, current_near
from citizen_app.parking import listing
from citizen_app.parking import store as parking_store
from citizen_app.parking.board import board
from citizen_app.places import found, store
from citizen_app.places.county import County
from citizen_app.places.names import village_name
from citizen_app.places.near_index import FARTHEST_WALK_M, VAGUE_M, WALK_M_PER_MIN, NearStop, nearest, walk_min

blueprint = Blueprint("near", __name__)

MOST_STOPS = 8
MOST_PARKING = 5
_NO_PLACES = {"toll_gate"}    # nobody stands there
_YEAR_S = 365 * 24 * 3600


@blueprint.get("/near")
@access(PUBLIC)
def show_near() -> ResponseReturnValue:
    """What is near the phone, which it finds out itself; or near a place (`?place=landmark:…`, a key as search has it)."""
    asked = request.args.get("place", "").strip()[:80]
    if not asked:
        keep_page(web.page_now().replace(second=0, microsecond=0) + timedelta(minutes=1), "places", "buses")
    entry = finder.find_entry(asked) if asked else None
    point = finder.place_near(asked) if entry else None
    near = current_near("en" if language.in_english() else "zh")
    return render_template(
        "places/show_near.html", near=near, limits=_limits(), most_stops=MOST_STOPS, most_parking=MOST_PARKING,
        asked=asked,
        title=found.name_in(entry, language.in_english()) if entry and point else "", unknown=asked if asked and not point else "",
        is_rough=entry is not None and entry.lat is None, **(_around(*point) if point else {}), **_choices(),
    )


@blueprint.get("/near/parts")
@access(PUBLIC)
def refresh_near() -> ResponseReturnValue:
    """The car parks near a named place, as they are refreshed."""
    point = finder.place_near(request.args.get("place", "")[:80])
    return render_template("places/refresh_near.html", rows=_list_parking(*point) if point else [])


@blueprint.get("/near/index-<lang>.json")
@access(PUBLIC)
def show_index(lang: str) -> ResponseReturnValue:
    """All stops and car parks (near_index.py). Under the address of its content (`?v=`) a phone keeps it for a year."""
    if lang not in LANGUAGES:
        raise NotFound(lang)
    near = current_near(lang)
    answer = Response(near.document, mimetype="application/json")
    age = f"max-age={_YEAR_S}, immutable" if request.args.get("v") == near.version else "no-cache"
    answer.headers["Cache-Control"] = f"public, {age}"
    answer.set_etag(near.version)
    return answer.make_conditional(request)


def _limits() -> dict[str, Any]:
    """What the phone must know: the county's box, how fast people walk, and when a position is too vague."""
    county = _find_county()
    box = f"{county.south},{county.west},{county.north},{county.east}" if county else ""
    return {"box": box, "pace": round(WALK_M_PER_MIN, 1), "farthest": FARTHEST_WALK_M, "vague": VAGUE_M}


def _around(lat: float, lon: float) -> dict[str, Any]:
    """The nearest stops and car parks."""
    near = current_near("en" if language.in_english() else "zh")
    stops = nearest(lat, lon, near.stops, MOST_STOPS, lambda one: (one.lat, one.lon))
    return {"stops": [_stop_row(away_m, one) for away_m, one in stops], "rows": _list_parking(lat, lon)}


def _list_parking(lat: float, lon: float) -> list[listing.Row]:
    """The nearest car parks as their list shows them."""
    entries = board(parking_store.current_snapshot(), web.page_now())
    wish = listing.Wish(sort=listing.Sort.NEAR)
    return listing.list_rows(entries, wish, (lat, lon), language.in_english())[:MOST_PARKING]


def _stop_row(away_m: float, stop: NearStop) -> dict[str, Any]:
    return {
        "name": stop.name, "url": url_for("stops.show_stop", code=stop.code), "town": stop.town, "lines": stop.lines,
        "away_m": away_m, "walk_min": walk_min(away_m), "is_estimated": stop.is_estimated,
    }


def _choices() -> dict[str, Any]:
    """The landmarks and the towns; of one town (`?town=`) the villages that have a position through their stops."""
    towns, chosen = store.list_towns(), request.args.get("town", "")
    town = next((one for one in towns if one.code == chosen), None)
    published = bus_store.current_published()
    villages = [
        one for one in store.current_villages()
        if town and one.town_code == town.code and published and published.villages.is_served(one.code)
    ]
    return {
        "town": town,
        "villages": [(words.either(village_name(one.name), one.name_en), f"village:{one.code}") for one in villages],
        "landmarks": [(words.name_of(one), f"landmark:{one.name}") for one in store.list_landmarks() if one.kind not in _NO_PLACES],
        "towns": [(words.name_of(one), one.code) for one in towns],
    }


def _find_county() -> County | None:
    try:
        return store.current_county()
    except NotFound:
        return None
