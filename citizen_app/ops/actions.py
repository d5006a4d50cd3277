"""What changes ops: one function, one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from citizen_app.errors import Conflict
from citizen_app.extensions import transaction
from citizen_app.ops import store
from citizen_app.ops.source import Run, Source
from citizen_app.parking.actions import RecordResult, record_readings
from citizen_app.parking.occupancy import Reading

KEEP_RUNS = timedelta(days=30)


def record_run(run: Run) -> None:
    """Keep what became of one run."""
    with transaction():
        store.add_run(run)


def save_sources(sources: Sequence[Source]) -> Mapping[str, int]:
    """Make these the sources; counts of what was added, changed, removed."""
    with transaction():
        return store.replace_sources(sources)


def record_push(source_uid: str, message_id: str, readings: Sequence[Reading], received_at: datetime) -> RecordResult:
    """Take a pushed message once: its identifier and its readings in one transaction. Raises Conflict for a replay."""
    with transaction():
        if not store.take_message(source_uid, message_id, received_at):
            raise Conflict(f"message {message_id} was taken before")
        return record_readings(source_uid, readings, received_at)


def claim_source(uid: str, now: datetime, until: datetime) -> bool:
    """Take a source's turn in SQL, while Redis does not answer."""
    with transaction():
        return store.claim_source_in_sql(uid, now, until)


def prune_runs(now: datetime) -> int:
    """Delete runs older than they are kept; how many."""
    with transaction():
        return store.forget_runs(now - KEEP_RUNS)
