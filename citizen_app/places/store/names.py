"""Readings and other names in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, insert, select, text

from citizen_app.extensions import db, reading_sql
from citizen_app.places.names import Alias
from citizen_app.places.search.entry import EntryKind
from citizen_app.places.store.tables import AliasRow, ReadingRow


def list_readings() -> dict[str, tuple[str, ...]]:
    """How each known name is read, corrections included. Raises Unavailable."""
    with reading_sql():
        rows = db.session.execute(select(ReadingRow.name, ReadingRow.readings).order_by(ReadingRow.name))
        return {name: tuple(readings) for name, readings in rows}


def list_corrections() -> dict[str, str]:
    """The readings that staff gave, by name or word. Raises Unavailable."""
    with reading_sql():
        query = select(ReadingRow.name, ReadingRow.readings).where(ReadingRow.is_override).order_by(ReadingRow.name)
        return {name: readings[0] for name, readings in db.session.execute(query)}


def list_aliases() -> list[Alias]:
    """All other names, by kind, code and name. Raises Unavailable."""
    with reading_sql():
        query = select(AliasRow.kind, AliasRow.code, AliasRow.name).order_by(AliasRow.kind, AliasRow.code, AliasRow.name)
        return [Alias(EntryKind(kind), code, name) for kind, code, name in db.session.execute(query)]


def lock_names() -> None:
    """Let no one else change names until the end of the transaction; readers do not wait."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE name_reading IN EXCLUSIVE MODE"))    # SQLite's transactions hold such a lock


def add_readings(readings: Mapping[str, Sequence[str]], *, are_corrections: bool = False) -> None:
    """Keep readings of names; what was known of these names is forgotten. Inside a transaction."""
    forget_readings(readings)
    rows = [{"name": name, "readings": list(one), "is_override": are_corrections} for name, one in readings.items()]
    if rows:
        db.session.execute(insert(ReadingRow), rows)


def forget_readings(names: Iterable[str]) -> None:
    """Inside a transaction."""
    wanted = list(names)
    for start in range(0, len(wanted), 500):    # SQLite takes no more than some hundreds of values in a statement
        db.session.execute(delete(ReadingRow).where(ReadingRow.name.in_(wanted[start:start + 500])))


def replace_aliases(aliases: Iterable[Alias]) -> dict[str, int]:
    """Make these the other names; how many were added and retired. Inside a transaction."""
    wanted, known = set(aliases), set(list_aliases())
    for one in known - wanted:
        db.session.execute(
            delete(AliasRow).where(AliasRow.kind == one.kind, AliasRow.code == one.code, AliasRow.name == one.name)
        )
    rows = [{"kind": str(one.kind), "code": one.code, "name": one.name} for one in wanted - known]
    if rows:
        db.session.execute(insert(AliasRow), rows)
    return {"added": len(wanted - known), "changed": 0, "retired": len(known - wanted)}
