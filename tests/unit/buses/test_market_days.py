"""Markets: their dates, and the buses there and home."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given

from citizen_app.buses.market_days import list_market_lines, markets_on, next_market_days
from citizen_app.buses.network import Network, Route, RouteKind, Stop
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.days.rules import LunarDigits, Rule
from citizen_app.places.market import Market
from tests import networks as makers
from tests.networks import calls, make_network
from tests.unit.buses import oracle
from tests.unit.buses.oracle import CALENDAR

HOUR = 3600
RULE = Rule(LunarDigits(frozenset({3, 8})))
MARKET = Market("xunqiao", "汛桥集市", RULE, lat=28.7791, lon=121.1951, opens_s=5 * HOUR, closes_s=11 * HOUR)
MARKET_DAY, NO_MARKET_DAY = date(2026, 11, 26), date(2026, 11, 27)    # 十月十八, 十月十九


def schedule_of(market: Market = MARKET, **fields: object) -> Schedule:
    trips = {
        "there-1": ("m", "market", calls(6 * HOUR, "guang", "qiao", "xun")), "there-2": ("m", "market", calls(8 * HOUR, "guang", "qiao", "xun")),
        "too-late": ("m", "market", calls(11 * HOUR, "guang", "qiao", "xun")),
        "too-early": ("m", "market", calls(5 * HOUR, "xun", "qiao", "guang")), "back": ("m", "market", calls(10 * HOUR, "xun", "qiao", "guang")),
        "last": ("m", "market", calls(12 * HOUR, "xun", "qiao", "guang")), "other": ("o", "daily", calls(9 * HOUR, "zong", "xun")),
    }
    network = make_network(
        trips, services={"market": RULE, "daily": Rule()}, markets=(market,),
        routes=(Route("m", "集1路", agency_id="lhgj", kind=RouteKind.MARKET, market="xunqiao"), Route("o", "101路", agency_id="lhgj")), **fields,
    )
    return build_schedule(network, CALENDAR)


def test_a_market_is_held_on_the_dates_of_its_rule_and_its_next_days_say_so_too() -> None:
    schedule = schedule_of()
    assert markets_on(schedule, MARKET_DAY) == [MARKET] and markets_on(schedule, NO_MARKET_DAY) == []
    assert next_market_days(MARKET, date(2026, 11, 25), 3, CALENDAR) == [MARKET_DAY, date(2026, 12, 1), date(2026, 12, 6)]


def test_a_line_goes_there_before_the_market_closes_and_home_after_the_first_arrival() -> None:
    line, = list_market_lines(schedule_of(), MARKET, MARKET_DAY)
    assert [(ride.departs_s // HOUR, ride.arrives_s) for ride in line.there] == [(6, 6 * HOUR + 1200), (8, 8 * HOUR + 1200)]
    assert [ride.departs_s // HOUR for ride in line.back] == [10, 12]
    assert line.stop.stop_id == "xun" and line.back[-1].to_stop.stop_id == "guang"


def test_on_other_days_the_line_is_named_without_rides() -> None:
    line, = list_market_lines(schedule_of(), MARKET, NO_MARKET_DAY)
    assert line.route.route_id == "m" and line.there == line.back == ()


def test_without_a_position_the_stop_is_the_one_in_the_markets_town_else_the_end_of_the_line() -> None:
    line, = list_market_lines(schedule_of(replace(MARKET, lat=None, lon=None)), MARKET, MARKET_DAY)
    assert line.stop.stop_id == "xun"
    nowhere = replace(MARKET, lat=None, lon=None, town_code="T")
    stops = tuple(
        Stop(key, name, lat, lon, code=f"L{key}", town_code="T" if key == "qiao" else "") for key, (name, lat, lon) in makers.STOPS.items()
    )
    line, = list_market_lines(schedule_of(nowhere, stops=stops), nowhere, MARKET_DAY)
    assert line.stop.stop_id == "qiao" and line.there[0].to_stop.stop_id == "qiao"


@given(makers.networks(), oracle.days)
def test_no_network_whose_references_resolve_makes_a_market_fail(network: Network, day: date) -> None:
    schedule = build_schedule(network, CALENDAR)
    for market in network.markets:
        for line in list_market_lines(schedule, market, day):
            assert line.route.market == market.slug
