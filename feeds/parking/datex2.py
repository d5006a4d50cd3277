"""DATEX II parking, versions 2 and 3: ParkingTablePublication (static) and ParkingStatusPublication; no settings.

Namespaces and prefixes differ by version and operator, so elements are found by their local names.

| DATEX II | ours |
| --- | --- |
| parkingRecord@id, parkingRecordReference@id | ref |
| parkingName, parkingNumberOfSpaces, pointCoordinates | name, capacity, lat and lon |
| parkingStatusOriginTime, else publicationTime | observed_at |
| parkingNumberOfVacantSpaces | available_spaces |
| parkingNumberOfOccupiedSpaces (only without the former) | occupied |
| parkingNumberOfSpacesOverride | capacity of the reading |
| parkingSiteOpeningStatus, parkingSiteStatus | opening_status |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking.fields import make_field_map, read_records
from feeds.parking.mapped import children, local_name, read_xml

_OPEN = ("open", "openingTimesInForce", "spacesAvailable", "almostFull", "full", "fullAtEntrance", "openForSpecialVehicles")
_CLOSED = ("closed", "closedAbnormal", "closedUntilFurtherNotice", "temporarilyClosed")
_UNKNOWN = ("unknown", "statusUnknown", "other", "unspecified")
_STATUS = {
    **dict.fromkeys(_OPEN, "OPEN"), **dict.fromkeys(_CLOSED, "CLOSED"), **dict.fromkeys(_UNKNOWN, "UNKNOWN"),
}
_RECORDS = make_field_map({"fields": {
    "ref": "@id", "name": "parkingName", "capacity": "parkingNumberOfSpaces", "lat": "latitude", "lon": "longitude",
}})
_STATES = make_field_map({
    "timezone": "UTC",
    "status": _STATUS,
    "fields": {
        "ref": "@id",
        "available_spaces": "parkingNumberOfVacantSpaces",
        "occupied": "parkingNumberOfOccupiedSpaces",
        "capacity": "parkingNumberOfSpacesOverride",
        "opening_status": "parkingSiteOpeningStatus",
        "observed_at": "parkingStatusOriginTime",
    },
})


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    if settings:
        raise InvalidInput([problem("settings", name, value, "datex2 takes no settings") for name, value in settings.items()])
    return Datex2Adapter()


class Datex2Adapter:
    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is no DATEX II document with parking records or states."""
        root = read_xml(payload)
        records = [_record(element) for element in _find(root, "parkingRecord")]
        published = _text(root, "publicationTime")
        states = [_state(element, published) for element in _find(root, "parkingRecordStatus")]
        if not records and not states and not _is_publication(root):
            raise InvalidInput([problem("payload", local_name(root), "", "no parking records and no parking states in it")])
        static = read_records(records, _RECORDS, fetched_at)
        live = read_records(states, _STATES, fetched_at)
        return Parsed(static.items + live.items, static.problems + live.problems, static.rows + live.rows)


def _record(element: etree._Element) -> dict[str, Any]:
    name = next(_find(element, "parkingName"), None)
    return {
        "@id": element.get("id"),
        "parkingName": "" if name is None else _text(name, "value") or (name.text or "").strip(),
        **{field: _text(element, field) for field in ("parkingNumberOfSpaces", "latitude", "longitude")},
    }


def _state(element: etree._Element, published: str | None) -> dict[str, Any]:
    reference = next(_find(element, "parkingRecordReference"), None)
    fields = ("parkingNumberOfVacantSpaces", "parkingNumberOfOccupiedSpaces", "parkingNumberOfSpacesOverride")
    record: dict[str, Any] = {field: _text(element, field) for field in fields}
    record["@id"] = None if reference is None else reference.get("id")
    record["parkingSiteOpeningStatus"] = _text(element, "parkingSiteOpeningStatus") or _text(element, "parkingSiteStatus")
    record["parkingStatusOriginTime"] = _text(element, "parkingStatusOriginTime") or published
    return record


def _is_publication(root: etree._Element) -> bool:
    """Whether it is a publication that merely has nothing to say at the moment."""
    return any("parking" in local_name(one).lower() and "publication" in local_name(one).lower() for one in _all(root)) or any(
        "ParkingStatusPublication" in str(value) or "ParkingTablePublication" in str(value) for value in root.attrib.values()
    )


def _all(root: etree._Element) -> Iterator[etree._Element]:
    return (element for element in root.iter() if isinstance(element.tag, str))


def _find(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Every element below with this local name."""
    return (element for element in _all(root) if local_name(element) == name)


def _text(root: etree._Element, name: str) -> str | None:
    """The text of the first such element that has one and no children of its own."""
    for element in _find(root, name):
        if element.text and element.text.strip() and not children(element):
            return str(element.text).strip()
    return None
