"""Foreign records to our readings, by a map of field names: what every adapter shares. Pure.

`settings` of a source that is read by a map (all keys but `fields` may be left out):

| key | meaning | default |
| --- | --- | --- |
| `records` | where the list of records is: `data.list`; for XML the path of element names | the whole payload |
| `fields` | our name = their path (`position.lat`, `counters.0.free`, for tables the heading) | |
| `time_format` | `iso`, `epoch_s`, `epoch_ms`, or a strptime pattern | `iso` |
| `timezone` | of local timestamps | `Asia/Shanghai` |
| `status` | their word = `OPEN`, `CLOSED` or `UNKNOWN` | those three words |
| `no_data` | values that mean "no number" | `["", "-", "--", "null", 2147483647]` |
| `crs` | `wgs84`, `gcj02` or `bd09`, of `lat` and `lon` | `wgs84` |
| `encoding` | of text | UTF-8, else what is declared, else GB18030 |
| `delimiter` | of CSV | the most frequent of `, ; tab` in its first line |

Our names: `ref` (needed), `available_spaces` or `occupied`, `capacity`, `observed_at`, `opening_status`, the kinds of
space (`disabled charging family motorcycle coach`), and for a description `name lat lon address kind`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from citizen_app import geo
from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.parking.facility import SpaceKind
from citizen_app.parking.occupancy import OpeningStatus, Reading, SiteDescription
from feeds.base import Item, Parsed

MOST_RECORDS = 20_000
MOST_SPACES = 1_000_000
_KINDS = frozenset(str(kind) for kind in SpaceKind)
_NAMES = frozenset({
    "ref", "available_spaces", "occupied", "capacity", "observed_at", "opening_status", "name", "lat", "lon", "address",
}) | _KINDS
_SETTINGS = frozenset({
    "records", "fields", "time_format", "timezone", "status", "no_data", "crs", "encoding", "delimiter", "sheet", "table",
})
_NO_DATA: tuple[Any, ...] = ("", "-", "--", "null", "NULL", "None", "n/a", 2147483647)
_CONVERT: Mapping[str, Callable[[float, float], tuple[float, float]]] = {
    "wgs84": lambda lat, lon: (lat, lon), "gcj02": geo.gcj02_to_wgs84, "bd09": geo.bd09_to_wgs84,
}
_WHOLE = re.compile(r"^[+-]?\d{1,15}(?:\.0+)?$")
_EPOCH = {"epoch_s": 1.0, "epoch_ms": 1000.0}


class BadValue(ValueError):
    """A value that cannot be read; the text says what was expected."""


@dataclass(frozen=True)
class FieldMap:
    """A checked map; `make_field_map` is the way to one."""

    fields: Mapping[str, str]
    records: str = ""
    time_format: str = "iso"
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    status: Mapping[str, str] = field(default_factory=dict)
    no_data: tuple[str, ...] = ()
    crs: str = "wgs84"
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    table: int = 0


def make_field_map(settings: Mapping[str, Any]) -> FieldMap:
    """The map that a source's settings describe. Raises InvalidInput with every fault, each naming its key."""
    faults: list[InputProblem] = [
        problem("settings", name, settings[name], f"unknown; known are {', '.join(sorted(_SETTINGS))}")
        for name in sorted(set(settings) - _SETTINGS)
    ]
    fields = settings.get("fields", {})
    if not isinstance(fields, Mapping) or not all(isinstance(path, str) for path in fields.values()):
        raise InvalidInput([problem("settings", "fields", fields, "expected a table of our name = their path")])
    for name in sorted(set(fields) - _NAMES):
        faults.append(problem("settings", f"fields.{name}", fields[name], f"unknown; known are {', '.join(sorted(_NAMES))}"))
    if "ref" not in fields:
        faults.append(problem("settings", "fields.ref", "", "missing: which field identifies the car park?"))
    status = settings.get("status", {})
    for word, ours in status.items() if isinstance(status, Mapping) else [("", status)]:
        if ours not in list(OpeningStatus):
            faults.append(problem("settings", f"status.{word}", ours, "expected OPEN, CLOSED or UNKNOWN"))
    crs = settings.get("crs", "wgs84")
    if crs not in _CONVERT:
        faults.append(problem("settings", "crs", crs, f"expected one of {', '.join(_CONVERT)}"))
    try:
        zone = ZoneInfo(str(settings.get("timezone", "Asia/Shanghai")))
    except (KeyError, ValueError, OSError):
        zone = ZoneInfo("UTC")
        faults.append(problem("settings", "timezone", settings["timezone"], "no such time zone"))
    if faults:
        raise InvalidInput(faults)
    return FieldMap(
        fields=dict(fields),
        records=str(settings.get("records", "")),
        time_format=str(settings.get("time_format", "iso")),
        timezone=zone,
        status={str(word): str(ours) for word, ours in status.items()},
        no_data=tuple(str(value) for value in settings.get("no_data", _NO_DATA)),
        crs=str(crs),
        encoding=str(settings.get("encoding", "")),
        delimiter=str(settings.get("delimiter", "")),
        sheet=str(settings.get("sheet", "")),
        table=int(settings.get("table", 0)),
    )


