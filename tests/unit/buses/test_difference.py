"""What staff read before they publish: which lines, stops, trips, dates and markets a new version changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given

from citizen_app.buses.difference import Change, Difference, compare, difference_document, read_difference
from citizen_app.buses.difference_words import describe
from citizen_app.buses.network import Fare, Frequency, Network, Route, Stop
from citizen_app.buses.trip_match import TripChanges
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import LunarDigits, Rule, Weekdays
from citizen_app.places.market import Market
from tests.networks import STOPS, calls, make_network, networks

TODAY = date(2026, 11, 25)
LINES = {
    "101-a": ("101", "daily", calls(6 * 3600, "zong", "qiao", "xun")),
    "101-b": ("101", "daily", calls(8 * 3600, "zong", "qiao", "xun")),
    "101-c": ("101", "daily", calls(17 * 3600, "xun", "qiao", "zong")),
}


def difference(old: Network, new: Network) -> Difference:
    found = compare(old, new, DayCalendar(), TODAY)
    assert read_difference(json.loads(json.dumps(difference_document(found)))) == found
    return found


def of_101(found: Difference) -> TripChanges:
    (route,) = found.routes
    assert (route.name, route.change) == ("101路", Change.CHANGED)
    return route.trips


@given(networks())
def test_a_network_differs_in_nothing_from_itself(network: Network) -> None:
    assert not compare(network, network, DayCalendar(), TODAY)


@given(networks(), networks())
def test_any_two_networks_can_be_compared_and_described(one: Network, other: Network) -> None:
    found = compare(one, other, DayCalendar(), TODAY)
    assert read_difference(json.loads(json.dumps(difference_document(found)))) == found
    assert describe(found) and describe(found, "en")


def test_other_ids_alone_are_no_difference() -> None:
    old = make_network(LINES)
    new = make_network({f"x{key}": (f"r{route}", f"s{service}", path) for key, (route, service, path) in LINES.items()})
    new = replace(
        new, routes=tuple(replace(one, route_id=f"r{one.route_id}") for one in new.routes),
        services={f"s{key}": rule for key, rule in new.services.items()},
        stops=tuple(replace(one, stop_id=f"p{one.stop_id}") for one in new.stops),
    )
    assert not difference(old, new)


def test_trips_are_added_removed_and_retimed() -> None:
    old = make_network(LINES)
    new = make_network({
        "101-a": ("101", "daily", calls(6 * 3600 + 600, "zong", "qiao", "xun")),           # ten minutes later
        "new-1": ("101", "daily", calls(12 * 3600, "zong", "qiao", "xun")),
        "new-2": ("101", "daily", calls(13 * 3600, "zong", "qiao", "xun")),
        "101-c": ("101", "daily", calls(17 * 3600, "xun", "qiao", "zong", ride_s=700)),    # slower
    })
    assert of_101(difference(old, new)) == TripChanges(added=2, removed=1, retimed=2)


def test_a_trip_that_moved_by_hours_is_another_trip() -> None:
    new = make_network({**LINES, "101-b": ("101", "daily", calls(15 * 3600, "zong", "qiao", "xun"))})
    assert of_101(difference(make_network(LINES), replace(
        new, trips=tuple(replace(one, trip_id=f"n{one.trip_id}") for one in new.trips)
    ))) == TripChanges(added=1, removed=1)


def test_a_trip_with_other_stops_is_changed() -> None:
    new = make_network({**LINES, "101-b": ("101", "daily", calls(8 * 3600, "zong", "qiao", "xun", "guang"))})
    assert of_101(difference(make_network(LINES), new)) == TripChanges(changed=1)


def test_an_interval_that_grew_is_another_time() -> None:
    old = make_network(LINES, frequencies=(Frequency("101-a", 21600, 28800, 600),))
    new = make_network(LINES, frequencies=(Frequency("101-a", 21600, 28800, 900),))
    assert of_101(difference(old, new)) == TripChanges(retimed=1)


def test_dates_that_a_line_gains_and_loses_are_counted() -> None:
    """Monday 30 November goes, by a rule and by a single date."""
    old = make_network(LINES, services={"daily": Rule(last=date(2026, 12, 10))})
    new = make_network(LINES, services={"daily": Rule(last=date(2026, 12, 12), removed=frozenset({date(2026, 11, 30)}))})
    (route,) = difference(old, new).routes
    assert route.dates_added == (date(2026, 12, 11), date(2026, 12, 12)) and route.dates_removed == (date(2026, 11, 30),)
    assert route.trips == TripChanges(changed=3)
    assert "线路 101路：班次 +0 −0 其他变更 3；运行日期 +2 −1" in describe(difference(old, new))


def test_a_rule_said_otherwise_with_the_same_dates_is_no_difference() -> None:
    assert not difference(make_network(LINES), make_network(LINES, services={"daily": Rule(Weekdays(frozenset(range(7))))}))


def test_lines_come_and_go() -> None:
    old = make_network(LINES)
    routes = (old.routes[1], Route("9", "9路"))
    new = make_network({"9-a": ("9", "daily", calls(7 * 3600, "zong", "qiao"))}, routes=routes, services={"daily": Rule()})
    found = difference(old, new)
    assert [(one.change, one.name, one.trips) for one in found.routes] == [
        (Change.ADDED, "9路", TripChanges(added=1)), (Change.REMOVED, "101路", TripChanges(removed=3)),
    ]
    assert "line 9路: added; trips +1 −0; dates +120 −0" in describe(found, "en")


def test_stops_are_renamed_moved_added_and_removed() -> None:
    old = make_network(LINES)
    stops = (
        replace(old.stops[0], name="客运中心"), replace(old.stops[1], lat=28.8470), *old.stops[2:4],
        Stop("new", "新站", 28.85, 121.13, code="N1"),
    )
    found = difference(old, make_network(LINES, stops=stops))
    said = describe(found)
    assert {"站点 客运中心 Lzong：变更 名称", "站点 灵江大桥 Lqiao：移动 111 米", "站点 新站 N1：新增", "站点 小芝 Lxiao：删除"} <= set(said)
    assert said[0] == "站点 +1 −1 变更 2"


def test_markets_fares_and_names_of_lines_are_told() -> None:
    old = make_network(LINES, markets=(Market("xunqiao", "汛桥集市", Rule(LunarDigits(frozenset({3, 8})))),))
    new = make_network(
        LINES, markets=(Market("xunqiao", "汛桥集市", Rule(LunarDigits(frozenset({2, 7})))),), fares=(Fare("f", 200),),
        routes=(replace(old.routes[0], long_name="总站—汛桥"), old.routes[1]),
    )
    said = describe(difference(old, new))
    assert "集市 汛桥集市：变更 日期规则" in said and "其他：票价" in said and "线路 101路：变更 线路名" in said


def test_nothing_is_said_to_be_nothing_and_much_is_counted() -> None:
    network = make_network(LINES)
    assert describe(difference(network, network)) == ["没有变化"]
    many = tuple(Stop(f"n{number}", f"新站{number}") for number in range(60))
    said = describe(difference(network, make_network(LINES, stops=(*network.stops, *many))))
    assert said[0] == "站点 +60 −0 变更 0" and len(said) == 52 and said[-1] == "……另有 10 项"


def test_stops_of_one_name_are_told_apart_by_their_place() -> None:
    """Both sides of a road have one name and no sign; ids have changed, one has gone."""
    old = make_network(LINES, stops=(*make_network().stops, Stop("a", "汛桥", 28.7, 121.1), Stop("b", "汛桥", 28.71, 121.1)))
    new = make_network(LINES, stops=(*make_network().stops, Stop("z", "汛桥", 28.71, 121.1)))
    (gone,) = difference(old, new).stops
    assert gone.change is Change.REMOVED and len(STOPS) == 5


def test_the_order_of_trips_does_not_matter() -> None:
    turned = make_network(dict(reversed(LINES.items())))
    assert not difference(make_network(LINES), turned)
    assert not np.array_equal(turned.stop_times.stop, make_network(LINES).stop_times.stop)
