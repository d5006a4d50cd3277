"""Has records sent again: refused ones once they are right, a period that the platform has lost; forgets what is old. No Flask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from citizen_app.errors import NotFound
from citizen_app.exchange import store
from citizen_app.exchange.actions.queueing import queue, queue_counts
from citizen_app.exchange.actions.reporting import present_counts, static_contents
from citizen_app.exchange.outbox import Entry, State
from citizen_app.exchange.province import Province, removal_record
from citizen_app.exchange.record import Content, RecordKind
from citizen_app.extensions import transaction

# What is kept of the outbox: for how long, and how many rows at most. Waiting rows stay until they are sent.
KEPT: Mapping[State, tuple[timedelta, int]] = {
    State.ACCEPTED: (timedelta(days=3), 1_000_000),
    State.SUPERSEDED: (timedelta(days=1), 20_000),
    State.DEAD: (timedelta(days=90), 20_000),
    State.INVALID: (timedelta(days=90), 20_000),
}
KEEP_HOURS = timedelta(days=400)
_BATCH = 2_000


@dataclass(frozen=True)
class Resent:
    """`renewed` rows got new records in their places, mapped from what we know now; `repeated` ones go out as they were."""

    renewed: int
    repeated: int


def resend(ids: Sequence[int], province: Province, now: datetime) -> Resent:
    """Send what these rows are about, as it is now: refused or invalid rows after their correction, accepted ones once more.

    What is checked and is still not right is invalid again. Rows that wait already are left alone, alerts go out as they were.
    Raises NotFound for a number that no row has; then nothing was changed.
    """
    entries = store.get_entries(ids)
    missing = sorted(set(ids) - {one.id for one in entries})
    if missing:
        raise NotFound(f"there is no entry {', '.join(map(str, missing))}")
    wanted = [one for one in entries if one.state is not State.WAITING]
    static, counts = static_contents(province, now), present_counts(province, now)
    renewed: list[int] = []
    fresh: dict[tuple[RecordKind, bool], dict[str, Content]] = defaultdict(dict)
    with transaction():
        for one in wanted:
            if one.kind is RecordKind.PARKING_DYNAMIC:
                if one.subject in counts:
                    fresh[one.kind, False][one.subject] = counts[one.subject][0]
                    renewed.append(one.id)
            elif one.kind in static:
                content = static[one.kind].get(one.subject)
                gone = content is None
                fresh[one.kind, gone][one.subject] = content or removal_record(one.kind, one.subject, province)
                renewed.append(one.id)
        store.mark_superseded(renewed)
        for (kind, are_removals), contents in fresh.items():
            if kind is RecordKind.PARKING_DYNAMIC:
                queue_counts([counts[subject] for subject in contents], province, now)
            else:
                queue(list(contents.values()), province, now, are_removals)
        others = [one.id for one in wanted if one.id not in set(renewed)]
        repeated = store.send_again(_settled_states(wanted), now, ids=others) if others else 0
    return Resent(len(renewed), repeated)


def replay(since: datetime, now: datetime) -> int:
    """Send again, under the same keys, everything observed since a moment that the platform had accepted; how many records.

    A platform that still has one takes it for the same. What was accepted longer ago than it is kept is not in it.
    """
    with transaction():
        return store.send_again([State.ACCEPTED], now, since=since)


def thin_outbox(now: datetime, progress: Callable[[int], object] = lambda _: None) -> dict[str, int]:
    """Forget settled rows that are old, in small transactions that let others write; rows by state. `progress` hears of each."""
    counts: dict[str, int] = {}
    for state, (age, most) in KEPT.items():
        counts[state], rows = 0, _BATCH
        while rows == _BATCH:
            with transaction():
                rows = store.forget_entries(state, now - age, most, _BATCH)
            counts[state] += rows
            progress(rows)
    with transaction():
        counts["hours"] = store.forget_hours(now - KEEP_HOURS)
    return counts


def _settled_states(entries: Sequence[Entry]) -> set[State]:
    return {one.state for one in entries}
