"""Facilities and occupancies as JSON documents, and back. Pure; one mapper for the database, Redis and the disk.

An earlier and a later release read each other's documents: a field that is missing has its default, one that is not
known is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from datetime import datetime
from typing import Any

from citizen_app.days.rule_documents import read_rule, rule_document
from citizen_app.parking.closures import Closure
from citizen_app.parking.facility import Entrance, Facility, FacilityKind, SpaceKind
from citizen_app.parking.occupancy import Occupancy, OpeningStatus, Point
from citizen_app.parking.tariff import tariff_mapping
from citizen_app.parking.tariff_format import parse_tariff

_MOMENTS = ("observed_at", "received_at", "changed_at", "jumped_at")


def facility_document(facility: Facility) -> dict[str, Any]:
    """Everything that differs from the default, by field name."""
    document: dict[str, Any] = {}
    for one in fields(Facility):
        value = getattr(facility, one.name)
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        if value != default:
            document[one.name] = value
    if facility.tariff is not None:
        document["tariff"] = tariff_mapping(facility.tariff)
    if facility.entrances:
        document["entrances"] = [asdict(entrance) for entrance in facility.entrances]
    for name in ("capacity_by_kind", "space_notes", "limits"):
        if name in document:
            document[name] = dict(document[name])
    if facility.closures:
        document["closures"] = [{**vars(one), "rule": rule_document(one.rule)} for one in facility.closures]
    if facility.payment:
        document["payment"] = list(facility.payment)
    return document


def read_facility(document: Mapping[str, Any]) -> Facility:
    """The inverse of `facility_document`."""
    values = _known(Facility, document)
    values["kind"] = FacilityKind(values["kind"])
    if "tariff" in values:
        values["tariff"] = parse_tariff(values["tariff"])
    values["entrances"] = tuple(Entrance(**entrance) for entrance in values.get("entrances", ()))
    values["closures"] = tuple(
        Closure(**{**_known(Closure, one), "rule": read_rule(one["rule"])}) for one in values.get("closures", ())
    )
    values["payment"] = tuple(values.get("payment", ()))
    for name in ("capacity_by_kind", "space_notes"):
        values[name] = {SpaceKind(kind): value for kind, value in values.get(name, {}).items()}
    return Facility(**values)


def occupancy_document(occupancy: Occupancy) -> dict[str, Any]:
    """All fields; moments as ISO 8601 in UTC."""
    document: dict[str, Any] = dict(vars(occupancy))
    for name in _MOMENTS:
        if document[name] is not None:
            document[name] = document[name].isoformat()
    document["available_by_kind"] = dict(occupancy.available_by_kind)
    document["recent"] = [[point.observed_at.isoformat(), point.available_spaces] for point in occupancy.recent]
    return document


def read_occupancy(document: Mapping[str, Any]) -> Occupancy:
    """The inverse of `occupancy_document`."""
    values = _known(Occupancy, document)
    for name in _MOMENTS:
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    values["opening_status"] = OpeningStatus(values.get("opening_status", OpeningStatus.UNKNOWN))
    values["available_by_kind"] = {SpaceKind(kind): count for kind, count in values.get("available_by_kind", {}).items()}
    values["recent"] = tuple(Point(datetime.fromisoformat(at), spaces) for at, spaces in values.get("recent", ()))
    return Occupancy(**values)


def _known(kind: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in document.items() if name in names}
