"""What the sources are, in SQL; and whose turn it is to poll one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.errors import NotFound
from citizen_app.extensions import UtcDateTime, db, reading_sql
from citizen_app.ops.source import Source, SourceMode


class SourceRow(db.Model):  # type: ignore[name-defined,misc]
    """A source as a document. Until `claimed_until` it was somebody's turn to poll it."""

    __tablename__ = "source"

    uid: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


def list_sources() -> list[Source]:
    """In the order of the county's bundle."""
    with reading_sql():
        return [_source(row.document) for row in db.session.scalars(select(SourceRow).order_by(SourceRow.position))]


def find_source(uid: str) -> Source | None:
    """None for a uid that no source has."""
    if "\x00" in uid:
        return None    # PostgreSQL takes no such text, not even to look for it
    with reading_sql():
        row = db.session.get(SourceRow, uid)
        return None if row is None else _source(row.document)


def get_source(uid: str) -> Source:
    """Raises NotFound."""
    source = find_source(uid)
    if source is None:
        raise NotFound(f"there is no source {uid}")
    return source


def replace_sources(sources: Sequence[Source]) -> dict[str, int]:
    """Make these the sources; counts of added, changed, removed. Inside a transaction."""
    known = {row.uid: row for row in db.session.scalars(select(SourceRow))}
    counts = {"added": 0, "changed": 0, "removed": 0}
    for position, source in enumerate(sources):
        row, document = known.pop(source.uid, None), json.loads(json.dumps(asdict(source)))
        if row is None:
            counts["added"] += 1
            db.session.add(SourceRow(uid=source.uid, position=position, document=document))
        else:
            counts["changed"] += row.document != document
            row.position, row.document = position, document
    for row in known.values():
        counts["removed"] += 1
        db.session.delete(row)
    return counts


def claim_turn_of(uid: str, now: datetime, until: datetime) -> bool:
    """Take the one turn of a span of time to poll a source; False while somebody's lasts. Inside a transaction.

    A turn that lasts more than twice as long as this one would is of a clock that was wrong, and does not count.
    """
    free = or_(SourceRow.claimed_until.is_(None), SourceRow.claimed_until <= now, SourceRow.claimed_until > until + (until - now))
    result: Any = db.session.execute(update(SourceRow).where(SourceRow.uid == uid, free).values(claimed_until=until))
    return bool(result.rowcount)


def _source(document: dict[str, Any]) -> Source:
    return Source(**{**document, "mode": SourceMode(document["mode"])})
