"""DATEX II parking (CEN/TS 16157-6, datex2.eu), version 2 and 3.0 to 3.6: ParkingTablePublication, ParkingStatusPublication.

Settings: `timezone` (of times without a zone, UTC if left out), `no_data`, `encoding`. Namespaces and prefixes differ by
version and operator, so elements are found by their local names; but always as children of their own record: groups of
spaces repeat the same names for parts of a car park.

| DATEX II | ours |
| --- | --- |
| parkingRecord@id, parkingRecordReference@id | ref |
| parkingName, parkingNumberOfSpaces, parkingLocation | name, capacity, lat and lon |
| parkingLayout: multiStorey, automatedParkingGarage, underground, openSpace, field | kind |
| parkingStatusOriginTime, else publicationTime | observed_at |
| parkingOccupancy / parkingNumberOfVacantSpaces | available_spaces |
| parkingOccupancy / parkingNumberOfOccupiedSpaces, else parkingNumberOfVehicles | occupied |
| parkingOccupancy / parkingNumberOfSpacesOverride | capacity of the reading |
| parkingSiteOpeningStatus, else parkingSiteStatus | opening_status |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import etree

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking.fields import FieldMap, make_field_map
from feeds.parking.payloads import local_name, read_xml
from feeds.parking.rows import MOST_RECORDS, read_records

_OPEN = ("open", "openingTimesInForce", "spacesAvailable", "almostFull", "full", "fullAtEntrance", "openForSpecialVehicles")
_CLOSED = ("closed", "closedAbnormal", "closedUntilFurtherNotice", "temporarilyClosed")
_UNKNOWN = ("unknown", "statusUnknown", "other", "unspecified")
_STATUS = {**dict.fromkeys(_OPEN, "OPEN"), **dict.fromkeys(_CLOSED, "CLOSED"), **dict.fromkeys(_UNKNOWN, "UNKNOWN")}
_LAYOUTS = {
    "multiStorey": "multi_storey", "automatedParkingGarage": "multi_storey", "underground": "underground",
    "openSpace": "surface", "field": "surface",
}
_RECORD = {
    "ref": "@id", "name": "parkingName", "capacity": "parkingNumberOfSpaces", "lat": "latitude", "lon": "longitude",
    "kind": "parkingLayout",
}
_STATE = {
    "ref": "@id",
    "available_spaces": "parkingNumberOfVacantSpaces",
    "occupied": "parkingNumberOfOccupiedSpaces",
    "capacity": "parkingNumberOfSpacesOverride",
    "opening_status": "parkingSiteOpeningStatus",
    "observed_at": "parkingStatusOriginTime",
}
_PUBLICATIONS = ("ParkingStatusPublication", "ParkingTablePublication")
_OWN = ("timezone", "no_data", "encoding")


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    for key in settings:
        if key not in _OWN:
            raise InvalidInput([problem("settings", key, settings[key], f"unknown here; known are {', '.join(_OWN)}")])
    base = {"timezone": "UTC", **settings}
    return Datex2Adapter(
        make_field_map({**base, "kinds": _LAYOUTS, "fields": _RECORD}), make_field_map({**base, "status": _STATUS, "fields": _STATE})
    )


@dataclass(frozen=True)
class Datex2Adapter:
    records: FieldMap
    states: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is no DATEX II document with parking records or states."""
        root = read_xml(payload, self.records.encoding)
        published = next((_own_text(one) for one in _all(root, "publicationTime")), None)
        records = [_record(element) for element in islice(_all(root, "parkingRecord"), MOST_RECORDS + 1)]
        states = [_state(element, published) for element in islice(_all(root, "parkingRecordStatus"), MOST_RECORDS + 1)]
        if not records and not states and not _is_publication(root):
            raise InvalidInput([problem("payload", local_name(root), "", "no parking records and no parking states in it")])
        static = read_records(records, self.records, fetched_at)
        live = read_records(states, self.states, fetched_at)
        return Parsed(static.items + live.items, static.problems + live.problems, static.rows + live.rows)


def _record(element: etree._Element) -> dict[str, Any]:
    name, location = _child(element, "parkingName"), _child(element, "parkingLocation")
    names = [name, *_all(name, "value")] if name is not None else []
    layout = _text(element, "parkingLayout")
    return {
        "@id": element.get("id"),
        "parkingName": next((text for one in names if (text := _own_text(one))), None),
        "parkingNumberOfSpaces": _text(element, "parkingNumberOfSpaces"),
        "parkingLayout": layout if layout in _LAYOUTS else None,
        **{field: _first_text(location, field) for field in ("latitude", "longitude")},
    }


def _state(element: etree._Element, published: str | None) -> dict[str, Any]:
    reference, counts = _child(element, "parkingRecordReference"), _child(element, "parkingOccupancy")
    return {
        "@id": None if reference is None else reference.get("id"),
        "parkingNumberOfVacantSpaces": _text(counts, "parkingNumberOfVacantSpaces"),
        "parkingNumberOfOccupiedSpaces": _text(counts, "parkingNumberOfOccupiedSpaces") or _text(counts, "parkingNumberOfVehicles"),
        "parkingNumberOfSpacesOverride": _text(counts, "parkingNumberOfSpacesOverride"),
        "parkingSiteOpeningStatus": _text(element, "parkingSiteOpeningStatus") or _text(element, "parkingSiteStatus"),
        "parkingStatusOriginTime": _text(element, "parkingStatusOriginTime") or published,
    }


def _is_publication(root: etree._Element) -> bool:
    """Whether it is a publication that merely has nothing to say at the moment."""
    types = " ".join(str(value) for value in root.attrib.values())
    names = [name[0].lower() + name[1:] for name in _PUBLICATIONS]
    return any(name in types for name in _PUBLICATIONS) or any(True for _ in root.iter(*(f"{{*}}{name}" for name in names)))


def _all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Every element below with this local name."""
    return root.iter(f"{{*}}{name}")


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child with this local name."""
    return None if element is None else next(element.iterchildren(f"{{*}}{name}"), None)


def _text(element: etree._Element | None, name: str) -> str | None:
    """The text of such a child."""
    child = _child(element, name)
    return None if child is None else _own_text(child)


def _first_text(element: etree._Element | None, name: str) -> str | None:
    """The text of the first such element at any depth."""
    return None if element is None else next((_own_text(one) for one in _all(element, name)), None)


def _own_text(element: etree._Element) -> str | None:
    return (element.text or "").strip() or None
