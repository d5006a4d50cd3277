"""A workbook as a bureau keeps it, and beside it what a person reads from its sheets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

import numpy as np
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from citizen_app import geo
from citizen_app.buses.network import FareRule, Network, Position, RouteKind, Translation
from citizen_app.days.calendar import DayCalendar, Season
from citizen_app.days.kinds import DayKind
from citizen_app.days.rules import Daily, DayKinds, LunarDigits, Rule, ShortMonth, Weekdays
from citizen_app.exchange.workbook.reader import inspect_workbook, read_workbook
from tests.unit.exchange.workbooks import BOUNDS, TOWNS, VILLAGES, change, faults_of, read, runs, save, small

PAGES: dict[str, Sequence[Sequence[object]]] = {
    "说明": [["公交时刻表"], ["演示", "是"]],
    "线路": [
        ["线路号*", "线路名称", "英文名", "类型*", "集市", "运营单位", "电话", "备注"],
        [101, "客运中心—小芝", "Coach Station – Xiaozhi", "城乡公交", None, "临海公交", "0576-1", "沿途招手停"],
        ["Ｋ１", "老城环线", None, "微公交", None, "临海公交", None, None],
        ["J1", "客运中心—光明村", None, "集市班线", "汛桥集市", "汛桥客运", "0576-2", None],
    ],
    "站点": [
        ["站号*", "站名*", "英文名", "纬度", "经度", "坐标系", "坐标来源", "乡镇", "村", "片区", "备注"],
        [1001, "客运中心", "Coach Station", 28.85, 121.12, None, "实测", "古城街道", None, "A", "售票厅门口"],
        [1002, "大田", None, 28.905, 121.2, "GCJ-02", "估计", None, None, "A", None],
        ["1003", "小芝", "Xiaozhi", 28.83, 121.4, "BD-09", "估计", "小芝", "小芝村", "B", None],
        ["1004", "老街", None, None, None, None, None, None, None, None, None],
        ["1005", "光明村", "Guangming", None, None, None, None, None, "光明村", None, None],
        ["1006", "塘头", None, None, None, None, None, "汛桥镇", "塘头", None, None],
    ],
    "站序": [
        ["方向*", "线路号*", "序号*", "站号*", "分钟*", "上下客", "估时"],
        ["去", 101, 2, 1002, 18, None, "是"], ["去", 101, 1, 1001, 0, None, None], ["去", 101, 3, "1003", 52, None, None],
        ["回", 101, 1, 1003, 0, None, None], ["回", 101, 2, 1002, 34.5, "只下", None], ["回", 101, 3, 1001, 52, None, None],
        ["环", "K1", 1, 1001, 0, None, None], ["环", "K1", 2, 1004, 6, None, None], ["环", "K1", 3, 1001, 14, None, None],
        ["环", "K1", 4, 1006, 20, None, None], ["环", "K1", 5, 1001, 27, None, None],
        ["去", "J1", 1, 1001, 0, None, None], ["去", "J1", 2, 1005, 41, None, None],
    ],
    "班次": [
        ["线路号*", "方向*", "运行日*", "季节", "发车时刻", "首班", "末班", "间隔", "起点站", "终点站", "往", "备注"],
        [101, "去", "每天", "夏令", None, time(6), time(17, 40), "15-20分钟/班", None, None, None, None],
        [101, "去", "每天", "冬令", None, "６：００", time(17, 20), "20分钟/班", None, None, None, None],
        [101, "回", "工作日", None, "5:50　6:40、7:30，23:50 次日0:30", None, None, None, None, None, None, None],
        [101, "回", "周末", None, time(8, 5), None, None, None, None, None, None, "节假日也开"],
        [101, "去", "工作日", None, "7:05", None, None, None, "大田", 1003, "小芝中学", "区间车"],
        [101, "去", "工作日", None, "7:05", None, None, None, None, "大田", None, None],
        ["K1", "环", "每天", None, None, time(6, 30), time(21), 15, None, None, "老城环线", None],
        ["k1".upper(), "环", "每天", None, "22:00", None, None, None, "客运中心", "老街", None, None],
        ["J1", "去", "集市", None, "5:30 6:30", None, None, None, None, None, None, None],
        ["J1", "去", "集市", "冬令", timedelta(hours=24, minutes=10), None, None, None, None, None, None, None],
    ],
    "运行日": [
        ["名称*", "规则*", "起", "止", "节假日", "调休日", "学期", "增开日期", "停开日期", "说明"],
        ["每天", "每天", None, None, None, None, None, "2026-7-1、2026-12-1", date(2027, 2, 5), "除夕停"],
        ["工作日", "工作日", date(2026, 9, 1), "2027年7月2日", None, None, "上学期间", None, None, None],
        ["周末", "周六、周日", None, None, "照开", "停", None, None, "2026-10-1至2026-10-3", None],
    ],
    "集市": [
        ["集市名*", "代号*", "英文名", "乡镇", "规则*", "小月三十", "开市", "散市", "纬度", "经度", "增开日期", "备注"],
        ["汛桥集市", "xunqiao", "Xunqiao Market", "331082100", "农历逢三、十", "廿九", time(5, 30), "11:00", 28.8, 121.2, date(2027, 2, 4), "演示"],
    ],
    "票价": [
        ["线路号*", "票价*", "起片区", "讫片区", "备注"],
        [101, 2, "A", "A", None], [101, "4.5元", "A", "B", None], ["K1", "1元", None, None, None],
    ],
}


def packed() -> bytes:
    book = openpyxl.Workbook()
    assert isinstance(book.active, Worksheet)
    book.remove(book.active)
    for name, rows in PAGES.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)    # type: ignore[arg-type]
    return save(book)


@pytest.fixture(scope="module")
def network() -> Network:
    return read_workbook(packed(), TOWNS, VILLAGES, BOUNDS)


class TestTimetables:
    def test_a_headway_in_summer_and_its_last_bus(self, network: Network) -> None:
        assert runs(network, "101", 0, "每天-夏令") == [
            "[6:00 起，17:40 前，每 15-20 分钟] 客运中心 6:00 大田 6:18 小芝 6:52",
            "客运中心 17:40 大田 17:58 小芝 18:32",
        ]

    def test_a_headway_in_winter(self, network: Network) -> None:
        assert runs(network, "101", 0, "每天-冬令") == [
            "[6:00 起，17:20 前，每 20 分钟] 客运中心 6:00 大田 6:18 小芝 6:52",
            "客运中心 17:20 大田 17:38 小芝 18:12",
        ]

    def test_departures_one_by_one_and_on_past_midnight(self, network: Network) -> None:
        assert runs(network, "101", 1, "工作日") == [
            "小芝 5:50 大田 6:24:30 客运中心 6:42", "小芝 6:40 大田 7:14:30 客运中心 7:32", "小芝 7:30 大田 8:04:30 客运中心 8:22",
            "小芝 23:50 大田 24:24:30 客运中心 24:42", "小芝 24:30 大田 25:04:30 客运中心 25:22",
        ]
        assert runs(network, "101", 1, "周末") == ["小芝 8:05 大田 8:39:30 客运中心 8:57"]

    def test_short_workings_are_parts_of_the_line(self, network: Network) -> None:
        assert runs(network, "101", 0, "工作日") == ["大田 7:05 小芝 7:39", "客运中心 7:05 大田 7:23"]

    def test_a_loop_passes_its_stop_more_than_once(self, network: Network) -> None:
        assert runs(network, "K1", 0, "每天") == [
            "[6:30 起，21:00 前，每 15 分钟] 客运中心 6:30 老街 6:36 客运中心 6:44 塘头 6:50 客运中心 6:57",
            "客运中心 21:00 老街 21:06 客运中心 21:14 塘头 21:20 客运中心 21:27",
            "客运中心 22:00 老街 22:06",
        ]

    def test_a_market_line_runs_by_the_rule_of_its_market(self, network: Network) -> None:
        assert runs(network, "J1", 0, "集市-xunqiao") == ["客运中心 5:30 光明村 6:11", "客运中心 6:30 光明村 7:11"]
        assert runs(network, "J1", 0, "集市-xunqiao-冬令") == ["客运中心 24:10 光明村 24:51"]
        market = network.markets[0]
        assert network.services["集市-xunqiao"] == market.rule
        assert network.services["集市-xunqiao-冬令"].season is Season.WINTER

    def test_ids_headsigns_and_footnotes(self, network: Network) -> None:
        assert [(trip.trip_id, trip.headsign, trip.note) for trip in network.trips if trip.service_id in {"工作日", "周末"}] == [
            ("101-1-0550-工作日", "客运中心", ""), ("101-1-0640-工作日", "客运中心", ""), ("101-1-0730-工作日", "客运中心", ""),
            ("101-1-2350-工作日", "客运中心", ""), ("101-1-2430-工作日", "客运中心", ""), ("101-1-0805-周末", "客运中心", "节假日也开"),
            ("101-0-0705-工作日", "小芝中学", "区间车"), ("101-0-0705-工作日-2", "大田", ""),
        ]
        assert len({trip.trip_id for trip in network.trips}) == len(network.trips)

    def test_boarding_and_approximate_times(self, network: Network) -> None:
        times, ids = network.stop_times, [trip.trip_id for trip in network.trips]
        there, back = (slice(times.first[at], times.first[at + 1]) for at in (ids.index("101-0-1740-每天-夏令"), ids.index("101-1-0550-工作日")))
        assert times.timepoint[there].tolist() == [1, 0, 1] and times.timepoint[back].tolist() == [1, 1, 1]
        assert times.pickup_type[back].tolist() == [0, 1, 0] and times.drop_off_type[back].tolist() == [0, 0, 0]
        assert times.sequence[there].tolist() == [1, 2, 3]
        assert np.array_equal(times.arrival_s, times.departure_s) and (times.headsign == -1).all() and np.isnan(times.shape_dist).all()
        assert times.first[-1] == len(times.stop)


class TestEverythingElse:
    def test_running_days(self, network: Network) -> None:
        assert network.services["工作日"] == Rule(DayKinds(frozenset({DayKind.WORKDAY})), in_term=True, first=date(2026, 9, 1), last=date(2027, 7, 2))
        assert network.services["周末"] == Rule(
            Weekdays(frozenset({5, 6})), on_holidays=True, on_makeup_days=False, removed=frozenset(date(2026, 10, day) for day in (1, 2, 3)))
        assert network.services["每天"] == Rule(
            Daily(), added=frozenset({date(2026, 7, 1), date(2026, 12, 1)}), removed=frozenset({date(2027, 2, 5)}))

    def test_an_added_date_brings_the_buses_of_its_own_season_only(self, network: Network) -> None:
        assert network.services["每天-夏令"].added == {date(2026, 7, 1)}
        assert network.services["每天-冬令"].added == {date(2026, 12, 1)}
        early = inspect_workbook(packed(), TOWNS, VILLAGES, BOUNDS, DayCalendar(summer_from=(7, 2))).network
        assert early.services["每天-冬令"].added == {date(2026, 7, 1), date(2026, 12, 1)}

    def test_lines_and_their_operators(self, network: Network) -> None:
        assert [(one.route_id, one.short_name, one.long_name, one.kind, one.market, one.desc) for one in network.routes] == [
            ("101", "101", "客运中心—小芝", RouteKind.TOWN, "", "沿途招手停"), ("K1", "K1", "老城环线", RouteKind.MICRO, "", ""),
            ("J1", "J1", "客运中心—光明村", RouteKind.MARKET, "xunqiao", ""),
        ]
        phones = {one.agency_id: (one.name, one.phone) for one in network.agencies}
        assert [phones[one.agency_id] for one in network.routes] == [("临海公交", "0576-1"), ("临海公交", "0576-1"), ("汛桥客运", "0576-2")]

    def test_stops_stand_in_wgs84_with_their_towns_and_villages(self, network: Network) -> None:
        stops = {one.stop_id: one for one in network.stops}
        first = stops["1001"]
        assert (first.code, first.name, first.zone_id, first.desc) == ("1001", "客运中心", "A", "售票厅门口")
        assert (first.lat, first.lon, first.position, first.town_code) == (28.85, 121.12, Position.SURVEYED, "331082001")
        assert (stops["1002"].lat, stops["1002"].lon) == tuple(round(one, 6) for one in geo.gcj02_to_wgs84(28.905, 121.2))
        assert (stops["1003"].lat, stops["1003"].lon) == tuple(round(one, 6) for one in geo.bd09_to_wgs84(28.83, 121.4))
        assert (stops["1003"].town_code, stops["1003"].village_code) == ("331082103", "331082103201")
        assert (stops["1004"].lat, stops["1004"].position, stops["1004"].town_code) == (None, Position.UNKNOWN, "")
        assert (stops["1005"].town_code, stops["1005"].village_code) == ("331082100", "331082100217"), "a village knows its town"
        assert stops["1006"].village_code == "331082100218", "the town tells two villages of one name apart"

    def test_the_market(self, network: Network) -> None:
        market = network.markets[0]
        assert (market.slug, market.name, market.name_en, market.town_code, market.note) == ("xunqiao", "汛桥集市", "Xunqiao Market", "331082100", "演示")
        assert (market.lat, market.lon, market.opens_s, market.closes_s, market.is_demo) == (28.8, 121.2, 19_800, 39_600, True)
        assert market.rule == Rule(LunarDigits(frozenset({3, 0}), ShortMonth.DAY_29), added=frozenset({date(2027, 2, 4)}))

    def test_fares_hold_in_both_directions(self, network: Network) -> None:
        assert {one.fare_id: one.price_fen for one in network.fares} == {"101-2": 200, "101-4.5": 450, "K1-1": 100}
        assert set(network.fare_rules) == {
            FareRule("101-2", "101", "A", "A"), FareRule("101-4.5", "101", "A", "B"), FareRule("101-4.5", "101", "B", "A"), FareRule("K1-1", "K1"),
        }

    def test_english_names_of_stops_lines_and_headsigns(self, network: Network) -> None:
        assert set(network.translations) == {
            Translation("stops", "stop_name", "en", "Coach Station", record_id="1001"), Translation("stops", "stop_name", "en", "Xiaozhi", record_id="1003"),
            Translation("stops", "stop_name", "en", "Guangming", record_id="1005"),
            Translation("routes", "route_long_name", "en", "Coach Station – Xiaozhi", record_id="101"),
            Translation("trips", "trip_headsign", "en", "Coach Station", field_value="客运中心"),
            Translation("trips", "trip_headsign", "en", "Xiaozhi", field_value="小芝"),
            Translation("trips", "trip_headsign", "en", "Guangming", field_value="光明村"),
        }

    def test_it_is_marked_as_a_demonstration_and_leaves_nothing_forgotten(self, network: Network) -> None:
        assert network.is_demo
        assert not read(small()).is_demo
        assert inspect_workbook(packed(), TOWNS, VILLAGES, BOUNDS).warnings == ()

    def test_the_same_workbook_gives_the_same_network(self, network: Network) -> None:
        again = read_workbook(packed(), TOWNS, VILLAGES, BOUNDS)
        assert (again.trips, again.services, again.frequencies, again.stops) == (network.trips, network.services, network.frequencies, network.stops)


class TestSmallThings:
    def test_one_direction_between_zones_may_have_a_price_of_its_own(self) -> None:
        sheets = small()
        sheets["票价"].append({"线路号": "101", "票价": 3, "起片区": "B", "讫片区": "A"})
        assert {(one.origin_id, one.destination_id): one.fare_id for one in read(sheets).fare_rules} == {
            ("A", "A"): "101-2", ("A", "B"): "101-4", ("B", "A"): "101-3"}

    def test_an_operator_with_a_telephone_for_each_line_keeps_both(self) -> None:
        sheets = small()
        for row, phone in zip(sheets["线路"], ("1", "2"), strict=True):
            row.update(运营单位="临海公交", 电话=phone)
        network = read(sheets)
        assert [(one.name, one.phone) for one in network.agencies] == [("临海公交", "1"), ("临海公交", "2")]
        assert len({one.agency_id for one in network.routes}) == 2

    def test_a_line_without_an_operator_has_none(self) -> None:
        assert read(small()).agencies == () and read(small()).routes[0].agency_id == ""

    def test_a_column_that_is_filled_in_has_the_last_word_over_the_text_of_the_rule(self) -> None:
        assert read(change("运行日", 2, 规则="每天，节假日停", 节假日="照开")).services["每天"].on_holidays is True
        assert read(change("运行日", 2, 规则="每天，节假日停")).services["每天"].on_holidays is False

    def test_a_market_of_any_other_calendar_has_no_thirtieth_to_think_of(self) -> None:
        assert faults_of(change("集市", 2, 规则="周六", 小月三十="不赶")) == []
