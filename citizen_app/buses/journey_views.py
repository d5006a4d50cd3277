"""The page of journeys: the question, the places that are meant, and the answer (`way_views`) or what is unclear."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from citizen_app import finder, web, words
from citizen_app.access import PUBLIC, access
from citizen_app.buses import store, views, way_views
from citizen_app.buses.journey_places import Links, Lookup, Place, look_up, make_place
from citizen_app.buses.journey_question import BACK_AFTER, LONGEST, THERE_BY, Question, When, parse_question
from citizen_app.buses.no_way import known_days
from citizen_app.buses.store import Published
from citizen_app.language import gettext
from citizen_app.places import store as places_store
from citizen_app.places.search.entry import Entry, EntryKind

blueprint = Blueprint("journeys", __name__)

_ENDS = ("from", "to")


@blueprint.get("/journeys")
@access(PUBLIC)
def show_journeys() -> ResponseReturnValue:
    """From, to and when, all in the address; the answer in words, or what is not clear and what is possible instead."""
    views.keep_for_a_minute()
    published = store.current_published()
    if published is None:
        return render_template("buses/show_journeys.html", published=None)
    question = read_question()
    lookups = {"from": _look_up(question.origin), "to": _look_up(question.destination)}
    known = {field: found.entry for field, found in lookups.items() if found.entry}
    question = _with_keys(question, known)
    return render_template(
        "buses/show_journeys.html", question=question, form=_form(question, lookups), ends=_ends(question, lookups),
        is_empty=not question.origin and not question.destination, **_answer(published, question, known), **views.common(published),
    )


def read_question() -> Question:
    """The address as a question. A form says in `from_is` and `to_is` which place its text was, so that it stays that one."""
    args = request.args.to_dict()
    for field in _ENDS:
        entry = finder.find_entry(args.get(f"{field}_is", "")[:LONGEST])
        if entry is not None and args.get(field, "").strip() in {entry.name, entry.name_en}:
            args[field] = entry.key
    return parse_question(args, views.today())


def place_of(published: Published, entry: Entry) -> Place:
    """The stops of a place in the published network."""
    links = Links(places_store.list_towns(), published.villages.stops_of, finder.list_stop_codes)
    return make_place(published.schedule, entry, links)


def _look_up(asked: str) -> Lookup:
    return look_up(finder.current_index(), finder.find_entry(asked), asked)


def kind_words(kind: EntryKind) -> str:
    said = {
        EntryKind.TOWN: gettext("乡镇"), EntryKind.VILLAGE: gettext("村"), EntryKind.STOP: gettext("站"),
        EntryKind.LINE: gettext("线路"), EntryKind.PARKING: gettext("停车场"), EntryKind.MARKET: gettext("集市"),
        EntryKind.LANDMARK: gettext("地点"),
    }
    return str(said[kind])


def _with_keys(question: Question, known: dict[str, Entry]) -> Question:
    """The same question with the keys of the places that are known, as links have it."""
    origin, destination = (known[field].key if field in known else text for field, text in zip(
        _ENDS, (question.origin, question.destination), strict=True))
    return Question(
        origin, destination, question.when, question.day, question.at, question.by, question.back, question.faults,
    )


def _answer(published: Published, question: Question, known: dict[str, Entry]) -> dict[str, Any]:
    """What the page says beside its form; `kind` is "" while the question is not whole."""
    if question.faults or len(known) < len(_ENDS):
        return {"kind": ""}
    if known["from"].key == known["to"].key:
        return {"kind": "same", "title": words.name_of(known["from"])}
    first, last = known_days(published.schedule.network)
    day = question.day or views.today()
    if (last and day > last) or (first and day < first):
        nearest = last if last and day > last else first
        return {"kind": "unknown day", "asked_day": day, "first": first, "last": last, "nearest": nearest,
                "url": way_views.url_of(question, day=nearest) if nearest else ""}
    origin, destination = (place_of(published, known[field]) for field in _ENDS)
    names = words.name_of(known["from"]), words.name_of(known["to"])
    return way_views.answer(published, question, origin, destination, names)


def _form(question: Question, lookups: dict[str, Lookup]) -> dict[str, Any]:
    """What stands in the fields; what could not be read stays as it was typed."""
    now = web.page_now()

    def value(field: str, known: Any, usual: str) -> str:
        fault = question.fault(field)
        return fault.value if fault else str(known) if known else usual

    return {
        "from": _text(lookups["from"]), "to": _text(lookups["to"]),
        "when": str(question.when), "date": value("date", question.day, views.today().isoformat()),
        "time": value("time", question.at and question.at.strftime("%H:%M"), "" if question.day else words.clock_field(now)),
        "by": value("by", question.by and question.by.strftime("%H:%M"), THERE_BY.strftime("%H:%M")),
        "back": value("back", question.back and question.back.strftime("%H:%M"), BACK_AFTER.strftime("%H:%M")),
        "faults": {fault.field for fault in question.faults}, "turned": _turned_url(question),
        "choices": [(one, one is question.when) for one in When],
    }


def _text(found: Lookup) -> str:
    return words.name_of(found.entry) if found.entry else found.asked


def _turned_url(question: Question) -> str:
    return way_views.page_url(question.turned().arguments()) if question.origin and question.destination else ""


def _ends(question: Question, lookups: dict[str, Lookup]) -> list[dict[str, Any]]:
    """For each end that is not clear: what was typed, and the places that may have been meant, each as a link."""
    ends = []
    for field, found in lookups.items():
        key = found.entry.key if found.entry else ""
        ends.append({
            "field": field, "key": key, "asked": found.asked, "is_missing": field in request.args and not found.asked,
            "is_unknown": bool(found.asked) and not key and not found.choices,
            "choices": [
                {"name": words.name_of(one), "kind": kind_words(one.kind), "town": town_of(one), "url": link(question, field, one.key)}
                for one in found.choices
            ],
            "spellings": [{"name": one, "url": link(question, field, one)} for one in found.spellings],
        })
    return ends


def town_of(entry: Entry) -> str:
    towns = {one.code: words.name_of(one) for one in places_store.list_towns()}
    return towns.get(entry.town_code, "") if entry.kind is not EntryKind.TOWN else ""


def link(question: Question, field: str, value: str) -> str:
    return way_views.page_url({**question.arguments(), field: value})
