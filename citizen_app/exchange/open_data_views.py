"""The page of the open data: what each file is, under which licence, how often it changes, and how it is fetched."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from citizen_app import web
from citizen_app.access import PUBLIC, access
from citizen_app.errors import Unavailable
from citizen_app.exchange.gtfs_realtime import INTERVAL_S
from citizen_app.exchange.history_csv import COLUMNS, months_since
from citizen_app.exchange.views import FRESH_S, GTFS_FRESH_S, HISTORY_COST, MARKETS_FRESH_S
from citizen_app.kept_pages import keep_page
from citizen_app.ops import store as ops_store
from citizen_app.parking import store as parking_store

blueprint = Blueprint("open_data", __name__)

_KEPT_FOR = timedelta(minutes=1)
_MOST_MONTHS = 24


@blueprint.get("/open-data/")
@access(PUBLIC)
def show_open_data() -> ResponseReturnValue:
    """Everything that anyone may take. The months of history are left out while the database does not answer."""
    keep_page(web.page_now() + _KEPT_FOR, "places")
    return render_template(
        "exchange/show_open_data.html", months=_months(), columns=COLUMNS, licence=current_app.config["DATA_LICENCE"],
        per_minute=current_app.config["OPEN_DATA_PER_MINUTE"], history_cost=HISTORY_COST, counts_s=FRESH_S,
        buses_s=GTFS_FRESH_S, realtime_s=INTERVAL_S, markets_s=MARKETS_FRESH_S,
    )


def _months() -> list[str]:
    """The months that something was counted in, newest first, at most two years of them."""
    try:
        oldest = ops_store.in_time(parking_store.find_oldest_quarter)
    except Unavailable:
        return []
    return months_since(oldest, web.page_now())[:_MOST_MONTHS] if oldest else []
