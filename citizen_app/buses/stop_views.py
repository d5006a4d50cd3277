"""The pages of a stop: its board at a moment, its QR code, and the sheet that staff hang up there."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import segno
from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from citizen_app import language, web, words
from citizen_app.access import PUBLIC, access
from citizen_app.buses import listing, views
from citizen_app.buses.board import Departure, LineAtStop
from citizen_app.buses.csv_table import minutes_text
from citizen_app.buses.day_words import say_days, say_rules
from citizen_app.buses.departures import stop_board
from citizen_app.buses.grid import DayChoice
from citizen_app.buses.kinds_of_day import list_day_choices
from citizen_app.buses.lines import Line
from citizen_app.buses.network import Position, RouteKind, Stop
from citizen_app.buses.poster import PosterKind, PosterLine, make_poster
from citizen_app.buses.store import Published
from citizen_app.buses.times import clock_text
from citizen_app.buses.village_views import say_village
from citizen_app.clock import LOCAL, to_local
from citizen_app.days.rules import Rule
from citizen_app.language import gettext
from citizen_app.places import store as places_store

blueprint = Blueprint("stops", __name__)
views.mend_case(blueprint, "stops", "code")

DAYS_AHEAD = 60
DAY_S = 86_400
LATER = 3             # departures named after the next one
LEAVES = 3            # days shown of a line that rests today
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)


@blueprint.get("/stops/<code>")
@access(PUBLIC)
def show_stop(code: str) -> ResponseReturnValue:
    """The next departure, today's last one, and each line, now or at another time (`?at=15:20`, `?at=2026-11-24T15:20`)."""
    views.keep_for_a_minute()
    published = views.get_published()
    asked = request.args.get("at", "").strip()
    found = parse_at(asked, web.page_now()) if asked else None
    at = found or web.page_now()
    board = stop_board(published.schedule, code, at)
    names, day = views.names_of(published), to_local(at).date()
    rows = [_row(published, line, at, code) for line in board.lines if line.coming]
    return render_template(
        "buses/show_stop.html", **views.common(published, day), code=code, title=names.stop(board.stop), at=at,
        asked_at=found is not None, at_field=to_local(at).strftime("%Y-%m-%dT%H:%M"), bad_at=asked if asked and not found else "",
        before=names.headsign(board.before), after=names.headsign(board.after),
        next=_brief(published, board.next, at) if board.next else None,
        last=_brief(published, board.last, at) if board.last else None,
        rows=[one for one in rows if one["is_today"]], over=[one for one in rows if not one["is_today"]],
        resting=[_resting(published, line, code) for line in board.lines if not line.coming],
        serves=_serves(published, board.stops), estimated=any(one.position is Position.ESTIMATED for one in board.stops),
    )


