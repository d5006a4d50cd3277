"""Small workbooks for tests: rows as dictionaries, packed as Excel packs them, and what is read from them."""

from __future__ import annotations

import copy
import io
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from citizen_app.buses.network import Network
from citizen_app.errors import InvalidInput
from citizen_app.exchange.workbook.reader import Reading, inspect_workbook
from citizen_app.geo import Box
from citizen_app.places.county import Town, Village

TOWNS = (Town("331082001", "古城街道"), Town("331082103", "小芝镇"), Town("331082100", "汛桥镇"))
VILLAGES = (
    Village("331082103201", "小芝村委会", "331082103"), Village("331082103202", "塘头村委会", "331082103"),
    Village("331082100217", "光明村委会", "331082100"), Village("331082100218", "塘头村委会", "331082100"),
)
BOUNDS = Box(28.6, 120.75, 29.15, 121.85)

Sheets = dict[str, list[dict[str, Any]]]

SMALL: Sheets = {
    "线路": [{"线路号": "101", "类型": "城乡公交"}, {"线路号": "J1", "类型": "集市班线", "集市": "xunqiao"}],
    "站点": [
        {"站号": "1001", "站名": "客运中心", "片区": "A"}, {"站号": "1002", "站名": "大田", "片区": "A"},
        {"站号": "1003", "站名": "小芝", "片区": "B"},
    ],
    "站序": [
        {"线路号": "101", "方向": "去", "序号": 1, "站号": "1001", "分钟": 0},
        {"线路号": "101", "方向": "去", "序号": 2, "站号": "1002", "分钟": 18},
        {"线路号": "101", "方向": "去", "序号": 3, "站号": "1003", "分钟": 52},
        {"线路号": "J1", "方向": "环", "序号": 1, "站号": "1001", "分钟": 0},
        {"线路号": "J1", "方向": "环", "序号": 2, "站号": "1003", "分钟": 30},
        {"线路号": "J1", "方向": "环", "序号": 3, "站号": "1001", "分钟": 61},
    ],
    "班次": [
        {"线路号": "101", "方向": "去", "运行日": "每天", "发车时刻": "6:00 7:10、8:20"},
        {"线路号": "J1", "方向": "环", "运行日": "集市", "首班": "5:30", "末班": "7:30", "间隔": "20-30分钟/班"},
    ],
    "运行日": [{"名称": "每天", "规则": "每天"}],
    "集市": [{"集市名": "汛桥集市", "代号": "xunqiao", "规则": "农历逢三、八"}],
    "票价": [{"线路号": "101", "票价": 2, "起片区": "A", "讫片区": "A"}, {"线路号": "101", "票价": "4元", "起片区": "A", "讫片区": "B"}],
}


def small() -> Sheets:
    """A right workbook of two lines, to be changed at will."""
    return copy.deepcopy(SMALL)


def change(sheet: str, number: int, **cells: object) -> Sheets:
    """The small workbook with other cells in one row, counted as Excel counts."""
    sheets = small()
    sheets[sheet][number - 2].update(cells)
    return sheets


def add(sheet: str, **cells: object) -> Sheets:
    """The small workbook with one more row in a sheet."""
    sheets = small()
    sheets[sheet].append(cells)
    return sheets


def pack(sheets: Sheets) -> bytes:
    """An .xlsx; the headings of a sheet are all the keys of its rows, in their order."""
    book = openpyxl.Workbook()
    assert isinstance(book.active, Worksheet)
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        headings = list(dict.fromkeys(key for row in rows for key in row))
        page.append(headings)
        for row in rows:
            page.append([row.get(heading) for heading in headings])
    return save(book)


def save(book: openpyxl.Workbook) -> bytes:
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def inspect(sheets: Sheets) -> Reading:
    return inspect_workbook(pack(sheets), TOWNS, VILLAGES, BOUNDS)


def read(sheets: Sheets) -> Network:
    return inspect(sheets).network


def faults_of(content: bytes | Sheets) -> list[tuple[str, str, str, str]]:
    """(row, field, value, message) of every fault, empty when the workbook is right."""
    try:
        inspect_workbook(content if isinstance(content, bytes) else pack(content), TOWNS, VILLAGES, BOUNDS)
    except InvalidInput as error:
        return [(one.row, one.field, one.value, one.message) for one in error.problems]
    return []


def runs(network: Network, route_id: str, direction_id: int, service_id: str) -> list[str]:
    """Every trip as a person reads it: "客运中心 6:00 大田 6:18 小芝 6:52", with its headway in front if it has one."""
    every = {one.trip_id: one for one in network.frequencies}
    times, lines = network.stop_times, []
    for number, trip in enumerate(network.trips):
        if (trip.route_id, trip.direction_id, trip.service_id) != (route_id, direction_id, service_id):
            continue
        calls = range(times.first[number], times.first[number + 1])
        words = [f"{network.stops[times.stop[at]].name} {_clock(int(times.departure_s[at]))}" for at in calls]
        if one := every.get(trip.trip_id):
            shortest = f"{one.headway_min_s // 60}-" if one.headway_min_s is not None else ""
            words.insert(0, f"[{_clock(one.start_s)} 起，{_clock(one.end_s)} 前，每 {shortest}{one.headway_s // 60} 分钟]")
        lines.append(" ".join(words))
    return lines


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02d}" + (f":{second:02d}" if second else "")
