"""The page of all lines, and what every page of the buses is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from citizen_app import language, web, words
from citizen_app.access import PUBLIC, access
from citizen_app.buses import listing, store
from citizen_app.buses.board import LineAtStop
from citizen_app.buses.grid import Grid
from citizen_app.buses.line_names import Names
from citizen_app.buses.market_days import markets_on
from citizen_app.buses.network import Route, RouteKind, Stop
from citizen_app.buses.route_days import RouteDay, last_known_day, route_day, routes_in_town, runs_on
from citizen_app.buses.store import Published
from citizen_app.buses.times import clock_text
from citizen_app.clock import to_local
from citizen_app.days.today import describe_day
from citizen_app.errors import NotFound
from citizen_app.kept_pages import keep_page
from citizen_app.language import gettext
from citizen_app.places import store as places_store

blueprint = Blueprint("buses", __name__)

MOST_BY_KIND = 120    # lines in one list; more are parted by how their names begin
_UNBROKEN = "\u00a0"    # keeps a time beside its word


@blueprint.get("/buses")
@access(PUBLIC)
def list_lines() -> ResponseReturnValue:
    """All lines by kind, or those of a town. What was once looked for here is looked for on the page of all searches."""
    if request.args.get("q", "").strip():
        return redirect(web.link_to("search.search", q=request.args["q"].strip()))
    keep_for_a_minute()
    published = store.current_published()
    if published is None:
        return render_template("buses/list_lines.html", published=None)
    routes, services = published.schedule.network.routes, published.schedule.services_on(today())
    return render_template(
        "buses/list_lines.html", lines=len(routes),
        running=sum(runs_on(published.schedule, route, services) for route in routes),
        **_browse(published), **common(published),
    )


def keep_for_a_minute() -> None:
    """Said first in a view: its page stays true until the next minute begins. A car park it names may be as much late."""
    keep_page(web.page_now().replace(second=0, microsecond=0) + timedelta(minutes=1), "buses", "places")


def get_published() -> Published:
    """The one snapshot that a page is made from. Raises NotFound while no network is published."""
    published = store.current_published()
    if published is None:
        raise NotFound("no bus network is published")
    return published


def mend_case(blueprint: Blueprint, table: str, name: str) -> None:
    """Make pages of the blueprint answer to any case of what names them, as people type it from a sign, with a redirect."""

    def mend() -> ResponseReturnValue | None:
        published, text = store.current_published(), (request.view_args or {}).get(name)
        right = published.schedule.spelled(table, text) if published and text else text
        return None if right == text else redirect(web.here(**{name: right}), 301)

    blueprint.before_request(mend)


def today() -> date:
    return to_local(web.page_now()).date()


def names_of(published: Published) -> Names:
    return Names(published.schedule, language.in_english())


def towards(name: str) -> str:
    """往 汛桥"""
    return str(gettext("往 %(place)s", place=name)) if name else ""


def common(published: Published, day: date | None = None) -> dict[str, Any]:
    """What every template of the buses is told about the network and the day, today unless it is another one."""
    day = day or today()
    network = published.schedule.network
    ends = last_known_day(network)
    return {
        "published": published, "published_at": published.published_at, "version_id": published.version_id,
        "demo_network": network.is_demo, "today": day, "day": describe_day(day, published.calendar),
        "ended_on": ends if ends is not None and ends < day else None,
        "markets_today": [
            {"name": words.name_of(one), "url": web.link_to("markets.show_market", slug=one.slug)}
            for one in markets_on(published.schedule, day)
        ],
    }


def direction_key(one: Grid | LineAtStop) -> str:
    """What stands in an address for a direction: its number, else what stands on the bus."""
    return one.headsign if one.direction_id is None else str(one.direction_id)


def stop_url(published: Published, stop: Stop) -> str:
    return web.link_to("stops.show_stop", code=published.schedule.code_of(stop))


def line_rows(published: Published, routes: Iterable[Route]) -> list[dict[str, Any]]:
    """A row for each line: badge, from and to, and when it runs."""
    return [_line_row(published, route) for route in routes]


def _line_row(published: Published, route: Route) -> dict[str, Any]:
    schedule, names = published.schedule, names_of(published)
    found = route_day(schedule, route, today())
    ends = names.ends(found.line) if found.line else None
    runs = found.first_s is not None and found.last_s is not None
    return {
        "route": route, "title": names.title(route), "url": web.link_to("routes.show_route", slug=schedule.slug_of(route)),
        "ends": " – ".join(ends) if ends else names.long(route), "first": runs, "when": _when(found),
    }


def _when(found: RouteDay) -> str:
    """首班 6:30 · 末班 17:30, else the next day."""
    if found.first_s is not None and found.last_s is not None:
        if found.first_s == found.last_s:
            return str(gettext("今天 %(time)s 一班", time=clock_text(found.first_s)))
        said = str(gettext("首班 %(first)s · 末班 %(last)s", first=clock_text(found.first_s), last=clock_text(found.last_s)))
        return said.replace(" ", _UNBROKEN).replace(f"{_UNBROKEN}·{_UNBROKEN}", " · ")
    if found.next_day is None:
        return str(gettext("往后没有班次"))
    return str(gettext("今天不开，下次 %(day)s", day=words.day_name(found.next_day)))


def _browse(published: Published) -> dict[str, Any]:
    """The lines by kind; of very many only those that begin as `?start=` says, and how else they begin."""
    chosen_town, towns = request.args.get("town", ""), _towns(published)
    town = next((one for one in towns if one["code"] == chosen_town), None)
    routes = routes_in_town(published.schedule, chosen_town) if town else published.schedule.network.routes
    has_markets = {"markets": bool(published.schedule.network.markets), "towns": towns, "town": town and town["name"]}
    if len(routes) <= MOST_BY_KIND:
        groups = listing.group_by_kind(routes)
        return {**has_markets, "groups": [
            {"words": _kind_words(one.kind), "rows": line_rows(published, one.routes)} for one in groups
        ]}
    parts = listing.group_by_beginning(routes)
    start = request.args.get("start", "")
    chosen = [one for one in parts if one.beginning == start]
    return {
        **has_markets,
        "beginnings": [
            {
                "beginning": one.beginning, "url": web.link_to("buses.list_lines", start=one.beginning),
                "is_shown": one.beginning == start,
            }
            for one in parts
        ],
        "groups": [{"words": one.beginning, "rows": line_rows(published, one.routes[:MOST_BY_KIND])} for one in chosen],
    }


def _towns(published: Published) -> list[dict[str, Any]]:
    """The towns in which there is a stop."""
    served = {stop.town_code for stop in published.schedule.network.stops}
    chosen = request.args.get("town")
    return [
        {
            "code": town.code, "name": words.name_of(town), "url": web.link_to("buses.list_lines", town=town.code),
            "is_shown": town.code == chosen,
        }
        for town in places_store.list_towns() if town.code in served
    ]


def _kind_words(kind: RouteKind) -> str:
    said = {
        RouteKind.TOWN: gettext("城乡公交"), RouteKind.MICRO: gettext("微公交"), RouteKind.MARKET: gettext("集市班线"),
        RouteKind.STATION: gettext("火车站接驳"), RouteKind.URBAN: gettext("城市公交"), RouteKind.OTHER: gettext("线路"),
    }
    return str(said[kind])
