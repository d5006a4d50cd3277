"""The workbook to begin with: every sheet with its headings, drop-down lists, notes and examples. Pure."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from citizen_app.exchange.workbook.examples import EXAMPLES, INSTRUCTIONS
from citizen_app.exchange.workbook.layout import DEMO_MARK, SHEETS, Column, Holds, Sheet
from citizen_app.exchange.workbook.layout import INSTRUCTIONS as INSTRUCTIONS_SHEET

_LAST_ROW = 5_000    # as far as the drop-down lists reach
_FORMATS = {Holds.TEXT: "@", Holds.NUMBER: "General", Holds.TIME: "h:mm", Holds.DATE: "yyyy-mm-dd"}
_FONT = "宋体"
_HEADING = Font(name=_FONT, bold=True, color="FFFFFF")
_REQUIRED, _OPTIONAL, _EXAMPLE = (PatternFill("solid", start_color=color) for color in ("0A3C8C", "5B6B82", "ECEFF3"))
_LINE = Border(bottom=Side("thin", color="C4CCD8"))


def make_template() -> bytes:
    """An .xlsx that `reader.read_workbook` takes as it is, in any county."""
    book = Workbook()
    assert isinstance(book.active, Worksheet)
    _write_instructions(book.active)
    for sheet in SHEETS:
        _write_sheet(book.create_sheet(sheet.name), sheet)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _write_instructions(page: Worksheet) -> None:
    page.title = INSTRUCTIONS_SHEET
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 96, 10
    for number, line in enumerate(INSTRUCTIONS, 1):
        cell = page.cell(number, 1, line)
        cell.font = Font(name=_FONT, bold=number == 1, size=16 if number == 1 else 11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    row = len(INSTRUCTIONS) + 1
    for column, text in enumerate((DEMO_MARK, "否"), 1):
        page.cell(row, column, text).font = Font(name=_FONT, bold=True)
    _offer(page, f"B{row}", '"是,否"', strict=True)
    _print(page)


def _write_sheet(page: Worksheet, sheet: Sheet) -> None:
    for at, column in enumerate(sheet.columns, 1):
        _write_heading(page, at, column)
        if column.choices:
            _offer(page, _below(at), f'"{",".join(column.choices)}"', strict=True)
        elif column.refers:
            _offer(page, _below(at), _cells_of(*column.refers), strict=False)
    for number, example in enumerate(EXAMPLES[sheet.name], 2):
        for at, column in enumerate(sheet.columns, 1):
            value = example.get(column.name)
            cell = page.cell(number, at, None if value == "" else value)
            cell.number_format, cell.fill, cell.border = _FORMATS[column.holds], _EXAMPLE, _LINE
            cell.font = Font(name=_FONT)
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{_LAST_ROW}"
    page.print_title_rows = "1:1"
    _print(page)


def _write_heading(page: Worksheet, at: int, column: Column) -> None:
    """The name, * behind a required one, what it means as a note, and the format of the cells below."""
    cell = page.cell(1, at, f"{column.name} *" if column.required else column.name)
    cell.font, cell.fill = _HEADING, _REQUIRED if column.required else _OPTIONAL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    words = "必填。" if column.required else "可以空着。"
    comment = Comment(f"{words}{column.note}" + (f"\n可选：{'、'.join(column.choices)}" if column.choices else ""), "")
    comment.width, comment.height = 280, 120
    cell.comment = comment
    dimension = page.column_dimensions[get_column_letter(at)]
    dimension.width = max(column.width, 2 * len(column.name) + 4)
    dimension.number_format = _FORMATS[column.holds]


def _offer(page: Worksheet, cells: str, words: str, strict: bool) -> None:
    """A drop-down list. Where it is not `strict`, other words may be written: a number not yet in the other sheet."""
    offered = DataValidation(type="list", formula1=words, allow_blank=True, showErrorMessage=strict)
    offered.errorTitle, offered.error = "不能这样写", "请从下拉列表里选一个，或者空着"
    offered.add(cells)
    page.add_data_validation(offered)


def _below(at: int) -> str:
    letter = get_column_letter(at)
    return f"{letter}2:{letter}{_LAST_ROW}"


def _cells_of(sheet_name: str, column_name: str) -> str:
    """The cells of a column that are filled in, and no blank ones: a list would open at the first of those."""
    sheet = next(one for one in SHEETS if one.name == sheet_name)
    letter = get_column_letter([column.name for column in sheet.columns].index(column_name) + 1)
    top, whole = f"'{sheet_name}'!${letter}$2", f"'{sheet_name}'!${letter}:${letter}"
    return f"OFFSET({top},0,0,MAX(1,COUNTA({whole})-1),1)"


def _print(page: Worksheet) -> None:
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9    # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    assert page.oddFooter is not None
    page.oddFooter.center.text = "&A  第 &P 页，共 &N 页"
