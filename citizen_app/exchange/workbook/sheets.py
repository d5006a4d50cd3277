"""Bytes to rows: which sheets and columns are there, and every fault of them at its place. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, TypeVar

from openpyxl.utils import get_column_letter

from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.exchange.workbook.cells import name_key, narrow, read_text
from citizen_app.exchange.workbook.layout import DEMO_MARK, INSTRUCTIONS, SHEETS, Sheet
from citizen_app.xlsx import UnreadableWorkbook, open_workbook

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
_FARTHEST_ROW = 50_000    # behind this nothing is looked for
_MOST_COLUMNS = 64
Value = TypeVar("Value")


@dataclass(frozen=True)
class Row:
    """One row below the heading. `cells` are those that are not empty, by the columns' names; `faults` is shared by all."""

    sheet: Sheet
    number: int
    cells: Mapping[str, object]
    faults: list[InputProblem]

    @property
    def place(self) -> str:
        return f"{self.sheet.name} 第 {self.number} 行"

    def fault(self, column: str, message: str, value: object = None) -> None:
        shown = self.cells.get(column, "") if value is None else value
        if isinstance(shown, datetime) and shown.time() == time():
            shown = shown.date()    # Excel keeps a date as its midnight
        self.faults.append(problem(self.place, column, shown, message))

    def read(self, column: str, reader: Callable[[object], Value]) -> Value | None:
        """The value of a cell; None when it is empty or wrong, and a wrong one is a fault."""
        cell = self.cells.get(column)
        if cell is None:
            return None
        try:
            return reader(cell)
        except ValueError as error:
            self.fault(column, str(error))
            return None

    def text(self, column: str) -> str:
        return self.read(column, read_text) or ""

    def choice(self, column: str) -> str:
        """One of the column's words, "" when it is empty or none of them (which is a fault)."""
        choices = next(one.choices for one in self.sheet.columns if one.name == column)
        text = self.text(column)
        found = {name_key(word): word for word in choices}.get(name_key(text), "")
        if text and not found:
            self.fault(column, f"应该是 {'、'.join(choices)} 之一" if len(choices) > 1 else f"只能写“{choices[0]}”，或者空着")
        return found


@dataclass(frozen=True)
class _NotWorkedOut:
    """A cell whose formula has no value; `shown` is what stands in it."""

    message: str
    shown: str


@dataclass(frozen=True)
class Sheets:
    """The rows of every sheet by its name, in their order; a sheet that is not there has none."""

    rows: Mapping[str, tuple[Row, ...]]
    is_demo: bool


def read_sheets(content: bytes, faults: list[InputProblem]) -> Sheets:
    """Every sheet of the layout. What is wrong with sheets, headings and empty cells goes to `faults`.

    Raises InvalidInput when the file as a whole cannot be read.
    """
    if len(content) > MOST_BYTES:
        raise _refused(f"文件超过 {MOST_BYTES // 1024 ** 2} MB")
    try:
        values, formulas = open_workbook(content), open_workbook(content, formulas=True)
    except UnreadableWorkbook as error:
        raise _refused("展开以后太大" if error.is_too_large else "不是 Excel 工作簿（.xlsx），或者文件坏了") from error
    known = {sheet.name: sheet for sheet in SHEETS}
    titles = {narrow(title): title for title in values.sheetnames}
    for title in titles.keys() - known.keys() - {INSTRUCTIONS}:
        faults.append(problem(title, "", title, f"不认识的工作表；可以有 {'、'.join([INSTRUCTIONS, *known])}"))
    rows: dict[str, tuple[Row, ...]] = {}
    for name, sheet in known.items():
        rows[name] = ()
        if name in titles:
            lines = _lines(values[titles[name]], formulas[titles[name]])
            rows[name] = tuple(_read_rows(sheet, lines, faults))
        if sheet.required and not rows[name]:
            faults.append(problem(name, "", "", "这张表里一行也没有" if name in titles else "缺少这张工作表"))
    notes = titles.get(INSTRUCTIONS)
    is_demo = notes is not None and any(_is_demo_mark(cells) for _, cells in _lines(values[notes], formulas[notes]))
    return Sheets(rows, is_demo)


