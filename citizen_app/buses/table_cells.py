"""A grid made ready for the page: its cells as finished HTML, since a timetable has thousands of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from citizen_app.buses.csv_table import minutes_text
from citizen_app.buses.grid import Column, Grid
from citizen_app.buses.times import clock_text

_EMPTY = "<td>–</td>"
_PLAIN = tuple(f"<td>{clock_text(minute * 60)}</td>" for minute in range(24 * 60))
_LAST = tuple(cell.replace("<td>", '<td class="y">') for cell in _PLAIN)


@dataclass(frozen=True)
class Head:
    """The head of a column. `starts` is when the trip begins; `every` says that the column stands for many of them."""

    starts: str
    note: str
    is_first: bool
    is_last: bool
    every: bool


@dataclass(frozen=True)
class TableRow:
    """`parts` are the runs of cells before, between and after the columns that stand for many trips."""

    name: str
    parts: tuple[Markup, ...]
    is_top: bool
    is_here: bool
    set_down_only: bool


@dataclass(frozen=True)
class Table:
    """`every` has the minutes of each column that stands for many trips; they part the `parts` of the rows."""

    heads: tuple[Head, ...]
    rows: tuple[TableRow, ...]
    every: tuple[str, ...]


def make_table(grid: Grid, names: Sequence[str], here: int | None = None) -> Table:
    """The grid with the names of its stops; `here` is the row that the reader came from."""
    runs = _runs(grid.columns)
    rows = tuple(
        TableRow(names[place], tuple(_cells(run, place) for run in runs), place == 0, place == here, row.set_down_only)
        for place, row in enumerate(grid.rows)
    )
    every = tuple(minutes_text(one.every_s, one.every_min_s) for one in grid.columns if one.every_s)
    return Table(_heads(grid.columns), rows, every)


def _runs(columns: Sequence[Column]) -> list[list[Column]]:
    """The columns of single trips, parted where one stands for many."""
    runs: list[list[Column]] = [[]]
    for is_many, found in groupby(columns, key=lambda column: bool(column.every_s)):
        if is_many:
            runs += [[] for _ in found]
        else:
            runs[-1] = list(found)
    return runs


def _cells(columns: Sequence[Column], place: int) -> Markup:
    cells = []
    for column in columns:
        seconds = column.cells[place]
        cells.append(_EMPTY if seconds is None else (_LAST if column.is_last else _PLAIN)[seconds // 60 % len(_PLAIN)])
    return Markup("".join(cells))


def _heads(columns: Sequence[Column]) -> tuple[Head, ...]:
    heads = []
    for column in columns:
        begins_s = next((seconds for seconds in column.cells if seconds is not None), None)
        starts = "" if begins_s is None else clock_text(begins_s)
        heads.append(Head(starts, column.note, column.is_first, column.is_last, bool(column.every_s)))
    return tuple(heads)
