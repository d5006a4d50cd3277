"""Reads the bundle's files into rows: CSV as spreadsheets save it, and TOML tables. Pure.

A row is named as a spreadsheet shows it: the heading is row 1.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Collection
from typing import Any

from citizen_app.errors import InputProblem, problem
from citizen_app.ops.bundle_row import Row


def read_csv(
    file: str, content: bytes, required: Collection[str], optional: Collection[str], problems: list[InputProblem]
) -> list[Row] | None:
    """The rows of a CSV file in UTF-8 (with or without a mark) or GB18030; None when its header cannot be used."""
    text = _decoded(content)
    if text is None:
        problems.append(problem(file, "encoding", content[:20], "neither UTF-8 nor GB18030"))
        return None
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        problems.append(problem(file, "content", "", f"not CSV: {error}"))
        return None
    header = [name.strip() for name in cells[0]] if cells else []
    faults = [problem(f"{file} row 1", name, name, "column is missing") for name in required if name not in header]
    known = [*required, *optional]
    for position, name in enumerate(header):
        if name not in known:
            faults.append(problem(f"{file} row 1", name, name, f"unknown column; known are {', '.join(known)}"))
        elif name in header[:position]:
            faults.append(problem(f"{file} row 1", name, name, "column stands there twice"))
    problems += faults
    if faults:
        return None
    rows = []
    for number, line in enumerate(cells[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        row = Row(f"{file} row {number}", dict(zip(header, line, strict=False)), problems)
        if len(line) != len(header):
            row.fault("columns", f"expected {len(header)} cells as in the header", len(line))
        else:
            rows.append(row)
    return rows


def read_toml(file: str, content: bytes, problems: list[InputProblem]) -> dict[str, Any] | None:
    """The tables of a TOML file; None with a problem when it cannot be read."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(problem(file, "content", "", f"not TOML: {error}"))
        return None


def read_tables(file: str, content: bytes, name: str, problems: list[InputProblem]) -> list[Row] | None:
    """The tables [[name]] of a TOML file, as rows; None when it cannot be read."""
    document = read_toml(file, content, problems)
    if document is None:
        return None
    found = document.get(name, [])
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        problems.append(problem(file, name, found, f"expected tables as [[{name}]]"))
        return None
    for other in document:
        if other != name:
            problems.append(problem(file, other, document[other], f"unknown; expected tables as [[{name}]]"))
    return [Row(f"{file} {name} {table.get('uid', number)}", table, problems) for number, table in enumerate(found, 1)]


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
