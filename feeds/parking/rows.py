"""Foreign records to readings and descriptions through a map of fields, row by row. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.parking.facility import SpaceKind
from citizen_app.parking.occupancy import OpeningStatus, Reading, SiteDescription
from feeds.base import Item, Parsed
from feeds.parking.fields import CRS, NUMBERS, FieldMap
from feeds.parking.paths import look_up
from feeds.parking.values import BadValue, degrees, first_number, moment_of, plain, ref_of, shown, text_of, whole_number

MOST_RECORDS = 20_000
_COUNTED = frozenset({"available_spaces", "occupied", "opening_status"})
_DESCRIBED = frozenset({"name", "lat", "address"})
_NO_NUMBER = object()    # the status of a row whose number means nothing


def read_records(
    records: Sequence[Any], fields: FieldMap, fetched_at: datetime, rows: Sequence[int] = (), document: Any = None
) -> Parsed:
    """Every record through the map: good ones as items in their order, one problem for each bad value.

    `rows` are the records' numbers as a person counts them, 1, 2, 3 if left out; `document` is where paths with `$.` start.
    A reading needs an identifier, a time (the moment of the fetch where no field is mapped to it) and a count that can be
    read; with neither time nor count the source just knows nothing. Of two records of one car park the first counts.
    Raises InvalidInput for more than 20,000 records.
    """
    check_size(records)
    items: list[Item] = []
    problems: list[InputProblem] = []
    seen: set[str] = set()
    for number, record in zip(rows or range(1, len(records) + 1), records, strict=True):
        row = _Row(f"row {number}", fields)
        found = row.items(record, document, fetched_at)
        problems += row.problems
        ref = row.values.get("ref")
        if ref in seen:
            problems.append(problem(row.name, fields.fields["ref"], ref, "stands in the payload twice; the first counts"))
        elif found:
            items += found
            seen.add(str(ref))
    return Parsed(tuple(items), tuple(problems), len(records))


def check_size(records: Sequence[Any], spare: int = 0) -> None:
    """Raises InvalidInput for more records than any county has; `spare` are rows that are none."""
    if len(records) > MOST_RECORDS + spare:
        raise InvalidInput([problem("payload", "records", len(records), f"more than {MOST_RECORDS}")])


class _Row:
    """One record on its way through the map: its values by our names, and what is wrong with it."""

    def __init__(self, name: str, fields: FieldMap) -> None:
        self.name, self.map = name, fields
        self.values: dict[str, Any] = {}
        self.bad: set[str] = set()
        self.problems: list[InputProblem] = []

    def items(self, record: Any, document: Any, fetched_at: datetime) -> list[Item]:
        if not isinstance(record, (Mapping, list)):
            self.fault("ref", record, "expected a record")
            return []
        for name, path in self.map.fields.items():
            raw = plain(look_up(record, path, document))
            try:
                self.values[name] = self.convert(name, raw)
            except BadValue as error:
                self.fault(name, raw, str(error))
        if "ref" in self.bad:
            return []
        return [item for item in (self.reading(fetched_at), self.site()) if item is not None]

    def convert(self, name: str, raw: Any) -> Any:
        """A value of ours, None where the source has none. Raises BadValue."""
        if name == "ref":
            return ref_of(None if self.means_nothing(raw) else raw)
        if name == "opening_status" and not isinstance(raw, (Mapping, list)) and text_of(raw) in self.map.status:
            return self.map.status[text_of(raw)] or _NO_NUMBER
        if self.means_nothing(raw):
            return None
        if name in NUMBERS:
            return whole_number(first_number(raw) if self.map.loose_numbers else raw, self.map.thousands)
        if name == "observed_at":
            return moment_of(raw, self.map.time_format, self.map.timezone)
        if name in {"lat", "lon"}:
            return degrees(raw, 90 if name == "lat" else 180)
        if name == "opening_status":
            raise BadValue("a word that the table `status` does not have")
        if name == "kind":
            return self.kind(text_of(raw))
        return text_of(raw)

    def kind(self, word: str) -> Any:
        if word not in self.map.kinds:
            raise BadValue("a word that the table `kinds` does not have")
        return self.map.kinds[word]

    def reading(self, fetched_at: datetime) -> Reading | None:
        if not _COUNTED & set(self.map.fields) or self.bad & {"available_spaces", "occupied", "observed_at"}:
            return None
        get = self.values.get
        observed_at = get("observed_at") if "observed_at" in self.map.fields else fetched_at
        if observed_at is None:
            if get("available_spaces") is not None or get("occupied") is not None:
                self.fault("observed_at", None, "expected a time")
            return None
        if get("opening_status") is _NO_NUMBER:
            return Reading(get("ref", ""), observed_at, capacity=get("capacity"))
        kinds = {kind: spaces for kind in SpaceKind if (spaces := get(str(kind))) is not None}
        return Reading(
            get("ref", ""), observed_at, get("available_spaces"), get("occupied"), get("capacity"),
            get("opening_status") or OpeningStatus.UNKNOWN, kinds,
        )

    def site(self) -> SiteDescription | None:
        if not _DESCRIBED & set(self.map.fields):
            return None
        get = self.values.get
        lat, lon = get("lat"), get("lon")
        if lat is None or lon is None:
            lat = lon = None
        else:
            lat, lon = CRS[self.map.crs](lat, lon)
        return SiteDescription(
            get("ref", ""), get("name") or "", lat, lon, get("capacity"), get("address") or "", get("kind"),
            get("max_height_cm"), get("opening_hours") or "",
        )

    def means_nothing(self, raw: Any) -> bool:
        return raw is None or (not isinstance(raw, (Mapping, list)) and text_of(raw) in self.map.no_data)

    def fault(self, name: str, raw: Any, message: str) -> None:
        self.bad.add(name)
        self.problems.append(problem(self.name, self.map.fields.get(name, name), shown(raw), message))
