"""How each car park and line stood, day by day; and what the outbox says of it at the moment."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Date, String, Text, delete, func, literal_column, select, text
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.exchange.access_rate import Day
from citizen_app.exchange.outbox import State
from citizen_app.exchange.record import RecordKind
from citizen_app.exchange.store.claims import set_total
from citizen_app.exchange.store.tables import HeldRow, OutboxRow, SaidRow, TotalRow, write_rows
from citizen_app.extensions import db, reading_sql

_LOCK = 0x61636365
_COUNTED = "access_minute"
_GENERATION = "exchange_link"
_CHUNK = 2_000


class AccessDayRow(db.Model):  # type: ignore[name-defined,misc]
    """One day of the county's calendar of a car park or a line; `spans` as `access_rate.days` writes them."""

    __tablename__ = "access_day"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    subject: Mapped[str] = mapped_column(String(400), primary_key=True)
    spans: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Accepted:
    """A count that the platform has accepted, as it was sent. Moments UTC."""

    subject: str
    fields: dict[str, Any]
    observed_at: datetime
    accepted_at: datetime


@dataclass(frozen=True)
class HeldUp:
    """The newest row of a subject that is in a state which is not accepted. Moments UTC.

    `since` is when the oldest of them came to be. `has_earlier`: the platform has an earlier record of the subject.
    """

    kind: RecordKind
    subject: str
    state: State
    since: datetime
    observed_at: datetime
    has_earlier: bool


def lock_counting() -> None:
    """Let nobody else count minutes until the end of the transaction."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def find_counted_minute() -> int | None:
    """The last minute that was counted, in minutes since 1970; None before the first."""
    return _find_total(_COUNTED)


def note_counted_minute(minute: int) -> None:
    """Inside a transaction."""
    set_total(_COUNTED, minute)


def get_link_generation() -> int:
    """The generation of the links to the page of the exchange; 0 at first."""
    return _find_total(_GENERATION) or 0


def set_link_generation(generation: int) -> None:
    """Inside a transaction."""
    set_total(_GENERATION, generation)


def list_access_days(first: date, last: date, subjects: Collection[str] | None = None) -> list[Day]:
    """The days from `first` to `last`, newest first, then by subject; of some subjects only where these are given."""
    table = AccessDayRow
    query = select(table.day, table.subject, table.spans).where(table.day >= first, table.day <= last)
    if subjects is not None:
        query = query.where(table.subject.in_(subjects))
    with reading_sql():
        return [Day(*row) for row in db.session.execute(query.order_by(table.day.desc(), table.subject))]


def find_first_access_day() -> date | None:
    """The oldest day that is kept; None before anything was counted."""
    with reading_sql():
        return db.session.scalar(select(func.min(AccessDayRow.day)))


def write_access_days(days: Iterable[Day]) -> None:
    """Put these in the places of what was kept of the same days. Inside a transaction."""
    rows = [{"day": one.day, "subject": one.subject, "spans": one.spans} for one in days]
    for start in range(0, len(rows), _CHUNK):
        write_rows(AccessDayRow, rows[start:start + _CHUNK], lambda _, new: {"spans": new.spans})


def forget_access_days(before: date) -> int:
    """Delete days before a date; how many rows. Inside a transaction."""
    done: Any = db.session.execute(delete(AccessDayRow).where(AccessDayRow.day < before))
    return int(done.rowcount)


def list_held_counts() -> dict[str, Accepted]:
    """The newest count of each car park that the platform has, of those whose row is kept still."""
    query = (
        select(HeldRow.subject, OutboxRow.fields, HeldRow.observed_at, HeldRow.accepted_at)
        .join(OutboxRow, OutboxRow.key == HeldRow.key).where(HeldRow.kind == str(RecordKind.PARKING_DYNAMIC))
    )
    with reading_sql():
        return {row[0]: Accepted(row[0], json.loads(row[1]), row[2], row[3]) for row in db.session.execute(query)}


def list_accepted_counts(since: datetime) -> list[Accepted]:
    """The counts that the platform accepted and that were queued since a moment, newest first; read backwards, in pieces."""
    found: list[Accepted] = []
    below: int | None = None
    while True:
        query = (
            select(OutboxRow.id, OutboxRow.kind, OutboxRow.subject, OutboxRow.fields, OutboxRow.observed_at, OutboxRow.accepted_at,
                   OutboxRow.created_at)
            .where(OutboxRow.state == literal_column("'accepted'")).order_by(OutboxRow.id.desc()).limit(_CHUNK)
        )
        with reading_sql():
            rows = db.session.execute(query if below is None else query.where(OutboxRow.id < below)).all()
        found += [
            Accepted(row.subject, json.loads(row.fields), row.observed_at, row.accepted_at) for row in rows
            if row.kind == RecordKind.PARKING_DYNAMIC and row.created_at >= since and row.accepted_at is not None
        ]
        if len(rows) < _CHUNK or max(row.created_at for row in rows) < since:
            return found
        below = rows[-1].id


def list_held_up(kinds: Collection[RecordKind], states: Collection[State]) -> list[HeldUp]:
    """What of these kinds is in these states, one of each subject and state, by their newest row."""
    newest = (
        select(func.max(OutboxRow.id).label("id"), func.min(OutboxRow.created_at).label("since"))
        .where(OutboxRow.state.in_([str(one) for one in states]), OutboxRow.kind.in_([str(one) for one in kinds]))
        .group_by(OutboxRow.kind, OutboxRow.subject, OutboxRow.state).subquery()
    )
    query = (
        select(OutboxRow.kind, OutboxRow.subject, OutboxRow.state, newest.c.since, OutboxRow.observed_at, HeldRow.key)
        .join(newest, newest.c.id == OutboxRow.id)
        .outerjoin(HeldRow, (HeldRow.kind == OutboxRow.kind) & (HeldRow.subject == OutboxRow.subject))
    )
    with reading_sql():
        return [
            HeldUp(RecordKind(kind), subject, State(state), since, observed_at, key is not None)
            for kind, subject, state, since, observed_at, key in db.session.execute(query)
        ]


def list_never_held(kinds: Collection[RecordKind]) -> list[tuple[RecordKind, str]]:
    """What was said of these kinds and the platform has never accepted."""
    held = select(HeldRow.key).where(HeldRow.kind == SaidRow.kind, HeldRow.subject == SaidRow.subject)
    query = select(SaidRow.kind, SaidRow.subject).where(
        SaidRow.kind.in_([str(one) for one in kinds]), SaidRow.is_removed.is_(False), ~held.exists()
    )
    with reading_sql():
        return [(RecordKind(kind), subject) for kind, subject in db.session.execute(query)]


def _find_total(name: str) -> int | None:
    with reading_sql():
        return db.session.scalar(select(TotalRow.number).where(TotalRow.name == name))
