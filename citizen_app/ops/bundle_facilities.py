"""The car parks of a bundle: facilities.csv and entrances.csv become facilities. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from citizen_app.geo import Box
from citizen_app.ops.bundle_row import Row
from citizen_app.ops.source import Source, SourceMode
from citizen_app.parking.closures import Closure, parse_closures
from citizen_app.parking.facility import Entrance, Facility, FacilityKind, SpaceKind
from citizen_app.parking.hours import check_hours
from citizen_app.parking.quality import LIMIT_NAMES
from citizen_app.parking.tariff import Tariff
from citizen_app.places.county import Town

FACILITY_REQUIRED = ("uid", "name", "kind", "lat", "lon")
FACILITY_OPTIONAL = (
    "crs", "name_en", "town_code", "address", "address_en", "capacity", *SpaceKind, "space_notes", "max_height_cm",
    "opening_hours", "closures", "tariff", "payment", "operator", "phone", "source", "source_ref", "limits", "note",
)
ENTRANCE_REQUIRED = ("facility", "name", "lat", "lon")
ENTRANCE_OPTIONAL = ("crs", "name_en", "note")


Thing = TypeVar("Thing")


@dataclass(frozen=True)
class References:
    """What a facility may refer to; None for a file that is there but cannot be read, so that nothing is checked twice."""

    towns: Mapping[str, Town] | None
    tariffs: Mapping[str, Tariff] | None
    sources: Mapping[str, Source] | None


def read_facilities(
    rows: list[Row],
    entrances: list[Row],
    bounds: Box | None,
    known: References,
) -> list[Facility]:
    """The facilities by uid; rows with a fault are left out, and the fault is with the row's problems."""
    found: dict[str, Facility] = {}
    refs: dict[tuple[str, str], str] = {}
    uids = set()
    for row in rows:
        facility = _facility(row, bounds, known)
        if facility.uid in uids:
            row.fault("uid", "stands there twice")
        uids.add(facility.uid)
        first = refs.setdefault((facility.source_uid, facility.source_ref), facility.uid)
        if facility.source_uid and first != facility.uid:
            row.fault("source_ref", f"is also the reference of {first} at {facility.source_uid}", facility.source_ref)
        if row.is_good:
            found[facility.uid] = facility
    for row in entrances:
        uid, name = row.text("facility", required=True), row.text("name", required=True)
        point = row.point(bounds)
        if uid and uid not in uids:
            row.fault("facility", "no such uid in facilities.csv")
        if row.is_good and point and uid in found:
            entrance = Entrance(name, *point, row.text("name_en"))
            found[uid] = replace(found[uid], entrances=(*found[uid].entrances, entrance))
    return [found[uid] for uid in sorted(found)]


def _facility(row: Row, bounds: Box | None, known: References) -> Facility:
    uid = row.uid("uid")
    kind = row.choice("kind", list(FacilityKind))
    point = row.point(bounds) or (0.0, 0.0)
    capacity = row.whole("capacity")
    town = _reference(row, "town_code", known.towns, "towns.csv")
    source = _reference(row, "source", known.sources, "sources.toml")
    tariff = _reference(row, "tariff", known.tariffs, "tariffs.toml")
    return Facility(
        uid=uid,
        name=row.text("name", required=True),
        lat=point[0],
        lon=point[1],
        kind=FacilityKind(kind) if kind in list(FacilityKind) else FacilityKind.SURFACE,
        name_en=row.text("name_en"),
        town_code=town.code if town else "",
        town=town.name if town else "",
        town_en=town.name_en if town else "",
        address=row.text("address"),
        address_en=row.text("address_en"),
        capacity=capacity,
        capacity_by_kind=_capacity_by_kind(row, capacity),
        space_notes={SpaceKind(name): note for name, note in row.pairs("space_notes", list(SpaceKind)).items()},
        max_height_cm=row.whole("max_height_cm", 100, 1000),
        opening_hours=_opening_hours(row),
        tariff=tariff,
        payment=tuple(part.strip() for part in row.text("payment").split(";") if part.strip()),
        operator=row.text("operator"),
        phone=row.text("phone"),
        source_uid=source.uid if source else "",
        source_ref=row.text("source_ref") or (uid if source else ""),
        update_interval_s=source.interval_s if source else 60,
        counted_by_hand=source is not None and source.mode is SourceMode.MANUAL,
        limits=_limits(row),
        closures=_closures(row),
    )


def _reference(row: Row, field: str, known: Mapping[str, Thing] | None, file: str) -> Thing | None:
    value = row.text(field)
    if value and known is not None and value not in known:
        row.fault(field, f"not in {file}")
    return known.get(value) if known else None


def _capacity_by_kind(row: Row, capacity: int | None) -> dict[SpaceKind, int]:
    found = {kind: row.whole(kind) for kind in SpaceKind}
    for kind, spaces in found.items():
        if spaces is not None and capacity is not None and spaces > capacity:
            row.fault(kind, f"more than the capacity of {capacity}, which includes them")
    return {kind: spaces for kind, spaces in found.items() if spaces is not None}


def _opening_hours(row: Row) -> str:
    expression = row.text("opening_hours")
    try:
        check_hours(expression)
    except ValueError as error:
        row.fault("opening_hours", str(error))
    return expression


def _closures(row: Row) -> tuple[Closure, ...]:
    try:
        return parse_closures(row.text("closures"))
    except ValueError as error:
        row.fault("closures", str(error))
        return ()


def _limits(row: Row) -> dict[str, float]:
    limits = {}
    for name, value in row.pairs("limits", LIMIT_NAMES).items():
        try:
            limits[name] = float(value)
        except ValueError:
            row.fault("limits", "expected a number", f"{name}={value}")
    return limits
