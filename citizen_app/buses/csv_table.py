"""Timetables as CSV, safe to open in a spreadsheet. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from citizen_app.buses.grid import Column, Grid
from citizen_app.buses.times import clock_text

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180 text with a byte order mark, which Excel needs to read Chinese. No cell is taken for a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    csv.writer(out).writerows([[escape(cell) for cell in row] for row in rows])
    return out.getvalue()


def escape(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet would run it."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def grid_rows(grids: Iterable[tuple[Grid, str, Sequence[str]]], every: Callable[[str], str]) -> list[list[str]]:
    """All directions beneath each other, an empty row between them.

    Each grid comes with the heading of its first column and the names of its stops; `every` says the minutes
    in words, for the columns that stand for many trips.
    """
    table: list[list[str]] = []
    for grid, heading, names in grids:
        if table:
            table.append([])
        table.append([heading, *(_heading(column, every) for column in grid.columns)])
        for place, name in enumerate(names):
            table.append([name, *(_cell(column, place) for column in grid.columns)])
        table += [[mark, text] for mark, text in grid.notes]
    return table


def minutes_text(every_s: int, every_min_s: int | None) -> str:
    """15, or 10–15 where a range is promised."""
    most = str(max(1, round(every_s / 60)))
    least = str(max(1, round(every_min_s / 60))) if every_min_s else most
    return most if least == most else f"{least}–{most}"


def _heading(column: Column, every: Callable[[str], str]) -> str:
    return every(minutes_text(column.every_s, column.every_min_s)) if column.every_s else column.note


def _cell(column: Column, place: int) -> str:
    seconds = column.cells[place] if place < len(column.cells) else None
    return "" if seconds is None else clock_text(seconds)
