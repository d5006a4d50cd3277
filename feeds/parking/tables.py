"""Tables (CSV, XLSX, HTML) to records: finds the heading, then reads the rows below it through the map. Pure.

The heading is the first row that has every heading of the map, among the first 20: a title above it does no harm. Where the
map names columns by number only (`column.0` is the first), every row is a record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from citizen_app.errors import InputProblem, InvalidInput, problem
from feeds.base import Parsed
from feeds.parking.fields import FieldMap
from feeds.parking.rows import MOST_RECORDS, check_size, read_records

MOST_HEAD_ROWS = 20
MOST_ROWS = 2 * MOST_RECORDS    # blank ones included
_BY_NUMBER = "column."

Row = tuple[int, Sequence[Any]]    # its number as a person counts, its cells


def read_table(rows: Sequence[Row], fields: FieldMap, fetched_at: datetime, strict: bool = False) -> Parsed:
    """The rows through the map. `strict`: a row with more or fewer cells than the heading is a problem, not a record.

    Raises InvalidInput that names every heading of the map which the table lacks or has twice.
    """
    rows = [(number, cells) for number, cells in rows if any(cell not in (None, "") for cell in cells)]
    check_size(rows, spare=MOST_HEAD_ROWS)
    at = find_heading([cells for _, cells in rows[:MOST_HEAD_ROWS]], fields)
    headings: list[str] = []
    if wanted(fields):
        if at is None:
            raise InvalidInput(_missing(fields, rows))
        headings = texts(rows[at][1])
        rows = rows[at + 1:]
        _check_once(fields, headings)
    records, numbers, problems = [], [], list[InputProblem]()
    for number, cells in rows:
        spare = [cell for cell in cells[len(headings):] if cell not in (None, "")]
        if strict and headings and (len(cells) < len(headings) or spare):
            problems.append(problem(f"row {number}", "", len(cells), f"expected {len(headings)} cells"))
            continue
        record = {f"{_BY_NUMBER}{column}": cell for column, cell in enumerate(cells)}
        record.update(zip(headings, cells, strict=False))
        records.append(record)
        numbers.append(number)
    parsed = read_records(records, fields, fetched_at, numbers)
    return Parsed(parsed.items, (*problems, *parsed.problems), parsed.rows + len(problems))


def wanted(fields: FieldMap) -> set[str]:
    """The headings that a map asks for."""
    return {path for path in fields.fields.values() if not path.startswith(_BY_NUMBER)}


def find_heading(rows: Sequence[Sequence[Any]], fields: FieldMap) -> int | None:
    """Which row has every heading of the map; None if none has."""
    asked = wanted(fields)
    return next((at for at, cells in enumerate(rows) if asked and asked <= set(texts(cells))), None)


def texts(cells: Sequence[Any]) -> list[str]:
    """Cells as headings: on one line, trimmed."""
    return ["" if cell is None else " ".join(str(cell).split()) for cell in cells]


def _missing(fields: FieldMap, rows: Sequence[Row]) -> list[InputProblem]:
    heads = [texts(cells) for _, cells in rows[:MOST_HEAD_ROWS]]
    nearest = max(heads, key=lambda cells: len(wanted(fields) & set(cells)), default=[])
    return [
        problem("heading", path, ", ".join(filter(None, nearest)), f"missing; it is mapped to {name}")
        for name, path in fields.fields.items() if path in wanted(fields) and path not in nearest
    ]


def _check_once(fields: FieldMap, headings: list[str]) -> None:
    double = [path for path in wanted(fields) if headings.count(path) > 1]
    if double:
        raise InvalidInput([problem("heading", path, ", ".join(headings), "stands twice; map it by column.N") for path in double])
