"""The one path of a run: claim, fetch, parse, act, record. Nothing that goes wrong on it escapes. Alone calls actions."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from citizen_app import clock
from citizen_app.buses import actions as bus_actions
from citizen_app.errors import AppError, InputProblem, InvalidInput, problem
from citizen_app.exchange import actions as exchange_actions
from citizen_app.exchange.actions import access as access_actions
from citizen_app.ops import actions as ops_actions
from citizen_app.ops import store as ops_store
from citizen_app.ops.source import Run, Source
from citizen_app.parking import actions as parking_actions
from citizen_app.parking import store as parking_store
from citizen_app.parking.occupancy import Reading, SiteDescription
from citizen_app.places import actions as places_actions
from citizen_app.reporting import current_province
from feeds.base import Parsed
from feeds.fetch import Fetched, FetchError, Validators, fetch
from feeds.leases import Leases
from feeds.registry import get_adapter

log = logging.getLogger(__name__)

BACK_OFF_MOST_S = 600.0
RETRY_AFTER_MOST_S = 3600.0
_JITTER = 0.1
_NIGHT_FROM, _NIGHT_UNTIL = (3, 30), (5, 0)    # on the county's clock: nobody looks for a car park


def claim(source: Source, leases: Leases, now: datetime) -> bool:
    """Whether this process may run the source now: no other is at it, and nobody was since an interval ago.

    The lease is in Redis and is held while the source is run; the turn is in SQL and lasts for the interval. So no source
    is polled twice in an interval, also when Redis is away, hangs or begins anew. Raises Unavailable without a database.
    """
    if not leases.take(source.uid):
        return False
    claimed = False
    try:
        claimed = ops_actions.claim_source(source.uid, now, now + timedelta(seconds=source.interval_s))
    finally:
        if not claimed:
            leases.give_back(source.uid)
    return claimed


def run_source(source: Source, last: Fetched | None, failures: int) -> tuple[Run, Fetched | None]:
    """Fetch a source once, take what it holds, record the run. What was fetched comes back, to be handed in the next time.

    `failures` is how many runs before this one failed in a row; the next one is due the later the more they were.
    """
    started_at = clock.now()
    status, size, error, retry_after_s = None, 0, "", 0.0
    problems: Sequence[InputProblem] = ()
    good = accepted = 0
    try:
        fetched = fetch(source, last.validators if last else Validators())
        status, size = fetched.http_status, len(fetched.body or b"")
        if fetched.body is None and last:
            # Unchanged is an answer too: the same bytes, as true now as they were then.
            fetched = Fetched(status, last.body, fetched.validators)
        parsed = get_adapter(source).parse(fetched.body or b"", started_at)
        accepted, good, problems = take(source, parsed, clock.now())
        last = fetched if fetched.validators != Validators() else None
    except FetchError as fault:
        status, error, retry_after_s = fault.http_status, str(fault), fault.retry_after_s or 0.0
    except AppError as fault:
        error, problems = next(iter(str(fault).splitlines()), "nothing usable in it"), getattr(fault, "problems", ())
    except Exception as fault:    # an adapter's own mistake must not end the process
        log.exception("run failed", extra={"source": source.uid})
        error = f"internal fault: {type(fault).__name__}"
    pause_s = next_pause_s(source.interval_s, failures + 1 if error else 0, retry_after_s)
    run = Run(
        source.uid, started_at, clock.now(), _outcome(error, problems, accepted), status, size, good,
        len({one.row for one in problems}), tuple(problems), error, started_at + timedelta(seconds=pause_s),
    )
    _record(run)
    return run, None if error else last    # after an error all of it is asked for


def take(source: Source, parsed: Parsed, received_at: datetime) -> tuple[int, int, list[InputProblem]]:
    """Hand the readings over: how many were new, how many good in all, and every problem.

    Raises InvalidInput when there is nothing to use: no row, none that can be read, or of no car park of ours.
    """
    readings = [item for item in parsed.items if isinstance(item, Reading)]
    described = any(isinstance(item, SiteDescription) for item in parsed.items)
    result = parking_actions.record_readings(source.uid, readings, received_at)
    good = result.accepted + result.unchanged
    problems = [*parsed.problems, *result.problems]
    if not good and not described:
        raise InvalidInput(problems or [problem("payload", "records", parsed.rows, "nothing usable in it")])
    return result.accepted, good, [*problems, *compare_sites(source.uid, parsed)]


def compare_sites(source_uid: str, parsed: Parsed) -> list[InputProblem]:
    """Where the source's own description of a car park differs from ours: worth a look, nothing is overwritten."""
    described = [item for item in parsed.items if isinstance(item, SiteDescription) and item.capacity is not None]
    if not described:
        return []
    ours = {one.source_ref: one.capacity for one in parking_store.list_facilities() if one.source_uid == source_uid}
    return [
        problem(item.ref, "capacity", item.capacity, f"ours is {ours[item.ref]}")
        for item in described
        if ours.get(item.ref) is not None and item.capacity != ours[item.ref]
    ]


