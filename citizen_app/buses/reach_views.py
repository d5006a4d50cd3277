"""The page of how far one gets from a stop: the stops that are reached by a time, by town."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from citizen_app import web, words
from citizen_app.access import PUBLIC, access
from citizen_app.buses import views
from citizen_app.buses.journey_question import When, day_of, moment_of, parse_clock
from citizen_app.buses.journeys.access import access_to_stops
from citizen_app.buses.reached import group_by_town
from citizen_app.buses.way_views import page_url
from citizen_app.language import gettext, ngettext
from citizen_app.places import store as places_store

blueprint = Blueprint("reach", __name__)

USUAL = timedelta(hours=2)
_DAY = timedelta(days=1)


@blueprint.get("/stops/<code>/reach")
@access(PUBLIC)
def show_reach(code: str) -> ResponseReturnValue:
    """Where one can be by `?by=08:30`, leaving at `?from=06:30` (now when not said); today, or tomorrow when that is over."""
    views.keep_for_a_minute()
    published = views.get_published()
    schedule, names = published.schedule, views.names_of(published)
    stop = schedule.stop_by_code(code)
    start, until, faults = _span()
    reach = published.planner.reach_from(access_to_stops(schedule, schedule.stop_indices(stop)), start, until)
    own = set(schedule.stop_indices(stop))
    towns = {one.code: words.name_of(one) for one in places_store.list_towns()}
    return render_template(
        "buses/show_reach.html", code=code, title=names.stop(stop), faults=faults,
        start=start, until=until, start_field=words.clock_field(start), until_field=words.clock_field(until),
        towns=[
            {
                "name": towns.get(one.town_code, "") or str(gettext("别的地方")), "count": len(one.stops),
                "rows": [
                    {
                        "name": names.stop(row.stop), "clock": words.clock_time(row.arrives_at), "changes": _changes(row.transfers),
                        "url": page_url({
                            "from": f"stop:{code}", "to": f"stop:{schedule.code_of(row.stop)}", "when": str(When.LEAVE),
                            "date": words.iso_day(start), "time": words.clock_field(start),
                        }),
                    }
                    for row in one.stops
                ],
            }
            for one in group_by_town(schedule, reach, own)
        ],
        **views.common(published),
    )


def _span() -> tuple[datetime, datetime, dict[str, str]]:
    """When to leave and until when, UTC, and what could not be read; a time that is over is one of tomorrow."""
    now = web.page_now().replace(second=0, microsecond=0)
    faults = {}

    def read(field: str) -> time | None:
        text = request.args.get(field, "").strip()[:20]
        found = parse_clock(text) if text else None
        if text and found is None:
            faults[field] = text
        return found

    leave, by, day = read("from"), read("by"), day_of(now)
    start = now if leave is None else moment_of(day, leave)
    until = start + USUAL if by is None else moment_of(day, by)
    if by is not None and until <= start:
        until += _DAY
        if leave is None:
            start = moment_of(day + _DAY, time(5))
    return start, min(until, start + _DAY), faults


def _changes(transfers: int) -> str:
    return str(ngettext("换 %(num)d 次车", "换 %(num)d 次车", transfers)) if transfers else str(gettext("直达"))

