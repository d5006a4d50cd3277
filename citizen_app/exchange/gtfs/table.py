"""One CSV file of a feed, as others really write them, in chunks of columns or row by row. Pure.

Tolerated: a byte order mark, white space around names and values, empty lines, any line ends, more columns than we know,
empty values at the end left out. Named: text that is not UTF-8, missing columns, rows with more values than the header.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citizen_app.errors import InvalidInput
from citizen_app.exchange.gtfs.archive import Archive
from citizen_app.exchange.gtfs.faults import Faults

CHUNK_ROWS = 512    # fewer than make the interpreter look for garbage; larger chunks take twice the time
MAX_ROWS = 20_000_000


@dataclass(frozen=True)
class Chunk:
    """Some rows, column by column; values are as they stand in the file. `rows` are the row numbers of a spreadsheet."""

    rows: Sequence[int]
    columns: dict[str, Sequence[str]]


class Table:
    """A file that is there. `header` has its columns once reading began; `is_broken` after a fault of the file as a whole."""

    def __init__(self, archive: Archive, name: str, faults: Faults) -> None:
        self.name, self._archive, self._faults = name, archive, faults
        self.header: list[str] = []
        self._width = 0
        self.is_broken = False

    def chunks(self, required: Sequence[str], wanted: Sequence[str]) -> Iterator[Chunk]:
        """The wanted columns, as far as they are there; all of `required` or a fault of the file."""
        with self._archive.open(self.name) as stream:
            reader = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline=""), skipinitialspace=True)
            try:
                number = self._read_header(reader)
                missing = [column for column in required if column not in self.header]
                for column in missing:
                    self._fault(number, column, "this column is missing")
                if not missing:
                    yield from self._read_rows(reader, number, (*required, *wanted))
            except UnicodeDecodeError:
                self._fault(self._undecodable_row(), "", "is not UTF-8; save it as UTF-8")
            except csv.Error as error:
                self._fault(reader.line_num, "", f"cannot be read as CSV: {error}")

    def _fault(self, row: int | None, field: str, message: str) -> None:
        self.is_broken = True
        self._faults.error(self.name, row, field, "", message)

    def _read_header(self, reader: Iterator[list[str]]) -> int:
        number = 0
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                self.header = [cell.strip().lower() for cell in cells]
                self._width = len(cells)
                for column in sorted({name for name in self.header if name and self.header.count(name) > 1}):
                    self._faults.warn(self.name, number, column, "", "this column is there twice; the first one counts")
                return number
        return number

    def _read_rows(self, reader: Iterator[list[str]], header_row: int, wanted: Sequence[str]) -> Iterator[Chunk]:
        places = {name: self.header.index(name) for name in wanted if name in self.header}
        rows: list[int] = []
        cells: list[list[str]] = []
        for number, row in enumerate(reader, header_row + 1):
            if len(row) != self._width:
                mended = self._mend(number, row)
                if mended is None:
                    continue
                row = mended
            elif not row[0] and not any(cell.strip() for cell in row):
                continue
            rows.append(number)
            cells.append(row)
            if len(rows) == CHUNK_ROWS:
                yield _chunk(rows, cells, places)
                rows, cells = [], []
            if number > MAX_ROWS:
                raise InvalidInput(f"{self.name} has more than {MAX_ROWS} rows")
        if rows:
            yield _chunk(rows, cells, places)

    def _mend(self, number: int, row: list[str]) -> list[str] | None:
        """A row of another length than the header: made to fit, or None when it is empty or cannot be understood."""
        if not any(cell.strip() for cell in row):
            return None
        if len(row) < self._width:
            self._faults.warn(self.name, number, "", len(row), f"fewer values than the {self._width} columns; the rest is empty")
            return row + [""] * (self._width - len(row))
        if any(cell.strip() for cell in row[self._width:]):
            self._faults.error(self.name, number, "", len(row), f"more values than the {self._width} columns: a comma without quotes?")
            return None
        return row[: self._width]

    def _undecodable_row(self) -> int | None:
        """The first line that is not UTF-8."""
        with self._archive.open(self.name) as stream:
            for number, line in enumerate(stream, 1):
                try:
                    line.decode()
                except UnicodeDecodeError:
                    return number
        return None


def _chunk(rows: list[int], cells: list[list[str]], places: dict[str, int]) -> Chunk:
    columns = list(zip(*cells, strict=True))
    return Chunk(rows, {name: columns[place] for name, place in places.items()})
