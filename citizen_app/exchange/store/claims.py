"""Out of the outbox: who sends what, and what became of it.

A claim is a lease in SQL: rows carry who has them and until when. A sender that is killed stops renewing, and others take its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, literal_column, or_, select, text, update
from sqlalchemy.orm import aliased

from citizen_app.exchange.outbox import Entry, Head, Queue, State, minute_bit
from citizen_app.exchange.record import Outcome, RecordKind
from citizen_app.exchange.store.lists import read_entry
from citizen_app.exchange.store.tables import AcceptedHourRow, HeldRow, OutboxRow, TotalRow, write_rows
from citizen_app.extensions import db

_LOCK = 0x73656E64
_WAITING = OutboxRow.state == literal_column("'waiting'")    # written out, so that the partial index can be used
_ONE_BY_ONE = {"synchronize_session": False}


def lock_claims() -> None:
    """Let senders choose one after another until the end of the transaction."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def list_queues(kind: RecordKind, now: datetime, most: int | None) -> list[Queue]:
    """What waits of a kind, subject by subject, the oldest first; at most so many. Inside a transaction that locked the claims.

    Left out are subjects of which a row is claimed, those that have to wait before they are tried again, and counts of a car park
    that the platform is yet to be told about.
    """
    claimed = select(OutboxRow.subject).where(OutboxRow.claimed_by.is_not(None), OutboxRow.claimed_until > now, OutboxRow.kind == kind)
    ends = (
        select(OutboxRow.subject, func.min(OutboxRow.id).label("oldest"), func.max(OutboxRow.id).label("newest"))
        .where(_WAITING, OutboxRow.kind == kind, OutboxRow.subject.not_in(claimed)).group_by(OutboxRow.subject).subquery()
    )
    oldest, newest = aliased(OutboxRow), aliased(OutboxRow)
    query = (
        select(*_head(oldest), *_head(newest), HeldRow.observed_at).select_from(ends)
        .join(oldest, oldest.id == ends.c.oldest).join(newest, newest.id == ends.c.newest)
        .outerjoin(HeldRow, and_(HeldRow.kind == str(kind), HeldRow.subject == ends.c.subject))
        .where(or_(oldest.next_try_at <= now, newest.next_try_at <= now)).order_by(ends.c.oldest).limit(most)
    )
    if kind is RecordKind.PARKING_DYNAMIC:
        untold = aliased(OutboxRow)
        query = query.where(~select(untold.id).where(
            untold.state == literal_column("'waiting'"), untold.kind == RecordKind.PARKING_STATIC,
            untold.subject == ends.c.subject, untold.id < ends.c.newest,
        ).exists())
    return [Queue(Head(*row[:4]), Head(*row[4:8]), row[8]) for row in db.session.execute(query)]


