"""A vendor's interface is a table of settings: names, nesting, clocks and coordinates differ, the code does not."""

from __future__ import annotations

import dataclasses
import io
import tomllib
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import openpyxl
import pytest

from citizen_app.geo import distance_m, wgs84_to_bd09, wgs84_to_gcj02
from citizen_app.ops.source import Source
from citizen_app.parking.facility import FacilityKind, SpaceKind
from citizen_app.parking.occupancy import OpeningStatus, spaces_of
from feeds.parking.fields import COMMON, NAMES
from feeds.registry import ADAPTERS
from tests.factories import make_facility
from tests.unit.feeds.reading import MAP, NOW, faults, parse, readings, sites, spaces

FOUR_O_CLOCK = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs"


class TestChineseVendors:
    def test_total_and_remaining_as_texts_in_gcj02(self) -> None:
        lat, lon = wgs84_to_gcj02(28.8578, 121.1265)
        body = {"code": 0, "data": {"list": [{
            "parkCode": "A1", "parkName": "东湖", "totalParkNum": "345", "remainParkNum": " 9 ", "lat": f"{lat:.7f}", "lng": f"{lon:.7f}",
            "updateTime": "2026-11-24 12:00:00",
        }]}}
        parsed = parse("mapped_json", body, {
            "records": "data.list", "time_format": "%Y-%m-%d %H:%M:%S", "crs": "gcj02",
            "fields": {"ref": "parkCode", "name": "parkName", "capacity": "totalParkNum", "available_spaces": "remainParkNum",
                       "observed_at": "updateTime", "lat": "lat", "lon": "lng"},
        })
        found, site = readings(parsed)["A1"], sites(parsed)["A1"]
        assert (found.available_spaces, found.capacity, found.observed_at) == (9, 345, FOUR_O_CLOCK)
        assert site.lat is not None and site.lon is not None
        assert distance_m(site.lat, site.lon, 28.8578, 121.1265) < 0.5

    def test_spaces_by_number_with_epoch_seconds_of_the_whole_message(self) -> None:
        body = {"timestamp": 1795492800, "result": {"17": {"total_space": 200, "free_space": 0}, "18": {"total_space": 80, "free_space": -1}}}
        parsed = parse("mapped_json", body, {"records": "result", "time_format": "epoch_s", "no_data": [-1], "fields": {
            "ref": "key", "capacity": "total_space", "available_spaces": "free_space", "observed_at": "$.timestamp",
        }})
        assert (spaces(parsed), parsed.problems) == ({"17": 0, "18": None}, ())
        assert {one.observed_at for one in readings(parsed).values()} == {FOUR_O_CLOCK}

    def test_park_id_with_occupied_spaces_in_milliseconds(self) -> None:
        body = [{"park_id": 17, "total_space": "200", "used": "183", "ts": "1795492800000"}]
        parsed = parse("mapped_json", body, {"time_format": "epoch_ms", "fields": {
            "ref": "park_id", "capacity": "total_space", "occupied": "used", "observed_at": "ts",
        }})
        found = readings(parsed)["17"]
        assert (spaces_of(found, make_facility()), found.observed_at) == (17, FOUR_O_CLOCK)

    def test_pinyin_codes_in_xml_that_calls_itself_gb2312_but_is_gbk(self) -> None:
        body = (
            '<?xml version="1.0" encoding="GB2312"?><root><rows>'
            "<row><TCCBH>3310</TCCBH><TCCMC>崇和门㙍</TCCMC><TCCDZ>崇和路</TCCDZ><TCCCWS>320</TCCCWS><SYCWS>64</SYCWS><ZT>营业</ZT>"
            "<BCBZ>0</BCBZ><CJSJ>20261124120000</CJSJ></row>"
            "<row><TCCBH>3311</TCCBH><TCCMC>江滨</TCCMC><TCCCWS>80</TCCCWS><SYCWS>--</SYCWS><ZT>打烊</ZT><BCBZ>1</BCBZ>"
            "<CJSJ>20261124115500</CJSJ></row></rows></root>"
        )
        parsed = parse("mapped_xml", body.encode("gb18030"), {
            "records": "rows.row", "status": {"营业": "OPEN"}, "time_format": "%Y%m%d%H%M%S", "fields": {
                "ref": "TCCBH", "name": "TCCMC", "address": "TCCDZ", "capacity": "TCCCWS", "available_spaces": "SYCWS",
                "opening_status": "ZT", "observed_at": "CJSJ",
            },
        })
        found = readings(parsed)
        assert (found["3310"].available_spaces, found["3310"].opening_status) == (64, OpeningStatus.OPEN)
        assert (found["3310"].observed_at, found["3311"].available_spaces) == (FOUR_O_CLOCK, None)
        assert (sites(parsed)["3310"].name, sites(parsed)["3310"].address) == ("崇和门㙍", "崇和路")
        assert [(one.row, one.field, one.value) for one in parsed.problems] == [("row 2", "ZT", "打烊")]

    def test_a_vendor_with_an_address_for_each_car_park(self) -> None:
        body = {"code": 0, "data": {"parkCode": "A1", "remainParkNum": 9}}
        assert spaces(parse("mapped_json", body, {"records": "data", "fields": {"ref": "parkCode", "available_spaces": "remainParkNum"}})) == {"A1": 9}

    def test_levels_without_numbers(self) -> None:
        body = [{"id": "a", "level": "充足"}, {"id": "b", "level": "关闭"}, {"id": "c", "level": "未知"}]
        parsed = parse("mapped_json", body, {
            "fields": {"ref": "id", "opening_status": "level"},
            "status": {"充足": "OPEN", "够用": "OPEN", "较少": "OPEN", "紧张": "OPEN", "关闭": "CLOSED", "未知": "UNKNOWN"},
        })
        assert [one.opening_status for one in readings(parsed).values()] == ["OPEN", "CLOSED", "UNKNOWN"]
        assert set(spaces(parsed).values()) == {None}

    def test_a_device_that_is_off_line_has_no_number_whatever_it_says(self) -> None:
        body = [{"id": "a", "free": 0, "state": 0}, {"id": "b", "free": 5, "state": 1}]
        parsed = parse("mapped_json", body, {
            "fields": {"ref": "id", "available_spaces": "free", "opening_status": "state"}, "status": {"0": "NO_DATA", "1": "OPEN"},
        })
        assert spaces(parsed) == {"a": None, "b": 5}

    def test_points_of_baidu(self) -> None:
        lat, lon = wgs84_to_bd09(28.8578, 121.1265)
        parsed = parse("mapped_json", [{"id": 1, "p": [lon, lat]}], {"crs": "bd09", "fields": {"ref": "id", "lat": "p.1", "lon": "p.0"}})
        site = sites(parsed)["1"]
        assert site.lat is not None and site.lon is not None
        assert distance_m(site.lat, site.lon, 28.8578, 121.1265) < 0.5

    def test_kinds_of_space_and_of_facility(self) -> None:
        body = [{"id": "a", "free": 30, "ev": 4, "wza": "2", "type": "地下", "height": 210}]
        parsed = parse("mapped_json", body, {
            "kinds": {"地下": "underground"},
            "fields": {"ref": "id", "name": "id", "available_spaces": "free", "charging": "ev", "disabled": "wza", "kind": "type",
                       "max_height_cm": "height"},
        })
        assert readings(parsed)["a"].available_by_kind == {SpaceKind.CHARGING: 4, SpaceKind.DISABLED: 2}
        assert (sites(parsed)["a"].kind, sites(parsed)["a"].max_height_cm) == (FacilityKind.UNDERGROUND, 210)


