"""The one path of a run: fetch, parse, act, record. Nothing that goes wrong on it escapes. Alone calls actions."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from citizen_app import clock
from citizen_app.errors import AppError, InputProblem, InvalidInput, problem
from citizen_app.ops import actions as ops_actions
from citizen_app.ops import store as ops_store
from citizen_app.ops.source import Run, Source
from citizen_app.parking import actions as parking_actions
from citizen_app.parking import store as parking_store
from citizen_app.parking.occupancy import Reading, SiteDescription
from feeds.base import Parsed
from feeds.fetch import FetchError, Validators, fetch
from feeds.registry import get_adapter

log = logging.getLogger(__name__)

BACK_OFF_MOST_S = 600.0
_JITTER = 0.1


def run_source(source: Source, validators: Validators, failures: int) -> tuple[Run, Validators]:
    """Fetch a source once, take what it holds, record the run. The validators to ask with the next time.

    `failures` is how many runs before this one failed in a row; the next one is due the later the more they were.
    """
    started_at = clock.now()
    status, size, error, retry_after_s = None, 0, "", 0.0
    problems: Sequence[InputProblem] = ()
    good = accepted = 0
    try:
        fetched = fetch(source, validators)
        status, validators = fetched.http_status, fetched.validators
        if fetched.body is not None:
            size = len(fetched.body)
            parsed = get_adapter(source).parse(fetched.body, started_at)
            accepted, good, problems = take(source, parsed, clock.now())
    except FetchError as fault:
        status, error, retry_after_s = fault.http_status, str(fault), fault.retry_after_s or 0.0
    except AppError as fault:
        error, problems = str(fault).splitlines()[0], getattr(fault, "problems", ())
    except Exception as fault:    # an adapter's own mistake must not end the process
        log.exception("run failed", extra={"source": source.uid})
        error = f"internal fault: {type(fault).__name__}"
    if error:
        validators = Validators()    # ask for all of it the next time
    pause_s = next_pause_s(source.interval_s, failures + 1 if error else 0, retry_after_s)
    run = Run(
        source.uid, started_at, clock.now(), _outcome(error, problems, accepted), status, size, good,
        len({one.row for one in problems}), tuple(problems), error, started_at + timedelta(seconds=pause_s),
    )
    _record(run)
    return run, validators


def take(source: Source, parsed: Parsed, received_at: datetime) -> tuple[int, int, list[InputProblem]]:
    """Hand the readings over: how many were new, how many good in all, and every problem."""
    readings = [item for item in parsed.items if isinstance(item, Reading)]
    problems = [*parsed.problems, *compare_sites(source.uid, parsed)]
    result = parking_actions.record_readings(source.uid, readings, received_at)
    good = result.accepted + result.unchanged
    if not readings and not any(isinstance(item, SiteDescription) for item in parsed.items):
        raise InvalidInput(problems or [problem("payload", "records", parsed.rows, "nothing usable in it")])
    return result.accepted, good, [*problems, *result.problems]


def compare_sites(source_uid: str, parsed: Parsed) -> list[InputProblem]:
    """Where the source's own description of a car park differs from ours: worth a look, nothing is overwritten."""
    ours = {one.source_ref: one for one in parking_store.list_facilities() if one.source_uid == source_uid}
    return [
        problem(item.ref, "capacity", item.capacity, f"ours is {ours[item.ref].capacity}")
        for item in parsed.items
        if isinstance(item, SiteDescription) and item.ref in ours
        and item.capacity is not None and ours[item.ref].capacity is not None
        and item.capacity != ours[item.ref].capacity
    ]


def next_pause_s(interval_s: int, failures: int, retry_after_s: float = 0) -> float:
    """Seconds to the next run: the interval; after failures doubled each time, jittered, never below the interval."""
    if not failures:
        return float(interval_s)
    longest = max(BACK_OFF_MOST_S, interval_s)
    pause_s = min(interval_s * 2.0 ** min(failures, 16), longest)
    return max(interval_s, retry_after_s, pause_s * (1 - random.random() * _JITTER))


def claim(source: Source, owner: str, now: datetime) -> bool:
    """Whether this process may run the source now: its turn of this interval, and nobody still at it.

    In Redis; through SQL while Redis does not answer.
    """
    turn_s = max(1.0, source.interval_s * 0.9)
    try:
        if not ops_store.acquire_lease(f"source:{source.uid}", owner, LEASE_S):
            return False
        if ops_store.claim_turn(f"source:{source.uid}", turn_s):
            return True
        ops_store.release_lease(f"source:{source.uid}", owner)
        return False
    except AppError:
        return ops_actions.claim_source(source.uid, now, now + timedelta(seconds=turn_s))


def release(source: Source, owner: str) -> None:
    """Give the source back after a run."""
    ops_store.release_lease(f"source:{source.uid}", owner)


LEASE_S = 75.0    # a whole fetch is cut off after 60 s


def keep_house(now: datetime) -> None:
    """What any feeds process does each minute: Redis holds what SQL holds, and once a night old history goes."""
    parking_actions.publish_snapshot()
    if _is_night(now) and _claim_night(now):
        counts = parking_actions.prune_history(now)
        counts["runs"] = ops_actions.prune_runs(now)
        log.info("history pruned", extra=counts)


def take_recent(source_uid: str, readings: Sequence[Reading], received_at: datetime) -> int:
    """Hand over a source's readings that did not come by a run (demonstration history); how many were new."""
    return parking_actions.record_readings(source_uid, readings, received_at).accepted


def take_past(facility_uid: str, counts: Sequence[tuple[datetime, int]]) -> None:
    """Hand over believable past counts of one facility, that only its usual days are made from."""
    parking_actions.import_history(facility_uid, counts)


def _is_night(now: datetime) -> bool:
    local = clock.to_local(now)
    return local.hour == 3


def _claim_night(now: datetime) -> bool:
    try:
        return ops_store.claim_turn(f"night:{clock.to_local(now):%Y-%m-%d}", 24 * 3600)
    except AppError:
        return False    # the next night will do


def _outcome(error: str, problems: Sequence[InputProblem], accepted: int) -> str:
    if error:
        return "error"
    if problems:
        return "partial"
    return "ok" if accepted else "unchanged"


def _record(run: Run) -> None:
    fields = {
        "source": run.source_uid, "outcome": run.outcome, "rows_good": run.rows_good, "rows_bad": run.rows_bad,
        "bytes": run.bytes_read, "error": run.error, "ms": round((run.ended_at - run.started_at).total_seconds() * 1000),
    }
    log.info("run", extra=fields)
    try:
        ops_actions.record_run(run)
    except AppError as fault:
        log.warning("run not recorded", extra={"source": run.source_uid, "error": str(fault)})
