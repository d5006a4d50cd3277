"""The pages of a line: its timetable on a day in one direction, its days, fares and stops; and the same as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from citizen_app import language, web, words
from citizen_app.access import PUBLIC, access
from citizen_app.buses import views
from citizen_app.buses.csv_table import grid_rows, write_csv
from citizen_app.buses.day_words import say_dates, say_days
from citizen_app.buses.drawing import draw_line
from citizen_app.buses.fares import fare_between
from citizen_app.buses.grid import Column, Grid, make_grids
from citizen_app.buses.kinds_of_day import list_day_choices, running_dates
from citizen_app.buses.network import Agency, Route
from citizen_app.buses.stop_views import every_words
from citizen_app.buses.store import Published
from citizen_app.buses.table_cells import make_table
from citizen_app.buses.times import clock_text
from citizen_app.days.rules import Rule
from citizen_app.language import gettext

blueprint = Blueprint("routes", __name__)
views.mend_case(blueprint, "routes", "slug")

CHOICES = 8
DAYS_AHEAD = 60
DATES = 10


@blueprint.get("/routes/<slug>")
@access(PUBLIC)
def show_route(slug: str) -> ResponseReturnValue:
    """One direction (`dir`) on one day (`date`), else on the next one on which the line runs; `stop` marks a stop."""
    views.keep_for_a_minute()
    published = views.get_published()
    schedule, names = published.schedule, views.names_of(published)
    route = schedule.route_by_slug(slug)
    wished, bad_date = _wished_day()
    grids, shown = _grids_from(published, route, wished)
    grid = _chosen(grids, request.args.get("dir", ""))
    return render_template(
        "buses/show_route.html", **views.common(published), route=route, slug=slug, title=names.title(route), bad_date=bad_date,
        long_name=names.long(route),
        wished_day=wished, shown_day=shown,
        **_direction(published, slug, grids, grid, shown), **_days(published, route, shown), **_company(published, route),
        **(_fare(published, route, grid) if grid else {"stops": []}),
    )


@blueprint.get("/routes/<slug>.csv")
@access(PUBLIC)
def download(slug: str) -> ResponseReturnValue:
    """All directions of a day as CSV."""
    published = views.get_published()
    names, route = views.names_of(published), published.schedule.route_by_slug(slug)
    grids, shown = _grids_from(published, route, _wished_day()[0])
    heads = [
        (grid, f"{names.title(route)} {views.towards(names.headsign(grid.headsign))} {shown}", _stop_names(published, grid))
        for grid in grids
    ]
    body = write_csv(grid_rows(heads, lambda minutes: gettext("每 %(minutes)s 分钟", minutes=minutes)))
    name = f"{slug if slug.isascii() else 'timetable'}-{shown}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "public, max-age=300"}
    return Response(body, mimetype="text/csv", headers=headers)


def _wished_day() -> tuple[date, str]:
    """The day of `?date=`, and what is wrong with it; today where there is none that can be understood."""
    text = request.args.get("date", "").strip()
    try:
        day = date.fromisoformat(text) if text else views.today()
    except ValueError:
        return views.today(), text
    return (day, "") if 2020 <= day.year <= 2056 else (views.today(), text)


def _grids_from(published: Published, route: Route, wished: date) -> tuple[Sequence[Grid], date | None]:
    """The grids of the first day from the wished one on on which the line runs; nothing and None when there is none."""
    schedule = published.schedule
    days = schedule.next_days(schedule.services_of(route), wished, 1)
    return (make_grids(schedule, route, schedule.services_on(days[0])), days[0]) if days else ((), None)


def _chosen(grids: Sequence[Grid], direction: str) -> Grid | None:
    """The asked direction, else the first one."""
    return next((one for one in grids if views.direction_key(one) == direction), grids[0] if grids else None)


def _stop_names(published: Published, grid: Grid) -> list[str]:
    names = views.names_of(published)
    return [names.stop(row.stop) for row in grid.rows]


def _direction(published: Published, slug: str, grids: Sequence[Grid], grid: Grid | None, shown: date | None) -> dict[str, Any]:
    """The timetable of one direction, links to the others, and the next bus from where the reader is."""
    if grid is None or shown is None:
        return {"table": None}
    names, stop_names = views.names_of(published), _stop_names(published, grid)
    code = request.args.get("stop")
    here = next((place for place, row in enumerate(grid.rows) if published.schedule.code_of(row.stop) == code), None)
    place = here or 0
    times = [seconds for one in grid.columns if not one.every_s and (seconds := one.cells[place]) is not None]
    return {
        "table": make_table(grid, stop_names, here), "notes": grid.notes, "direction": views.direction_key(grid),
        "approximate": any(not row.is_timepoint for row in grid.rows), "towards": views.towards(names.headsign(grid.headsign)),
        "ends": f"{stop_names[0]} → {stop_names[-1]}" if stop_names else "", "from_name": stop_names[place],
        "here_name": stop_names[here] if here is not None else "", "here_code": code if here is not None else None,
        "first": clock_text(min(times)) if times else "–", "last": clock_text(max(times)) if times else "–",
        "next": _next(published, grid.columns, place, shown), "csv_url": web.link_to("routes.download", slug=slug, date=shown),
        "directions": [
            {
                "words": views.towards(names.headsign(one.headsign)), "url": web.here(dir=views.direction_key(one)),
                "is_shown": one is grid,
            }
            for one in grids
        ],
    }


def _next(published: Published, columns: Sequence[Column], place: int, shown: date) -> dict[str, Any] | None:
    """The next bus from a stop while the shown day is today; of buses about every so often the next one is only about then."""
    if shown != views.today():
        return None
    now_s = (web.page_now() - published.schedule.moment(shown, 0)).total_seconds()
    before = None
    for number, column in enumerate(columns):
        if column.every_s:
            before = column
            continue
        seconds = column.cells[place]
        if seconds is None:
            continue
        if seconds >= now_s:
            if before is not None and before is columns[number - 1] and number > 1:
                return _within(columns[number - 2].cells[place], before, seconds, now_s)
            return {"clock": clock_text(seconds), "wait": words.wait(seconds - now_s), "every": ""}
    return None


def _within(start_s: int | None, every: Column, end_s: int, now_s: float) -> dict[str, Any]:
    """The next bus between two columns: the first of those counted from the earlier one that is not gone."""
    assert every.every_s
    begins = end_s if start_s is None else start_s
    steps = max(1, -int((begins - now_s) // every.every_s))
    seconds = min(begins + steps * every.every_s, end_s)
    return {
        "clock": clock_text(int(seconds)), "wait": words.wait(seconds - now_s), "every": every_words(every.every_s, every.every_min_s),
    }


def _days(published: Published, route: Route, shown: date | None) -> dict[str, Any]:
    """On which days the line runs: a sentence, the next dates of one that does not run daily, links to kinds of day."""
    schedule, today = published.schedule, views.today()
    choices = [one for one in list_day_choices(schedule, route, today, DAYS_AHEAD) if one.services]
    running = sorted(day for one in choices for day in one.dates)
    rules = schedule.rules_of(schedule.services_of(route), today)
    sentence, named = _say(published, running, rules), say_dates(running, language.in_english())
    return {
        "sentence": sentence if sentence != named else "",
        "dates": running_dates(schedule, route, today, DATES) if sentence == named or route.market else [],
        "choices": [
            {
                "words": _say(published, one.dates, (*one.rules, *rules)), "url": web.here(date=one.dates[0].isoformat()),
                "is_shown": shown in one.dates,
            }
            for one in choices[:CHOICES]
        ],
    }


def _say(published: Published, dates: Sequence[date], rules: Sequence[Rule]) -> str:
    return say_days(dates, views.today(), DAYS_AHEAD, rules, published.calendar, language.in_english())


def _company(published: Published, route: Route) -> dict[str, Any]:
    """Who runs the line, and the market that it runs for."""
    schedule = published.schedule
    agencies = {one.agency_id: one for one in schedule.network.agencies}
    agency: Agency | None = agencies.get(route.agency_id) or (next(iter(agencies.values())) if len(agencies) == 1 else None)
    market = next((one for one in schedule.network.markets if one.slug == route.market), None)
    return {
        "agency": agency, "agency_name": schedule.name("agency", agency, "agency_name", language.in_english()) if agency else "",
        "market_url": web.link_to("markets.show_market", slug=market.slug) if market else "",
        "market_name": words.name_of(market) if market else "",
    }


def _fare(published: Published, route: Route, grid: Grid) -> dict[str, Any]:
    """The stops, the drawing, and the fare between two of them (`from` and `to` are places in the list)."""
    stop_names = _stop_names(published, grid)
    last = len(stop_names) - 1
    start, end = _place("from", 0, last), _place("to", last, last)
    return {
        "stops": [
            {"name": name, "url": views.stop_url(published, row.stop)} for name, row in zip(stop_names, grid.rows, strict=True)
        ],
        "drawing": draw_line(stop_names), "fare_from": start, "fare_to": end, "has_fares": bool(published.schedule.network.fares),
        "fare": fare_between(published.schedule, route, grid.rows[start].stop, grid.rows[end].stop),
    }


def _place(name: str, default: int, last: int) -> int:
    text = request.args.get(name, "")
    return min(int(text), last) if text.isascii() and text.isdigit() and len(text) < 5 else default
