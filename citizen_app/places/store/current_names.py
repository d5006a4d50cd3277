"""Readings and other names in the workers' memory: search goes on while Redis and the database are away."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from redis import RedisError

from citizen_app.errors import Unavailable
from citizen_app.extensions import redis_store
from citizen_app.live import Live
from citizen_app.places.names import Alias, Names
from citizen_app.places.search.entry import EntryKind
from citizen_app.places.store.names import list_aliases, list_readings

log = logging.getLogger(__name__)

_KEY = "names"
_KEY_LASTS_S = 300    # a change that could not reach Redis is seen by every worker after this at the latest


def current_names() -> Names:
    """All readings and aliases, from memory; the same object until they change."""
    return _live.current()


def publish_names() -> bool:
    """Give Redis what the database holds; False (and a line in the log) when it does not answer."""
    try:
        _refill()
    except Unavailable as error:
        log.warning("names not published", extra={"error": str(error)})
        return False
    return True


def _refill() -> None:
    document = _to_text(_from_database())
    with _asking_redis():
        pipeline = redis_store.client.pipeline()
        pipeline.hset(_KEY, mapping={"version": hashlib.sha256(document.encode()).hexdigest()[:16], "document": document})
        pipeline.expire(_KEY, _KEY_LASTS_S)
        pipeline.execute()


def _version() -> str | None:
    with _asking_redis():
        version: str | None = redis_store.client.hget(_KEY, "version")  # type: ignore[assignment]
        return version


def _from_redis() -> Names | None:
    with _asking_redis():
        document: str | None = redis_store.client.hget(_KEY, "document")  # type: ignore[assignment]
    return None if document is None else _from_text(document)


def _from_database() -> Names:
    return Names(list_readings(), tuple(list_aliases()))


def _to_text(names: Names) -> str:
    plain = {"readings": dict(names.readings), "aliases": [[one.kind, one.code, one.name] for one in names.aliases]}
    return json.dumps(plain, ensure_ascii=False)


def _from_text(document: str) -> Names:
    plain = json.loads(document)
    return Names(
        {name: tuple(readings) for name, readings in plain["readings"].items()},
        tuple(Alias(EntryKind(kind), code, name) for kind, code, name in plain["aliases"]),
    )


@contextmanager
def _asking_redis() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable("Redis does not answer") from error


_live = Live(
    "names", version=_version, from_redis=_from_redis, from_database=_from_database, refill=_refill,
    to_text=_to_text, from_text=_from_text, empty=Names(),
)