def next_pause_s(interval_s: int, failures: int, retry_after_s: float = 0) -> float:
    """Seconds to the next run: the interval; after failures doubled each time, jittered, never below the interval.

    A server that asks for more patience is given it, an hour at most.
    """
    if not failures:
        return float(interval_s)
    pause_s = min(interval_s * 2.0 ** min(failures, 16), max(BACK_OFF_MOST_S, interval_s))
    return max(interval_s, min(retry_after_s, RETRY_AFTER_MOST_S), pause_s * (1 - random.random() * _JITTER))


def longest_pause_s(interval_s: int) -> float:
    """What `next_pause_s` never exceeds."""
    return max(RETRY_AFTER_MOST_S, BACK_OFF_MOST_S, interval_s)


def publish() -> None:
    """Make Redis hold what SQL holds, whatever happened to it."""
    parking_actions.publish_snapshot()
    bus_actions.announce_published()


def refresh_open_data(now: datetime) -> None:
    """The bus network's open data has the market days ahead as dates: each day it is made anew."""
    if exchange_actions.refresh_export(now):
        log.info("open data made", extra={"day": f"{clock.to_local(now):%Y-%m-%d}"})


def keep_names() -> None:
    """Read names that nobody has read yet, and keep how often names were looked for in vain."""
    read = ops_actions.read_missing_names()
    if read:
        log.info("names read", extra={"names": read})
    places_actions.keep_unmet()


def count_access(now: datetime) -> None:
    """Count what of the county the province has at this minute, where it is reported to one."""
    province = current_province()
    if province is not None:
        access_actions.count_access(province, now)


def prune(now: datetime) -> None:
    """Once a night, in one process, old history goes. A night that is missed is made up for by the next."""
    local = clock.to_local(now)
    if not _NIGHT_FROM <= (local.hour, local.minute) < _NIGHT_UNTIL:
        return
    if not ops_store.acquire_lease(f"night:{local:%Y-%m-%d}", "taken", 24 * 3600):
        return
    counts = {
        **parking_actions.prune_history(now), "runs": ops_actions.prune_runs(now), "unmet": places_actions.prune_unmet(now),
    }
    log.info("history pruned", extra=counts)


def take_recent(source_uid: str, readings: Sequence[Reading], received_at: datetime) -> int:
    """Hand over a source's readings that did not come by a run (demonstration history); how many were new."""
    return parking_actions.record_readings(source_uid, readings, received_at).accepted


def take_past(facility_uid: str, counts: Sequence[tuple[datetime, int]]) -> None:
    """Hand over believable past counts of one facility, that only its usual days are made from."""
    parking_actions.import_history(facility_uid, counts)


def _outcome(error: str, problems: Sequence[InputProblem], accepted: int) -> str:
    if error:
        return "error"
    if problems:
        return "partial"
    return "ok" if accepted else "unchanged"


def _record(run: Run) -> None:
    """One line in the log and one row, the row if the database answers."""
    fields = {
        "source": run.source_uid, "outcome": run.outcome, "http_status": run.http_status, "bytes": run.bytes_read,
        "rows_good": run.rows_good, "rows_bad": run.rows_bad, "error": run.error,
        "ms": round((run.ended_at - run.started_at).total_seconds() * 1000),
        "next_due_at": run.next_due_at.isoformat() if run.next_due_at else None,
    }
    log.info("run", extra=fields)
    try:
        ops_actions.record_run(run)
    except Exception as fault:
        log.warning("run not recorded", extra={"source": run.source_uid, "error": f"{type(fault).__name__}: {fault}"[:200]})
