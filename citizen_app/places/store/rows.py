"""Places in SQL: read them, or make others of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text

from citizen_app.extensions import db, reading_sql
from citizen_app.places.county import County, Landmark, Town, Village
from citizen_app.places.documents import county_document, read_county
from citizen_app.places.store.tables import CountyRow, LandmarkRow, TownRow, VillageRow


def find_county() -> County | None:
    """The county that the database holds, whatever memory and Redis say. Raises Unavailable."""
    with reading_sql():
        row = db.session.scalar(select(CountyRow))
        return None if row is None else read_county(row.document)


def list_stored_towns() -> list[Town]:
    """The towns by code, from the database. Raises Unavailable."""
    with reading_sql():
        return [_thing(Town, row) for row in db.session.scalars(select(TownRow).order_by(TownRow.code))]


def list_stored_landmarks() -> list[Landmark]:
    """The landmarks by name, from the database. Raises Unavailable."""
    with reading_sql():
        return [_thing(Landmark, row) for row in db.session.scalars(select(LandmarkRow).order_by(LandmarkRow.name))]


def list_villages(town_code: str = "") -> list[Village]:
    """The villages by code, of one town if given, from the database. Raises Unavailable."""
    with reading_sql():
        query = select(VillageRow).order_by(VillageRow.code)
        rows = db.session.scalars(query.where(VillageRow.town_code == town_code) if town_code else query)
        return [_thing(Village, row) for row in rows]


def replace_places(
    county: County, towns: Sequence[Town], villages: Sequence[Village], landmarks: Sequence[Landmark]
) -> dict[str, dict[str, int]]:
    """Make these the places, forget all others; counts of added, changed, retired by kind. Inside a transaction."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE county IN EXCLUSIVE MODE"))    # a second load waits; readers do not
    counts = {"county": _replace_county(county)}
    # A town must be there before its villages come, and may go only after they went.
    counts["towns"] = _write(TownRow, "code", towns)
    counts["villages"] = _write(VillageRow, "code", villages)
    counts["landmarks"] = _write(LandmarkRow, "name", landmarks)
    counts["villages"]["retired"] = _forget(VillageRow, "code", villages)
    counts["towns"]["retired"] = _forget(TownRow, "code", towns)
    counts["landmarks"]["retired"] = _forget(LandmarkRow, "name", landmarks)
    return counts


def _replace_county(county: County) -> dict[str, int]:
    counts = {"added": 0, "changed": 0, "retired": 0}
    document = county_document(county)
    known = {row.uid: row for row in db.session.scalars(select(CountyRow))}
    row = known.pop(county.uid, None)
    if row is None:
        counts["added"] = 1
        db.session.add(CountyRow(uid=county.uid, document=document))
    elif row.document != document:
        counts["changed"] = 1
        row.document = document
    for old in known.values():
        counts["retired"] += 1
        db.session.delete(old)
    db.session.flush()
    return counts


def _write(row_class: Any, key: str, things: Sequence[Any]) -> dict[str, int]:
    """Rows carry the field names of their dataclass, so one function serves all of them."""
    counts = {"added": 0, "changed": 0, "retired": 0}
    known = {getattr(row, key): row for row in db.session.scalars(select(row_class))}
    for thing in things:
        row = known.pop(getattr(thing, key), None)
        if row is None:
            counts["added"] += 1
            db.session.add(row_class(**vars(thing)))
        elif any(getattr(row, name) != value for name, value in vars(thing).items()):
            counts["changed"] += 1
            for name, value in vars(thing).items():
                setattr(row, name, value)
    db.session.flush()
    return counts


def _forget(row_class: Any, key: str, things: Sequence[Any]) -> int:
    """Delete every row that is none of these; how many."""
    kept = {getattr(thing, key) for thing in things}
    gone = [row for row in db.session.scalars(select(row_class)) if getattr(row, key) not in kept]
    for row in gone:
        db.session.delete(row)
    db.session.flush()
    return len(gone)


def _thing(kind: type[Any], row: Any) -> Any:
    return kind(**{name: getattr(row, name) for name in kind.__dataclass_fields__})


