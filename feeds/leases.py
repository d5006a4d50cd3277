"""Which sources this process is at. Its leases are renewed while it lives, so that those of a killed one soon run out."""

from __future__ import annotations

import logging
import threading

from flask import Flask

from citizen_app.errors import Unavailable
from citizen_app.ops import store

log = logging.getLogger(__name__)

LEASE_S = 20.0    # so long a source waits at most when the process that was at it is killed


class Leases:
    """Taken by pollers, each in its thread; all renewed by one more. Without Redis every lease is given: see `runner.claim`."""

    def __init__(self, ttl_s: float = LEASE_S) -> None:
        self.ttl_s = ttl_s
        self._owner = store.new_owner()
        self._held: set[str] = set()
        self._lock = threading.Lock()

    def take(self, source_uid: str) -> bool:
        """Whether this process may be at the source: no other one is, as far as can be known."""
        try:
            if not store.acquire_lease(_name(source_uid), self._owner, self.ttl_s):
                return False
        except Unavailable:
            log.warning("no lease: Redis does not answer", extra={"source": source_uid})
        with self._lock:
            self._held.add(source_uid)
        return True

    def give_back(self, source_uid: str) -> None:
        """Done with the source."""
        with self._lock:
            self._held.discard(source_uid)
            store.release_lease(_name(source_uid), self._owner)

    def give_all_back(self) -> None:
        """Let other processes go on at once with what this one leaves."""
        for source_uid in list(self._held):
            self.give_back(source_uid)

    def renew(self) -> None:
        """Hold everything that is held for another `ttl_s`; what Redis forgot is taken again."""
        for source_uid in list(self._held):
            with self._lock:    # not between a poller's end and its giving back
                if source_uid in self._held:
                    self._renew_one(source_uid)

    def keep(self, app: Flask, stopping: threading.Event) -> None:
        """Renew until `stopping` is set."""
        with app.app_context():
            while not stopping.wait(self.ttl_s / 4):
                self.renew()

    def _renew_one(self, source_uid: str) -> None:
        try:
            if not store.renew_lease(_name(source_uid), self._owner, self.ttl_s):
                log.warning("lease lost to another process", extra={"source": source_uid})
        except Unavailable:
            log.warning("lease not renewed: Redis does not answer", extra={"source": source_uid})


def _name(source_uid: str) -> str:
    return f"source:{source_uid}"
