"""The pages of the villages: all of a town, and one village with its stops, its lines and its market."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizen_app import language, web, words
from citizen_app.access import PUBLIC, access
from citizen_app.buses import store, views
from citizen_app.buses.board import Departure, LineAtStop, StopBoard
from citizen_app.buses.departures import stop_board
from citizen_app.buses.market_days import market_of, next_market_days
from citizen_app.buses.network import Position
from citizen_app.buses.store import Published
from citizen_app.buses.times import clock_text
from citizen_app.buses.villages import Certainty, VillageStop
from citizen_app.clock import to_local
from citizen_app.days.rule_text import say_rule
from citizen_app.errors import NotFound
from citizen_app.places import store as places_store
from citizen_app.places.county import Town, Village
from citizen_app.places.names import village_name

blueprint = Blueprint("villages", __name__)

MOST_STOPS = 6
MARKET_DAYS = 3
_DAY_S = 86_400
_NEVER = datetime.max.replace(tzinfo=UTC)
_UNSURE = {Certainty.PART, Certainty.SHARED}


@blueprint.get("/villages")
@access(PUBLIC)
def list_villages() -> ResponseReturnValue:
    """The towns with how many of their villages have a bus; the villages of one of them (`?town=331082104`)."""
    views.keep_for_a_minute()
    published = store.current_published()
    if published is None:
        return render_template("buses/list_villages.html", towns=())
    towns, chosen = places_store.list_towns(), request.args.get("town", "")
    return render_template(
        "buses/list_villages.html", towns=[row for one in towns if (row := _town_row(published, one))["all"]],
        town=next((one for one in towns if one.code == chosen), None), **_briefs(published, chosen), **views.common(published),
    )


@blueprint.get("/villages/<code>")
@access(PUBLIC)
def show_village(code: str) -> ResponseReturnValue:
    """One village: the next and the last bus at each of its stops, its lines, its market; what to do where no bus calls."""
    views.keep_for_a_minute()
    published, village = views.get_published(), get_village(code)
    town = next((one for one in places_store.list_towns() if one.code == village.town_code), None)
    links = [one for one in published.villages.links.get(code, ()) if one.calls]
    boards = [_board(published, one) for one in links[:MOST_STOPS]]
    return render_template(
        "buses/show_village.html", village=village, title=say_village(village), town=town,
        stops=[_stop_row(published, one, board) for one, board in zip(links, boards, strict=False)],
        lines=_lines(published, boards), market=_market(published, village, town, boards),
        others=[] if links else _briefs(published, village.town_code)["served"],
        estimated=any(stop.position is Position.ESTIMATED for board in boards for stop in board.stops),
        **views.common(published),
    )


def get_village(code: str) -> Village:
    """Raises NotFound."""
    village = next((one for one in places_store.current_villages() if one.code == code), None)
    if village is None:
        raise NotFound(f"there is no village {code}")
    return village


def say_village(village: Village) -> str:
    """What people call it."""
    return words.either(village_name(village.name), village.name_en)


def _town_row(published: Published, town: Town) -> dict[str, Any]:
    own = [one.code for one in places_store.current_villages() if one.town_code == town.code]
    return {
        "name": words.name_of(town), "url": url_for("villages.list_villages", town=town.code), "all": len(own),
        "served": sum(published.villages.is_served(code) for code in own),
    }


def _briefs(published: Published, town_code: str) -> dict[str, list[dict[str, Any]]]:
    """The villages of a town, those with a bus apart from those without."""
    found: dict[str, list[dict[str, Any]]] = {"served": [], "unserved": []}
    for village in places_store.current_villages():
        if village.town_code == town_code:
            brief = {"name": say_village(village), "url": url_for("villages.show_village", code=village.code)}
            found["served" if published.villages.is_served(village.code) else "unserved"].append(brief)
    return found


def _board(published: Published, link: VillageStop) -> StopBoard:
    schedule = published.schedule
    return stop_board(schedule, schedule.code_of(schedule.network.stops[link.stop]), web.page_now())


def _stop_row(published: Published, link: VillageStop, board: StopBoard) -> dict[str, Any]:
    """A stop with its next departure and today's last one; `unsure` where only a part of its name speaks for the village."""
    now = web.page_now()
    return {
        "name": views.names_of(published).stop(board.stop), "url": views.stop_url(published, board.stop),
        "unsure": link.certainty in _UNSURE, "next": _departure(published, board.next, now) if board.next else None,
        "last": _departure(published, board.last, now) if board.last else None,
    }


