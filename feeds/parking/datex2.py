"""DATEX II parking (CEN/TS 16157-6, datex2.eu), version 2 and 3: ParkingTablePublication, ParkingStatusPublication.

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

The edition of 2022 (from version 3.4 on) says the same with places; of them only those that are whole car parks are read:

| DATEX II since 2022 | ours |
| --- | --- |
| hierarchyElementGeneral@id, reference@id | ref |
| name, characteristics / spacesTotal, locationReference | name, capacity, lat and lon |
| structureType and structureGrade | kind |
| lastUpdated, else publicationTime | observed_at |
| occupancy / numberOfVacantSpaces | available_spaces |
| occupancy / numberOfOccupiedSpaces, else numberOfVehicles | occupied |
| occupancy / numberOfSpacesOverride | capacity of the reading |
| openingStatus, else status | opening_status |
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

_OPEN = (
    "open", "openingTimesInForce", "spacesAvailable", "almostFull", "full", "fullAtEntrance", "openForSpecialVehicles",
    "openWithServiceLimitation",
)
_CLOSED = (
    "closed", "closedAbnormal", "closedUntilFurtherNotice", "temporarilyClosed", "closedOnHoliday", "closedOnMaintenance",
)
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
_STRUCTURES = {    # structureType, structureGrade
    ("onStreet", "groundLevel"): "on_street", ("onStreet", None): "on_street",
    ("offStreetSurface", "groundLevel"): "surface", ("offStreetSurface", None): "surface",
    ("offStreetStructure", "underground"): "underground", ("offStreetStructure", "aboveGround"): "multi_storey",
}
_PLACE = {"ref": "@id", "name": "name", "capacity": "spacesTotal", "lat": "latitude", "lon": "longitude", "kind": "structureType"}
_PLACE_STATE = {
    "ref": "@id",
    "available_spaces": "numberOfVacantSpaces",
    "occupied": "numberOfOccupiedSpaces",
    "capacity": "numberOfSpacesOverride",
    "opening_status": "openingStatus",
    "observed_at": "lastUpdated",
}
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_PUBLICATIONS = ("ParkingStatusPublication", "ParkingTablePublication")
_OWN = ("timezone", "no_data", "encoding")


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    for key in settings:
        if key not in _OWN:
            raise InvalidInput([problem("settings", key, settings[key], f"unknown here; known are {', '.join(_OWN)}")])
    base = {"timezone": "UTC", **settings}
    return Datex2Adapter(
        make_field_map({**base, "kinds": _LAYOUTS, "fields": _RECORD}),
        make_field_map({**base, "status": _STATUS, "fields": _STATE}),
        make_field_map({**base, "fields": _PLACE}),
        make_field_map({**base, "status": _STATUS, "fields": _PLACE_STATE}),
    )


@dataclass(frozen=True)
class Datex2Adapter:
    """The maps of the earlier edition, then those of 2022."""

    records: FieldMap
    states: FieldMap
    places: FieldMap
    place_states: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is no DATEX II document with parking records or states."""
        root = read_xml(payload, self.records.encoding)
        published = next((_own_text(one) for one in _all(root, "publicationTime")), None)
        found = (
            ([_record(one) for one in _some(root, "parkingRecord")], self.records),
            ([_place(one) for one in _some(root, "hierarchyElementGeneral", "Place")], self.places),
            ([_state(one, published) for one in _some(root, "parkingRecordStatus")], self.states),
            ([_place_state(one, published) for one in _some(root, "parkingStatusInformation", "PlaceStatus")], self.place_states),
        )
        if not any(rows for rows, _ in found) and not _is_publication(root):
            raise InvalidInput([problem("payload", local_name(root), "", "no parking records and no parking states in it")])
        read = [read_records(rows, fields, fetched_at) for rows, fields in found]
        return Parsed(
            tuple(item for one in read for item in one.items),
            tuple(fault for one in read for fault in one.problems),
            sum(one.rows for one in read),
        )


def _some(root: etree._Element, name: str, kind: str = "") -> Iterator[etree._Element]:
    """Every such element, of one type where a type is asked for; one more than is read, so that too many are noticed."""
    elements = _all(root, name)
    if kind:
        elements = (one for one in elements if one.get(_XSI_TYPE, "").rpartition(":")[2] == kind)
    return islice(elements, MOST_RECORDS + 1)


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


def _place(element: etree._Element) -> dict[str, Any]:
    name, location = _child(element, "name"), _child(element, "locationReference")
    features = _child(_child(element, "commonComponents"), "characteristics")
    return {
        "@id": element.get("id"),
        "name": None if name is None else next((text for one in _all(name, "value") if (text := _own_text(one))), None),
        "spacesTotal": _text(features, "spacesTotal"),
        "structureType": _STRUCTURES.get((_text(features, "structureType") or "", _text(features, "structureGrade"))),
        **{field: _first_text(location, field) for field in ("latitude", "longitude")},
    }


def _place_state(element: etree._Element, published: str | None) -> dict[str, Any]:
    reference, counts = _child(element, "reference"), _child(element, "occupancy")
    return {
        "@id": None if reference is None else reference.get("id"),
        "numberOfVacantSpaces": _text(counts, "numberOfVacantSpaces"),
        "numberOfOccupiedSpaces": _text(counts, "numberOfOccupiedSpaces") or _text(counts, "numberOfVehicles"),
        "numberOfSpacesOverride": _text(counts, "numberOfSpacesOverride"),
        "openingStatus": _text(element, "openingStatus") or _text(element, "status"),
        "lastUpdated": _text(element, "lastUpdated") or published,
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
