"""The report of a month: its rates day by day, and what was missing for how long and why; as CSV and as an Excel workbook. Pure.

Both have the same two tables, in Chinese and English beside each other, since a report is passed on. No cell is taken for a formula.
"""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from citizen_app.buses.csv_table import escape, write_csv
from citizen_app.clock import to_local
from citizen_app.exchange.access_rate.days import Day, count_days, count_minutes, moment_of, place_of
from citizen_app.exchange.access_rate.numbers import MISSING, Module, Numbers, Standing, module_of, numbers_of, say_percent

MODULES: Mapping[Module, str] = {Module.PARKING: "停车场 car parks", Module.LINES: "公交线路 bus lines"}
CAUSES: Mapping[Standing, str] = {
    Standing.SOURCE_DOWN: "数据源中断 source down",
    Standing.STUCK: "数据卡住 stuck",
    Standing.INVALID: "数据不合格 invalid",
    Standing.REFUSED: "平台拒收 refused",
    Standing.UNSENT: "没有送到 unsent",
    Standing.LATE: "送到太晚 late",
    Standing.NEVER: "从未上报 never reported",
    Standing.UNMEASURED: "没有统计 not measured",
}
_DAY_HEAD = (
    "模块 module", "日期 day", "接入率 rate %", "登记 registered (min)", "应有 expected (min)", "合格 valid (min)",
    "接收 accepted (min)", "按时 on time (min)", *(f"{words} (min)" for words in CAUSES.values()),
)
_MISSING_HEAD = (
    "模块 module", "编号 number", "名称 name", "原因 cause", "缺少 missing (min)", "应有 expected (min)", "第一次 first",
    "最后一次 last",
)
_WIDTHS = (22, 26, 26, 24)

Cell = str | int | float
Row = Sequence[Cell]


@dataclass(frozen=True)
class Report:
    """The tables of a report without their heads; `title` says of what and when it is."""

    title: str
    days: tuple[Row, ...]
    missing: tuple[Row, ...]


def make_report(
    days: Sequence[Day], start: datetime, end: datetime, names: Mapping[str, str], county: str, made_at: datetime
) -> Report:
    """The report of [start, end), in which `start` is midnight in the county. `names`: subject -> name, for those that have one."""
    title = (
        f"{county}数据接入率 data access rate, {place_of(start)[0]} – {place_of(end - timedelta(minutes=1))[0]}, "
        f"{to_local(made_at):%Y-%m-%d %H:%M}"
    )
    return Report(title, tuple(_day_rows(days, start, end)), tuple(_missing_rows(days, start, end, names)))


def write_report_csv(report: Report) -> str:
    """Both tables beneath each other, with a byte order mark for Excel."""
    tables = [[report.title], [], _DAY_HEAD, *report.days, [], _MISSING_HEAD, *report.missing]
    return write_csv([[str(cell) for cell in row] for row in tables])


def write_report_xlsx(report: Report) -> bytes:
    """Each table on a sheet of its own."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "接入率 rate"
    _fill(first, report.title, _DAY_HEAD, report.days)
    _fill(book.create_sheet("缺少 missing"), report.title, _MISSING_HEAD, report.missing)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _day_rows(days: Sequence[Day], start: datetime, end: datetime) -> Iterable[Row]:
    """Each day of each module, and the whole of it last."""
    by_day: dict[date, list[Day]] = defaultdict(list)
    for one in days:
        by_day[one.day].append(one)
    whole = count_days(days, start, end)
    for module, words in MODULES.items():
        day = place_of(start)[0]
        while moment_of(day, 0) < end:
            numbers = count_days(by_day[day], max(start, moment_of(day, 0)), min(end, moment_of(day + timedelta(days=1), 0)))[module]
            if numbers.registered:
                yield _numbers_row(words, day.isoformat(), numbers)
            day += timedelta(days=1)
        yield _numbers_row(words, "合计 total", whole[module])


def _numbers_row(module: str, day: str, numbers: Numbers) -> Row:
    return (
        module, day, say_percent(numbers), numbers.registered, numbers.expected, numbers.valid, numbers.accepted, numbers.on_time,
        *(numbers.missing.get(cause, 0) for cause in CAUSES),
    )


def _missing_rows(days: Sequence[Day], start: datetime, end: datetime, names: Mapping[str, str]) -> Iterable[Row]:
    """What was missing for which cause, the longest first in each module."""
    counts: dict[str, Counter[Standing]] = defaultdict(Counter)
    seen: dict[tuple[str, Standing], list[date]] = defaultdict(list)
    last, last_minute = place_of(end)
    for one in sorted(days, key=lambda one: one.day):
        of_day = count_minutes(one.spans, 0, last_minute if one.day == last else 1440)
        counts[one.subject].update(of_day)
        for cause in MISSING:
            if of_day[cause]:
                seen[one.subject, cause].append(one.day)
    rows = [
        (module_of(subject), -counts[subject][cause], subject, cause, of_days[0], of_days[-1])
        for (subject, cause), of_days in seen.items()
    ]
    for module, minutes, subject, cause, first, latest in sorted(rows):
        yield (
            MODULES[module], subject.partition(":")[2], names.get(subject, ""), CAUSES[cause], -minutes,
            numbers_of(counts[subject]).expected, first.isoformat(), latest.isoformat(),
        )


def _fill(sheet: Worksheet, title: str, head: Row, rows: Iterable[Row]) -> None:
    for row in ([title], head, *rows):
        sheet.append([escape(cell) if isinstance(cell, str) else cell for cell in row])
    sheet["A1"].font = Font(bold=True)
    for cell in sheet[2]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for column in range(len(head)):
        sheet.column_dimensions[chr(ord("A") + column)].width = _WIDTHS[column] if column < len(_WIDTHS) else 14
    sheet.freeze_panes = "A3"
