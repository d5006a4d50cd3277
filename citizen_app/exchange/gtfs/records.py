"""A feed while it is read: its files row by row, with values that never raise and every fault collected. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from datetime import date

from citizen_app.exchange.gtfs.archive import Archive
from citizen_app.exchange.gtfs.faults import Faults
from citizen_app.exchange.gtfs.table import Chunk, Table
from citizen_app.exchange.gtfs.values import clean_text, read_date, read_decimal, read_time_s, read_whole

Progress = Callable[[int, int], None]

# Names of columns that were not known when the file was written by us, and filled because GTFS demands them.
FILLED = "x_filled"
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_LONGEST = 2000


class Record:
    """One row. A value that is required or breaks a time is a problem, any other one a warning and its default."""

    __slots__ = ("_faults", "_file", "row", "values")

    def __init__(self, file: str, row: int, values: Mapping[str, str], faults: Faults) -> None:
        self._file, self.row, self._faults = file, row, faults
        filled = values.get(FILLED, "").split()
        self.values = {**values, **dict.fromkeys(filled, "")} if filled else values

    def error(self, field: str, message: str) -> None:
        self._faults.error(self._file, self.row, field, self.values.get(field, ""), message)

    def warn(self, field: str, message: str) -> None:
        self._faults.warn(self._file, self.row, field, self.values.get(field, ""), message)

    def is_filled(self, field: str) -> bool:
        """Whether a blank value was blank when the feed was made by us."""
        return field in self.values.get(FILLED, "").split()

    def ident(self, field: str, *, required: bool = False) -> str:
        """An identifier, as it stands but for white space around it."""
        value = self.values.get(field, "").strip()
        if required and not value:
            self.error(field, "must not be empty")
        if _UNSEEN.search(value):
            self.error(field, "holds characters that cannot be seen")
        return value

    def text(self, field: str) -> str:
        value = clean_text(self.values.get(field, ""))
        if len(value) > _LONGEST:
            self.warn(field, f"longer than {_LONGEST} characters; the rest is left out")
        return value[:_LONGEST].rstrip()

    def link(self, field: str) -> str:
        return self._matching(field, _LINK, "not an address on the web; left out")

    def email(self, field: str) -> str:
        return self._matching(field, _EMAIL, "not an e-mail address; left out")

    def _matching(self, field: str, pattern: re.Pattern[str], message: str) -> str:
        value = self.values.get(field, "").strip()
        if value and not pattern.fullmatch(value):
            self.warn(field, message)
            return ""
        return value

    def choice(self, field: str, most: int, default: int = 0) -> int:
        """A whole number from 0 to `most`."""
        value = self.whole(field, most)
        return default if value is None else value

    def whole(self, field: str, most: int = 999_999_999) -> int | None:
        text = self.values.get(field, "").strip()
        if not text:
            return None
        try:
            value = read_whole(text)
        except ValueError:
            value = -1
        if not 0 <= value <= most:
            self.warn(field, f"expected a whole number from 0 to {most}; taken as not given")
            return None
        return value

    def decimal(self, field: str) -> float | None:
        text = self.values.get(field, "").strip()
        if not text:
            return None
        try:
            return read_decimal(text)
        except ValueError as error:
            self.warn(field, f"{error}; taken as not given")
            return None

    def time_s(self, field: str) -> int | None:
        try:
            return read_time_s(self.values.get(field, "").strip())
        except ValueError as error:
            self.error(field, str(error))
            return None

    def date(self, field: str, *, required: bool = False) -> date | None:
        text = self.values.get(field, "").strip()
        if not text and not required:
            return None
        try:
            return read_date(text)
        except ValueError as error:
            message = str(error) if "expected" in str(error) else "there is no such day"
            (self.error if required else self.warn)(field, message)
            return None


class Feed:
    """The archive with its faults and how far reading has come."""

    def __init__(self, archive: Archive, faults: Faults, progress: Progress, known: Sequence[str]) -> None:
        self.archive, self.faults = archive, faults
        self._progress = progress
        self._total = max(1, sum(size for name, size in archive.sizes.items() if name in known))
        self._told = 0
        self._broken: set[str] = set()

    def chunks(self, name: str, required: Sequence[str], wanted: Sequence[str] = ()) -> Iterator[Chunk]:
        """A file in chunks of columns; nothing when it is not there."""
        if name not in self.archive:
            return
        table = Table(self.archive, name, self.faults)
        for chunk in table.chunks(required, wanted):
            yield chunk
            self._tell(min(self.archive.bytes_read, self._total))
        if table.is_broken:
            self._broken.add(name)

    def finish(self) -> None:
        """Tell that everything is read."""
        self._progress(self._total, self._total)

    def _tell(self, done: int) -> None:
        if done - self._told > self._total // 200:
            self._told = done
            self._progress(done, self._total)

    def records(self, name: str, required: Sequence[str], wanted: Sequence[str] = ()) -> Iterator[Record]:
        """A file row by row; nothing when it is not there."""
        for chunk in self.chunks(name, required, (*wanted, FILLED)):
            names = tuple(chunk.columns)
            for row, *values in zip(chunk.rows, *chunk.columns.values(), strict=True):
                yield Record(name, row, dict(zip(names, values, strict=True)), self.faults)

    def once(self, record: Record, field: str, key: str, seen: Container[str]) -> bool:
        """Whether a key is there and new; a second one is a problem."""
        if key in seen:
            record.error(field, "stands there twice")
        return bool(key) and key not in seen

    def refers(self, record: Record, field: str, known: Container[str], file: str) -> bool:
        """Whether a reference resolves; one into a file that could not be read is left alone."""
        if record.ident(field) in known or file in self._broken:
            return True
        record.error(field, f"is not in {file}")
        return False

    def is_broken(self, name: str) -> bool:
        """Whether a file could not be read as a whole."""
        return name in self._broken
