"""Sends what waits in the outbox: claims some, pushes them, writes down what became of each. Several may do so at once. No Flask.

A record is sent until the platform has said that it has it, always with the same key: at least once. Of a subject only one record
is on its way at a time, so they arrive in order.
"""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from citizen_app.exchange import store
from citizen_app.exchange.client import Gateway
from citizen_app.exchange.outbox import Entry, Pace, choose, is_late, record_of, row_pause
from citizen_app.exchange.record import Outcome, PlatformUnavailable, RecordKind
from citizen_app.extensions import transaction

log = logging.getLogger(__name__)

LEASE_S = 20.0
RENEW_S = 5.0
BATCHES = 5    # requests for which rows are chosen at once, while the platform answers


class Sender:
    """One sender; for one thread, but for `renew`. `at` says what time it is."""

    def __init__(self, gateway: Gateway, at: Callable[[], datetime]) -> None:
        self._gateway, self._province, self._at = gateway, gateway.province, at
        self._paces = {kind: Pace() for kind in self._province.interfaces}
        self._claim: str | None = None

    def send(self) -> int:
        """Send a few requests of each kind of which something waits; how many records are settled. Raises Unavailable."""
        return sum(self._send(kind) for kind in self._paces)

    def renew(self) -> None:
        """Hold on to what is being sent; another thread calls this every `RENEW_S`. Raises Unavailable."""
        claim = self._claim
        if claim is not None:
            with transaction():
                store.renew_claim(claim, self._at() + timedelta(seconds=LEASE_S))

    def _send(self, kind: RecordKind) -> int:
        now, most = self._at(), self._gateway.batch_size(kind)
        if not self._paces[kind].may_try(now):
            return 0
        claim, size = uuid.uuid4().hex, self._paces[kind].size_of(most)
        entries = self._take(kind, claim, size * (1 if self._paces[kind].is_shaken else BATCHES), now)
        settled, self._claim = 0, claim
        try:
            for start in range(0, len(entries), size):
                settled += self._push(kind, claim, entries[start:start + size], self._at())
                if self._paces[kind].is_shaken:
                    break    # the rest is released already
        finally:
            self._claim = None
        return settled

    def _take(self, kind: RecordKind, claim: str, most: int, now: datetime) -> list[Entry]:
        if not store.has_waiting(kind):
            return []    # without the lock that a transaction takes
        with transaction():
            store.lock_claims()
            queues = store.list_queues(kind, now, None if kind is RecordKind.PARKING_DYNAMIC else most)
            ids = choose(queues, most, now, self._province.sending.late_after_s, self._paces[kind].is_shaken)
            return store.take(ids, claim, now, now + timedelta(seconds=LEASE_S)) if ids else []

    def _push(self, kind: RecordKind, claim: str, entries: Sequence[Entry], now: datetime) -> int:
        held = store.held_moments(kind, [one.subject for one in entries])
        late_after_s = self._province.sending.late_after_s
        late = [is_late(one.observed_at, held.get(one.subject), now, late_after_s) for one in entries]
        records = [record_of(entry, one) for entry, one in zip(entries, late, strict=True)]
        most = self._gateway.batch_size(kind)
        try:
            outcomes = self._gateway.push(kind, records, now)
        except PlatformUnavailable as error:
            self._fail(kind, claim, entries, str(error), error.retry_after_s)
            return 0
        except Exception as error:    # a mistake of ours in one record must not stop all others
            log.exception("records not sent", extra={"kind": str(kind)})
            self._fail(kind, claim, entries, type(error).__name__, None)
            return 0
        self._paces[kind] = self._paces[kind].succeeded(most)
        return self._settle(claim, entries, late, outcomes)

    def _fail(self, kind: RecordKind, claim: str, entries: Sequence[Entry], reason: str, retry_after_s: float | None) -> None:
        now, pace = self._at(), self._paces[kind]
        pace = self._paces[kind] = pace.failed(now, self._gateway.batch_size(kind), retry_after_s, random.random())
        assert pace.not_before is not None
        alone = len(entries) == 1 and pace.failures > 2
        next_try_at = max(pace.not_before, now + row_pause(entries[0].attempts, random.random())) if alone else pace.not_before
        with transaction():
            store.release(claim, next_try_at, reason)
        log.warning("the platform is not reached", extra={"kind": str(kind), "error": reason, "again_at": str(pace.not_before)})

    def _settle(self, claim: str, entries: Sequence[Entry], late: Sequence[bool], outcomes: Sequence[Outcome]) -> int:
        now = self._at()
        accepted = [number for number, outcome in enumerate(outcomes) if outcome.accepted]
        with transaction():
            for entry, outcome in zip(entries, outcomes, strict=True):
                if outcome.refused:
                    store.bury(claim, entry.id, outcome)
                elif not outcome.accepted:
                    store.retry(claim, entry.id, now + row_pause(entry.attempts + 1, random.random()), outcome)
            store.accept(claim, [entries[one] for one in accepted], [late[one] for one in accepted], now)
            if self._gateway.skew_s is not None:
                store.set_total("skew_ms", int(self._gateway.skew_s * 1000))
        for entry, outcome in zip(entries, outcomes, strict=True):
            if outcome.refused:
                log.warning("record refused", extra={
                    "entry": entry.id, "kind": str(entry.kind), "subject": entry.subject, "code": outcome.code, "said": outcome.reason,
                })
        return sum(outcome.accepted or outcome.refused for outcome in outcomes)
