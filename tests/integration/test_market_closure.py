"""A car park on which a market is held today: pages and API say that it is closed, for what, and where to go instead."""

from __future__ import annotations

import contextvars
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from citizen_app import clock
from citizen_app.clock import LOCAL
from citizen_app.parking import actions
from citizen_app.parking.closures import parse_closures
from citizen_app.places import actions as places_actions
from citizen_app.places import store as places_store
from tests.every_state import COUNTY, SOURCE
from tests.factories import make_facility, make_reading
from tests.integration.test_bus_api import publish, published_network

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
MARKET_DAY = datetime(2026, 11, 26, 8, 0, tzinfo=LOCAL)    # 十月十八
CLOSURES = parse_closures("农历逢三、八 05:30-11:30 汛桥集市 market=xunqiao en=Xunqiao Market")


@pytest.fixture
def market_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """One car park with a market on it and another beside it, each with 40 spaces as counted a moment ago."""
    monkeypatch.setattr(clock, "now", lambda: MARKET_DAY)
    places_actions.save_places(COUNTY, [], [], [])
    actions.save_facilities([
        make_facility("fair", opening_hours="04:30-20:00", closures=CLOSURES), make_facility("beside", lon=121.123),
    ])
    actions.record_readings(SOURCE, [make_reading("fair", MARKET_DAY), make_reading("beside", MARKET_DAY)], MARKET_DAY)
    actions.publish_snapshot()
    places_store.publish()
    return app


def ask(app: Flask, path: str) -> Any:
    return contextvars.Context().run(app.test_client(use_cookies=False).get, path)


def test_the_page_names_the_market_says_when_it_opens_and_where_to_go(market_day: Flask) -> None:
    html = ask(market_day, "/parking/fair").text
    assert "关闭：今天是汛桥集市，进不去。请改去别处。" in html
    assert '今天是汛桥集市 · <span class="nw">11:30开门</span>' in html
    assert 'href="/parking/beside"' in html
    assert "4:30–5:30" in html and "11:30–20:00" in html
    assert '农历逢三、八 <span class="nw">5:30–11:30</span> 汛桥集市' in html


def test_the_english_page_says_the_same(market_day: Flask) -> None:
    html = ask(market_day, "/parking/fair?lang=en").text
    assert "Closed: today is Xunqiao Market." in html
    assert 'Lunar days ending in 3 or 8 <span class="nw">5:30–11:30</span> Xunqiao Market' in html


def test_the_list_says_it_in_its_row(market_day: Flask) -> None:
    html = ask(market_day, "/parking").text
    row = html[html.index('id="f-fair"'):]
    assert '今天是汛桥集市 · <span class="nw">11:30开门</span>' in row and "改去" in row


def test_the_api_gives_the_reason_in_words(market_day: Flask) -> None:
    found = ask(market_day, "/api/v1/parking/fair").get_json()
    assert (found["quality"], found["reason"], found["opening_status"]) == ("closed", "market", "CLOSED")
    assert (found["closed_reason"], found["closed_reason_en"]) == ("汛桥集市", "Xunqiao Market")
    assert (found["available_spaces"], found["opens_at"]) == (None, "2026-11-26T03:30:00+00:00")
    beside = ask(market_day, "/api/v1/parking/beside").get_json()
    assert (beside["quality"], beside["closed_reason"]) == ("live", "")


def test_the_market_is_a_link_once_the_network_knows_it(market_day: Flask) -> None:
    assert "/markets/" not in ask(market_day, "/parking/fair").text
    publish(published_network())
    assert '<a href="/markets/xunqiao">汛桥集市</a>' in ask(market_day, "/parking/fair").text
