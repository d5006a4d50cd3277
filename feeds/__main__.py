"""The feeds process: runs each source when it is due. Several may run; leases see to it that they share the work.

Every source has a thread of its own, so that one which hangs or fails never delays another; chores have theirs.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from flask import Flask

from citizen_app import chores, clock, create_app, logs
from citizen_app.ops import store as ops_store
from citizen_app.ops.source import SourceMode
from feeds import runner
from feeds.leases import Leases
from feeds.poller import Poller

log = logging.getLogger(__name__)

SOURCES_S = 5.0
CHORES_S = 60.0
ACCESS_S = 20.0    # each minute is counted once, also when a look at it comes late
END_S = 3.0    # for runs that are nearly done when the process is told to end


class Feeds:
    """The pollers of this process and its chores: changes of the sources, Redis, the open data of the day,
    names and searches, how much of the county the province has, the nightly pruning."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.leases = Leases()
        self.pollers: dict[str, Poller] = {}
        self.stopping = threading.Event()

    def run(self) -> None:
        """Until `stopping` is set; then a run that is under way has a moment to end, and other processes go on at once."""
        threading.Thread(target=self.leases.keep, args=(self.app, self.stopping), name="leases", daemon=True).start()
        chores.start(self.app, {
            "sources": (self.follow_sources, SOURCES_S),
            "publish": (runner.publish, CHORES_S),
            "open data": (lambda: runner.refresh_open_data(clock.now()), CHORES_S),
            "names": (runner.keep_names, CHORES_S),
            "access rate": (lambda: runner.count_access(clock.now()), ACCESS_S),
            "prune": (lambda: runner.prune(clock.now()), CHORES_S),
        }, self.stopping)
        self.stopping.wait()
        pollers = list(self.pollers.values())
        for poller in pollers:
            poller.stopping.set()
        end_s = clock.monotonic_s() + END_S
        for poller in pollers:
            poller.join(max(0.0, end_s - clock.monotonic_s()))
        with self.app.app_context():
            self.leases.give_all_back()

    def follow_sources(self) -> None:
        """Start pollers for new sources, replace those that changed, stop those that went."""
        wanted = {one.uid: one for one in ops_store.list_sources() if one.mode is SourceMode.PULL}
        changed_at = {}
        for uid, poller in list(self.pollers.items()):
            if wanted.get(uid) != poller.source or not poller.is_alive():
                poller.stopping.set()
                changed_at[uid] = clock.now()
                del self.pollers[uid]
        for uid, source in wanted.items():
            if uid not in self.pollers and not self.stopping.is_set():
                self.pollers[uid] = Poller(self.app, source, self.leases, changed_at.get(uid))
                self.pollers[uid].start()


def main() -> None:
    logs.configure()
    feeds = Feeds(create_app({"START_BACKGROUND": False}))
    for number in (signal.SIGTERM, signal.SIGINT):
        # Not in the handler itself: it may have interrupted the very lock that setting takes.
        signal.signal(number, lambda *_: threading.Thread(target=feeds.stopping.set).start())
    feeds.run()
    # Pollers that still wait for a server hold nothing that must be put away; the interpreter would stumble over them.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