class TestXml:
    FIELDS: ClassVar[dict[str, Any]] = {"fields": {"ref": "@id", "available_spaces": "spaces.free", "capacity": "spaces.@all", "name": "name"}}

    def test_attributes_texts_beside_attributes_namespaces_and_nil(self) -> None:
        body = (
            '<v:list xmlns:v="urn:vendor" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            '<v:park id="a"><name lang="zh">东湖</name><spaces all="90"><free>9</free></spaces></v:park>'
            '<v:park id="b"><name/><spaces all="80"><free xsi:nil="true"/></spaces></v:park></v:list>'
        )
        parsed = parse("mapped_xml", body, {**self.FIELDS, "records": "park"})
        assert (spaces(parsed), readings(parsed)["a"].capacity, sites(parsed)["a"].name) == ({"a": 9, "b": None}, 90, "东湖")
        assert parsed.items == parse("mapped_xml", body, {**self.FIELDS, "records": "list.park"}).items, "the root may be named"

    def test_an_element_that_is_repeated_or_not(self) -> None:
        body = "<r><p><id>1</id><c><n>all</n><f>7</f></c><c><n>ev</n><f>2</f></c></p><p><id>2</id><c><n>all</n><f>3</f></c></p></r>"
        by_place = parse("mapped_xml", body, {"records": "p", "fields": {"ref": "id", "available_spaces": "c.0.f"}})
        by_name = parse("mapped_xml", body, {"records": "p", "fields": {"ref": "id", "available_spaces": "c[n=all].f", "charging": "c[n=ev].f"}})
        assert spaces(by_place) == spaces(by_name) == {"1": 7, "2": 3}
        assert readings(by_name)["1"].available_by_kind == {SpaceKind.CHARGING: 2}


