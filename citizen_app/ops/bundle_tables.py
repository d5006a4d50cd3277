"""Reads the bundle's tables: CSV rows and TOML tables, value by value, with every fault collected. Pure.

A row is named as a spreadsheet shows it: the header is row 1. Values never raise; what cannot be used is a problem
in the list and None (or "") in the hand.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from citizen_app import geo
from citizen_app.errors import InputProblem, problem

TO_WGS84 = {
    "": lambda lat, lon: (lat, lon),
    "wgs84": lambda lat, lon: (lat, lon),
    "cgcs2000": lambda lat, lon: (lat, lon),    # within a few decimetres of WGS-84
    "gcj02": geo.gcj02_to_wgs84,
    "bd09": geo.bd09_to_wgs84,
}
_UID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LONGEST = 500


class Row:
    """One CSV row or TOML table. `is_good` turns False with the first fault."""

    def __init__(self, name: str, values: Mapping[str, Any], problems: list[InputProblem]) -> None:
        self.name, self.values, self._problems = name, values, problems
        self.is_good = True

    def fault(self, field: str, message: str, value: object = None) -> None:
        self.is_good = False
        self._problems.append(problem(self.name, field, self.values.get(field, "") if value is None else value, message))

    def text(self, field: str, *, required: bool = False) -> str:
        value = self.values.get(field, "")
        if not isinstance(value, str):
            self.fault(field, "expected text")
            return ""
        value = value.strip()
        if required and not value:
            self.fault(field, "must not be empty")
        if len(value) > _LONGEST:
            self.fault(field, f"longer than {_LONGEST} characters")
        return str(value)

    def uid(self, field: str) -> str:
        value = self.text(field, required=True)
        if value and not _UID.fullmatch(value):
            self.fault(field, "expected at most 64 of a-z 0-9 - _, beginning with a letter or digit")
        return value

    def whole(self, field: str, least: int = 0, most: int = 1_000_000) -> int | None:
        value = self.values.get(field, "")
        if value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,12}\s*", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(field, f"expected a whole number from {least} to {most}")
            return None
        return value

    def decimal(self, field: str, *, required: bool = False) -> float | None:
        value = self.values.get(field, "")
        if value == "" and not required:
            return None
        if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]+(\.[0-9]+)?\s*", value):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.fault(field, "expected a decimal number such as 28.8486")
            return None
        return float(value)

    def choice(self, field: str, choices: Collection[str], default: str = "") -> str:
        value = self.text(field, required=not default) or default
        if value and value not in choices:
            self.fault(field, f"expected one of {', '.join(choices)}")
        return value

    def pairs(self, field: str, names: Collection[str]) -> dict[str, str]:
        """A cell such as "charging=B2 层; disabled=1 号门边"."""
        found: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in self.text(field).split(";"))):
            name, equals, value = (piece.strip() for piece in part.partition("="))
            if not equals or not value:
                self.fault(field, "expected name=value; name=value", part)
            elif name not in names or name in found:
                known = ", ".join(sorted(names))
                self.fault(field, "named twice" if name in found else f"unknown name; known are {known}", part)
            else:
                found[name] = value
        return found

    def point(self, bounds: geo.Box | None, *, required: bool = True) -> tuple[float, float] | None:
        """lat, lon in WGS-84, converted from what the column `crs` says; None where there is none or it is unusable."""
        if not required and not self.values.get("lat") and not self.values.get("lon"):
            return None
        lat, lon = self.decimal("lat", required=True), self.decimal("lon", required=True)
        crs = re.sub(r"[^a-z0-9]", "", self.text("crs").lower())
        if crs not in TO_WGS84:
            self.fault("crs", "expected WGS-84, GCJ-02 or BD-09")
        if lat is None or lon is None or crs not in TO_WGS84:
            return None
        if not geo.Box(-90, -180, 90, 180).contains(lat, lon):
            self.fault("lat", "not a point on the earth; lat comes first", f"{lat}, {lon}")
            return None
        lat, lon = TO_WGS84[crs](lat, lon)
        if bounds is not None and not bounds.contains(lat, lon):
            swapped = "; lat and lon are swapped" if bounds.contains(lon, lat) else ""
            self.fault("lat", f"outside the county's bounds{swapped}", f"{lat:.6f}, {lon:.6f}")
            return None
        return round(lat, 7), round(lon, 7)

    def known(self, names: Collection[str]) -> None:
        for field in self.values:
            if field not in names:
                self.fault(field, f"unknown; known are {', '.join(sorted(names))}")


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
