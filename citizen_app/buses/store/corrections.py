"""Which stops villages have by what staff say: in SQL, and in the workers' memory."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from redis import RedisError
from sqlalchemy import delete, select

from citizen_app.buses.store.tables import VillageCorrectionRow
from citizen_app.buses.villages import Corrections
from citizen_app.errors import Unavailable
from citizen_app.extensions import db, reading_sql, redis_store
from citizen_app.live import Live

log = logging.getLogger(__name__)

_KEY = "buses:village_corrections"
_KEY_LASTS_S = 300    # a correction that could not reach Redis is seen by every worker after this at the latest


def list_corrections() -> Corrections:
    """What staff wrote, by village code, from the database. Raises Unavailable."""
    with reading_sql():
        rows = db.session.scalars(select(VillageCorrectionRow).order_by(VillageCorrectionRow.village_code))
        return tuple((row.village_code, tuple(row.stop_codes)) for row in rows)


def current_corrections() -> Corrections:
    """The same from memory. Never waits, never raises."""
    return _live.current()


def set_correction(village_code: str, stop_codes: tuple[str, ...], now: datetime) -> None:
    """Let a village have exactly these stops. Inside a transaction."""
    db.session.merge(VillageCorrectionRow(village_code=village_code, stop_codes=list(stop_codes), corrected_at=now))


def delete_correction(village_code: str) -> None:
    """Let a village have the stops that the network and the names give it. Inside a transaction."""
    db.session.execute(delete(VillageCorrectionRow).where(VillageCorrectionRow.village_code == village_code))


def publish_corrections() -> bool:
    """Give Redis what the database holds; False (and a line in the log) when it does not answer."""
    try:
        _refill()
    except Unavailable as error:
        log.warning("corrections of villages not published", extra={"error": str(error)})
        return False
    return True


def _refill() -> None:
    document = _to_text(list_corrections())
    with _asking_redis():
        pipeline = redis_store.client.pipeline()
        pipeline.hset(_KEY, mapping={"version": hashlib.sha256(document.encode()).hexdigest()[:16], "document": document})
        pipeline.expire(_KEY, _KEY_LASTS_S)
        pipeline.execute()


def _version() -> str | None:
    with _asking_redis():
        version: str | None = redis_store.client.hget(_KEY, "version")  # type: ignore[assignment]
        return version


def _from_redis() -> Corrections | None:
    with _asking_redis():
        document: str | None = redis_store.client.hget(_KEY, "document")  # type: ignore[assignment]
    return None if document is None else _from_text(document)


def _to_text(corrections: Corrections) -> str:
    return json.dumps(corrections, ensure_ascii=False)


def _from_text(document: str) -> Corrections:
    return tuple((village_code, tuple(stop_codes)) for village_code, stop_codes in json.loads(document))


@contextmanager
def _asking_redis() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable("Redis does not answer") from error


_live: Live[Corrections] = Live(
    "village_corrections", version=_version, from_redis=_from_redis, from_database=list_corrections, refill=_refill,
    to_text=_to_text, from_text=_from_text, empty=(),
)
