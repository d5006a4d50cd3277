"""Into the outbox: rows for records that are to be sent, and what was said last of each subject. All inside a transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, text, update

from citizen_app.exchange.outbox import State
from citizen_app.exchange.record import Record, RecordKind
from citizen_app.exchange.store.tables import OutboxRow, SaidRow, write_rows
from citizen_app.extensions import db

_LOCK = 0x70726F76    # any number that nothing else of ours locks
_CHUNK = 5_000


def lock_static() -> None:
    """Let no one else say what car parks and buses are until the end of the transaction; counts go on."""
    if db.session.connection().dialect.name == "postgresql":    # SQLite's transactions hold such a lock
        db.session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def list_said(kind: RecordKind) -> dict[str, tuple[str, bool]]:
    """Everything that was said of a kind: subject -> digest, whether it was a removal."""
    rows = db.session.execute(select(SaidRow.subject, SaidRow.digest, SaidRow.is_removed).where(SaidRow.kind == kind))
    return {subject: (digest, is_removed) for subject, digest, is_removed in rows}


def note_said(kind: RecordKind, said: Mapping[str, tuple[str, bool]]) -> None:
    """Remember what was said: subject -> digest, whether it was a removal."""
    rows = [
        {"kind": str(kind), "subject": subject, "digest": digest, "is_removed": is_removed}
        for subject, (digest, is_removed) in sorted(said.items())
    ]
    write_rows(SaidRow, rows, lambda _, new: {"digest": new.digest, "is_removed": new.is_removed})


def forget_said(kind: RecordKind, subjects: Sequence[str]) -> None:
    """Have these said anew, whatever was said of them."""
    for start in range(0, len(subjects), _CHUNK):
        db.session.execute(delete(SaidRow).where(SaidRow.kind == kind, SaidRow.subject.in_(subjects[start:start + _CHUNK])))


def add_entries(records: Sequence[Record], now: datetime, reasons: Sequence[str]) -> None:
    """Queue records in their order; one with a reason is kept as invalid and never sent."""
    rows = [
        {
            "kind": str(one.kind), "subject": one.subject, "key": one.key, "fields": _text(one.fields), "observed_at": one.observed_at,
            "created_at": now, "state": str(State.INVALID if reason else State.WAITING), "attempts": 0, "next_try_at": now,
            "reason": reason, "code": "",
        }
        for one, reason in zip(records, reasons, strict=True)
    ]
    for start in range(0, len(rows), _CHUNK):
        write_rows(OutboxRow, rows[start:start + _CHUNK])


def supersede_unsent(kind: RecordKind, subjects: Sequence[str]) -> None:
    """Take back rows that were never tried: newer ones come. One that was tried may have arrived, and stays."""
    _supersede(kind, subjects, OutboxRow.state == State.WAITING, OutboxRow.attempts == 0)


def supersede_invalid(kind: RecordKind, subjects: Sequence[str]) -> None:
    """Later records take the place of those that our checks refused."""
    _supersede(kind, subjects, OutboxRow.state == State.INVALID)


def find_invalid(kind: RecordKind, subjects: Sequence[str]) -> dict[str, tuple[int, str]]:
    """The newest invalid row of each of these subjects: its number and reason."""
    found: dict[str, tuple[int, str]] = {}
    for start in range(0, len(subjects), _CHUNK):
        rows = db.session.execute(
            select(OutboxRow.subject, OutboxRow.id, OutboxRow.reason)
            .where(OutboxRow.state == State.INVALID, OutboxRow.kind == kind, OutboxRow.subject.in_(subjects[start:start + _CHUNK]))
            .order_by(OutboxRow.id)
        )
        found |= {subject: (entry_id, reason) for subject, entry_id, reason in rows}
    return found


def renew_invalid(entry_id: int, record: Record) -> None:
    """The same fault again: the row keeps its age, and takes what was found last."""
    db.session.execute(
        update(OutboxRow).where(OutboxRow.id == entry_id).values(fields=_text(record.fields), observed_at=record.observed_at)
    )


def _supersede(kind: RecordKind, subjects: Sequence[str], *which: object) -> None:
    for start in range(0, len(subjects), _CHUNK):
        chunk = subjects[start:start + _CHUNK]
        db.session.execute(
            update(OutboxRow).where(*which, OutboxRow.kind == kind, OutboxRow.subject.in_(chunk)).values(state=State.SUPERSEDED)    # type: ignore[arg-type]
            .execution_options(synchronize_session=False)
        )


def _text(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