def take(ids: Sequence[int], claim: str, now: datetime, until: datetime) -> list[Entry]:
    """Claim rows, in the order of `ids`; those that somebody else got are left out. Inside a transaction."""
    free = or_(OutboxRow.claimed_by.is_(None), OutboxRow.claimed_until <= now)
    rows = db.session.scalars(
        select(OutboxRow).where(OutboxRow.id.in_(ids), _WAITING, free).with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    entries = {row.id: read_entry(row) for row in rows}
    db.session.execute(
        update(OutboxRow).where(OutboxRow.id.in_(list(entries)))
        .values(claimed_by=claim, claimed_until=until, attempts=OutboxRow.attempts + 1).execution_options(**_ONE_BY_ONE)
    )
    return [entries[one] for one in ids if one in entries]


def held_moments(kind: RecordKind, subjects: Sequence[str]) -> dict[str, datetime]:
    """When the newest record that the platform has of each of these subjects was observed."""
    query = select(HeldRow.subject, HeldRow.observed_at).where(HeldRow.kind == kind, HeldRow.subject.in_(subjects))
    return {row.subject: row.observed_at for row in db.session.execute(query)}


def renew_claim(claim: str, until: datetime) -> None:
    """Hold what is claimed for longer. Inside a transaction."""
    db.session.execute(
        update(OutboxRow).where(OutboxRow.claimed_by == claim).values(claimed_until=until).execution_options(**_ONE_BY_ONE)
    )


def release(claim: str, next_try_at: datetime, reason: str) -> None:
    """Nothing is known of what was claimed: it waits again. Inside a transaction."""
    _settle(claim, None, next_try_at=next_try_at, reason=reason, code="")


def retry(claim: str, entry_id: int, next_try_at: datetime, outcome: Outcome) -> None:
    """One record was neither taken nor refused: it waits again. Inside a transaction."""
    _settle(claim, [entry_id], next_try_at=next_try_at, reason=outcome.reason, code=outcome.code)


def bury(claim: str, entry_id: int, outcome: Outcome) -> None:
    """The platform says that a record is wrong: it is dead, until somebody has it sent again. Inside a transaction."""
    if _settle(claim, [entry_id], state=State.DEAD, reason=outcome.reason, code=outcome.code):
        add_total("refused", 1)


def accept(claim: str, entries: Sequence[Entry], late: Sequence[bool], now: datetime) -> None:
    """The platform has these, all of one kind. Inside a transaction. Those that the claim no longer holds are another's to settle."""
    if not entries:
        return
    ours = set(db.session.scalars(select(OutboxRow.id).where(OutboxRow.claimed_by == claim)))
    settled = [(entry, is_late) for entry, is_late in zip(entries, late, strict=True) if entry.id in ours]
    for was_late in (False, True):
        ids = [entry.id for entry, is_late in settled if is_late is was_late]
        if ids:
            _settle(claim, ids, state=State.ACCEPTED, accepted_at=now, was_late=was_late, reason="", code="")
    _hold(entries[0].kind, [entry for entry, _ in settled], now)
    if entries[0].kind is RecordKind.PARKING_DYNAMIC:
        _count_minutes(settled)
    add_total("accepted", len(settled))


def add_total(name: str, more: int) -> None:
    """Count something for good. Inside a transaction."""
    if more:
        write_rows(TotalRow, [{"name": name, "number": more}], lambda table, new: {"number": table.number + new.number})


def set_total(name: str, number: int) -> None:
    """Keep a number that senders measure. Inside a transaction."""
    write_rows(TotalRow, [{"name": name, "number": number}], lambda _, new: {"number": new.number})


def _head(table: Any) -> tuple[Any, ...]:
    return table.id, table.observed_at, table.next_try_at, table.attempts


def _settle(claim: str, ids: Sequence[int] | None, **values: Any) -> int:
    """Let go of claimed rows (None: all); how many were still ours."""
    which = [OutboxRow.claimed_by == claim] + ([] if ids is None else [OutboxRow.id.in_(ids)])
    values |= {"claimed_by": None, "claimed_until": None}
    done: Any = db.session.execute(update(OutboxRow).where(*which).values(**values).execution_options(**_ONE_BY_ONE))
    return int(done.rowcount)


def _hold(kind: RecordKind, entries: Sequence[Entry], now: datetime) -> None:
    """Remember the newest of each subject; what was refused of what a car park or a line is has been put right by it."""
    newest = held_moments(kind, [one.subject for one in entries])
    rows = {
        one.subject: {"kind": str(kind), "subject": one.subject, "key": one.key, "observed_at": one.observed_at, "accepted_at": now}
        for one in entries if one.subject not in newest or one.observed_at >= newest[one.subject]
    }
    write_rows(HeldRow, list(rows.values()), lambda _, new: {
        "key": new.key, "observed_at": new.observed_at, "accepted_at": new.accepted_at,
    })
    if kind is not RecordKind.PARKING_DYNAMIC and rows:
        db.session.execute(
            update(OutboxRow).where(OutboxRow.state == State.DEAD, OutboxRow.kind == kind, OutboxRow.subject.in_(list(rows)))
            .values(state=State.SUPERSEDED).execution_options(**_ONE_BY_ONE)
        )


def _count_minutes(settled: Sequence[tuple[Entry, bool]]) -> None:
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for entry, is_late in settled:
        hour_s, bit = minute_bit(entry.observed_at)
        row = rows.setdefault((entry.subject, hour_s), {"subject": entry.subject, "hour_s": hour_s, "accepted": 0, "in_time": 0})
        row["accepted"] |= bit
        row["in_time"] |= 0 if is_late else bit
    write_rows(AcceptedHourRow, [rows[key] for key in sorted(rows)], lambda table, new: {
        "accepted": table.accepted.op("|")(new.accepted), "in_time": table.in_time.op("|")(new.in_time),
    })
