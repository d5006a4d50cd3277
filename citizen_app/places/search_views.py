"""Search: the page that works without a script, and the suggestions while somebody types."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizen_app import finder, language, web
from citizen_app.access import PUBLIC, access
from citizen_app.buses import store as bus_store
from citizen_app.buses.line_names import Names
from citizen_app.errors import NotFound
from citizen_app.language import gettext
from citizen_app.places import found
from citizen_app.places import store as places_store
from citizen_app.places.search.entry import Answer, Entry, EntryKind, Hit

blueprint = Blueprint("search", __name__)

LONGEST = 60
MOST_FOUND = 30
MOST_SUGGESTED = 8
_FRESH_S = 300


@blueprint.get("/search")
@access(PUBLIC)
def search() -> ResponseReturnValue:
    """What `q` may mean, best first; where it means nothing, the nearest names and the hotline. The words alone are counted."""
    answer = _find(MOST_FOUND)
    is_counted = bool(answer.understood) and not answer.hits and finder.note_unmet(_asked())
    return render_template(
        "places/search.html", q=_asked(), answer=answer, rows=[_row(hit) for hit in answer.hits],
        spellings=[{"name": _in_language(one), "url": url_for("search.search", q=one)} for one in answer.spellings],
        is_counted=is_counted,
    )


@blueprint.get("/search/suggest")
@access(PUBLIC)
def suggest() -> ResponseReturnValue:
    """The same for a list under the box, as JSON: key, kind, name, where and address of each."""
    answer = _find(MOST_SUGGESTED)
    response: Response = jsonify({
        "hits": [{name: row[name] for name in ("key", "kind", "name", "where", "url")} for row in map(_row, answer.hits)],
        "spellings": answer.spellings,
    })
    response.headers["Cache-Control"] = f"private, max-age={_FRESH_S}"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def kind_words(kind: EntryKind) -> str:
    said = {
        EntryKind.TOWN: gettext("镇街"), EntryKind.VILLAGE: gettext("村"), EntryKind.STOP: gettext("站"),
        EntryKind.LINE: gettext("线路"), EntryKind.PARKING: gettext("车场"), EntryKind.MARKET: gettext("集市"),
        EntryKind.LANDMARK: gettext("地点"),
    }
    return str(said[kind])


def _asked() -> str:
    return request.args.get("q", "").strip()[:LONGEST]


def _find(most: int) -> Answer:
    """`near` is the key of a named place, of which nearer places come first; `kinds` are those that are meant."""
    kinds = frozenset(kind for kind in EntryKind if kind in request.args.get("kinds", "").split(","))
    near = finder.place_near(request.args.get("near", "")[:LONGEST])
    return finder.current_index().find(_asked(), most, kinds or None, near)


def _row(hit: Hit) -> dict[str, Any]:
    entry, other = hit.entry, found.met_by(hit)
    sign = other if other in finder.list_stop_codes(entry.code) else ""
    door, line = found.door_of(entry, sign), _line(entry)
    where = (_town(entry), sign or (f"“{other}”" if other and not line else ""))
    return {
        "key": entry.key, "kind": line["title"] if line else kind_words(entry.kind), "url": _url(door),
        "name": line["ends"] if line and line["ends"] else found.name_in(entry, language.in_english()), "line": line,
        "where": " · ".join(one for one in where if one), "is_unserved": entry.kind is EntryKind.VILLAGE and not entry.is_served,
        "is_market": entry.kind is EntryKind.MARKET,
    }


def _in_language(name: str) -> str:
    """A name that the index knows, in the reader's language."""
    hits = finder.current_index().find(name, 1).hits if language.in_english() else ()
    return found.name_in(hits[0].entry, True) if hits else name


def _url(door: found.Door) -> str:
    return web.link_to(door.endpoint, **door.values)


def _line(entry: Entry) -> dict[str, Any] | None:
    """A line's route, the number on its badge, and where it goes; None for all else."""
    published = bus_store.current_published()
    if entry.kind is not EntryKind.LINE or published is None:
        return None
    names = Names(published.schedule, language.in_english())
    try:
        route = published.schedule.route_by_slug(entry.code)
    except NotFound:    # the index is made a moment after the network
        return None
    lines = published.schedule.lines_of(route)
    ends = names.ends(lines[0]) if lines else None
    return {"route": route, "title": names.title(route), "ends": " – ".join(ends) if ends else names.long(route)}


def _town(entry: Entry) -> str:
    if entry.kind is EntryKind.TOWN or not entry.town_code:
        return ""
    town = next((one for one in places_store.list_towns() if one.code == entry.town_code), None)
    return (town.name_en if language.in_english() and town.name_en else town.name) if town else entry.town
