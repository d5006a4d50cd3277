"""What was looked for and not found, counted by day: in the worker's memory, from there to Redis, from there to SQL.

A page only adds one to a number in memory. The worker's background thread hands the numbers to Redis, the feeds process
takes them from there each minute. While either is away they wait, as many as fit; what a killed process held is lost.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import date

from flask import current_app
from redis import RedisError
from sqlalchemy import delete, func, insert, select, update

from citizen_app import live
from citizen_app.errors import Unavailable
from citizen_app.extensions import db, reading_sql, redis_store
from citizen_app.places.store.tables import UnmetRow

log = logging.getLogger(__name__)

Counts = Mapping[tuple[date, str], int]
MOST_WAITING = 500     # different texts that wait in a worker, and ten times as many in Redis: no flood fills either
MOST_A_DAY = 2000      # different texts of one day that are kept
_KEY = "unmet"
_TAKE = """
local all = redis.call('HGETALL', KEYS[1])
redis.call('DEL', KEYS[1])
return all
"""


class _Waiting:
    """The counts of this worker that Redis does not have yet. The background thread sends them."""

    name, serial = "unmet", 0

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, day: date, text: str) -> None:
        field = f"{day.isoformat()} {text}"
        with self._lock:
            if field in self._counts or len(self._counts) < MOST_WAITING:
                self._counts[field] += 1

    def refresh(self) -> None:
        """Send what waits. Never raises; what Redis does not take goes on waiting."""
        with self._lock:
            sending, self._counts = self._counts, Counter()
        if not sending:
            return
        try:
            _send(sending)
        except RedisError as error:
            log.warning("unmet searches not counted yet", extra={"error": type(error).__name__})
            with self._lock:
                self._counts.update(sending)

    def reset(self) -> None:
        with self._lock:
            self._counts.clear()


def count_unmet(day: date, text: str) -> None:
    """Count one search that found nothing. Never waits, never raises."""
    _waiting.add(day, text)
    if not current_app.config["START_BACKGROUND"]:
        _waiting.refresh()


def take_unmet() -> dict[tuple[date, str], int]:
    """Take the counts that Redis holds out of it; empty for none. Raises Unavailable."""
    try:
        flat = redis_store.client.eval(_TAKE, 1, _KEY)
    except RedisError as error:
        raise Unavailable("Redis does not answer") from error
    found = {}
    for field, count in zip(flat[::2], flat[1::2], strict=True):  # type: ignore[index]
        day, _, text = field.partition(" ")
        found[date.fromisoformat(day), text] = int(count)
    return found


def give_back_unmet(counts: Counts) -> None:
    """Put counts that could not be kept back into Redis; when it does not answer either, they are lost."""
    try:
        _send(Counter({f"{day.isoformat()} {text}": count for (day, text), count in counts.items()}))
    except RedisError as error:
        log.warning("unmet searches lost", extra={"error": type(error).__name__, "texts": len(counts)})


def add_unmet(counts: Counts) -> None:
    """Add to what is kept; beyond so many different texts a day only those that are known are counted. Inside a transaction."""
    for (day, text), count in sorted(counts.items()):
        which = (UnmetRow.day == day) & (UnmetRow.text == text)
        known = db.session.scalar(select(UnmetRow.count).where(which))
        if known is not None:
            db.session.execute(update(UnmetRow).where(which).values(count=known + count))
        elif (db.session.scalar(select(func.count()).where(UnmetRow.day == day)) or 0) < MOST_A_DAY:
            db.session.execute(insert(UnmetRow).values(day=day, text=text, count=count))


def list_unmet(since: date) -> list[tuple[str, int]]:
    """The texts since a day with how often each was looked for, the most frequent first. Raises Unavailable."""
    with reading_sql():
        total = func.sum(UnmetRow.count)
        query = select(UnmetRow.text, total).where(UnmetRow.day >= since).group_by(UnmetRow.text)
        return [(text, int(count)) for text, count in db.session.execute(query.order_by(total.desc(), UnmetRow.text))]


def forget_unmet(before: date) -> int:
    """Delete the counts of earlier days; how many rows. Inside a transaction."""
    return db.session.execute(delete(UnmetRow).where(UnmetRow.day < before)).rowcount  # type: ignore[attr-defined,no-any-return]


def _send(counts: Counter[str]) -> None:
    pipeline = redis_store.client.pipeline(transaction=False)
    if int(redis_store.client.hlen(_KEY)) < 10 * MOST_WAITING:  # type: ignore[arg-type]
        for field, count in counts.items():
            pipeline.hincrby(_KEY, field, count)
        pipeline.execute()


_waiting = _Waiting()
live.join(_waiting)