def read_records(records: Sequence[Any], fields: FieldMap, fetched_at: datetime, first_row: int = 1) -> Parsed:
    """Every record through the map: good ones as items, one problem for each bad value; the first of doubles wins."""
    if len(records) > MOST_RECORDS:
        raise InvalidInput([problem("payload", "records", len(records), f"more than {MOST_RECORDS}")])
    items: list[Item] = []
    problems: list[InputProblem] = []
    seen: set[str] = set()
    for number, record in enumerate(records, first_row):
        row = _Row(f"row {number}", record, fields, fetched_at)
        found = row.items()
        problems += row.problems
        if row.ref in seen:
            problems.append(problem(row.row, fields.fields["ref"], row.ref, "stands in the payload twice; the first counts"))
        elif found:
            items += found
            seen.add(row.ref)
    return Parsed(tuple(items), tuple(problems), len(records))


class _Row:
    """One record on its way through the map."""

    def __init__(self, row: str, record: Any, fields: FieldMap, fetched_at: datetime) -> None:
        self.row, self.record, self.map, self.fetched_at = row, record, fields, fetched_at
        self.problems: list[InputProblem] = []
        self.ref = ""

    def items(self) -> list[Item]:
        self.ref = str(self.value("ref") if self.value("ref") is not None else "").strip()
        if not self.ref or isinstance(self.value("ref"), (dict, list)) or len(self.ref) > 128:
            self.fault("ref", "expected what identifies the car park")
            return []
        reading, site = self.reading(), self.site()
        return [item for item in (reading, site) if item is not None]

    def reading(self) -> Reading | None:
        if not {"available_spaces", "occupied", "opening_status"} & set(self.map.fields):
            return None
        faults = len(self.problems)
        spaces, occupied = self.read("available_spaces", whole_number), self.read("occupied", whole_number)
        observed_at = self.observed_at()
        if len(self.problems) > faults or observed_at is None:
            return None
        status = self.read("opening_status", self.status_of) or OpeningStatus.UNKNOWN
        kinds = {SpaceKind(kind): count for kind in _KINDS if (count := self.read(kind, whole_number)) is not None}
        return Reading(self.ref, observed_at, spaces, occupied, self.read("capacity", whole_number), status, kinds)

    def observed_at(self) -> datetime | None:
        if "observed_at" not in self.map.fields:
            return self.fetched_at
        value = self.value("observed_at")
        if self.means_nothing(value):
            self.fault("observed_at", "expected a time")
            return None
        moment: datetime | None = self.read(
            "observed_at", lambda raw: moment_of(raw, self.map.time_format, self.map.timezone)
        )
        return moment

    def site(self) -> SiteDescription | None:
        if not {"name", "lat", "address"} & set(self.map.fields):
            return None
        lat, lon = self.read("lat", degrees), self.read("lon", degrees)
        if lat is not None and lon is not None:
            lat, lon = _CONVERT[self.map.crs](lat, lon)
        name, address = self.value("name"), self.value("address")
        return SiteDescription(
            self.ref, str(name or "").strip(), lat, lon, self.read("capacity", whole_number), str(address or "").strip()
        )

    def status_of(self, raw: Any) -> OpeningStatus:
        word = str(raw).strip()
        ours = self.map.status.get(word, word if word in list(OpeningStatus) else None)
        if ours is None:
            raise BadValue("a word that the status table does not have")
        return OpeningStatus(ours)

    def value(self, name: str) -> Any:
        path = self.map.fields.get(name)
        return None if path is None else look_up(self.record, path)

    def means_nothing(self, value: Any) -> bool:
        return value is None or (not isinstance(value, (dict, list)) and str(value).strip() in self.map.no_data)

    def read(self, name: str, convert: Callable[[Any], Any]) -> Any:
        """The converted value, None where there is none; a value that cannot be read becomes a problem."""
        value = self.value(name)
        if self.means_nothing(value):
            return None
        try:
            return convert(value)
        except BadValue as error:
            self.fault(name, str(error))
            return None

    def fault(self, name: str, message: str) -> None:
        fault = problem(self.row, self.map.fields.get(name, name), self.value(name), message)
        if fault not in self.problems:
            self.problems.append(fault)


