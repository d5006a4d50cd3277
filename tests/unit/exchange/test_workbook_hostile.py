"""Files that are broken or meant to do harm are refused in Chinese, soon, and nothing else ever happens."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from itertools import pairwise

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from citizen_app.errors import InvalidInput
from citizen_app.exchange.workbook.reader import read_workbook
from citizen_app.xlsx import MOST_PARTS, MOST_UNPACKED_BYTES
from tests.unit.exchange.workbooks import faults_of, pack, save, small

RIGHT = pack(small())
LAUGHS = '<!DOCTYPE a [<!ENTITY a "lol">' + "".join(f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in pairwise("abcdefghi")) + "]>"


def repack(change: Callable[[str, bytes], bytes], content: bytes = RIGHT, more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """The same workbook with its parts changed, and more of them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
        for name, body in more:
            new.writestr(name, body)
    return packed.getvalue()


def as_it_is(_: str, body: bytes) -> bytes:
    return body


def refused(content: bytes) -> str:
    found = faults_of(content)
    assert len(found) == 1 and found[0][0] == "工作簿", found
    return found[0][3]


class TestFilesThatAreNoWorkbook:
    @pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 broken", RIGHT[:-100], RIGHT[: len(RIGHT) // 2], b"\xd0\xcf\x11\xe0" + b"\0" * 600])
    def test_they_are_refused(self, content: bytes) -> None:
        assert "不是 Excel 工作簿" in refused(content)

    def test_a_zip_of_something_else_is_refused(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("readme.txt", "hello")
        assert "不是 Excel 工作簿" in refused(packed.getvalue())

    def test_a_sheet_of_broken_xml_is_named(self) -> None:
        content = repack(lambda name, body: body[:len(body) // 2] if name.endswith("sheet1.xml") else body)
        assert refused(content) == "工作表“线路”读不出来"

    @given(st.integers(0, len(RIGHT) - 1), st.integers(1, 255))
    @settings(max_examples=60, deadline=None)
    def test_a_byte_that_flipped_is_harmless_or_refused(self, at: int, flip: int) -> None:
        broken = RIGHT[:at] + bytes([RIGHT[at] ^ flip]) + RIGHT[at + 1:]
        try:
            read_workbook(broken)
        except InvalidInput as error:
            assert error.problems


class TestFilesThatWouldCostTooMuch:
    def test_a_bomb_is_refused_by_what_it_says_of_itself(self) -> None:
        started = time.perf_counter()
        assert "太大" in refused(repack(as_it_is, more=(("xl/media/a.xml", b"0" * (MOST_UNPACKED_BYTES + 1)),)))
        assert "太大" in refused(repack(as_it_is, more=tuple((f"xl/{number}", b"") for number in range(MOST_PARTS + 1))))
        assert time.perf_counter() - started < 30

    def test_a_bomb_that_lies_about_its_size_breaks_its_checksum(self) -> None:
        packed = io.BytesIO(repack(as_it_is, more=(("xl/big.xml", b"0" * 50_000_000),)))
        body = bytearray(packed.getvalue())
        honest, lie = (50_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
        assert body.count(honest) >= 1
        assert "不是 Excel 工作簿" in refused(bytes(body.replace(honest, lie)))

    def test_a_large_file_is_refused_before_it_is_opened(self) -> None:
        assert refused(b"\0" * (10 * 1024 * 1024 + 1)) == "文件超过 10 MB"

    @pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/styles.xml"])
    def test_entities_that_grow_without_end_are_refused(self, part: str) -> None:
        def change(name: str, body: bytes) -> bytes:
            at = body.index(b"?>") + 2 if body.startswith(b"<?xml") else 0
            return body[:at] + LAUGHS.encode() + body[at:] if name == part else body

        started = time.perf_counter()
        assert "不是 Excel 工作簿" in refused(repack(change))
        assert time.perf_counter() - started < 10

    def test_a_document_type_is_found_whatever_its_part_is_called_and_however_it_is_written(self) -> None:
        for body in (LAUGHS.encode(), LAUGHS.encode("utf-16"), b" " * 65_530 + LAUGHS.encode()):
            assert "不是 Excel 工作簿" in refused(repack(as_it_is, more=(("xl/worksheets/more.bin", body),)))

    def test_rows_and_columns_at_the_far_end_of_a_sheet_cost_little(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(RIGHT))
        book["线路"]["XFD1048576"] = "far"
        content = save(book)
        started = time.perf_counter()
        assert faults_of(content) == []
        assert faults_of(repack(lambda _, body: body.replace(b'r="1048576"', b'r="99999999999"'), content)) == []
        assert time.perf_counter() - started < 30

    def test_more_rows_than_anyone_keeps_are_a_fault(self) -> None:
        sheets = small()
        sheets["站点"] += [{"站号": str(number), "站名": "站"} for number in range(10_000, 30_000)]
        assert ("站点 第 20002 行", "", "", "一张表最多 20000 行") in faults_of(sheets)

    def test_more_departures_than_any_county_runs_are_a_fault(self) -> None:
        sheets = small()
        sheets["站序"] += [
            {"线路号": "101", "方向": "回", "序号": number, "站号": f"100{number % 2 + 1}", "分钟": number - 1} for number in range(1, 1001)]
        times = " ".join(f"{minute // 60}:{minute % 60:02d}" for minute in range(400))
        sheets["运行日"] += [{"名称": f"第{number}种", "规则": "每天"} for number in range(4)]
        sheets["班次"] += [{"线路号": "101", "方向": "回", "运行日": f"第{number}种", "发车时刻": times} for number in range(4)]
        found = faults_of(sheets)
        assert len(found) == 1 and "班次太多" in found[0][3]


class TestFormulas:
    def test_a_formula_that_was_never_worked_out_is_a_fault_with_its_text(self) -> None:
        sheets = small()
        sheets["站序"][1]["分钟"] = "=9*2"
        (fault,) = faults_of(sheets)
        assert fault[:3] == ("站序 第 3 行", "分钟", "=9*2") and "公式没有算出的值" in fault[3]

    def test_an_array_formula_too(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(RIGHT))
        book["站序"]["E3"] = ArrayFormula("E3", "=9*2")
        (fault,) = faults_of(save(book))
        assert fault[:2] == ("站序 第 3 行", "分钟") and "公式没有算出的值" in fault[3]

    def test_a_formula_counts_as_the_value_that_excel_worked_out(self) -> None:
        sheets = small()
        sheets["站序"][1]["分钟"] = "=9*2"
        content = repack(lambda _, body: body.replace(b"<f>9*2</f><v></v>", b"<f>9*2</f><v>18</v>").replace(
            b"<f>9*2</f><v/>", b"<f>9*2</f><v>18</v>"), pack(sheets))
        assert faults_of(content) == []

    def test_a_formula_that_failed_is_a_fault(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(RIGHT))
        book["站序"]["E3"] = "#N/A"
        assert faults_of(save(book)) == [("站序 第 3 行", "分钟", "#N/A", "公式出错，没有算出值")]
