"""Our records as the province has them; what is good by our rules is taken by the stand-in's, which were written apart."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citizen_app import geo
from citizen_app.buses.network import Agency, Fare, FeedInfo, Frequency, Network, Route, RouteKind, Stop, Trip
from citizen_app.buses.schedule import build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import Rule, Weekdays, dates_between
from citizen_app.exchange.province import (
    Province,
    alert_record,
    all_contents,
    availability_record,
    check_fields,
    facility_record,
    line_records,
    observed_at_of,
    removal_record,
    reported_days,
    say_problem,
    say_problems,
    stop_records,
    stop_sequence_records,
    trip_records,
)
from citizen_app.exchange.province.spec import FIELDS
from citizen_app.exchange.province.wire import Answer, read_outcomes, read_page, write_record
from citizen_app.exchange.record import Content, Fault, RecordKind
from citizen_app.parking.board import Entry
from citizen_app.parking.closures import Closure
from citizen_app.parking.facility import FacilityKind, SpaceKind
from citizen_app.parking.occupancy import OpeningStatus
from citizen_app.parking.quality import judge
from citizen_app.parking.tariff import Band, Tariff
from feeds.demo.platform.rules import find_fault
from tests.factories import NOON, at, make_facility, make_occupancy
from tests.networks import calls, make_network, networks
from tests.platforms import demo_province, make_province, make_record

CALENDAR = DayCalendar()
FIRST, LAST = date(2026, 3, 1), date(2026, 5, 31)
GOOD: dict[str, Any] = {"town_code": "331082001", "address": "紫阳街 1 号"}


def words(content: Content, province: Province | None = None) -> str:
    return say_problems(check_fields(content.kind, content.fields, province or demo_province()), in_english=True)


class TestCarParks:
    def test_every_field_of_a_car_park_that_is_fully_known(self) -> None:
        facility = make_facility(
            name="东湖停车场", phone="0576-1", opening_hours="Mo-Fr 06:00-23:00; Sa,Su,PH 06:00-24:00", kind=FacilityKind.UNDERGROUND,
            capacity_by_kind={SpaceKind.CHARGING: 8, SpaceKind.DISABLED: 3},
            tariff=Tariff(free_minutes=30, bands=(Band(unit_fen=300, first_minutes=60, first_fen=550),), cap_fen=3000), **GOOD,
            closures=(Closure(Rule(Weekdays(frozenset({2}))), "杜桥集市", "duqiao", 5 * 3600, 12 * 3600),),
        )
        content = facility_record(facility, demo_province())
        assert (content.kind, content.subject) == (RecordKind.PARKING_STATIC, "facility:east-lake")
        assert content.fields == {
            "操作": "1", "编号": "east-lake", "名称": "东湖停车场", "地址": "紫阳街 1 号", "区划": "331082001", "类型": "2", "总泊位": 100,
            "充电泊位": 8, "无障碍泊位": 3, "经度": 121.122, "纬度": 28.858, "坐标系": "WGS-84", "电话": "0576-1",
            "开放时间": "周一至周五 06:00-23:00；周六、周日、节假日 06:00-24:00；周三 5:00–12:00不开放（杜桥集市）",
            "收费标准": "30分钟内免费；全天头1小时5.5元，之后每1小时3元；一天最多30元",
        }
        assert words(content) == ""

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"capacity": None}, "总泊位 is missing"),
            ({"capacity": 0}, '总泊位 "0" is less than 1'),
            ({"capacity": 200_000}, '总泊位 "200000" is more than 100000'),
            ({"name": "很" * 51}, "is longer than 50 characters"),
            ({"name": "两\n行"}, "is not written as it must be"),
            ({"address": ""}, "地址 is missing"),
            ({"town_code": "999999999"}, '区划 "999999999" is not in the code table'),
            ({"town_code": ""}, "区划 is missing"),
            ({"lat": 39.9}, '纬度 "39.9" is outside the county (28.6..29.15)'),
            ({"capacity_by_kind": {SpaceKind.CHARGING: 101}}, '充电泊位 "101" is more than 100'),
            ({"capacity_by_kind": {SpaceKind.DISABLED: -1}}, '无障碍泊位 "-1" is less than 0'),
        ],
    )
    def test_what_the_platform_would_not_take_is_said_with_field_and_value(self, changes: dict[str, Any], said: str) -> None:
        content = facility_record(make_facility(**GOOD | changes), demo_province())
        assert said in words(content)
        assert find_fault(content.kind, wired(content)) != ""

    def test_problems_are_said_in_chinese_too_and_all_of_them(self) -> None:
        content = facility_record(make_facility(capacity=0, name="很" * 51), demo_province())
        problems = check_fields(content.kind, content.fields, demo_province())
        said = say_problems(problems, in_english=False)
        assert "总泊位“0”小于 1" in said and "超过 50 个字" in said and "地址没有填写" in said and "区划没有填写" in said
        assert {one.fault for one in problems} == {Fault.TOO_SMALL, Fault.TOO_LONG, Fault.MISSING}
        assert all(say_problem(one, in_english=True) for one in problems)

    def test_a_missing_position_a_wrong_type_and_a_strange_field_are_problems(self) -> None:
        fields = dict(facility_record(make_facility(**GOOD), demo_province()).fields)
        del fields["经度"]
        problems = check_fields(RecordKind.PARKING_STATIC, fields | {"总泊位": "100", "颜色": "红", "类型": "x"}, demo_province())
        assert {(one.field, one.fault) for one in problems} == {
            ("经度", Fault.MISSING), ("总泊位", Fault.WRONG_TYPE), ("颜色", Fault.UNKNOWN_FIELD), ("类型", Fault.NOT_IN_TABLE),
        }

    @pytest.mark.parametrize(
        ("occupancy", "status", "spaces"),
        [
            (make_occupancy(), "1", 40),
            (make_occupancy(observed_at=at(-9)), "1", 40),
            (make_occupancy(observed_at=at(-600)), "9", None),
            (make_occupancy(available_spaces=None), "9", None),
            (make_occupancy(available_spaces=500), "9", None),
            (make_occupancy(opening_status=OpeningStatus.CLOSED), "2", None),
        ],
    )
    def test_a_count_is_reported_as_the_pages_show_it(self, occupancy: Any, status: str, spaces: int | None) -> None:
        answer = judge(make_facility(), occupancy, NOON)
        content = availability_record(answer, demo_province())
        assert (content.fields["状态"], content.fields.get("余位"), content.fields["总泊位"]) == (status, spaces, 100)
        assert content.fields["采集时间"] == demo_province().write_moment(occupancy.observed_at)
        assert observed_at_of(answer) == occupancy.observed_at
        assert words(content) == "" and find_fault(content.kind, wired(content)) == ""

    def test_a_closure_by_rule_is_true_from_the_judgement_on_and_needs_no_count(self) -> None:
        facility = make_facility(opening_hours="20:00-22:00")
        answer = judge(facility, None, NOON)
        assert observed_at_of(answer) == NOON
        assert words(availability_record(answer, demo_province())) == ""

    def test_of_a_car_park_that_has_never_reported_there_is_nothing_to_say(self) -> None:
        answer = judge(make_facility(), None, NOON)
        assert observed_at_of(answer) is None
        assert words(availability_record(answer, demo_province())) == "采集时间 is missing"
        entries = [Entry(make_facility(**GOOD), answer)]
        assert [one.kind for one in all_contents(entries, None, demo_province(), FIRST)] == [RecordKind.PARKING_STATIC]

    def test_open_without_a_number_is_a_problem(self) -> None:
        fields = {"编号": "a", "总泊位": 10, "状态": "1", "采集时间": "2026-03-11 12:00:00"}
        assert "余位 is missing" in words(Content(RecordKind.PARKING_DYNAMIC, "facility:a", fields))
        assert "is more than 10" in words(Content(RecordKind.PARKING_DYNAMIC, "facility:a", fields | {"余位": 11}))

    @pytest.mark.parametrize(("system", "name", "back"), [
        ("wgs84", "WGS-84", lambda lat, lon: (lat, lon)), ("gcj02", "GCJ-02", geo.gcj02_to_wgs84), ("bd09", "BD-09", geo.bd09_to_wgs84),
    ])
    @given(lat=st.floats(28.61, 29.14), lon=st.floats(120.77, 121.83))
    def test_a_position_is_named_with_its_system_and_leads_back_to_the_place(
        self, system: str, name: str, back: Any, lat: float, lon: float
    ) -> None:
        fields = facility_record(make_facility(lat=lat, lon=lon), make_province(coordinate_system=system)).fields
        assert fields["坐标系"] == name
        assert geo.distance_m(lat, lon, *back(fields["纬度"], fields["经度"])) < 0.2

    @given(
        name=st.text(max_size=60), address=st.text(max_size=120), capacity=st.none() | st.integers(-5, 150_000),
        town=st.sampled_from(["331082001", "331082999", "", "330000000"]), lat=st.floats(28, 30), lon=st.floats(120, 122),
        charging=st.none() | st.integers(-2, 300), phone=st.text(max_size=110), kind=st.sampled_from(FacilityKind),
    )
    @settings(max_examples=300)
    def test_what_our_rules_call_good_the_stand_in_takes(self, **given_values: Any) -> None:
        charging, town = given_values.pop("charging"), given_values.pop("town")
        by_kind = {} if charging is None else {SpaceKind.CHARGING: charging}
        content = facility_record(make_facility(town_code=town, capacity_by_kind=by_kind, **given_values), demo_province())
        if words(content) == "":
            assert find_fault(content.kind, wired(content)) == ""


class TestNetwork:
    def test_a_line_says_its_kind_operator_times_fare_and_validity(self) -> None:
        network = make_network(
            fares=(Fare("a", 200), Fare("b", 450)), feed_info=FeedInfo(start_date=FIRST),
            services={"daily": Rule(), "workdays": Rule(last=LAST)},
        )
        line, _ = line_records(build_schedule(network, CALENDAR), demo_province())
        assert line.subject == "line:101" and words(line) == ""
        assert line.fields == {
            "操作": "1", "编号": "101", "名称": "101路", "类型": "1", "运营商": "临海公交", "首末班": line.fields["首末班"], "票价": "2.00",
            "有效期": "2026-03-01至长期",
        }
        assert set(line.fields["首末班"].split("；")) <= {"06:00-08:00", "17:00-17:00"}

    def test_a_stop_without_a_position_is_not_taken_and_one_where_nobody_calls_is_not_reported(self) -> None:
        stops = tuple(
            Stop(one.stop_id, one.name) if one.stop_id == "qiao" else replace(one, village_code="331082001001") for one in make_network().stops
        )
        found = {one.subject: one for one in stop_records(make_network(stops=stops), demo_province())}
        assert set(found) == {"stop:zong", "stop:qiao", "stop:xun", "stop:xiao"}
        assert words(found["stop:qiao"]) == "经度 is missing; 纬度 is missing"
        assert words(found["stop:zong"]) == "" and found["stop:zong"].fields["村代码"] == "331082001001"

    def test_a_trip_past_midnight_and_one_that_is_repeated(self) -> None:
        network = make_network(
            {
                "night": ("101", "daily", calls(24 * 3600 - 300, "zong", "qiao")),
                "often": ("101", "daily", calls(9 * 3600, "zong", "qiao")),
            },
            frequencies=(Frequency("often", 6 * 3600, 18 * 3600, 1200, headway_min_s=900),),
        )
        night, often = trip_records(build_schedule(network, CALENDAR), demo_province(), FIRST, FIRST + timedelta(days=2))
        assert night.fields["时刻"] == ["23:55", "24:05"] and "间隔" not in night.fields
        assert often.fields["时刻"] == ["06:00", "06:10"]
        assert often.fields["间隔"] == [{"起": "06:00", "止": "18:00", "最短分钟": 15.0, "最长分钟": 20.0}]
        assert night.fields["运行日规则"] == "每天" and night.fields["运行日期"] == ["2026-03-01", "2026-03-02", "2026-03-03"]
        assert words(night) == words(often) == ""

    def test_trips_name_the_dates_of_whole_months_so_that_they_seldom_change(self) -> None:
        assert reported_days(date(2026, 11, 25)) == reported_days(date(2026, 11, 1)) == (date(2026, 11, 1), date(2027, 1, 31))
        assert reported_days(date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 2, 28))

    @given(networks())
    @settings(max_examples=30)
    def test_any_network_is_mapped_whole_and_what_is_good_the_stand_in_takes(self, network: Network) -> None:
        schedule, province = build_schedule(network, CALENDAR), demo_province()
        sequences = {one.fields["编号"]: one for one in stop_sequence_records(schedule, province)}
        trips = list(trip_records(schedule, province, FIRST, LAST))
        everything = [*line_records(schedule, province), *stop_records(network, province), *sequences.values(), *trips]
        assert len({(one.kind, one.subject) for one in everything}) == len(everything)
        numbers = {trip.trip_id: index for index, trip in enumerate(network.trips)}
        for one in trips:
            index = numbers[one.fields["编号"]]
            start, end = network.stop_times.first[index:index + 2]
            stop_ids = [network.stops[stop].stop_id for stop in network.stop_times.stop[start:end]]
            assert [stop["站点编号"] for stop in sequences[one.fields["站序编号"]].fields["站序"]] == stop_ids
            rule = network.services[network.trips[index].service_id]
            assert one.fields.get("运行日期", []) == [str(day) for day in dates_between(rule, FIRST, LAST, CALENDAR)]
        runs = {schedule.network.trips[trip].trip_id for trip in schedule.runs.trip.tolist()}
        with_calls = {trip.trip_id for index, trip in enumerate(network.trips) if np_len(network, index)}
        assert {one.fields["编号"] for one in trips} == runs & with_calls
        for one in everything:
            if words(one) == "":
                assert find_fault(one.kind, wired(one)) == "", one

    def test_a_change_of_stops_is_another_sequence_and_nothing_else_changes_its_number(self) -> None:
        def numbers(network: Network) -> list[str]:
            return [one.fields["编号"] for one in stop_sequence_records(build_schedule(network, CALENDAR), demo_province())]

        before = numbers(make_network())
        renamed = make_network(routes=tuple(replace(one, long_name="新名") for one in make_network().routes))
        assert numbers(renamed) == before
        longer = make_network({"101-a": ("101", "daily", calls(0, "zong", "qiao", "xun", "guang"))})
        assert not set(numbers(longer)) & set(before)

    def test_names_of_operators_are_taken_where_they_are_clear(self) -> None:
        network = make_network(
            agencies=(Agency("a", "甲"), Agency("b", "乙")),
            routes=(Route("101", "101路", agency_id="b"), Route("208", "208路", kind=RouteKind.MARKET)),
        )
        first, second = line_records(build_schedule(network, CALENDAR), demo_province())
        assert (first.fields["运营商"], first.fields["类型"]) == ("乙", "9")
        assert "运营商" not in second.fields and second.fields["类型"] == "3"
        assert Trip("a", "b", "c").direction_id is None


class TestRemovalsAndAlerts:
    @pytest.mark.parametrize("kind", [kind for kind in RecordKind if "操作" in FIELDS[kind]])
    def test_a_removal_needs_its_number_only(self, kind: RecordKind) -> None:
        content = removal_record(kind, "facility:east-lake", demo_province())
        assert content.fields == {"操作": "0", "编号": "east-lake"}
        assert words(content) == "" and find_fault(kind, wired(content)) == ""

    def test_where_the_platform_takes_no_removals_one_is_said_to_need_a_hand(self) -> None:
        province = make_province(spelling={RecordKind.LINE: {"操作": ""}})
        assert "takes no removals" in words(removal_record(RecordKind.LINE, "line:101", province), province)
        assert words(removal_record(RecordKind.STOP, "stop:1", province), province) == ""

    def test_an_alert_names_its_lines_and_times(self) -> None:
        content = alert_record("7", "101路改道", "施工", ["101"], NOON, None, demo_province())
        assert content.fields["开始时间"] == "2026-03-11 12:00:00" and "结束时间" not in content.fields
        assert words(content) == "" and find_fault(content.kind, wired(content)) == ""


class TestOnTheWire:
    def test_fields_are_spelled_as_the_platform_wants_them_and_come_back_as_ours(self) -> None:
        province = make_province(spelling={RecordKind.PARKING_DYNAMIC: {"编号": "parkCode", "余位": "remain", "总泊位": ""}})
        content = availability_record(judge(make_facility(), make_occupancy(), NOON), province)
        record = make_record(content, is_late=True)
        written = write_record(record, province, trial=True)
        assert written == {
            "流水号": record.key, "采集时间": "2026-03-11 12:00:00", "补传标志": "1", "试报标志": "1", "parkCode": "east-lake", "remain": 40,
            "状态": "1",
        }
        row = read_page(Answer("00", "", {"page": 1, "pages": 1, "rows": [written]}), content.kind, province).rows[0]
        assert (row.number, row.key) == ("east-lake", record.key)
        assert row.fields == {name: value for name, value in content.fields.items() if name != "总泊位"}

    @given(networks())
    @settings(max_examples=20)
    def test_what_is_held_compares_equal_to_what_was_said(self, network: Network) -> None:
        province, schedule = demo_province(), build_schedule(network, CALENDAR)
        for content in [*line_records(schedule, province), *trip_records(schedule, province, FIRST, LAST)]:
            row = json.loads(json.dumps(write_record(make_record(content), province)))
            [held] = read_page(Answer("00", "", {"page": 1, "pages": 1, "rows": [row]}), content.kind, province).rows
            assert held.fields == content.fields and content.subject.endswith(f":{held.number}")

    def test_each_record_gets_its_own_outcome_whatever_their_order_and_one_left_out_is_sent_again(self) -> None:
        content = facility_record(make_facility(**GOOD), demo_province())
        one, two, three, four = (make_record(content) for _ in range(4))
        results = [
            {"流水号": two.key, "code": "20", "msg": "名称：必填"}, {"流水号": one.key, "code": "00", "msg": "成功"},
            {"流水号": four.key, "code": "77", "msg": "忙\x00"}, "nonsense",
        ]
        found = read_outcomes(Answer("00", "成功", {"results": results}), [one, two, three, four], demo_province())
        assert [(entry.accepted, entry.refused, entry.code, entry.reason) for entry in found] == [
            (True, False, "00", ""), (False, True, "20", "名称：必填"), (False, False, "", "not in the answer"), (False, False, "77", "忙"),
        ]
        assert [entry.key for entry in found] == [one.key, two.key, three.key, four.key]


def wired(content: Content) -> dict[str, Any]:
    """As the platform gets it: through JSON."""
    record = make_record(content)
    return dict(json.loads(json.dumps(write_record(record, demo_province()))))


def np_len(network: Network, index: int) -> int:
    return int(network.stop_times.first[index + 1] - network.stop_times.first[index])