@blueprint.get("/stops/<code>/qr.svg")
@access(PUBLIC)
def show_qr(code: str) -> ResponseReturnValue:
    """The address of the stop's page as a QR code, that survives a quarter of it being scratched away."""
    published = views.get_published()
    stop = published.schedule.stop_by_code(code)
    address = web.public_link("stops.show_stop", code=published.schedule.code_of(stop))
    drawn = io.BytesIO()
    segno.make_qr(address, error="q").save(drawn, kind="svg", border=2, xmldecl=False, svgclass=None, lineclass=None, light="#fff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


@blueprint.get("/stops/<code>/poster")
@access(PUBLIC)
def show_poster(code: str) -> ResponseReturnValue:
    """All departures by kind of day, to be printed on A4."""
    views.keep_for_a_minute()
    published = views.get_published()
    schedule, names = published.schedule, views.names_of(published)
    board = stop_board(schedule, code, web.page_now())

    def choices(line: Line) -> list[DayChoice]:
        return list_day_choices(schedule, schedule.route_of(line), views.today(), DAYS_AHEAD)

    lines = make_poster(schedule, board.stop, choices)
    lines.sort(key=lambda one: listing.sort_key(schedule.route_of(one.line)))
    return render_template(
        "buses/poster.html", code=code, title=names.stop(board.stop), before=names.headsign(board.before),
        after=names.headsign(board.after), lines=[_poster_line(published, line) for line in lines], **views.common(published),
    )


def parse_at(text: str, now: datetime) -> datetime | None:
    """15:20 of today, or 2026-11-24T15:20, on the county's clock, as UTC; None for anything else."""
    clock = _CLOCK.fullmatch(text)
    if clock:
        hour = int(clock[1])
        return None if hour == 24 else to_local(now).replace(
            hour=hour, minute=int(clock[2]), second=0, microsecond=0).astimezone(UTC)
    try:
        found = datetime.fromisoformat(text)
        local = found.replace(tzinfo=LOCAL) if found.tzinfo is None else found
        return local.astimezone(UTC) if 2020 <= local.year <= 2056 else None
    except (ValueError, OverflowError):
        return None


def _brief(published: Published, one: Departure, at: datetime) -> dict[str, Any]:
    """One departure in words. A night bus of yesterday's service is a bus of today for who waits for it."""
    names, today = views.names_of(published), to_local(at).date()
    day = to_local(one.departs_at).date()
    return {
        "departure": one, "clock": clock_text(one.departure_s),
        "past_midnight": one.departure_s >= DAY_S, "title": names.title(one.route),
        "towards": views.towards(names.headsign(one.headsign)),
        "is_today": one.service_day <= today, "is_gone": one.departs_at < at, "day_word": words.ahead(day, today),
        "wait": words.wait((one.departs_at - at).total_seconds()), "every": every_words(one.headway_s, one.headway_min_s),
    }


def _row(published: Published, line: LineAtStop, at: datetime, code: str) -> dict[str, Any]:
    """A line with its next departure; those after it on the same day, and today's last one."""
    first, names = line.coming[0], views.names_of(published)
    brief = _brief(published, first, at)
    later = [one for one in line.coming[1:1 + 2 * LATER] if one.service_day == first.service_day][:LATER]
    last = line.last_today
    return {
        **brief, "route": line.route, "title": names.title(line.route), "url": _line_url(published, line, code),
        "towards": views.towards(names.headsign(line.headsign)), "ran_today": line.runs_today,
        "is_last": first.is_last and brief["is_today"], "later": " ".join(clock_text(one.departure_s) for one in later),
        "last": clock_text(last.departure_s) if last else "",
        "wait": brief["wait"] if brief["is_today"] else brief["day_word"],
    }


def _resting(published: Published, line: LineAtStop, code: str) -> dict[str, Any]:
    """A line without a bus today and tomorrow: its rule and its next days."""
    names = views.names_of(published)
    return {
        "route": line.route, "title": names.title(line.route), "url": _line_url(published, line, code),
        "towards": views.towards(names.headsign(line.headsign)), "rule": say_rules(line.rules, language.in_english()),
        "dates": line.next_dates[:LEAVES] if line.route.kind is RouteKind.MARKET else (), "next_day": line.next_day,
    }


def _line_url(published: Published, line: LineAtStop, code: str) -> str:
    """The line in this direction with the stop marked; the part before it is the same at all stops."""
    link = web.link_to("routes.show_route", slug=published.schedule.slug_of(line.route), dir=views.direction_key(line))
    return f"{link}&stop={quote(code)}"


def every_words(headway_s: int | None, headway_min_s: int | None) -> str:
    """每 10–15 分钟; "" for a bus with a time of its own."""
    return str(gettext("每 %(minutes)s 分钟", minutes=minutes_text(headway_s, headway_min_s))) if headway_s else ""


def _serves(published: Published, stops: Sequence[Stop]) -> list[dict[str, Any]]:
    """The town of the stops, and the villages that are linked to them, with their pages."""
    towns = {town.code: words.name_of(town) for town in places_store.list_towns()}
    codes = {code for stop in stops for code in published.villages.villages_of(published.schedule.stop_index(stop))}
    villages = [one for one in places_store.current_villages() if one.code in codes] if codes else []
    named = dict.fromkeys(towns[stop.town_code] for stop in stops if stop.town_code in towns)
    return [{"name": name, "url": ""} for name in named] + [
        {"name": say_village(one), "url": web.link_to("villages.show_village", code=one.code)} for one in villages
    ]


def _poster_line(published: Published, poster: PosterLine) -> dict[str, Any]:
    names, route = views.names_of(published), published.schedule.route_of(poster.line)
    rules = [rule for kind in poster.kinds for choice in kind.choices for rule in choice.rules]
    return {
        "route": route, "title": names.title(route), "towards": views.towards(names.headsign(poster.line.headsign)),
        "kinds": [_poster_kind(published, kind, rules) for kind in poster.kinds],
    }


def _poster_kind(published: Published, kind: PosterKind, rules: Sequence[Rule]) -> dict[str, Any]:
    dates = sorted(day for choice in kind.choices for day in choice.dates)
    return {
        "words": say_days(dates, views.today(), DAYS_AHEAD, rules, published.calendar, language.in_english()),
        "times": [clock_text(seconds) for seconds in kind.times],
        "spans": [
            (clock_text(one.first_s), clock_text(one.last_s), every_words(one.headway_s, one.headway_min_s)) for one in kind.spans
        ],
    }
