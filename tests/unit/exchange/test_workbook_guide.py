"""The guide for staff says what the reader does: every column of every sheet, and faults word for word."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from citizen_app.exchange.workbook.layout import SHEETS, Sheet
from tests.unit.exchange.workbooks import change, faults_of, small

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "timetable-workbook.zh-CN.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: str(sheet.name))
def test_every_column_stands_in_the_guide_with_its_mark_and_its_words(sheet: Sheet) -> None:
    section = re.split(r"^## ", GUIDE, flags=re.MULTILINE)
    (text,) = [one for one in section if re.match(rf"{sheet.name}[（：]", one)]
    named = [name for line in re.findall(r"^\| ([^|]+) \| ", text.split("\n\n| 线路号 | 方向")[0], re.MULTILINE) for name in line.split("、")]
    assert [name for name in named if name not in {"列", "---"}] == [
        f"{column.name} *" if column.required else column.name for column in sheet.columns]
    for column in sheet.columns:
        assert all(f"`{word}`" in GUIDE for word in column.choices)


def test_the_faults_in_the_guide_are_what_the_reader_says() -> None:
    sheets = small()
    sheets["线路"][1]["类型"] = "公交"
    sheets["站点"][0].update(纬度=121.1, 经度=28.85)
    sheets["站点"][1]["村"] = "塘头村"
    sheets["站序"][1]["序号"] = 4
    sheets["站序"][5]["分钟"] = 3
    sheets["班次"][0]["发车时刻"] = "6:00 7:10 0:30"
    sheets["班次"][1]["间隔"] = datetime(2026, 10, 15)
    sheets["班次"].append({"线路号": "101", "方向": "去", "运行日": "周未", "发车时刻": "9:00"})
    sheets["运行日"][0]["规则"] = "看天气"
    faults = faults_of(sheets) + faults_of(change("票价", 3, 讫片区="C"))
    said = [re.sub("可以写：.*", "可以写：……", f"{row}: {field} = {value!r}: {message}") for row, field, value, message in faults]
    (shown,) = re.findall(r"^```\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert shown.splitlines() == said
