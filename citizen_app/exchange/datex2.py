"""Car parks as DATEX II 3.6 (CEN/TS 16157-6:2022, namespace 3/parking): what they are, and how they stand. Pure.

| ours | ParkingTablePublication, a Place | ParkingStatusPublication, a PlaceStatus |
| --- | --- | --- |
| uid | @id | reference@id |
| name, name_en; address | name; description | |
| lat, lon | locationReference, a PointLocation | |
| kind | layout, structureGrade, structureType | |
| capacity | spacesTotal | numberOfSpacesOverride |
| available_spaces | | numberOfVacantSpaces |
| level; trend, the other way round | | status; occupancyTrend |
| opening_status | | openingStatus |
| quality | | parkingFault, where there is no number |
| observed_at | | lastUpdated |

What is not known is absent. A demonstration says `test` as its informationStatus. The elements stand in the order of the
schema, which allows no other; a publication without any car park is not valid there, so there is none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from citizen_app.parking.board import Entry
from citizen_app.parking.facility import Facility, FacilityKind
from citizen_app.parking.occupancy import OpeningStatus, Trend
from citizen_app.parking.quality import Availability, Level, Quality

_D2, _COM, _FAC, _LOC, _PRK = (
    f"http://datex2.eu/schema/3/{name}" for name in ("d2Payload", "common", "facilities", "locationReferencing", "parking")
)
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES = {"d2": _D2, "com": _COM, "fac": _FAC, "loc": _LOC, "prk": _PRK, "xsi": _XSI}

# layout, structureGrade, structureType
_KINDS = {
    FacilityKind.MULTI_STOREY: ("building", "aboveGround", "offStreetStructure"),
    FacilityKind.UNDERGROUND: ("building", "underground", "offStreetStructure"),
    FacilityKind.SURFACE: ("openSpace", "groundLevel", "offStreetSurface"),
    FacilityKind.ON_STREET: (None, "groundLevel", "onStreet"),
    FacilityKind.PARK_AND_RIDE: ("openSpace", "groundLevel", "offStreetSurface"),
}
_OPENING = {OpeningStatus.OPEN: "open", OpeningStatus.CLOSED: "closed", OpeningStatus.UNKNOWN: "statusUnknown"}
_LEVELS = {
    Level.PLENTY: "spacesAvailable", Level.ENOUGH: "spacesAvailable", Level.FEW: "spacesAvailable", Level.SCARCE: "almostFull",
    Level.FULL: "full", Level.UNKNOWN: "unknown",
}
_TRENDS = {Trend.RISING: "decreasing", Trend.STEADY: "stable", Trend.FALLING: "increasing"}
_FAULTS = {
    Quality.STALE: "noParkingInformationAvailable", Quality.UNKNOWN: "noParkingInformationAvailable",
    Quality.STUCK: "erroneousOccupancyInformation", Quality.IMPOSSIBLE: "erroneousOccupancyInformation",
}


@dataclass(frozen=True)
class Publisher:
    """Whose car parks these are."""

    uid: str
    name: str
    is_demo: bool = False


def table_publication(facilities: Sequence[Facility], publisher: Publisher, published_at: datetime) -> bytes:
    """What the car parks are. `published_at` is UTC. A place has another version whenever something of it has changed."""
    root = _payload("ParkingTablePublication", publisher, published_at)
    places = [_place(facility) for facility in facilities]
    version = _digest("".join(place.get("version", "") for place in places).encode())
    table = _add(root, _PRK, "parkingTable", id=publisher.uid, version=version)
    _add_words(table, _PRK, "name", (("zh", publisher.name),))
    _add(table, _PRK, "versionTime", published_at.isoformat())
    table.extend(places)
    return _bytes(root)


def status_publication(entries: Sequence[Entry], publisher: Publisher, published_at: datetime) -> bytes:
    """How the car parks stand, each with the version of the place that it speaks of. `published_at` is UTC."""
    root = _payload("ParkingStatusPublication", publisher, published_at)
    for entry in entries:
        _add_status(root, entry.facility, entry.availability)
    return _bytes(root)


def _payload(kind: str, publisher: Publisher, published_at: datetime) -> etree._Element:
    root = etree.Element(f"{{{_D2}}}payload", {f"{{{_XSI}}}type": f"prk:{kind}", "lang": "zh", "modelBaseVersion": "3"}, _PREFIXES)
    _add(root, _COM, "publicationTime", published_at.isoformat())
    creator = _add(root, _COM, "publicationCreator")
    _add(creator, _COM, "country", "CN")
    _add(creator, _COM, "nationalIdentifier", publisher.uid)
    header = _add(root, _PRK, "headerInformation")
    _add(header, _COM, "informationStatus", "test" if publisher.is_demo else "real")
    return root


def _place(facility: Facility) -> etree._Element:
    layout, grade, structure = _KINDS[facility.kind]
    place = etree.Element(f"{{{_PRK}}}hierarchyElementGeneral", {f"{{{_XSI}}}type": "prk:Place"}, _PREFIXES)
    _add_words(place, _FAC, "name", (("zh", facility.name), ("en", facility.name_en)))
    _add_words(place, _FAC, "description", (("zh", facility.address), ("en", facility.address_en)))
    if facility.opening_hours == "24/7":
        _add(place, _FAC, "operatingHours", kind="fac:OpenAllHours")
    location = _add(place, _FAC, "locationReference", kind="loc:PointLocation")
    point = _add(_add(location, _LOC, "pointByCoordinates"), _LOC, "pointCoordinates")
    _add(point, _LOC, "latitude", str(facility.lat))
    _add(point, _LOC, "longitude", str(facility.lon))
    _add(place, _PRK, "layer", "0")
    _add(place, _PRK, "type", "place")
    if layout:
        _add(place, _PRK, "layout", layout)
    characteristics = _add(_add(place, _PRK, "commonComponents"), _PRK, "characteristics")
    _add(characteristics, _PRK, "structureGrade", grade)
    _add(characteristics, _PRK, "structureType", structure)
    if facility.capacity is not None:
        _add(characteristics, _PRK, "spacesTotal", str(facility.capacity))
    place.set("version", _digest(etree.tostring(place)))
    place.set("id", facility.uid)
    return place


def _add_status(root: etree._Element, facility: Facility, availability: Availability) -> None:
    status = _add(root, _PRK, "parkingStatusInformation", kind="prk:PlaceStatus")
    version = _place(facility).get("version", "")
    _add(status, _FAC, "reference", id=facility.uid, version=version, targetClass="fac:FacilityObject")
    if availability.observed_at is not None:
        _add(status, _FAC, "lastUpdated", availability.observed_at.isoformat())
    _add(status, _FAC, "openingStatus", _OPENING[availability.opening_status])
    if availability.quality in _FAULTS:
        _add(status, _PRK, "parkingFault", _FAULTS[availability.quality])
    if availability.available_spaces is not None:
        occupancy = _add(status, _PRK, "occupancy")
        if availability.capacity is not None:
            _add(occupancy, _PRK, "numberOfSpacesOverride", str(availability.capacity))
        _add(occupancy, _PRK, "numberOfVacantSpaces", str(availability.available_spaces))
        if availability.trend is not None:
            _add(occupancy, _PRK, "occupancyTrend", _TRENDS[availability.trend])
    if availability.level in _LEVELS:
        _add(status, _PRK, "status", _LEVELS[availability.level])


def _add(parent: etree._Element, space: str, name: str, text: str = "", *, kind: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{space}}}{name}", attributes)
    if kind:
        element.set(f"{{{_XSI}}}type", kind)
    if text:
        element.text = text
    return element


def _add_words(parent: etree._Element, space: str, name: str, words: Sequence[tuple[str, str]]) -> None:
    """A text in the languages that it is known in; nothing where it is known in none. The schema allows 1,024 characters."""
    known = [(language, "".join(filter(str.isprintable, text))[:1024]) for language, text in words]
    if not any(text for _, text in known):
        return
    values = _add(_add(parent, space, name), _COM, "values")
    for language, text in known:
        if text:
            _add(values, _COM, "value", text, lang=language)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")
