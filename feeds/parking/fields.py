"""The map from a source's foreign fields to ours, made from its settings and checked: what every adapter shares. Pure.

All keys but `fields` may be left out; every key for the reader of `sources.toml` is in docs/sources.md.

| key | meaning | default |
| --- | --- | --- |
| `records` | where the list of records is: `data.list` | the whole payload |
| `fields` | our name = their path (`paths`), for tables the heading or `column.N` | |
| `time_format` | `iso`, `epoch_s`, `epoch_ms`, or a strptime pattern | `iso` |
| `timezone` | of times without a zone | `Asia/Shanghai` |
| `status` | their word = `OPEN`, `CLOSED`, `UNKNOWN`, or `NO_DATA`: the number beside it means nothing | our words |
| `kinds` | their word = our kind of facility, "" for none | our words |
| `no_data` | further values that mean "no number" | |
| `thousands` | what groups digits: `,` `.` `'` or a space | |
| `crs` | `wgs84`, `gcj02` or `bd09`, of `lat` and `lon` | `wgs84` |
| `encoding` | of text | UTF-8, else what is declared, else GB18030 |

`delimiter` (CSV), `sheet` (XLSX), `table` (HTML) and `skip_rows` (all three) belong to their formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from citizen_app import geo
from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.parking.facility import FacilityKind, SpaceKind
from citizen_app.parking.occupancy import OpeningStatus
from feeds.parking.paths import steps_of
from feeds.parking.values import EPOCHS, BadValue, text_of

NUMBERS = ("available_spaces", "occupied", "capacity", "max_height_cm", *map(str, SpaceKind))
NAMES = ("ref", "observed_at", "opening_status", "name", "lat", "lon", "address", "kind", "opening_hours", *NUMBERS)
COMMON = ("fields", "time_format", "timezone", "status", "kinds", "no_data", "thousands", "crs", "encoding")
NO_NUMBER = "NO_DATA"
NO_DATA = frozenset({"", "-", "--", "---", "null", "NULL", "None", "N/A", "n/a", "2147483647"})
CRS: Mapping[str, Callable[[float, float], tuple[float, float]]] = {
    "wgs84": lambda lat, lon: (lat, lon), "gcj02": geo.gcj02_to_wgs84, "bd09": geo.bd09_to_wgs84,
}
_SAMPLE = datetime(2026, 11, 24, 12, 5, 6, tzinfo=UTC)


@dataclass(frozen=True)
class FieldMap:
    """A checked map; `make_field_map` is the way to one."""

    fields: Mapping[str, str]
    timezone: ZoneInfo
    status: Mapping[str, OpeningStatus | None]    # None: the number beside such a word means nothing
    kinds: Mapping[str, FacilityKind | None]
    no_data: frozenset[str]
    records: str
    time_format: str
    thousands: str
    crs: str
    encoding: str
    delimiter: str
    sheet: str
    table: int
    skip_rows: int
    loose_numbers: bool    # the first number in a text counts


def make_field_map(settings: Mapping[str, Any], *own: str, paths: bool = True, loose_numbers: bool = False) -> FieldMap:
    """The map that a source's settings describe. `own`: keys of the format besides the common ones.

    Raises InvalidInput with every fault at once, each naming its key. `paths` are checked unless they are headings or XPath.
    """
    given = _Settings(settings, (*COMMON, *own))
    fields = given.fields(paths)
    found = FieldMap(
        fields=fields,
        timezone=given.zone(),
        status=given.words("status", OpeningStatus, NO_NUMBER),
        kinds=given.words("kinds", FacilityKind, ""),
        no_data=NO_DATA | given.no_data(),
        records=given.text("records"),
        time_format=given.time_format(),
        thousands=given.one_of("thousands", ("", ",", ".", "'", " "), ""),
        crs=given.one_of("crs", tuple(CRS), "wgs84"),
        encoding=given.encoding(),
        delimiter=given.delimiter(),
        sheet=given.text("sheet"),
        table=given.count("table"),
        skip_rows=given.count("skip_rows"),
        loose_numbers=loose_numbers,
    )
    if given.faults:
        raise InvalidInput(given.faults)
    return found


class _Settings:
    """A source's own table, with what is wrong in it."""

    def __init__(self, values: Mapping[str, Any], known: tuple[str, ...]) -> None:
        self.values = values
        self.faults: list[InputProblem] = []
        for key in sorted(set(values) - set(known)):
            self.fault(key, f"unknown here; known are {', '.join(sorted(known))}")

    def fault(self, key: str, message: str, value: Any = None) -> None:
        found = self.values.get(key, "") if value is None else value
        self.faults.append(problem("settings", key, found, message))

    def text(self, key: str, default: str = "") -> str:
        value = self.values.get(key, default)
        if isinstance(value, str):
            return value
        self.fault(key, "expected a text")
        return default

    def one_of(self, key: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(key, default)
        if value not in choices:
            self.fault(key, f"expected one of {' '.join(filter(None, choices))}")
        return value

    def count(self, key: str) -> int:
        value = self.values.get(key, 0)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000:
            return value
        self.fault(key, "expected a whole number from 0")
        return 0

    def table(self, key: str) -> Mapping[str, Any]:
        value = self.values.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.fault(key, "expected a table")
        return {}

    def fields(self, paths: bool) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, path in self.table("fields").items():
            key = f"fields.{name}"
            if name not in NAMES:
                self.fault(key, f"unknown; known are {', '.join(NAMES)}", path)
            elif not isinstance(path, str) or not path:
                self.fault(key, "expected their name of it", path)
            else:
                found[name] = path
                if paths:
                    self.check_path(key, path)
        if "ref" not in found and not any(fault.field in {"fields", "fields.ref"} for fault in self.faults):
            self.fault("fields.ref", "missing: which field identifies the car park?")
        return found

    def check_path(self, key: str, path: str) -> None:
        try:
            steps_of(path.removeprefix("$."))
        except BadValue as error:
            self.fault(key, str(error), path)

    def words(self, key: str, choices: Iterable[Any], nothing: str) -> dict[str, Any]:
        """Their word = ours; our own words need no entry, and `nothing` stands for None."""
        ours = {str(one): one for one in choices}
        found: dict[str, Any] = dict(ours)
        for word, value in self.table(key).items():
            if not isinstance(value, str) or value not in (*ours, nothing):
                self.fault(f"{key}.{word}", f"expected one of {', '.join(filter(None, (*ours, nothing)))}", value)
            else:
                found[str(word)] = ours.get(value)
        return found

    def no_data(self) -> frozenset[str]:
        values = self.values.get("no_data", [])
        if isinstance(values, list | tuple) and all(isinstance(value, str | int | float) for value in values):
            return frozenset(text_of(value) for value in values)
        self.fault("no_data", "expected a list of numbers and texts")
        return frozenset()

    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.text("timezone", "Asia/Shanghai"))
        except (KeyError, ValueError, OSError):
            self.fault("timezone", "no such time zone")
            return ZoneInfo("UTC")

    def time_format(self) -> str:
        pattern = self.text("time_format", "iso")
        if pattern == "iso" or pattern in EPOCHS:
            return pattern
        try:
            there_and_back = datetime.strptime(_SAMPLE.strftime(pattern), pattern)
        except ValueError:
            there_and_back = datetime.min
        if there_and_back.replace(minute=5, second=6, tzinfo=UTC) != _SAMPLE:
            self.fault("time_format", "expected iso, epoch_s, epoch_ms or a pattern of a date and time: %Y-%m-%d %H:%M:%S")
        return pattern

    def encoding(self) -> str:
        name = self.text("encoding")
        try:
            "".encode(name or "utf-8")
        except (LookupError, UnicodeError):
            self.fault("encoding", "no such encoding")
        return name

    def delimiter(self) -> str:
        sign = self.text("delimiter")
        if len(sign) > 1 or sign in {'"', "\r", "\n"}:
            self.fault("delimiter", "expected one character")
        return sign
