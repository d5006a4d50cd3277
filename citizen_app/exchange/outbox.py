"""What waits to be sent to the province: states, whose turn it is, when to try again, what counts as late. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from citizen_app.exchange.record import Content, Record, RecordKind

FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 45.0    # after a request that failed; a recovery is seen within a minute
_ROW_PAUSE_S, _LONGEST_ROW_PAUSE_S = 30.0, 600.0
_OBSERVED = "采集时间"


class State(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DEAD = "dead"                # the platform says that it is wrong
    SUPERSEDED = "superseded"    # another record has taken its place
    INVALID = "invalid"          # our own checks say that it is wrong; never sent


@dataclass(frozen=True)
class Entry:
    """A row of the outbox. Moments UTC; `attempts` counts how often it was claimed for sending.

    `reason` and `code` are those of the last answer, or of our own check. `was_late`: it was sent as late (补传).
    """

    id: int
    kind: RecordKind
    subject: str
    key: str
    fields: Mapping[str, Any]
    observed_at: datetime
    created_at: datetime
    state: State
    attempts: int
    next_try_at: datetime
    reason: str = ""
    code: str = ""
    accepted_at: datetime | None = None
    was_late: bool | None = None


@dataclass(frozen=True)
class Head:
    """As much of a waiting row as is needed to choose."""

    id: int
    observed_at: datetime
    next_try_at: datetime
    attempts: int


@dataclass(frozen=True)
class Queue:
    """The waiting rows of one subject and kind, none of them claimed: the oldest and the newest, the same for a single row.

    `held_at`: when the newest record that the platform has of it was observed.
    """

    oldest: Head
    newest: Head
    held_at: datetime | None = None


@dataclass(frozen=True)
class Pace:
    """How a sender goes on with one kind of record. `size` is how many records it risks in a request, None: as many as allowed.

    After a failure requests become smaller and rarer, down to one record, so that one that brings the platform down is found out;
    after a success they grow again. `is_shaken` until a request went through: then what was tried already is tried first, so that
    an outage leaves few records of which nobody knows whether they arrived.
    """

    failures: int = 0
    size: int | None = None
    not_before: datetime | None = None
    is_shaken: bool = True

    def may_try(self, now: datetime) -> bool:
        return self.not_before is None or now >= self.not_before

    def failed(self, now: datetime, most: int, retry_after_s: float | None, spread: float) -> Pace:
        """`spread` in 0..1 is the jitter: a pause is between half of what it could be and all of it."""
        pause_s = min(FIRST_PAUSE_S * 2.0 ** min(self.failures, 16), LONGEST_PAUSE_S) * (0.5 + spread / 2)
        size = max(1, (most if self.size is None else min(self.size, most)) // 2) if self.failures else most
        return Pace(self.failures + 1, size, now + timedelta(seconds=max(pause_s, retry_after_s or 0.0)))

    def succeeded(self, most: int) -> Pace:
        size = None if self.size is None or self.size * 2 >= most else self.size * 2
        return Pace(0, size, None, is_shaken=False)

    def size_of(self, most: int) -> int:
        return most if self.size is None else min(self.size, most)


def row_pause(attempts: int, spread: float) -> timedelta:
    """How long a record waits that was neither accepted nor refused, or brought its request down alone."""
    longest_s = min(_ROW_PAUSE_S * 2.0 ** min(max(attempts - 1, 0), 16), _LONGEST_ROW_PAUSE_S)
    return timedelta(seconds=longest_s * (0.5 + spread / 2))


def is_late(observed_at: datetime, held_at: datetime | None, now: datetime, late_after_s: float) -> bool:
    """补传: observed too long ago, or before what the platform has of the subject already (`held_at`)."""
    return (now - observed_at).total_seconds() > late_after_s or (held_at is not None and observed_at < held_at)


def choose(queues: Iterable[Queue], most: int, now: datetime, late_after_s: float, is_shaken: bool) -> list[int]:
    """The rows to send next, at most one of a subject, in the order in which they are to be sent.

    Each subject in its order; but where the oldest row is late and the newest is not, the newest goes first and the others follow as
    late ones. What is not late goes before what is. Shaken: no such overtaking, and what was tried already first, the longest ago.
    """
    picked: list[tuple[tuple[object, ...], int]] = []
    for queue in queues:
        oldest_late, newest_late = (
            is_late(one.observed_at, queue.held_at, now, late_after_s) for one in (queue.oldest, queue.newest)
        )
        overtakes = not is_shaken and oldest_late and not newest_late and queue.newest.next_try_at <= now
        one, late = (queue.newest, False) if overtakes else (queue.oldest, oldest_late)
        if one.next_try_at <= now:
            tried_at = one.next_try_at if one.attempts else now
            picked.append(((one.attempts == 0, tried_at, one.id) if is_shaken else (late, one.id), one.id))
    return [entry_id for _, entry_id in sorted(picked)[:most]]


def record_of(entry: Entry, late: bool) -> Record:
    return Record(entry.key, entry.kind, entry.subject, entry.fields, entry.observed_at, late)


def digest_of(content: Content) -> str:
    """What a content says, in 32 letters; of a count all but its moment."""
    left_out = _OBSERVED if content.kind is RecordKind.PARKING_DYNAMIC else ""
    fields = {name: value for name, value in content.fields.items() if name != left_out}
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def minute_bit(moment: datetime) -> tuple[int, int]:
    """The hour of a moment in seconds since 1970, and a number whose one bit says which of its minutes it is."""
    seconds = int(moment.timestamp())
    return seconds // 3600 * 3600, 1 << (seconds % 3600 // 60)