class TestTables:
    CHINESE: ClassVar[dict[str, Any]] = {"time_format": "%Y/%m/%d %H:%M", "fields": {"ref": "编号", "available_spaces": "余位", "observed_at": "采集时间"}}

    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
    def test_any_separator_and_encoding_with_a_title_above_the_heading(self, separator: str, encoding: str) -> None:
        rows = [["停车场余位表，2026"], [], ["编号", " 余位 ", "采集时间"], ["A,1", "9", "2026/11/24 12:00"], [], ["B", "--", "2026/11/24 12:00"]]
        text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
        parsed = parse("csv", text.encode(encoding), self.CHINESE)
        assert (spaces(parsed), parsed.rows, parsed.problems) == ({"A,1": 9, "B": None}, 2, ())
        assert readings(parsed)["B"].observed_at == FOUR_O_CLOCK

    def test_a_row_that_lost_a_cell_or_won_one_is_a_problem_with_the_number_a_person_counts(self) -> None:
        text = "编号,余位,采集时间\nA,9,2026/11/24 12:00\n\nB,2\nC,3,2026/11/24 12:00,,\nD,1,000,2026/11/24 12:00\n"
        parsed = parse("csv", text, self.CHINESE)
        assert spaces(parsed) == {"A": 9, "C": 3}
        assert [(one.row, one.message) for one in parsed.problems] == [("row 4", "expected 3 cells"), ("row 6", "expected 3 cells")]
        assert parsed.rows == 4

    def test_columns_by_number_where_there_is_no_heading(self) -> None:
        parsed = parse("csv", "A;9\nB;8\n", {"fields": {"ref": "column.0", "available_spaces": "column.1"}})
        assert spaces(parsed) == {"A": 9, "B": 8}

    def test_grouped_digits_are_read_only_when_the_settings_say_so(self) -> None:
        text = "id;free\na;1.234\nb;12\nc;1.000\n"
        fields = {"ref": "id", "available_spaces": "free"}
        silent = parse("csv", text, {"fields": fields})
        assert (spaces(silent), faults(silent)) == ({"b": 12}, [("row 2", "free"), ("row 4", "free")])
        assert spaces(parse("csv", text, {"fields": fields, "thousands": "."})) == {"a": 1234, "b": 12, "c": 1000}

    def test_a_workbook_a_csv_and_a_web_page_of_the_same_rows_are_read_the_same(self) -> None:
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in (["余位表"], ["id", "free", "time"], ["a", 5, "2026-11-24T12:00:00Z"], [3.0, 7, datetime(2026, 11, 24, 20)]):
            book.active.append(row)
        packed = io.BytesIO()
        book.save(packed)
        text = "id;free;time\na;5;2026-11-24T12:00:00Z\n3;7;2026-11-24T12:00:00Z\n"
        page = "<p>余位</p><table><tr><td>menu</td></tr></table><table><tr><th>id</th><th>free</th><th>time</th></tr>" + "".join(
            f"<tr><td>{ref}</td><td>noch {free} frei</td><td>2026-11-24T12:00:00Z</td></tr>" for ref, free in (("a", 5), ("3", 7))
        ) + "</table>"
        items = parse("csv", "\ufeff" + text, MAP).items
        assert len(items) == 2
        assert parse("xlsx", packed.getvalue(), MAP).items == items
        assert parse("html", page, MAP).items == items

    def test_a_chosen_sheet_and_a_chosen_table(self) -> None:
        book = openpyxl.Workbook()
        second = book.create_sheet("余位")
        second.append(["id", "free"])
        second.append(["a", 5])
        packed = io.BytesIO()
        book.save(packed)
        fields = {"ref": "id", "available_spaces": "free"}
        assert spaces(parse("xlsx", packed.getvalue(), {"sheet": "余位", "fields": fields})) == {"a": 5}
        page = "<table><tr><td>x</td></tr></table><table><tr><th>P</th><th>N</th></tr><tr><td>a</td><td>5</td></tr></table>"
        by_number = {"ref": "column.0", "available_spaces": "column.1"}
        assert spaces(parse("html", page, {"table": 1, "fields": by_number})) == {"a": 5}

    def test_a_row_of_a_web_page_that_lacks_a_cell_is_a_problem(self) -> None:
        rows = "<tr><td rowspan=2>a</td><td>3</td></tr><tr><td>4</td></tr><tr><td>b</td><td>5</td></tr>"
        parsed = parse("html", f"<table><tr><th>id</th><th>free</th></tr>{rows}</table>", {"fields": {"ref": "id", "available_spaces": "free"}})
        assert (spaces(parsed), [one.row for one in parsed.problems]) == ({"a": 3, "b": 5}, ["row 3"])

    def test_a_web_page_in_gb2312(self) -> None:
        page = (
            '<html><head><meta charset="gb2312"></head><table><tr><td>车场</td><td>余位</td></tr>'
            "<tr><td>东湖</td><td>剩余 9 个</td></tr></table></html>"
        )
        parsed = parse("html", page.encode("gb2312"), {"fields": {"ref": "车场", "available_spaces": "余位"}})
        assert (spaces(parsed), readings(parsed)["东湖"].observed_at) == ({"东湖": 9}, NOW)


