"""The outbox looked at: entries by state, numbers, what was accepted; and forgetting what is old."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, literal_column, select, update

from citizen_app.exchange.outbox import Entry, State
from citizen_app.exchange.record import RecordKind
from citizen_app.exchange.store.tables import AcceptedHourRow, HeldRow, OutboxRow, TotalRow
from citizen_app.extensions import db, reading_sql

_NO_SYNC = {"synchronize_session": False}


@dataclass(frozen=True)
class OutboxNumbers:
    """`counts`: how many rows of a kind are in a state. `accepted` and `refused` only grow. Moments UTC.

    `oldest_waiting_at`: when the oldest row that waits came to be. `skew_s`: the platform's clock ahead of ours, as last measured.
    """

    counts: Mapping[tuple[RecordKind, State], int]
    oldest_waiting_at: datetime | None
    last_accepted_at: datetime | None
    accepted: int
    refused: int
    skew_s: float | None

    def of_state(self, state: State) -> int:
        return sum(count for (_, one), count in self.counts.items() if one is state)


@dataclass(frozen=True)
class AcceptedHour:
    """The minutes of an hour in which counts of a subject were observed that the platform accepted: bit n is minute n."""

    subject: str
    starts_at: datetime
    accepted: int
    in_time: int


@dataclass(frozen=True)
class HeldSubject:
    """The newest record of a subject that the platform has accepted. Moments UTC."""

    kind: RecordKind
    subject: str
    key: str
    observed_at: datetime
    accepted_at: datetime


def measure_outbox(states: Collection[State] = tuple(State)) -> OutboxNumbers:
    """Rows in these states are counted; there are few that wait, are dead or invalid, and very many others. Raises Unavailable."""
    with reading_sql():
        counts = db.session.execute(
            select(OutboxRow.kind, OutboxRow.state, func.count()).where(OutboxRow.state.in_([str(one) for one in states]))
            .group_by(OutboxRow.kind, OutboxRow.state)
        )
        by_state = {(RecordKind(kind), State(state)): count for kind, state, count in counts}
        first = select(func.min(OutboxRow.id)).where(OutboxRow.state == literal_column("'waiting'")).scalar_subquery()
        oldest = db.session.scalar(select(OutboxRow.created_at).where(OutboxRow.id == first))
        last = db.session.scalar(select(func.max(HeldRow.accepted_at)))
        totals = {row.name: row.number for row in db.session.execute(select(TotalRow.name, TotalRow.number))}
    skew_ms = totals.get("skew_ms")
    return OutboxNumbers(
        by_state, oldest, last, totals.get("accepted", 0), totals.get("refused", 0), None if skew_ms is None else skew_ms / 1000
    )


def list_entries(
    states: Collection[State], limit: int = 1000, kind: RecordKind | None = None, subject: str | None = None
) -> list[Entry]:
    """Rows in some states, the newest first."""
    query = select(OutboxRow).where(OutboxRow.state.in_([str(one) for one in states])).order_by(OutboxRow.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(OutboxRow.kind == kind)
    if subject is not None:
        query = query.where(OutboxRow.subject == subject)
    with reading_sql():
        return [read_entry(row) for row in db.session.scalars(query.execution_options(populate_existing=True))]


def get_entries(ids: Sequence[int]) -> list[Entry]:
    """The rows with these numbers that there are, in the order of their numbers."""
    with reading_sql():
        rows = db.session.scalars(
            select(OutboxRow).where(OutboxRow.id.in_(ids)).order_by(OutboxRow.id).execution_options(populate_existing=True)
        )
        return [read_entry(row) for row in rows]


def find_by_key(keys: Sequence[str]) -> list[Entry]:
    """The rows with these keys that are kept."""
    found: list[Entry] = []
    with reading_sql():
        for start in range(0, len(keys), 5_000):
            rows = db.session.scalars(select(OutboxRow).where(OutboxRow.key.in_(keys[start:start + 5_000])))
            found += [read_entry(row) for row in rows]
    return found


def has_waiting(kind: RecordKind) -> bool:
    """Whether anything of a kind waits."""
    query = select(OutboxRow.id).where(OutboxRow.state == literal_column("'waiting'"), OutboxRow.kind == kind).limit(1)
    with reading_sql():
        return db.session.scalar(query) is not None


def list_held(kind: RecordKind) -> dict[str, HeldSubject]:
    """The newest accepted record of each subject of a kind."""
    with reading_sql():
        rows = db.session.scalars(select(HeldRow).where(HeldRow.kind == kind).execution_options(populate_existing=True))
        return {row.subject: HeldSubject(kind, row.subject, row.key, row.observed_at, row.accepted_at) for row in rows}


def list_waiting_subjects(kind: RecordKind) -> set[str]:
    """Subjects of which something is on its way."""
    query = select(OutboxRow.subject).where(OutboxRow.state == literal_column("'waiting'"), OutboxRow.kind == kind)
    with reading_sql():
        return set(db.session.scalars(query))


def list_accepted_hours(start: datetime, end: datetime) -> list[AcceptedHour]:
    """Hours that begin in [start, end) in which counts were observed that the platform accepted, by subject and time."""
    query = (
        select(AcceptedHourRow).where(AcceptedHourRow.hour_s >= start.timestamp(), AcceptedHourRow.hour_s < end.timestamp())
        .order_by(AcceptedHourRow.subject, AcceptedHourRow.hour_s).execution_options(populate_existing=True)
    )
    with reading_sql():
        return [
            AcceptedHour(row.subject, datetime.fromtimestamp(row.hour_s, UTC), row.accepted, row.in_time)
            for row in db.session.scalars(query)
        ]


def oldest_accepted_at() -> datetime | None:
    """Since when accepted rows are kept."""
    with reading_sql():
        return db.session.scalar(
            select(OutboxRow.accepted_at).where(OutboxRow.state == State.ACCEPTED).order_by(OutboxRow.id).limit(1)
        )


def send_again(which: Collection[State], now: datetime, ids: Sequence[int] | None = None, since: datetime | None = None) -> int:
    """Have rows in some states, with these numbers or observed since then, wait again under their keys. Inside a transaction.

    They count as tried, so that newer counts do not take their places.
    """
    wanted: list[Any] = [OutboxRow.state.in_([str(one) for one in which])]
    wanted += [OutboxRow.id.in_(ids)] if ids is not None else []
    wanted += [OutboxRow.observed_at >= since] if since is not None else []
    values = {"state": State.WAITING, "attempts": 1, "next_try_at": now, "reason": "", "code": ""}
    done: Any = db.session.execute(update(OutboxRow).where(*wanted).values(**values).execution_options(**_NO_SYNC))
    return int(done.rowcount)


def mark_superseded(ids: Sequence[int]) -> None:
    """Others have taken their places. Inside a transaction."""
    db.session.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(state=State.SUPERSEDED).execution_options(**_NO_SYNC))


def forget_entries(state: State, before: datetime, most: int, batch: int) -> int:
    """Delete up to `batch` rows of a state that came to be before a moment, or beyond the newest `most`. Inside a transaction."""
    beyond = (
        select(OutboxRow.id).where(OutboxRow.state == str(state)).order_by(OutboxRow.id.desc()).offset(most).limit(1).scalar_subquery()
    )
    old = (OutboxRow.created_at < before) | (OutboxRow.id <= func.coalesce(beyond, 0))
    ids = list(db.session.scalars(select(OutboxRow.id).where(OutboxRow.state == str(state), old).order_by(OutboxRow.id).limit(batch)))
    if ids:
        db.session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.state == str(state)).execution_options(**_NO_SYNC))
    return len(ids)


def forget_hours(before: datetime) -> int:
    """Delete accepted hours before a moment. Inside a transaction."""
    done: Any = db.session.execute(delete(AcceptedHourRow).where(AcceptedHourRow.hour_s < before.timestamp()))
    return int(done.rowcount)


def read_entry(row: OutboxRow) -> Entry:
    return Entry(
        row.id, RecordKind(row.kind), row.subject, row.key, json.loads(row.fields), row.observed_at, row.created_at, State(row.state),
        row.attempts, row.next_try_at, row.reason, row.code, row.accepted_at, row.was_late,
    )