def _read_rows(sheet: Sheet, lines: Iterator[tuple[int, tuple[Any, ...]]], faults: list[InputProblem]) -> Iterator[Row]:
    number, heading = next(lines, (1, ()))
    if number != 1:
        faults.append(problem(f"{sheet.name} 第 1 行", "", "", "第 1 行应该是列名"))
        return
    names = _read_heading(sheet, heading, faults)
    for count, (number, cells) in enumerate(lines, 1):
        if count > MOST_ROWS:
            faults.append(problem(f"{sheet.name} 第 {number} 行", "", "", f"一张表最多 {MOST_ROWS} 行"))
            return
        named = {at: name for at, name in enumerate(names) if name}
        row = Row(sheet, number, {named[at]: cell for at, cell in enumerate(cells) if at in named and cell is not None}, faults)
        for at, cell in enumerate(cells):
            if cell is not None and at not in named:
                row.fault(f"{get_column_letter(at + 1)} 列", "这一列没有列名", cell)
        for column in sheet.columns:
            if column.required and column.name not in row.cells and column.name in names:
                row.fault(column.name, "必须填写")
        for name, cell in row.cells.items():
            if isinstance(cell, _NotWorkedOut):
                row.fault(name, cell.message, cell.shown)
        yield replace(row, cells={name: cell for name, cell in row.cells.items() if not isinstance(cell, _NotWorkedOut)})


def _read_heading(sheet: Sheet, cells: tuple[Any, ...], faults: list[InputProblem]) -> list[str]:
    """The columns' names by their place, "" where there is none; the mark of a required one may stand behind its name."""
    place = f"{sheet.name} 第 1 行"
    names = [narrow("" if cell is None or isinstance(cell, _NotWorkedOut) else str(cell)).rstrip("* ") for cell in cells]
    known = {column.name for column in sheet.columns}
    for at, name in enumerate(names):
        if name and name not in known:
            faults.append(problem(place, name, name, f"不认识的列；可以有 {'、'.join(column.name for column in sheet.columns)}"))
        elif name and name in names[:at]:
            faults.append(problem(place, name, name, "这一列写了两次"))
    for column in sheet.columns:
        if column.required and column.name not in names:
            faults.append(problem(place, column.name, "", "缺少这一列"))
    return names


def _lines(values: Any, formulas: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows that are not empty with their numbers, an empty cell as None."""
    bounds = {"max_row": _FARTHEST_ROW, "max_col": _MOST_COLUMNS}
    try:
        pairs = zip(values.iter_rows(**bounds), formulas.iter_rows(**bounds), strict=True)
        for number, (row, written) in enumerate(pairs, 1):
            cells = tuple(map(_cell, row, written))
            if any(cell is not None for cell in cells):
                yield number, cells
    except Exception as error:    # broken XML inside of a sheet breaks the library in many ways
        raise _refused(f"工作表“{values.title}”读不出来") from error


def _cell(value: Any, formula: Any) -> object:
    """A text of blanks only is an empty cell."""
    if value.data_type == "e":
        return _NotWorkedOut("公式出错，没有算出值", str(value.value))
    if formula.data_type == "f" and value.value is None:
        return _NotWorkedOut("公式没有算出的值；请在 Excel 里打开、保存一次，或者改成数值", str(formula.value))
    return (value.value.strip() or None) if isinstance(value.value, str) else value.value


def _is_demo_mark(cells: tuple[Any, ...]) -> bool:
    return [narrow(str(cell)) for cell in cells if cell is not None] == [DEMO_MARK, "是"]


def _refused(message: str) -> InvalidInput:
    return InvalidInput([problem("工作簿", "", "", message)])
