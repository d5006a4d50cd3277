"""Facilities and their last known state in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from citizen_app.errors import NotFound
from citizen_app.extensions import db, reading_sql
from citizen_app.parking.documents import facility_document, occupancy_document, read_facility, read_occupancy
from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy
from citizen_app.parking.store.tables import FacilityRow, OccupancyRow, PressRow


def list_facilities() -> list[Facility]:
    """Every facility in service, by uid."""
    with reading_sql():
        rows = db.session.scalars(select(FacilityRow).where(FacilityRow.retired.is_(False)).order_by(FacilityRow.uid))
        return [read_facility(row.document) for row in rows]


def find_facility(uid: str) -> Facility | None:
    """A facility in service, None for any other uid."""
    with reading_sql():
        row = db.session.scalar(select(FacilityRow).where(FacilityRow.uid == uid, FacilityRow.retired.is_(False)))
        return None if row is None else read_facility(row.document)


def list_occupancies() -> list[Occupancy]:
    """The last known state of every facility in service that ever had a reading."""
    with reading_sql():
        rows = db.session.scalars(
            select(OccupancyRow).join(FacilityRow, FacilityRow.id == OccupancyRow.facility_id)
            .where(FacilityRow.retired.is_(False))
        )
        return [read_occupancy(row.document) for row in rows]


def find_occupancy(uid: str) -> Occupancy | None:
    """The last known state of a facility, None before its first reading."""
    with reading_sql():
        row = db.session.scalar(
            select(OccupancyRow).join(FacilityRow, FacilityRow.id == OccupancyRow.facility_id).where(FacilityRow.uid == uid)
        )
        return None if row is None else read_occupancy(row.document)


def get_facility_id(uid: str) -> int:
    """The row id of a facility, retired or not. Raises NotFound."""
    with reading_sql():
        facility_id = db.session.scalar(select(FacilityRow.id).where(FacilityRow.uid == uid))
    if facility_id is None:
        raise NotFound(f"there is no facility {uid}")
    return facility_id


def list_facility_ids() -> list[int]:
    """The row ids of all facilities, retired ones too."""
    with reading_sql():
        return list(db.session.scalars(select(FacilityRow.id).order_by(FacilityRow.id)))


def get_link_generation(uid: str) -> int:
    """The generation of a facility's counting links. Raises NotFound."""
    with reading_sql():
        generation: int | None = db.session.scalar(
            select(FacilityRow.link_generation).where(FacilityRow.uid == uid, FacilityRow.retired.is_(False))
        )
    if generation is None:
        raise NotFound(f"there is no facility {uid}")
    return generation


def raise_link_generation(uid: str) -> int:
    """Make all counting links of a facility worthless; the new generation. Inside a transaction."""
    row: FacilityRow | None = db.session.scalar(select(FacilityRow).where(FacilityRow.uid == uid))
    if row is None:
        raise NotFound(f"there is no facility {uid}")
    row.link_generation += 1
    return row.link_generation


def upsert_facilities(facilities: Sequence[Facility]) -> dict[str, int]:
    """Write the facilities, retire all others; counts of added, changed, retired. Inside a transaction."""
    known = {row.uid: row for row in db.session.scalars(select(FacilityRow))}
    counts = {"added": 0, "changed": 0, "retired": 0}
    for facility in facilities:
        row, document = known.pop(facility.uid, None), facility_document(facility)
        if row is None:
            counts["added"] += 1
            row = FacilityRow(uid=facility.uid, link_generation=0)
            db.session.add(row)
        elif row.document != document or row.retired:
            counts["changed"] += 1
        row.document, row.retired = document, False
        row.source_uid, row.source_ref = facility.source_uid, facility.source_ref
    for row in known.values():
        counts["retired"] += not row.retired
        row.retired = True
    return counts


def facilities_of_source(source_uid: str) -> dict[str, tuple[int, Facility]]:
    """The source's facilities in service: reference at the source -> (row id, facility)."""
    rows = db.session.scalars(
        select(FacilityRow).where(FacilityRow.source_uid == source_uid, FacilityRow.retired.is_(False)).order_by(FacilityRow.id)
    )
    return {row.source_ref: (row.id, read_facility(row.document)) for row in rows}


def lock_occupancies(facility_ids: Iterable[int]) -> dict[int, Occupancy]:
    """The last known states, locked until the transaction ends (in the order of their ids, so no two writers deadlock).

    The facility rows are what is locked, since a facility without a first reading has no state to lock.
    """
    ids = sorted(facility_ids)
    db.session.execute(select(FacilityRow.id).where(FacilityRow.id.in_(ids)).order_by(FacilityRow.id).with_for_update())
    rows = db.session.scalars(
        select(OccupancyRow).where(OccupancyRow.facility_id.in_(ids)).execution_options(populate_existing=True)
    )
    return {row.facility_id: read_occupancy(row.document) for row in rows}


def write_occupancies(states: Mapping[int, Occupancy]) -> None:
    """Replace the last known states. Inside a transaction that has locked them."""
    known = {row.facility_id: row for row in db.session.scalars(
        select(OccupancyRow).where(OccupancyRow.facility_id.in_(list(states)))
    )}
    for facility_id, occupancy in states.items():
        row = known.get(facility_id)
        if row is None:
            row = OccupancyRow(facility_id=facility_id)
            db.session.add(row)
        row.sequence, row.document = occupancy.sequence, occupancy_document(occupancy)


def take_press(message_id: str, facility_id: int, received_at: datetime) -> bool:
    """Remember a press; False when it was taken before. Inside a transaction that has locked the facility."""
    if db.session.get(PressRow, (facility_id, message_id)) is not None:
        return False
    db.session.add(PressRow(message_id=message_id, facility_id=facility_id, received_at=received_at))
    return True


def forget_presses(before: datetime) -> int:
    """Forget presses older than a moment; how many. Inside a transaction."""
    result: Any = db.session.execute(delete(PressRow).where(PressRow.received_at < before))
    return int(result.rowcount)
