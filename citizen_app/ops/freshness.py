"""How a source stands: does what it should bring come, and in time? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from citizen_app.ops.source import SourceMode, SourceState

LATE_AFTER_LEAST = timedelta(minutes=5)    # the age at which a count is called delayed, too


class Standing(StrEnum):
    OK = "ok"              # the newest run brought or confirmed data, in time
    LATE = "late"          # no error, but nothing for more than two intervals and five minutes
    FAILING = "failing"    # the newest run was an error
    WAITING = "waiting"    # nothing has ever come


@dataclass(frozen=True)
class Freshness:
    """How many sources stand how; those that an attendant counts by hand have no interval and are left out."""

    ok: int = 0
    late: int = 0
    failing: int = 0
    waiting: int = 0


def standing_of(state: SourceState, now: datetime) -> Standing | None:
    """How a source stands at `now` (UTC); None for one that is counted by hand."""
    if state.source.mode is SourceMode.MANUAL:
        return None
    if state.last_run is None:
        return Standing.WAITING
    if state.last_run.outcome == "error":
        return Standing.FAILING
    late_after = max(2 * timedelta(seconds=state.source.interval_s), LATE_AFTER_LEAST)
    return Standing.LATE if now - state.last_run.ended_at > late_after else Standing.OK


def count_standings(states: Sequence[SourceState], now: datetime) -> Freshness:
    """How many of them stand how at `now` (UTC)."""
    counts = Counter(standing_of(state, now) for state in states)
    return Freshness(counts[Standing.OK], counts[Standing.LATE], counts[Standing.FAILING], counts[Standing.WAITING])
