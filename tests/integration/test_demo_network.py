"""The demonstration county's workbook: timetables read by hand from its sheets, and that it is as large and as varied as it says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import gtfs_guru
import pytest

from citizen_app.buses.checks import check_network
from citizen_app.buses.departures import list_departures_on, stop_board
from citizen_app.buses.findings import Severity
from citizen_app.buses.network import Network, Position, RouteKind
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.days.calendar import DayCalendar, Term
from citizen_app.days.rules import DayKinds, GregorianDigits, LunarDays, LunarDigits
from citizen_app.exchange.gtfs.writer import write_network
from citizen_app.exchange.workbook.reader import Reading, inspect_workbook
from citizen_app.geo import Box, distance_m
from citizen_app.ops.bundle import CountyBundle, parse_bundle

FOLDER = Path(__file__).parents[2] / "feeds" / "demo" / "linhai"
CALENDAR = DayCalendar(terms=(
    Term("2026 春", date(2026, 3, 2), date(2026, 6, 30)), Term("2026 秋", date(2026, 9, 1), date(2027, 1, 22)),
))
SUMMER_WEDNESDAY = date(2026, 7, 15)       # 六月初二
WEDNESDAY = date(2026, 11, 25)             # winter, 十月十七
THURSDAY, FRIDAY, SATURDAY, SUNDAY = (WEDNESDAY + timedelta(days=count) for count in range(1, 5))
NATIONAL_DAY = date(2026, 10, 1)           # a Thursday
MAKEUP_SATURDAY = date(2026, 10, 10)
NEW_YEARS_EVE, NEW_YEAR = date(2027, 2, 5), date(2027, 2, 6)    # 腊月廿九, 正月初一
OUT, BACK, ROUND = 0, 1, 0


@pytest.fixture(scope="module")
def bundle() -> CountyBundle:
    return parse_bundle({path.name: path.read_bytes() for path in FOLDER.iterdir()})


@pytest.fixture(scope="module")
def bounds(bundle: CountyBundle) -> Box:
    county = bundle.county
    return Box(county.south, county.west, county.north, county.east)


@pytest.fixture(scope="module")
def reading(bundle: CountyBundle, bounds: Box) -> Reading:
    return inspect_workbook((FOLDER / "buses.xlsx").read_bytes(), bundle.towns, bundle.villages, bounds, CALENDAR)


@pytest.fixture(scope="module")
def network(reading: Reading) -> Network:
    return reading.network


@pytest.fixture(scope="module")
def schedule(network: Network) -> Schedule:
    return build_schedule(network, CALENDAR)


def times_at(schedule: Schedule, line: str, direction_id: int, stop: str, day: date) -> list[str]:
    """The departures of a line at the stop of a name on a service day, in order, past 24:00 as the sheet writes them."""
    stops = [index for index, one in enumerate(schedule.network.stops) if one.name == stop]
    return [
        f"{one.departure_s // 3600}:{one.departure_s // 60 % 60:02}" for one in list_departures_on(schedule, stops, day)
        if one.route.short_name == line and one.direction_id == direction_id
    ]


def first_and_last(times: list[str]) -> tuple[str, str]:
    return times[0], times[-1]


def english_names(network: Network, table: str, field: str) -> set[str]:
    return {one.record_id for one in network.translations if (one.table_name, one.field_name, one.language) == (table, field, "en")}


# Timetables

@pytest.mark.parametrize(("direction_id", "stop", "day", "expected"), [
    (OUT, "客运中心", SUMMER_WEDNESDAY, ("6:00", "17:40")),
    (OUT, "客运中心", WEDNESDAY, ("6:00", "17:20")),
    (BACK, "小芝", SUMMER_WEDNESDAY, ("5:50", "17:20")),
    (BACK, "小芝", WEDNESDAY, ("6:00", "17:00")),
    (BACK, "格溪沈", WEDNESDAY, ("6:09", "17:43")),       # 43 min from 小芝; from 岭根 14 min after the short working's 5:55
    (OUT, "乌石头", WEDNESDAY, ("7:20", "18:40")),
])
def test_line_101_has_the_first_and_last_buses_of_the_season(
    schedule: Schedule, direction_id: int, stop: str, day: date, expected: tuple[str, str]
) -> None:
    assert first_and_last(times_at(schedule, "101", direction_id, stop, day)) == expected


def test_the_last_bus_from_xiaozhi_to_town_is_at_five_in_winter(schedule: Schedule) -> None:
    """What a grandmother asks at the stop at four in the afternoon."""
    stop = next(one for one in schedule.network.stops if one.name == "小芝")
    board = stop_board(schedule, stop.code, schedule.moment(WEDNESDAY, 16 * 3600))
    line = next(one for one in board.lines if one.route.short_name == "101")
    assert line.last_today is not None
    assert line.last_today.departs_at == schedule.moment(WEDNESDAY, 17 * 3600)
    assert line.headsign == "客运中心"


def test_short_workings_serve_their_part_of_the_line_on_their_days(schedule: Schedule) -> None:
    assert times_at(schedule, "101", BACK, "岭根", WEDNESDAY)[:4] == ["5:55", "6:25", "6:29", "6:49"]
    assert times_at(schedule, "101", BACK, "岭根", SATURDAY)[:2] == ["6:29", "6:49"]
    assert times_at(schedule, "104", OUT, "客运中心", WEDNESDAY)[-2:] == ["17:30", "18:40"]
    assert times_at(schedule, "104", OUT, "下洋顾", WEDNESDAY)[-1] == "19:25"
    assert times_at(schedule, "104", OUT, "括苍站", WEDNESDAY)[-1] == "18:18"
    assert times_at(schedule, "104", BACK, "括苍站", WEDNESDAY)[0] == "5:20"
    assert times_at(schedule, "104", BACK, "括苍站", NATIONAL_DAY)[0] == "6:06"


def test_the_late_bus_belongs_to_the_evening_before(schedule: Schedule) -> None:
    assert times_at(schedule, "211", BACK, "临海站", WEDNESDAY)[-4:] == ["21:00", "22:20", "23:15", "24:10"]
    stops = [index for index, one in enumerate(schedule.network.stops) if one.name == "临海站"]
    last = list_departures_on(schedule, stops, WEDNESDAY)[-1]
    assert last.departs_at == schedule.moment(THURSDAY, 10 * 60)
    assert last.is_last


def test_a_loop_calls_twice_and_its_end_is_no_departure(schedule: Schedule) -> None:
    assert times_at(schedule, "202B", ROUND, "客运中心", WEDNESDAY) == [
        "7:04", "7:34", "8:04", "8:34", "9:34", "10:04", "11:34", "12:04", "13:34", "14:04", "15:34", "16:04", "17:34", "18:04",
    ]
    assert times_at(schedule, "202B", ROUND, "三峰寺", WEDNESDAY) == ["6:30", "7:30", "9:00", "11:00", "13:00", "15:00", "17:00"]
    assert times_at(schedule, "202B", ROUND, "三峰寺", SUMMER_WEDNESDAY)[0] == "6:00"
    assert first_and_last(times_at(schedule, "201", ROUND, "客运中心", WEDNESDAY)) == ("6:00", "17:30")
    assert times_at(schedule, "201", ROUND, "客运中心", WEDNESDAY)[1] == "6:10"


def test_fixed_departures_differ_by_season_and_day_of_the_week(schedule: Schedule) -> None:
    assert times_at(schedule, "105", BACK, "尤溪站", WEDNESDAY) == [
        "5:40", "6:40", "7:50", "9:10", "11:10", "13:10", "14:40", "16:10", "17:00",
    ]
    assert times_at(schedule, "105", BACK, "尤溪站", SUMMER_WEDNESDAY)[-1] == "17:20"
    assert times_at(schedule, "105", BACK, "尤溪站", SUNDAY)[-3:] == ["15:40", "16:10", "17:00"]
    assert times_at(schedule, "113", OUT, "小芝", FRIDAY) == ["6:20", "7:40", "9:20", "13:00", "15:10", "16:40"]
    assert times_at(schedule, "113", OUT, "小芝", SATURDAY) == ["6:20", "7:40", "9:20", "11:00", "13:00", "15:10", "16:40"]


def test_a_bus_that_turns_off_the_road_and_back_passes_a_stop_twice(schedule: Schedule) -> None:
    """紫沙岙 as published in 2014; 九畹兰庄 is a minute before it and a minute after."""
    assert times_at(schedule, "217", BACK, "龙潭岙", WEDNESDAY) == ["6:50", "9:00", "11:00", "15:00", "17:20"]
    assert times_at(schedule, "217", BACK, "紫沙岙", WEDNESDAY) == ["7:05", "9:15", "11:15", "15:15", "17:35"]
    assert times_at(schedule, "217", BACK, "九畹兰庄", WEDNESDAY)[-2:] == ["17:33", "17:36"]


def test_nobody_gets_on_where_the_fast_bus_only_sets_down(schedule: Schedule) -> None:
    assert times_at(schedule, "110", BACK, "望江门", WEDNESDAY) == []
    assert first_and_last(times_at(schedule, "110", BACK, "江南站", WEDNESDAY)) == ("6:57", "18:47")
    assert first_and_last(times_at(schedule, "110", OUT, "望江门", WEDNESDAY)) == ("6:07", "18:07")


def test_the_school_bus_runs_on_school_days(schedule: Schedule) -> None:
    assert times_at(schedule, "X1", OUT, "大路章", WEDNESDAY) == ["6:35"]
    assert times_at(schedule, "X1", OUT, "大路章", MAKEUP_SATURDAY) == ["6:35"]
    assert times_at(schedule, "X1", BACK, "台州中学", WEDNESDAY) == ["17:15"]
    assert times_at(schedule, "X1", BACK, "台州中学", FRIDAY) == ["15:45", "17:15"]
    for day in (SATURDAY, SUMMER_WEDNESDAY, NATIONAL_DAY):
        assert times_at(schedule, "X1", OUT, "大路章", day) == []


def test_the_holiday_bus_runs_at_weekends_and_on_holidays(schedule: Schedule) -> None:
    for day in (SATURDAY, NATIONAL_DAY, date(2026, 12, 31)):
        assert times_at(schedule, "219", OUT, "客运中心", day) == ["8:00", "9:30"]
    for day in (FRIDAY, MAKEUP_SATURDAY):
        assert times_at(schedule, "219", OUT, "客运中心", day) == []


# Market days

def test_the_market_bus_of_guangming_runs_there_and_back_on_market_days_only(schedule: Schedule) -> None:
    """汛桥 is on 逢二、七: 十月十七 is a market day, 十八 is not, 廿二 is the next."""
    next_market = date(2026, 11, 30)
    for day in (WEDNESDAY, next_market):
        assert times_at(schedule, "J1", OUT, "光明", day) == ["5:40", "7:00"]
        assert times_at(schedule, "J1", BACK, "汛桥菜场", day) == ["9:30", "11:00"]
    for offset in range(1, 5):
        assert times_at(schedule, "J1", OUT, "光明", WEDNESDAY + timedelta(days=offset)) == []


@pytest.mark.parametrize(("line", "stop", "runs", "rests"), [
    ("J2", "前进", [date(2026, 11, 26), NEW_YEARS_EVE], [WEDNESDAY]),                    # 逢三、八; 廿九 is added
    ("J3", "黄坦洋", [WEDNESDAY, date(2026, 11, 30)], [THURSDAY, date(2026, 10, 31)]),   # 公历逢5、0
    ("J4", "桐坑", [WEDNESDAY, SUNDAY], [THURSDAY, SATURDAY]),                           # 周三、周日
    ("J5", "包山", [date(2026, 11, 9), date(2026, 11, 23)], [WEDNESDAY, NEW_YEAR]),      # 初一、十五, not at new year
    ("J6", "武坑", [date(2024, 1, 1), date(2026, 12, 10)], [date(2026, 12, 11)]),        # 逢子、午日
    ("J7", "苍山", [WEDNESDAY, SATURDAY, NEW_YEARS_EVE], [NEW_YEAR]),                    # 每天
    ("J8", "炉头", [date(2026, 11, 27), date(2026, 12, 2)], [date(2026, 7, 17)]),        # 逢四、九, in winter only
    ("J9", "岭合", [date(2026, 11, 28), date(2026, 12, 8), NEW_YEARS_EVE], [date(2026, 12, 7)]),    # 逢五、十; 廿九 in a short month
    ("J10", "坪坑", [SATURDAY], [FRIDAY, MAKEUP_SATURDAY]),                              # 双休日
])
def test_market_lines_follow_their_markets(schedule: Schedule, line: str, stop: str, runs: list[date], rests: list[date]) -> None:
    for day in runs:
        assert times_at(schedule, line, OUT, stop, day), day
    for day in rests:
        assert not times_at(schedule, line, OUT, stop, day), day


def test_market_buses_arrive_early_and_go_home_before_noon(network: Network) -> None:
    markets = {route.route_id for route in network.routes if route.kind is RouteKind.MARKET}
    calls = network.stop_times
    for number, trip in enumerate(network.trips):
        if trip.route_id in markets and trip.direction_id == OUT:
            assert 5.5 * 3600 <= calls.arrival_s[calls.first[number + 1] - 1] <= 8 * 3600, trip
        elif trip.route_id in markets:
            assert 9.5 * 3600 <= calls.departure_s[calls.first[number]] <= 11.5 * 3600, trip


def test_buses_to_and_from_the_stations_wait_for_their_trains(network: Network) -> None:
    """A footnote names the trains: the n-th bus of the row is for the n-th train."""
    calls, rows = network.stop_times, dict[tuple[str, str], list[int]]()
    for number, trip in enumerate(network.trips):
        if trip.route_id in {"K1", "K2", "K3"}:
            rows.setdefault((trip.route_id, trip.note), []).append(number)
    assert len(rows) == 6
    for (_, note), trips in rows.items():
        trains = [int(hour) * 60 + int(minute) for hour, minute in re.findall(r"(\d+):(\d\d)", note)]
        for number, train in zip(trips, trains, strict=True):
            if note.endswith("开"):
                assert 15 <= train - calls.arrival_s[calls.first[number + 1] - 1] / 60 <= 45, network.trips[number]
            else:
                assert 10 <= calls.departure_s[calls.first[number]] / 60 - train <= 25, network.trips[number]


# The whole

def test_the_county_is_as_large_and_as_varied_as_promised(network: Network, bundle: CountyBundle) -> None:
    kinds = [route.kind for route in network.routes]
    assert len(network.routes) >= 45
    assert len(network.stops) >= 420
    assert kinds.count(RouteKind.MARKET) >= 7
    assert kinds.count(RouteKind.MICRO) == 2
    assert kinds.count(RouteKind.STATION) >= 3
    assert len(network.markets) >= 10
    assert len({type(market.rule.pattern) for market in network.markets}) >= 6
    assert {market.slug for market in network.markets} >= {route.market for route in network.routes if route.kind is RouteKind.MARKET}
    assert {stop.town_code for stop in network.stops} == {town.code for town in bundle.towns}
    assert sum(bool(stop.village_code) for stop in network.stops) >= 300
    assert len(network.frequencies) >= 40


def test_every_kind_of_market_rule_has_a_line(network: Network) -> None:
    rules = {market.slug: market.rule.pattern for market in network.markets}
    kinds = {type(rules[route.market]) for route in network.routes if route.market}
    assert kinds >= {LunarDigits, GregorianDigits, LunarDays, DayKinds}
    assert len(kinds) == 7


def test_everything_says_that_it_is_a_demonstration_and_estimated(network: Network) -> None:
    assert network.is_demo
    assert all("演示" in route.desc for route in network.routes)
    assert all(market.is_demo and market.note.startswith("演示") for market in network.markets)
    assert {stop.position for stop in network.stops} == {Position.ESTIMATED}
    assert all("演示" in agency.name for agency in network.agencies)


def test_every_stop_line_and_market_has_an_english_name(network: Network) -> None:
    assert english_names(network, "stops", "stop_name") == {stop.stop_id for stop in network.stops}
    assert english_names(network, "routes", "route_long_name") == {route.route_id for route in network.routes}
    assert all(market.name_en for market in network.markets)


def test_no_two_stops_share_a_point_or_a_code(network: Network) -> None:
    assert len({stop.code for stop in network.stops}) == len(network.stops)
    assert len({(stop.lat, stop.lon) for stop in network.stops}) == len(network.stops)


def test_no_bus_is_faster_than_the_road_allows(network: Network) -> None:
    calls = network.stop_times
    for number, trip in enumerate(network.trips):
        own = range(calls.first[number], calls.first[number + 1])
        for here, there in zip(own, own[1:], strict=False):
            one, other = network.stops[calls.stop[here]], network.stops[calls.stop[there]]
            assert None not in {one.lat, one.lon, other.lat, other.lon}
            apart_m = distance_m(one.lat or 0, one.lon or 0, other.lat or 0, other.lon or 0)
            ride_s = int(calls.arrival_s[there] - calls.departure_s[here])
            assert ride_s > 0 and apart_m / ride_s * 3.6 <= 70, (trip, one.name, other.name)


def test_a_ride_on_line_101_costs_two_to_fourteen_yuan(network: Network) -> None:
    prices = {fare.fare_id: fare.price_fen for fare in network.fares}
    found = {(rule.origin_id, rule.destination_id): prices[rule.fare_id] for rule in network.fare_rules if rule.route_id == "101"}
    assert (found["城区", "小芝"], found["小芝", "城区"], found["城区", "城区"], found["大田", "小芝"]) == (1400, 1400, 200, 1000)
    assert (min(found.values()), max(found.values())) == (200, 1400)


def test_every_line_has_a_fare_for_every_ride(network: Network) -> None:
    rules = {(rule.route_id, rule.origin_id, rule.destination_id) for rule in network.fare_rules}
    zones: dict[str, set[str]] = {}
    calls = network.stop_times
    for number, trip in enumerate(network.trips):
        stops: Iterable[int] = calls.stop[calls.first[number]:calls.first[number + 1]]
        zones.setdefault(trip.route_id, set()).update(network.stops[stop].zone_id for stop in stops)
    for route_id, own in zones.items():
        flat = (route_id, "", "") in rules
        assert flat or all((route_id, start, end) in rules for start in own for end in own), route_id


def test_our_own_checks_and_the_reader_find_nothing_wrong(reading: Reading, bounds: Box) -> None:
    assert reading.warnings == ()
    findings = check_network(reading.network, CALENDAR, WEDNESDAY, bounds)
    assert [one for one in findings if one.severity is Severity.ERROR or one.code == "impossible_speed"] == []


def test_the_exported_feed_is_without_error(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "gtfs.zip"
    path.write_bytes(write_network(network, CALENDAR, WEDNESDAY))
    notices = gtfs_guru.validate(str(path), date=WEDNESDAY.isoformat()).notices
    assert [(one.code, one.context()) for one in notices if one.severity.upper() == "ERROR"] == []
