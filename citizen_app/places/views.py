"""The home page: what this is, two doors, and the state of the feeds in one line.

It reads the stores of parking and buses, as a view may; the judgement is the same that every other page shows.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from citizen_app import web
from citizen_app.access import PUBLIC, access
from citizen_app.buses import store as bus_store
from citizen_app.buses.today import buses_today
from citizen_app.clock import to_local
from citizen_app.days.today import describe_day
from citizen_app.parking import store as parking_store
from citizen_app.parking.board import board, summarise
from citizen_app.places import store

blueprint = Blueprint("places", __name__)

_NOT_FOR_ROBOTS = ("/parts", "/parking/parts", "/search", "/journeys", "/stops/*/reach")


@blueprint.get("/")
@access(PUBLIC)
def show_home() -> ResponseReturnValue:
    """The two doors, and how far the numbers behind them can be trusted."""
    today = describe_day(to_local(web.page_now()).date(), store.current_calendar())
    return render_template("places/show_home.html", today=today, **_state(), **_buses())


@blueprint.get("/parts")
@access(PUBLIC)
def refresh_home() -> ResponseReturnValue:
    """The parts of the home page that change."""
    return render_template("places/refresh_home.html", **_state())


@blueprint.get("/robots.txt")
@access(PUBLIC)
def show_robots() -> ResponseReturnValue:
    return Response("".join(["User-agent: *\n", *(f"Disallow: {path}\n" for path in _NOT_FOR_ROBOTS)]), mimetype="text/plain")


def _buses() -> dict[str, Any]:
    """`buses` is None while no network is published; `now_s` are the seconds since midnight on the county's clock."""
    published, now = bus_store.current_published(), to_local(web.page_now())
    today = buses_today(published.schedule, now.date()) if published else None
    return {"buses": today, "now_s": now.hour * 3600 + now.minute * 60 + now.second}


def _state() -> dict[str, Any]:
    return {"summary": summarise(board(parking_store.current_snapshot(), web.page_now()))}