def look_up(record: Any, path: str) -> Any:
    """What stands at a path: a key that is just so, else steps through tables and lists; None where there is nothing."""
    if isinstance(record, Mapping) and path in record:
        return record[path]
    found = record
    for step in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and len(step) < 6 and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def whole_number(raw: Any) -> int:
    """An int from a number or its text; "12.0" is 12. Raises BadValue."""
    if isinstance(raw, bool):
        raise BadValue("expected a whole number")
    if isinstance(raw, float) and math.isfinite(raw) and raw == int(raw):
        raw = int(raw)
    text = str(raw).strip().replace("\u00a0", "")
    if not isinstance(raw, (int, str)) or not text.isascii() or not _WHOLE.match(text):
        raise BadValue("expected a whole number")
    number = int(text.split(".")[0])
    if abs(number) > MOST_SPACES:
        raise BadValue(f"expected a number of spaces up to {MOST_SPACES}")
    return number


def degrees(raw: Any) -> float:
    """A latitude or longitude. Raises BadValue."""
    try:
        value = math.nan if isinstance(raw, bool) else float(str(raw).strip())
    except ValueError:
        value = math.nan
    if not -180 <= value <= 180:
        raise BadValue("expected degrees")
    return value


def moment_of(raw: Any, time_format: str, zone: ZoneInfo) -> datetime:
    """A moment in UTC; a time without a zone is taken in `zone`. Raises BadValue."""
    text = str(raw).strip()
    try:
        if time_format in _EPOCH:
            moment = datetime.fromtimestamp(float(text) / _EPOCH[time_format], UTC)
        elif isinstance(raw, datetime):
            moment = raw
        elif time_format == "iso":
            moment = datetime.fromisoformat(text)
        else:
            moment = datetime.strptime(text, time_format)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadValue(f"expected a time as {time_format}") from error
    if not 1971 <= moment.year <= 9000:
        raise BadValue("expected a time of these years")
    return moment


def decode(payload: bytes, encoding: str = "", declared: str = "") -> str:
    """Text from bytes: as set, else UTF-8, else as declared, else GB18030. Raises InvalidInput."""
    for name in [encoding] if encoding else ["utf-8-sig", declared, "gb18030"]:
        try:
            if name:
                return payload.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise InvalidInput([problem("payload", "encoding", encoding or "utf-8, gb18030", "the text is not in this encoding")])