PAGES = ("sources.md", "sources.zh-CN.md")


def worked_examples(page: str) -> list[tuple[dict[str, Any], str]]:
    """Every source of a toml block of the page, with the payload of the block after it."""
    found = []
    blocks = (DOCS / page).read_text(encoding="utf-8").split("```")[1::2]
    for block, following in pairwise(blocks):
        language, text = block.split("\n", 1)
        if language == "toml":
            found += [(source, following.split("\n", 1)[1]) for source in tomllib.loads(text)["source"]]
    return found


@pytest.mark.parametrize("page", PAGES)
class TestDocumentation:
    def test_its_examples_read_its_payloads(self, page: str) -> None:
        found = {
            source["uid"]: parse(source["format"], payload, source["settings"]) for source, payload in worked_examples(page)
        }
        assert {uid: spaces(parsed) for uid, parsed in found.items()} == {
            "east-lake-vendor": {"A1": 9}, "mall": {"17": 83, "18": None}, "city-platform": {"3310": 64},
        }
        assert {uid: faults(parsed) for uid, parsed in found.items() if parsed.problems} == {"east-lake-vendor": [("row 2", "remainParkNum")]}
        assert {one.observed_at for parsed in found.values() for one in readings(parsed).values()} == {FOUR_O_CLOCK}

    def test_it_names_every_key_and_field_and_format(self, page: str) -> None:
        text = (DOCS / page).read_text(encoding="utf-8")
        own = ("records", "delimiter", "sheet", "table", "skip_rows")
        keys = [one.name for one in dataclasses.fields(Source)]
        assert [key for key in (*COMMON, *own, *NAMES, *ADAPTERS, *keys) if f"`{key}`" not in text] == []
