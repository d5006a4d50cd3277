"""The workbook that staff begin with: right as it is, and every column explained."""

from __future__ import annotations

import io

import openpyxl
import pytest

from citizen_app.buses.network import Network, RouteKind
from citizen_app.days.calendar import Season
from citizen_app.exchange.workbook.layout import SHEETS, Column, Sheet
from citizen_app.exchange.workbook.reader import inspect_workbook
from citizen_app.exchange.workbook.template import make_template
from tests.unit.exchange.workbooks import BOUNDS, TOWNS, VILLAGES, runs, save

TEMPLATE = make_template()
COLUMNS = [(sheet, at, column) for sheet in SHEETS for at, column in enumerate(sheet.columns, 1)]


@pytest.fixture(scope="module")
def network() -> Network:
    reading = inspect_workbook(TEMPLATE, TOWNS, VILLAGES, BOUNDS)
    assert reading.warnings == ()
    return reading.network


class TestItsExamples:
    def test_they_are_right_in_any_county(self, network: Network) -> None:
        assert inspect_workbook(TEMPLATE).network.trips == network.trips
        assert not network.is_demo

    def test_they_show_single_departures_and_headways_in_summer_and_winter(self, network: Network) -> None:
        assert runs(network, "101", 1, "周末") == [
            f"小芝 {hour}:20 岭根 {hour}:32 大田 {hour}:54 客运中心 {hour + 1}:12" for hour in (6, 8)
        ] + ["小芝 13:00 岭根 13:12 大田 13:34 客运中心 13:52", "小芝 17:20 岭根 17:32 大田 17:54 客运中心 18:12"]
        assert runs(network, "101", 0, "每天-夏令")[0].startswith("[6:00 起，17:40 前，每 15-20 分钟] 客运中心 6:00")
        assert {network.services[name].season for name in ("每天-夏令", "每天-冬令")} == {Season.SUMMER, Season.WINTER}

    def test_they_show_a_loop_a_short_working_a_market_line_and_a_late_train(self, network: Network) -> None:
        assert runs(network, "微1", 0, "每天")[-1] == "客运中心 21:00 老街口 21:06 火车站 21:12:30 客运中心 21:20"
        assert runs(network, "101", 0, "上学日") == ["大田 7:05 岭根 7:27"]
        assert runs(network, "J1", 1, "集市-dongji") == ["东集 9:00 大田 9:12 客运中心 9:30", "东集 10:30 大田 10:42 客运中心 11:00"]
        assert runs(network, "Z1", 0, "每天")[-1] == "客运中心 24:10 火车站 24:25"
        assert {route.kind for route in network.routes} == {RouteKind.TOWN, RouteKind.MICRO, RouteKind.MARKET, RouteKind.STATION}

    def test_saving_it_again_changes_nothing(self, network: Network) -> None:
        again = inspect_workbook(save(openpyxl.load_workbook(io.BytesIO(TEMPLATE)))).network
        assert (again.trips, again.services, again.stops, again.markets) == (network.trips, network.services, network.stops, network.markets)

    def test_one_word_marks_it_as_a_demonstration(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(TEMPLATE))
        (row,) = [row for row in book["说明"].iter_rows() if row[0].value == "演示"]
        row[1].value = "是"
        assert inspect_workbook(save(book)).network.is_demo


class TestItsLook:
    def test_the_instructions_come_first_and_then_every_sheet(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(TEMPLATE))
        assert book.sheetnames == ["说明", *(sheet.name for sheet in SHEETS)]
        for sheet in SHEETS:
            page = book[sheet.name]
            assert page.freeze_panes == "A2" and page.print_title_rows == "$1:$1" and page.page_setup.orientation == "landscape"

    @pytest.mark.parametrize(("sheet", "at", "column"), COLUMNS, ids=[f"{sheet.name}-{column.name}" for sheet, _, column in COLUMNS])
    def test_every_heading_is_explained_and_every_choice_has_its_list(self, sheet: Sheet, at: int, column: Column) -> None:
        page = openpyxl.load_workbook(io.BytesIO(TEMPLATE))[sheet.name]
        heading = page.cell(1, at)
        assert str(heading.value) == (f"{column.name} *" if column.required else column.name)
        assert heading.comment is not None and column.note in heading.comment.text
        assert heading.comment.text.startswith("必填" if column.required else "可以空着")
        lists = [one for one in page.data_validations.dataValidation if page.cell(3, at).coordinate in one.sqref]
        assert len(lists) == bool(column.choices or column.refers)
        if column.choices:
            assert lists[0].formula1 == '"' + ",".join(column.choices) + '"' and lists[0].showErrorMessage
        elif column.refers:
            assert column.refers[0] in lists[0].formula1 and not lists[0].showErrorMessage
