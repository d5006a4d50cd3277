"""Compares what we hold with what the platform says it holds, and mends what differs by sending it again. No Flask."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from citizen_app.exchange import store
from citizen_app.exchange.actions.queueing import queue, queue_counts
from citizen_app.exchange.actions.reporting import present_counts, static_contents
from citizen_app.exchange.client import Gateway
from citizen_app.exchange.outbox import State
from citizen_app.exchange.province import Province, check_fields, removal_record
from citizen_app.exchange.province.parking import facility_subject
from citizen_app.exchange.province.wire import Held
from citizen_app.exchange.record import Content, RecordKind
from citizen_app.extensions import transaction
from citizen_app.parking import store as parking_store

Progress = Callable[[RecordKind, int, int], object]
_MOST_PAGES = 10_000


class Fault(StrEnum):
    MISSING = "missing"      # the platform does not have it
    DIFFERS = "differs"      # it has other values
    EXTRA = "extra"          # it has something that we do not


@dataclass(frozen=True)
class Difference:
    """`fields`: the names of those that differ. `mended`: it was queued anew."""

    kind: RecordKind
    subject: str
    fault: Fault
    fields: tuple[str, ...] = ()
    mended: bool = False


def reconcile(
    gateway: Gateway, at: Callable[[], datetime], mend: bool = True, progress: Progress = lambda *_: None
) -> list[Difference]:
    """Every difference, kind by kind. What waits to be sent, is refused or invalid is no difference: the outbox shows it.

    Kinds without a query interface are left out. `progress` is told the kind, the page and how many there are. Raises
    PlatformUnavailable, Unavailable.
    """
    province = gateway.province
    ours = {**static_contents(province, at()), RecordKind.PARKING_DYNAMIC: _counts_held()}
    found: list[Difference] = []
    for kind, contents in ours.items():
        if province.reports(kind) and province.interfaces[kind].query:
            theirs = _ask(gateway, kind, at, progress)
            if kind is RecordKind.PARKING_DYNAMIC:    # what has moved while we asked says nothing
                after = _counts_held()
                contents = {subject: content for subject, content in contents.items() if after.get(subject) == content}
            found += _compare(kind, contents, theirs, province)
    if mend and found:
        _mend(found, province, at())
        found = [Difference(one.kind, one.subject, one.fault, one.fields, True) for one in found]
    return found


def _ask(gateway: Gateway, kind: RecordKind, at: Callable[[], datetime], progress: Progress) -> dict[str, Held]:
    held: dict[str, Held] = {}
    number, pages = 1, 1
    while number <= min(pages, _MOST_PAGES):
        page = gateway.query(kind, number, at())
        pages = page.pages
        held |= {one.number: one for one in page.rows}
        progress(kind, number, pages)
        number += 1
    return held


def _counts_held() -> Mapping[str, Content]:
    """The counts that the platform ought to have: the newest that it has accepted of each car park in service, while they are kept."""
    in_service = {facility_subject(one.uid) for one in parking_store.list_facilities()}
    keys = [one.key for one in store.list_held(RecordKind.PARKING_DYNAMIC).values() if one.subject in in_service]
    return {one.subject: Content(one.kind, one.subject, one.fields) for one in store.find_by_key(keys)}


def _compare(kind: RecordKind, ours: Mapping[str, Content], theirs: Mapping[str, Held], province: Province) -> list[Difference]:
    pending = store.list_waiting_subjects(kind)
    refused = {one.subject for one in store.list_entries([State.DEAD, State.INVALID], 20_000, kind)}
    found = []
    for subject, content in ours.items():
        if subject in pending or subject in refused or check_fields(kind, content.fields, province):
            continue
        held = theirs.get(_number(content))
        if held is None:
            found.append(Difference(kind, subject, Fault.MISSING))
        elif names := _differing(content.fields, held.fields, province, kind):
            found.append(Difference(kind, subject, Fault.DIFFERS, names))
    known = {_number(one) for one in ours.values()}
    prefix = _PREFIXES[kind]
    if kind is not RecordKind.PARKING_DYNAMIC:    # a count goes with its car park
        found += [
            Difference(kind, f"{prefix}{number}", Fault.EXTRA)
            for number in theirs if number not in known and f"{prefix}{number}" not in pending
        ]
    return found


def _differing(ours: Mapping[str, Any], theirs: Mapping[str, Any], province: Province, kind: RecordKind) -> tuple[str, ...]:
    """Fields that the platform is sent and has otherwise; a number and its text are the same."""
    unsent = {name for name, theirs_name in province.spelling.get(kind, {}).items() if not theirs_name}
    return tuple(name for name, value in ours.items() if name not in unsent and _plain(value) != _plain(theirs.get(name)))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _mend(found: Iterable[Difference], province: Province, now: datetime) -> None:
    """Say all of it anew, in one transaction."""
    with transaction():
        store.lock_static()
        static, counts = static_contents(province, now), present_counts(province, now)
        for kind in _PREFIXES:
            here = [one for one in found if one.kind is kind]
            if kind is RecordKind.PARKING_DYNAMIC:
                queue_counts([counts[one.subject] for one in here if one.subject in counts], province, now)
                continue
            put = [static[kind][one.subject] for one in here if one.subject in static[kind]]
            gone = [removal_record(kind, one.subject, province) for one in here if one.subject not in static[kind]]
            queue(put, province, now)
            queue(gone, province, now, are_removals=True)


def _number(content: Content) -> str:
    return str(content.fields.get("编号", ""))


_PREFIXES: Mapping[RecordKind, str] = {
    RecordKind.PARKING_STATIC: "facility:", RecordKind.PARKING_DYNAMIC: "facility:", RecordKind.LINE: "line:",
    RecordKind.STOP: "stop:", RecordKind.STOP_SEQUENCE: "sequence:", RecordKind.TRIP: "trip:",
}
