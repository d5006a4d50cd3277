"""The tables of the outbox, and the way to write many rows at once on either database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ARRAY, BigInteger, Boolean, Index, Integer, String, Text, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.extensions import UtcDateTime, db

_WAITING, _CLAIMED = text("state = 'waiting'"), text("claimed_by IS NOT NULL")
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class OutboxRow(db.Model):  # type: ignore[name-defined,misc]
    """A record for the province. `id` is the order in which they came to be; `fields` is JSON, not escaped."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_waiting", "kind", "subject", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("outbox_claimed", "claimed_by", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        Index("outbox_by_state", "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(400))
    key: Mapped[str] = mapped_column(String(32), unique=True)
    fields: Mapped[str] = mapped_column(Text)
    observed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str | None] = mapped_column(String(32))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(String(20))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    was_late: Mapped[bool | None] = mapped_column(Boolean)


class SaidRow(db.Model):  # type: ignore[name-defined,misc]
    """What was last written to the outbox of a subject, good or not: a digest. Only who changes the subject writes it."""

    __tablename__ = "outbox_said"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(400), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32))
    is_removed: Mapped[bool] = mapped_column(Boolean)


class HeldRow(db.Model):  # type: ignore[name-defined,misc]
    """The newest record of a subject that the platform has accepted. Only senders write it."""

    __tablename__ = "outbox_held"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(400), primary_key=True)
    key: Mapped[str] = mapped_column(String(32))
    observed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AcceptedHourRow(db.Model):  # type: ignore[name-defined,misc]
    """The counts of a facility that the platform accepted: bit n is the minute n after `hour_s` in which they were observed.

    `in_time` has those that were not late.
    """

    __tablename__ = "outbox_hour"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    subject: Mapped[str] = mapped_column(String(400), primary_key=True)
    hour_s: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    accepted: Mapped[int] = mapped_column(BigInteger)
    in_time: Mapped[int] = mapped_column(BigInteger)


class TotalRow(db.Model):  # type: ignore[name-defined,misc]
    """Numbers that all senders share: accepted, refused (both only grow), skew_ms."""

    __tablename__ = "outbox_total"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


def write_rows(table: Any, rows: Sequence[dict[str, Any]], changes: Callable[[Any, Any], dict[str, Any]] | None = None) -> None:
    """Insert rows that all have the same columns, in their order; `changes(table, new)` says what becomes of a row that is there.

    In one statement, since PostgreSQL's driver would go to the server once a row; with `changes` no row may come twice.
    """
    if not rows:
        return
    key = [column.name for column in table.__table__.primary_key]
    statement: Any
    if db.session.connection().dialect.name == "sqlite":
        statement = sqlite.insert(table.__table__)
        values: Any = list(rows)
    else:
        columns = table.__table__.c
        arrays = [func.unnest(bindparam(name, [row[name] for row in rows], ARRAY(columns[name].type))) for name in rows[0]]
        statement, values = postgresql.insert(table.__table__).from_select(list(rows[0]), select(*arrays)), None
    if changes is not None:
        statement = statement.on_conflict_do_update(index_elements=key, set_=changes(table, statement.excluded))
    db.session.execute(statement, values) if values is not None else db.session.execute(statement)