def _lines(published: Published, boards: Sequence[StopBoard]) -> list[dict[str, Any]]:
    """Each line and direction once, by its next bus at any stop of the village; those without a bus ahead last."""
    found: dict[tuple[str, int | None, str], list[tuple[LineAtStop, StopBoard]]] = defaultdict(list)
    for board in boards:
        for line in board.lines:
            found[line.route.route_id, line.direction_id, line.headsign].append((line, board))
    rows = [_line_row(published, calls) for calls in found.values()]
    return sorted(rows, key=lambda row: row["at"] or _NEVER)


def _line_row(published: Published, calls: Sequence[tuple[LineAtStop, StopBoard]]) -> dict[str, Any]:
    """The next and today's last bus of a line at all stops of the village; `next` is None where none comes today or tomorrow."""
    schedule, names, now = published.schedule, views.names_of(published), web.page_now()
    line, board = min(calls, key=lambda one: one[0].coming[0].departs_at if one[0].coming else _NEVER)
    coming = line.coming[0] if line.coming else None
    last = max((one.last_today for one, _ in calls if one.last_today), key=lambda one: one.departs_at, default=None)
    url = url_for(
        "routes.show_route", slug=schedule.slug_of(line.route), dir=views.direction_key(line), stop=schedule.code_of(board.stop),
    )
    return {
        "route": line.route, "title": names.title(line.route), "url": url, "towards": views.towards(names.headsign(line.headsign)),
        "at": coming.departs_at if coming else None, "next": _departure(published, coming, now) if coming else None,
        "is_last": coming is not None and last is not None and coming.is_last and _run(coming) == _run(last),
        "last": clock_text(last.departure_s) if last else "", "next_day": line.next_day,
    }


def _run(one: Departure) -> tuple[date, int]:
    return one.service_day, one.trip


def _departure(published: Published, one: Departure, now: datetime) -> dict[str, Any]:
    names, today = views.names_of(published), to_local(now).date()
    day = to_local(one.departs_at).date()
    is_today = one.service_day <= today
    return {
        "route": one.route, "title": names.title(one.route), "clock": clock_text(one.departure_s), "is_gone": one.departs_at < now,
        "towards": views.towards(names.headsign(one.headsign)), "past_midnight": one.departure_s >= _DAY_S,
        "is_last": one.is_last and is_today, "is_approximate": one.is_approximate,
        "wait": words.wait((one.departs_at - now).total_seconds()) if is_today else words.ahead(day, today),
    }


def _market(
    published: Published, village: Village, town: Town | None, boards: Sequence[StopBoard]
) -> dict[str, Any] | None:
    """The market of its town, else the nearest one, with its next days; None where the network has none."""
    points = [(stop.lat, stop.lon) for board in boards for stop in board.stops]
    points += [(town.lat, town.lon)] if town else []
    point = next(((lat, lon) for lat, lon in points if lat is not None and lon is not None), None)
    market = market_of(published.schedule.network.markets, village.town_code, point)
    if market is None:
        return None
    days = next_market_days(market, views.today(), MARKET_DAYS, published.calendar)
    return {
        "name": words.name_of(market), "url": url_for("markets.show_market", slug=market.slug), "days": days,
        "is_own": market.town_code == village.town_code, "rule": say_rule(market.rule, language.in_english()),
    }
