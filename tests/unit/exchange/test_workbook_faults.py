"""Whatever is wrong in a workbook is said in Chinese with its sheet, row, column and value, all of it at once."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from tests.unit.exchange.workbooks import Sheets, add, change, faults_of, inspect, pack, read, small

LINE, STOP, CALL, TRIP, DAY, MARKET, FARE = "线路", "站点", "站序", "班次", "运行日", "集市", "票价"

# Sheet, column, what is put into its first row (Excel's row 2), what is said. None empties the cell.
ONE_CELL: list[tuple[str, str, Any, str]] = [
    (LINE, "线路号", None, "必须填写"), (LINE, "线路号", "1 01", "中间不能有空格"), (LINE, "线路号", datetime(2026, 10, 1), "Excel 把这一格变成了日期"),
    (LINE, "线路名称", "长" * 501, "太长"), (LINE, "英文名", date(2026, 1, 1), "Excel"),
    (LINE, "类型", None, "必须填写"), (LINE, "类型", "公交", "应该是 城乡公交、微公交、集市班线、火车站接驳、城市公交 之一"),
    (LINE, "集市", "杜桥", "“集市”表里没有这个集市"), (LINE, "运营单位", True, "Excel 把这一格变成了真假值"), (LINE, "电话", time(5, 7), "Excel"),
    (LINE, "备注", "\x7f坏", "不能显示的字符"),
    (STOP, "站号", None, "必须填写"), (STOP, "站号", "10/01", "只能用"), (STOP, "站名", None, "必须填写"), (STOP, "站名", "　", "必须填写"),
    (STOP, "英文名", time(5, 7), "Excel"), (STOP, "坐标系", "火星", "应该是 WGS-84、GCJ-02、BD-09 之一"), (STOP, "坐标来源", "猜的", "应该是 实测、估计 之一"),
    (STOP, "坐标来源", "实测", "没有写坐标"), (STOP, "乡镇", "杜桥镇", "县里没有这个乡镇街道"), (STOP, "村", "不存在村", "县里没有这个村社"),
    (STOP, "村", "塘头村", "有 2 个村社叫这个名字"), (STOP, "片区", date(2026, 1, 2), "Excel"), (STOP, "备注", "长" * 501, "太长"),
    (CALL, "线路号", None, "必须填写"), (CALL, "线路号", "999", "“线路”表里没有这条线路"), (CALL, "方向", None, "必须填写"), (CALL, "方向", "东", "应该是 去、回、环 之一"),
    (CALL, "序号", None, "必须填写"), (CALL, "序号", 0, "应该是 1、2、3"), (CALL, "序号", 1.5, "应该是 1、2、3"), (CALL, "序号", "头", "不是数字"),
    (CALL, "站号", None, "必须填写"), (CALL, "站号", "9999", "“站点”表里没有这个站号"), (CALL, "分钟", None, "必须填写"), (CALL, "分钟", "一刻", "不是数字"),
    (CALL, "分钟", 2000, "0 到 1440"), (CALL, "分钟", 3, "首站应该是 0"), (CALL, "上下客", "都可以", "应该是 只上、只下 之一"), (CALL, "上下客", "只下", "首站不能只下"),
    (CALL, "估时", "大概", "只能写“是”"),
    (TRIP, "线路号", None, "必须填写"), (TRIP, "线路号", "999", "“线路”表里没有这条线路"), (TRIP, "方向", None, "必须填写"), (TRIP, "方向", "西", "应该是"),
    (TRIP, "方向", "回", "“站序”表里没有这条线路的这个方向"), (TRIP, "运行日", None, "必须填写"), (TRIP, "运行日", "周八", "“运行日”表里没有这个名称"),
    (TRIP, "运行日", "集市", "没有写集市"), (TRIP, "季节", "春", "应该是 夏令、冬令 之一"), (TRIP, "发车时刻", None, "写发车时刻，或者写首班、末班、间隔"),
    (TRIP, "发车时刻", "6:00 早上", "“早上”不是时刻"), (TRIP, "发车时刻", "7:00 6:00", "6:00 写在 7:00 后面"), (TRIP, "发车时刻", 6, "不是时刻"),
    (TRIP, "首班", "5:00", "要么三格都写，要么都不写"), (TRIP, "起点站", "杜桥", "这个方向的站序里没有这一站"), (TRIP, "起点站", "小芝", "终点站不在起点站后面"),
    (TRIP, "终点站", "杜桥", "这个方向的站序里没有这一站"), (TRIP, "终点站", "客运中心", "终点站不在起点站后面"), (TRIP, "往", time(1, 2), "Excel"),
    (TRIP, "备注", "长" * 501, "太长"),
    (DAY, "名称", None, "必须填写"), (DAY, "名称", "集市", "留给市日"), (DAY, "名称", "集市-x", "留给市日"), (DAY, "名称", "每天-夏令", "“季节”列"),
    (DAY, "名称", "长" * 21, "太长"), (DAY, "规则", None, "必须填写"), (DAY, "规则", "看心情", "看不懂“看心情”"), (DAY, "起", "明天", "不是日期"),
    (DAY, "止", "2026-2-30", "没有这一天"), (DAY, "节假日", "开", "应该是 照开、停 之一"), (DAY, "调休日", "不", "应该是 照开、停 之一"),
    (DAY, "学期", "暑假", "应该是 上学期间、寒暑假 之一"), (DAY, "增开日期", "国庆", "不是日期"), (DAY, "停开日期", "2026-10-7至2026-10-1", "后一天早于前一天"),
    (DAY, "说明", date(2026, 1, 1), "Excel"),
    (MARKET, "集市名", None, "必须填写"), (MARKET, "代号", "汛桥", "只用小写字母"), (MARKET, "代号", "Xun", "只用小写字母"),
    (MARKET, "英文名", time(1, 2), "Excel"), (MARKET, "乡镇", "某镇", "县里没有"), (MARKET, "规则", "逢集", "看不懂"), (MARKET, "规则", None, "必须填写"),
    (MARKET, "小月三十", "二十九", "应该是 不赶、廿九 之一"), (MARKET, "开市", "清早", "不是时刻"), (MARKET, "散市", "24:30", "不能过午夜"),
    (MARKET, "坐标系", "北京54", "应该是"), (MARKET, "增开日期", "2026-99-1", "没有这一天"), (MARKET, "停开日期", "x", "不是日期"), (MARKET, "备注", True, "Excel"),
    (FARE, "线路号", None, "必须填写"), (FARE, "线路号", "999", "“线路”表里没有这条线路"), (FARE, "票价", None, "必须填写"), (FARE, "票价", "两块", "不是票价"),
    (FARE, "起片区", "Z", "这条线路的站点里没有这个片区"), (FARE, "讫片区", "Z", "这条线路的站点里没有这个片区"), (FARE, "起片区", None, "写了讫片区，也要写起片区"),
    (FARE, "讫片区", None, "写了起片区，也要写讫片区"), (FARE, "备注", date(2026, 1, 1), "Excel"),
]


@pytest.mark.parametrize(("sheet", "column", "value", "said"), ONE_CELL, ids=lambda one: str(one)[:12])
def test_one_wrong_cell_is_named_with_its_place_and_its_value(sheet: str, column: str, value: object, said: str) -> None:
    sheets = small()
    sheets[sheet][0][column] = value
    found = [one for one in faults_of(sheets) if one[:2] == (f"{sheet} 第 2 行", column) and said in one[3]]
    assert found, faults_of(sheets)
    if value is not None and not str(value).isspace():
        assert found[0][2] == str(value).removesuffix(" 00:00:00")[:80]


class TestWhatDoesNotFitTogether:
    @pytest.mark.parametrize(("sheets", "row", "column", "said"), [
        (add(LINE, 线路号="１０１", 类型="微公交"), "线路 第 4 行", "线路号", "与第 2 行重复"),
        (add(LINE, 线路号="j1", 类型="微公交"), "线路 第 4 行", "线路号", "与第 3 行重复"),
        (add(LINE, 线路号="102", 类型="微公交"), "线路 第 4 行", "线路号", "“班次”表里没有这条线路的班次"),
        (change(LINE, 2, 英文名="Line"), "线路 第 2 行", "线路名称", "也要写线路名称"),
        (change(LINE, 2, 电话="0576"), "线路 第 2 行", "运营单位", "也要写运营单位"),
        (add(STOP, 站号=1001, 站名="另一站"), "站点 第 5 行", "站号", "与第 2 行重复"),
        (change(STOP, 2, 纬度=28.85), "站点 第 2 行", "经度", "写了纬度，也要写经度"),
        (change(STOP, 2, 纬度=121.1, 经度=28.85), "站点 第 2 行", "纬度", "好像写反了"),
        (change(STOP, 2, 纬度=30.2, 经度=120.2), "站点 第 2 行", "纬度", "不在县的范围内"),
        (change(STOP, 2, 纬度="北", 经度=120.2), "站点 第 2 行", "纬度", "不是数字"),
        (change(STOP, 2, 乡镇="汛桥", 村="小芝村"), "站点 第 2 行", "村", "不在所写的乡镇"),
        (change(CALL, 3, 序号=4), "站序 第 4 行", "序号", "缺少第 2 站"),
        (change(CALL, 3, 序号=1), "站序 第 3 行", "序号", "与第 2 行重复"),
        (change(CALL, 4, 分钟=10), "站序 第 4 行", "分钟", "比上一站（第 3 行，18 分钟）还早"),
        (change(CALL, 4, 站号="1002"), "站序 第 4 行", "站号", "是同一站"),
        (change(CALL, 4, 上下客="只上"), "站序 第 4 行", "上下客", "末站不能只上"),
        (add(CALL, 线路号="101", 方向="回", 序号=1, 站号="1003", 分钟=0), "站序 第 8 行", "序号", "至少要有两站"),
        (change(TRIP, 3, 末班="5:00"), "班次 第 3 行", "末班", "不晚于首班 5:30"),
        (change(TRIP, 3, 末班="5:30"), "班次 第 3 行", "末班", "不晚于首班 5:30"),
        (change(TRIP, 3, 末班=None), "班次 第 3 行", "末班", "三格都要写"),
        (change(TRIP, 3, 间隔=None), "班次 第 3 行", "间隔", "三格都要写"),
        (change(TRIP, 3, 间隔="3小时"), "班次 第 3 行", "间隔", "看不懂的间隔"),
        (change(TRIP, 3, 间隔="180分钟/班"), "班次 第 3 行", "间隔", "比首班到末班的 120 分钟还长"),
        (change(TRIP, 3, 首班="五点半"), "班次 第 3 行", "首班", "不是时刻"),
        (add(TRIP, 线路号="101", 方向="去", 运行日="每天", 发车时刻="7:10 9:00"), "班次 第 4 行", "发车时刻", "7:10 的班次与第 2 行重复"),
        (change(DAY, 2, 起="2026-10-2", 止="2026-10-1"), "运行日 第 2 行", "止", "早于“起”"),
        (change(DAY, 2, 增开日期="2026-10-1", 停开日期="2026-10-1"), "运行日 第 2 行", "停开日期", "2026-10-01 又增开又停开"),
        (add(DAY, 名称=" 每　天", 规则="每天"), "运行日 第 3 行", "名称", "与第 2 行重复"),
        (add(MARKET, 集市名="别的", 代号="xunqiao", 规则="周六"), "集市 第 3 行", "代号", "与第 2 行重复"),
        (add(MARKET, 集市名="汛桥集市", 代号="b", 规则="周六"), "集市 第 3 行", "集市名", "与第 2 行重复"),
        (change(MARKET, 2, 开市="11:00", 散市="6:00"), "集市 第 2 行", "散市", "不晚于开市"),
        (change(MARKET, 2, 规则="周六", 小月三十="廿九"), "集市 第 2 行", "小月三十", "只用于农历"),
        (add(FARE, 线路号="101", 票价=3, 起片区="A", 讫片区="B"), "票价 第 4 行", "线路号", "与第 3 行重复"),
        (add(FARE, 线路号="101", 票价=3), "票价 第 4 行", "起片区", "已分片区"),
    ])
    def test_it_is_said_at_the_row_that_has_to_be_changed(self, sheets: Sheets, row: str, column: str, said: str) -> None:
        assert any(one[:2] == (row, column) and said in one[3] for one in faults_of(sheets)), faults_of(sheets)

    def test_a_season_against_the_rule_of_the_running_day(self) -> None:
        sheets = change(DAY, 2, 规则="夏令 每天")
        sheets[TRIP][0]["季节"] = "冬令"
        assert faults_of(sheets) == [("班次 第 2 行", "季节", "冬令", "与运行日的规则相反")]

    def test_a_name_of_two_stops_does_not_say_where_a_short_working_ends(self) -> None:
        sheets = change(STOP, 4, 站名="大田")
        sheets[TRIP][0]["终点站"] = "大田"
        assert faults_of(sheets) == [("班次 第 2 行", "终点站", "大田", "有 2 个站叫这个名字；请写站号")]

    def test_zones_may_not_stand_beside_one_price_for_the_whole_line(self) -> None:
        sheets = small()
        sheets[FARE].insert(0, {"线路号": "101", "票价": 3})
        assert [one[:2] for one in faults_of(sheets)] == [("票价 第 3 行", "起片区"), ("票价 第 4 行", "起片区")]


class TestSheetsAndHeadings:
    def test_an_unknown_sheet_and_an_unknown_column(self) -> None:
        sheets = change(LINE, 2, 颜色="红")
        sheets["司机"] = [{"姓名": "张"}]
        found = faults_of(sheets)
        assert ("司机", "", "司机") in {one[:3] for one in found} and "不认识的工作表" in found[0][3]
        assert any(one[0] == "线路 第 1 行" and one[1] == "颜色" and "不认识的列" in one[3] for one in found)

    def test_a_missing_sheet_and_an_empty_one(self) -> None:
        sheets = small()
        del sheets[STOP]
        assert ("站点", "", "", "缺少这张工作表") in faults_of(sheets)
        assert ("班次", "", "", "这张表里一行也没有") in faults_of({**small(), TRIP: []})

    def test_days_markets_and_fares_may_be_missing_when_nobody_asks_for_them(self) -> None:
        sheets = {name: rows for name, rows in small().items() if name not in {DAY, MARKET, FARE}}
        assert {one[3] for one in faults_of(sheets)} >= {"“运行日”表里没有这个名称", "“集市”表里没有这个集市"}
        sheets = {name: rows for name, rows in small().items() if name != FARE}
        assert read(sheets).fares == ()

    def test_a_missing_column_is_named_once_and_not_again_in_each_row(self) -> None:
        sheets = small()
        for row in sheets[STOP]:
            del row["站名"]
        assert [one for one in faults_of(sheets) if one[0].startswith(STOP)] == [("站点 第 1 行", "站名", "", "缺少这一列")]

    def test_a_column_twice_and_a_cell_under_no_heading(self) -> None:
        sheets = small()
        sheets[LINE] = [{**row, "类型 *": row["类型"], "": "多余"} for row in sheets[LINE]]
        found = faults_of(sheets)
        assert ("线路 第 1 行", "类型", "类型", "这一列写了两次") in found
        assert ("线路 第 2 行", "D 列", "多余", "这一列没有列名") in found

    def test_columns_come_in_any_order_with_or_without_the_mark_of_required_ones(self) -> None:
        sheets = {name: [{f"{key} *": row[key] for key in reversed(row)} for row in rows] for name, rows in small().items()}
        assert [trip.trip_id for trip in read(sheets).trips] == [trip.trip_id for trip in read(small()).trips]

    def test_blank_rows_count_as_excel_counts_them(self) -> None:
        sheets = small()
        sheets[LINE].insert(1, {"线路号": "  "})
        sheets[LINE][2]["类型"] = "火箭"
        assert [one[0] for one in faults_of(sheets)] == ["线路 第 4 行"]


def test_everything_wrong_is_said_at_once_in_the_order_of_the_sheets() -> None:
    sheets = small()
    sheets[FARE][1]["票价"] = "很贵"
    sheets[TRIP][0]["发车时刻"] = "6:00 6:00"
    sheets[STOP][2]["乡镇"] = "某镇"
    sheets[STOP][0]["坐标系"] = "火星"
    sheets[LINE][1]["类型"] = "火箭"
    sheets[CALL][2]["分钟"] = -1
    assert [one[:3] for one in faults_of(sheets)] == [
        ("线路 第 3 行", "类型", "火箭"), ("站点 第 2 行", "坐标系", "火星"), ("站点 第 4 行", "乡镇", "某镇"), ("站序 第 4 行", "分钟", "-1"),
        ("班次 第 2 行", "发车时刻", "6:00 6:00"), ("票价 第 3 行", "票价", "很贵"),
    ]


def test_one_fault_brings_no_others_in_its_wake() -> None:
    for sheet, column, value in ((CALL, "站号", "9999"), (CALL, "分钟", "x"), (DAY, "规则", "看不懂"), (MARKET, "规则", "看不懂"), (CALL, "序号", "x")):
        sheets = small()
        sheets[sheet][0][column] = value
        assert [one[:2] for one in faults_of(sheets)] == [(f"{sheet} 第 2 行", column)]


def test_what_looks_forgotten_is_a_warning_and_no_fault() -> None:
    sheets = add(STOP, 站号="1009", 站名="没人停")
    sheets[DAY].append({"名称": "周末", "规则": "周末"})
    sheets[CALL] += [{"线路号": "101", "方向": "回", "序号": 1, "站号": "1003", "分钟": 0}, {"线路号": "101", "方向": "回", "序号": 2, "站号": "1001", "分钟": 50}]
    warnings = [(one.row, one.field, one.value, one.message) for one in inspect(sheets).warnings]
    assert warnings == [
        ("站点 第 5 行", "站号", "1009", "没有线路停这一站"), ("站序 第 8 行", "方向", "回", "101 的这个方向没有班次"),
        ("运行日 第 3 行", "名称", "周末", "没有班次用这个运行日"),
    ]
    assert inspect(small()).warnings == ()


def test_the_small_workbook_is_right_before_it_is_changed() -> None:
    assert faults_of(pack(small())) == []
