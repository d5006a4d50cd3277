"""The feeds process: runs each source when it is due. Several may run; leases see to it that they share the work.

Every source has a thread of its own, so that one which hangs or fails never delays another.
"""

from __future__ import annotations

import logging
import random
import signal
import sys
import threading
from datetime import datetime, timedelta

from flask import Flask

from citizen_app import clock, create_app, logs
from citizen_app.errors import AppError
from citizen_app.extensions import db
from citizen_app.ops import store as ops_store
from citizen_app.ops.source import Source, SourceMode
from feeds import runner
from feeds.fetch import Validators

log = logging.getLogger(__name__)

HOUSE_S = 60.0
SOURCES_S = 5.0
_LOOK_S = 0.5


class Poller(threading.Thread):
    """One source: waits until it is due, claims it, runs it; another process's run counts as a run too."""

    def __init__(self, app: Flask, source: Source, owner: str) -> None:
        super().__init__(name=f"source:{source.uid}", daemon=True)
        self.app, self.source, self.owner = app, source, owner
        self.stopping = threading.Event()
        self.validators = Validators()
        self.failures = 0

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
            due_s = self._due_in_s(now)
            if due_s > 0:
                return min(due_s, 5.0)
            if not runner.claim(self.source, self.owner, now):
                return min(5.0, max(_LOOK_S, self.source.interval_s / 10))
        except AppError as fault:
            log.warning("source not claimed", extra={"source": self.source.uid, "error": str(fault)})
            return 5.0
        try:
            run, self.validators = runner.run_source(self.source, self.validators, self.failures)
        finally:
            runner.release(self.source, self.owner)
            db.session.remove()
        self.failures = self.failures + 1 if run.outcome == "error" else 0
        return _LOOK_S

    def _due_in_s(self, now: datetime) -> float:
        """Seconds until the next run by what is recorded, by whichever process it was made."""
        runs = ops_store.list_runs(self.source.uid, 1)
        if not runs or runs[0].next_due_at is None:
            return 0.0
        # A due time further away than any back-off was written by a clock that was wrong.
        longest = timedelta(seconds=max(runner.BACK_OFF_MOST_S, self.source.interval_s) * 2)
        return 0.0 if runs[0].next_due_at - now > longest else (runs[0].next_due_at - now).total_seconds()


class Feeds:
    """The pollers of this process; follows changes of the sources and keeps house."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.owner = ops_store.new_owner()
        self.pollers: dict[str, Poller] = {}
        self.stopping = threading.Event()

    def run(self) -> None:
        """Until `stopping` is set."""
        housed_s = float("-inf")
        while not self.stopping.is_set():
            with self.app.app_context():
                try:
                    self.follow_sources()
                    if clock.monotonic_s() - housed_s >= HOUSE_S:
                        housed_s = clock.monotonic_s()
                        runner.keep_house(clock.now())
                except AppError as fault:
                    log.warning("house not kept", extra={"error": str(fault)})
                except Exception:
                    log.exception("house not kept")
                finally:
                    db.session.remove()
            self.stopping.wait(SOURCES_S)
        for poller in self.pollers.values():
            poller.stopping.set()

    def follow_sources(self) -> None:
        """Start pollers for new sources, replace those that changed, stop those that went."""
        wanted = {one.uid: one for one in ops_store.list_sources() if one.mode is SourceMode.PULL}
        for uid, poller in list(self.pollers.items()):
            if wanted.get(uid) != poller.source or not poller.is_alive():
                poller.stopping.set()
                del self.pollers[uid]
        for uid, source in wanted.items():
            if uid not in self.pollers:
                self.pollers[uid] = Poller(self.app, source, self.owner)
                self.pollers[uid].start()


def main() -> int:
    logs.configure()
    feeds = Feeds(create_app({"START_BACKGROUND": False}))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: feeds.stopping.set())
    feeds.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
