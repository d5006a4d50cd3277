"""A live document as one text in Redis, beside a version that moves with what it says."""

from __future__ import annotations

import hashlib

from citizen_app.extensions import asking_redis, redis_store

_LASTS_S = 300    # a change that could not reach Redis is seen by every worker after this at the latest


class KeptText:
    """All of it raises Unavailable when Redis does not answer."""

    def __init__(self, key: str) -> None:
        self._key = key

    def write(self, text: str) -> None:
        with asking_redis():
            pipeline = redis_store.client.pipeline()
            pipeline.hset(self._key, mapping={"version": hashlib.sha256(text.encode()).hexdigest()[:16], "document": text})
            pipeline.expire(self._key, _LASTS_S)
            pipeline.execute()

    def version(self) -> str | None:
        """None where nothing is kept."""
        return self._field("version")

    def read(self) -> str | None:
        """None where nothing is kept."""
        return self._field("document")

    def _field(self, name: str) -> str | None:
        with asking_redis():
            value: str | None = redis_store.client.hget(self._key, name)  # type: ignore[assignment]
        return value
