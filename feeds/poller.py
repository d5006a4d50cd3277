"""One source, polled when it is due by whichever process claims it."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from flask import Flask

from citizen_app import clock
from citizen_app.errors import AppError
from citizen_app.extensions import db
from citizen_app.ops import store as ops_store
from citizen_app.ops.source import Run, Source
from feeds import runner
from feeds.fetch import Fetched
from feeds.leases import Leases

log = logging.getLogger(__name__)

_LOOK_S = 0.5           # between two looks at what another process is at
_LOOK_MOST_S = 5.0
_SLEEP_MOST_S = 15.0    # a wall clock that is put right is noticed within
_RUNS_LOOKED_AT = 10    # enough to know how far to back off


class Poller(threading.Thread):
    """Waits until the source is due, claims it, runs it. What is due is read from SQL: any process's run counts."""

    def __init__(self, app: Flask, source: Source, leases: Leases, changed_at: datetime | None = None) -> None:
        super().__init__(name=f"source:{source.uid}", daemon=True)
        self.app, self.source, self.leases, self.changed_at = app, source, leases, changed_at
        self.stopping = threading.Event()
        self.last: Fetched | None = None

    def run(self) -> None:
        pause_s = random.uniform(0, min(2.0, self.source.interval_s))    # a restart does not ask everyone at once
        while not self.stopping.wait(pause_s):
            try:
                with self.app.app_context():
                    pause_s = self.step()
            except Exception:
                log.exception("poller failed", extra={"source": self.source.uid})
                pause_s = float(self.source.interval_s)

    def step(self) -> float:
        """Run the source if it is due and free; seconds until it is worth looking again."""
        now = clock.now()
        try:
            runs = ops_store.list_runs(self.source.uid, _RUNS_LOOKED_AT)
            wait_s = due_in_s(self.source, runs, now, self.changed_at)
            if wait_s > 0:
                return min(wait_s, _SLEEP_MOST_S)
            if not runner.claim(self.source, self.leases, now):
                return min(_LOOK_MOST_S, max(_LOOK_S, self.source.interval_s / 10))
        except AppError as fault:
            log.warning("source not claimed", extra={"source": self.source.uid, "error": str(fault)})
            return _LOOK_MOST_S
        try:
            _, self.last = runner.run_source(self.source, self.last, failures_in(runs))
        finally:
            self.leases.give_back(self.source.uid)
            db.session.remove()
        return _LOOK_S


def due_in_s(source: Source, runs: Sequence[Run], now: datetime, changed_at: datetime | None = None) -> float:
    """Seconds until the next run by the recorded ones, newest first; 0 and less for one that is due.

    A source that failed and was then changed, at `changed_at`, does not wait for the end of its back-off.
    """
    if not runs or runs[0].next_due_at is None:
        return 0.0
    if runs[0].outcome == "error" and changed_at is not None and runs[0].started_at < changed_at:
        return 0.0
    wait = runs[0].next_due_at - now
    # Further away than any back-off: it was written by a clock that was wrong.
    return 0.0 if wait > timedelta(seconds=runner.longest_pause_s(source.interval_s) * 1.5) else wait.total_seconds()


def failures_in(runs: Sequence[Run]) -> int:
    """How many of the runs, newest first, failed in a row until now."""
    return sum(1 for _ in takewhile(lambda run: run.outcome == "error", runs))
