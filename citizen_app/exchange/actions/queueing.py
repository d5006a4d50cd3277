"""Puts records into the outbox, in the transaction of who calls. What differs from what was said last is said, checked first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from citizen_app.exchange import store
from citizen_app.exchange.outbox import digest_of
from citizen_app.exchange.province import Province, check_fields, removal_record, say_problems
from citizen_app.exchange.record import Content, Record, RecordKind


def queue_all(kind: RecordKind, contents: Iterable[Content], province: Province, now: datetime) -> list[Content]:
    """Make these all that there is of a kind: what is new or differs is queued at once. The removals of all else, to be queued.

    Holds the lock of `store.lock_static` afterwards.
    """
    if not province.reports(kind):
        return []
    store.lock_static()
    said = store.list_said(kind)
    fresh, seen = [], set()
    for content in contents:
        seen.add(content.subject)
        if said.get(content.subject) != (digest_of(content), False):
            fresh.append(content)
    queue(fresh, province, now)
    return [
        removal_record(kind, subject, province) for subject, (_, is_removed) in said.items() if subject not in seen and not is_removed
    ]


def queue(contents: Sequence[Content], province: Province, now: datetime, are_removals: bool = False) -> None:
    """Queue contents of one kind, true from now, whatever was said before."""
    queue_records([_record(one, now) for one in contents], province, now, are_removals)


def queue_counts(counts: Sequence[tuple[Content, datetime]], province: Province, now: datetime) -> None:
    """Queue counts with the moments (UTC) at which they were observed, in that order."""
    records = [_record(content, observed_at) for content, observed_at in counts]
    if province.sending.availability == "latest":
        records = list({one.subject: one for one in records}.values())
        store.supersede_unsent(RecordKind.PARKING_DYNAMIC, [one.subject for one in records])
    queue_records(records, province, now)


def queue_records(records: Sequence[Record], province: Province, now: datetime, are_removals: bool = False) -> None:
    """Records of one kind: those that pass `check_fields` wait, the others are kept as invalid with the reason in words.

    Of a subject at most one invalid row stays, and it keeps its age while the fault is the same.
    """
    if not records:
        return
    kind = records[0].kind
    reasons = [say_problems(check_fields(kind, one.fields, province), in_english=False) for one in records]
    known = store.find_invalid(kind, [one.subject for one in records])
    changed = [
        one.subject for one, reason in zip(records, reasons, strict=True) if one.subject in known and known[one.subject][1] != reason
    ]
    store.supersede_invalid(kind, changed)
    added: list[tuple[Record, str]] = []
    for record, reason in zip(records, reasons, strict=True):
        same = known.get(record.subject) if reason else None
        if same is not None and same[1] == reason:
            store.renew_invalid(same[0], record)
        else:
            added.append((record, reason))
    store.add_entries([record for record, _ in added], now, [reason for _, reason in added])
    store.note_said(kind, {
        one.subject: (digest_of(Content(kind, one.subject, one.fields)), are_removals) for one in records
    })


def _record(content: Content, observed_at: datetime) -> Record:
    return Record(uuid.uuid4().hex, content.kind, content.subject, content.fields, observed_at)
