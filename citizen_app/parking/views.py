"""The pages of the car parks: the list, one car park, and the parts of both that are refreshed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizen_app import language, web, words
from citizen_app.access import PUBLIC, access
from citizen_app.buses import store as buses_store
from citizen_app.clock import to_local
from citizen_app.days.kinds import day_kind
from citizen_app.days.rule_text import say_rule
from citizen_app.errors import InvalidInput, NotFound, Unavailable
from citizen_app.parking import listing, ride_views, stay, store
from citizen_app.parking.board import Entry, board, find_entry, summarise
from citizen_app.parking.closures import without_closures
from citizen_app.parking.curve import Curve, Past, draw_curve, read_past
from citizen_app.parking.maplinks import MapLinks, map_links
from citizen_app.parking.opening import day_spans, is_whole_day
from citizen_app.parking.tariff_format import describe
from citizen_app.places import store as places_store

blueprint = Blueprint("parking", __name__)

_HISTORY = timedelta(days=29)
_PAST_LASTS = timedelta(minutes=1)


@blueprint.get("/parking")
@access(PUBLIC)
def list_facilities() -> ResponseReturnValue:
    """All car parks, as the query asks for them (listing.parse_wish)."""
    wish = listing.parse_wish(request.args)
    places = places_store.list_landmarks()
    return render_template(
        "parking/list_facilities.html", places=places, heights=listing.HEIGHTS_CM, **_list(wish, places)
    )


@blueprint.get("/parking/parts")
@access(PUBLIC)
def refresh_list() -> ResponseReturnValue:
    """Every row whatever the filters: the phone takes those it shows, so none of them can stay behind."""
    wish = listing.Wish(place=request.args.get("place", ""))
    return render_template("parking/refresh_list.html", **_list(wish, places_store.list_landmarks()))


@blueprint.get("/parking/<uid>")
@access(PUBLIC)
def show_facility(uid: str) -> ResponseReturnValue:
    """One car park: is there space, can the number be trusted, what does it cost, how to get there."""
    entry = _get_entry(uid)
    return render_template(
        "parking/show_facility.html",
        curve=_find_curve(entry),
        links=_list_links(entry),
        ride=ride_views.find_ride(entry),
        stay_choices=stay.STAY_CHOICES_MIN,
        **_one(entry),
        **_opening(entry),
        **_price(entry),
    )


@blueprint.get("/parking/<uid>/parts")
@access(PUBLIC)
def refresh_facility(uid: str) -> ResponseReturnValue:
    """The sign of one car park: number, age, advice."""
    return render_template("parking/refresh_facility.html", **_one(_get_entry(uid)))


def _list(wish: listing.Wish, places: Any) -> dict[str, Any]:
    entries = board(store.current_snapshot(), web.page_now())
    origin = next(((place.lat, place.lon) for place in places if place.name == wish.place), None)
    rows = listing.list_rows(entries, wish, origin, language.in_english())
    return {"wish": wish, "rows": rows, "summary": summarise(entries)}


def _get_entry(uid: str) -> Entry:
    entry = find_entry(store.current_snapshot(), uid, web.page_now())
    if entry is None:
        raise NotFound(uid)
    return entry


def _one(entry: Entry) -> dict[str, Any]:
    """`instead` wherever the reader has no number to go by, or one that says full."""
    lacks = entry.availability.available_spaces is None or listing.needs_instead(entry)
    entries = board(store.current_snapshot(), web.page_now()) if lacks else []
    return {"entry": entry, "instead": listing.find_instead(entry, entries) if lacks else None}


def _opening(entry: Entry) -> dict[str, Any]:
    """The spans of today and tomorrow, and the rules that close it on some days: (days in words, closure, page)."""
    today = to_local(web.page_now()).date()
    expression, closures = entry.facility.opening_hours, entry.facility.closures
    days = [(day, day_spans(expression, day)) for day in (today, today + timedelta(days=1))] if expression else []
    open_spans = [(day, without_closures(spans, closures, day)) for day, spans in days if spans is not None]
    return {
        "opening": [(day, spans, is_whole_day(spans)) for day, spans in open_spans],
        "closures": [(say_rule(one.rule, language.in_english()), one, _market_url(one.market)) for one in closures],
    }



def _market_url(slug: str) -> str:
    """The page of a market; "" where the published network knows none of that name."""
    published = buses_store.current_published()
    known = published is not None and any(one.slug == slug for one in published.schedule.network.markets)
    return url_for("markets.show_market", slug=slug) if known else ""


def _price(entry: Entry) -> dict[str, Any]:
    """The examples, and the stay that was asked for; `faults` by field when it cannot be understood."""
    tariff, now = entry.facility.tariff, web.page_now()
    if tariff is None:
        return {"examples": [], "asked": None, "faults": {}}
    found: dict[str, Any] = {
        "examples": stay.price_examples(tariff, now), "tariff_rows": describe(tariff), "asked": None, "faults": {},
    }
    if "stay" in request.args:
        try:
            found["asked"] = stay.price_asked(tariff, request.args, now)
        except InvalidInput as error:
            found["faults"] = {fault.field: fault for fault in error.problems}
    return found


def _list_links(entry: Entry) -> list[tuple[str, MapLinks]]:
    """(name of the entrance, links); one without a name when no entrance is known."""
    facility = entry.facility
    region = places_store.current_county().map_region
    if not facility.entrances:
        return [("", map_links(facility.name, facility.lat, facility.lon, region))]
    return [
        (words.name_of(one), map_links(f"{facility.name} {one.name}", one.lat, one.lon, region))
        for one in facility.entrances
    ]


def _find_curve(entry: Entry) -> Curve | None:
    """None when the history cannot be read just now: the page does without."""
    now = web.page_now()
    past = _find_past(entry.facility.uid, now)
    if past is None:
        return None
    return draw_curve(past, now, entry.facility.capacity, entry.availability.available_spaces)


def _find_past(uid: str, now: datetime) -> Past | None:
    """Read once a minute for each car park: four weeks are thousands of rows, and change by one row in 15 minutes."""
    pasts: dict[str, tuple[datetime, Past]] = current_app.extensions.setdefault("parking_pasts", {})
    day = to_local(now).date()
    read_at, known = pasts.get(uid, (None, None))
    if known and read_at and known.day == day and now - read_at < _PAST_LASTS:
        return known
    kind = day_kind(day)
    try:
        past = read_past(store.list_aggregates(uid, now - _HISTORY, now), day, lambda one: day_kind(one) is kind)
    except Unavailable:
        return known if known and known.day == day else None
    pasts[uid] = (now, past)
    return past
