"""The snapshot that every page is made from: in Redis, in the workers' memory, on disk; always rebuildable from SQL."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from redis.exceptions import RedisError, WatchError

from citizen_app.errors import Unavailable
from citizen_app.extensions import redis_store
from citizen_app.live import Live
from citizen_app.parking.documents import facility_document, occupancy_document, read_facility, read_occupancy
from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy
from citizen_app.parking.store import facilities

log = logging.getLogger(__name__)

_FACILITIES = "parking:facilities"
_OCCUPANCIES = "parking:occupancies"
_VERSION = "parking:version"
_PUBLISH_TRIES = 5

# A publisher that was held up must not put an older state over a newer one. The sequence tells which is newer; a
# state that was received clearly later wins too, so that a database that began anew is not shut out. The version moves
# only where a full snapshot is: states alone must not look like one.
_PUBLISH = """
local changed = 0
for i = 2, #ARGV, 2 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  local wins = old ~= ARGV[i + 1]
  if wins and old then
    local before, after = cjson.decode(old), cjson.decode(ARGV[i + 1])
    wins = after.sequence >= before.sequence or after.received_s > before.received_s + 5
  end
  if wins then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]); changed = changed + 1 end
end
if changed > 0 and redis.call('EXISTS', KEYS[2]) == 1 then redis.call('SET', KEYS[2], ARGV[1]) end
return changed
"""

_missed = threading.Event()    # something could not be published: the next time all of it is


@dataclass(frozen=True)
class ParkingSnapshot:
    """All facilities in service and their last known states, by uid.

    `origin` is where it came from: redis, database, memory (both silent just now), disk, or empty; `read_at` is when
    it was last known to be what is there, UTC, None for empty. Both say nothing about the age of a count.
    """

    facilities: Mapping[str, Facility] = field(default_factory=dict)
    occupancies: Mapping[str, Occupancy] = field(default_factory=dict)
    read_at: datetime | None = None
    origin: str = "empty"


def current_snapshot() -> ParkingSnapshot:
    """The last known state of everything, from memory; never waits, never raises."""
    held = _live.current_held()
    return replace(held.value, read_at=held.confirmed_at, origin=held.origin)


def snapshot_origin() -> str:
    """Where the snapshot in memory came from, as in ParkingSnapshot."""
    return _live.origin


def publish(occupancies: Sequence[Occupancy]) -> bool:
    """Put new states into Redis; False (and a line in the log) when it does not answer: SQL has them anyway."""
    if not occupancies:
        return True
    arguments = [part for state in occupancies for part in (state.facility_uid, _occupancy_text(state))]
    try:
        redis_store.client.eval(_PUBLISH, 2, _OCCUPANCIES, _VERSION, _new_version(), *arguments)
        return not _missed.is_set() or publish_all()
    except (RedisError, Unavailable) as error:
        _missed.set()
        log.warning("states not published", extra={"error": type(error).__name__})
        return False


def publish_all() -> bool:
    """Make Redis hold what SQL holds; False when it does not answer. Raises Unavailable without a database."""
    try:
        with redis_store.client.pipeline(transaction=True) as pipe:
            snapshot = _publish_facilities(pipe)
    except RedisError as error:
        _missed.set()
        log.warning("snapshot not published", extra={"error": type(error).__name__})
        return False
    _missed.clear()
    return publish(list(snapshot.occupancies.values()))


def _publish_facilities(pipe: Any) -> ParkingSnapshot:
    """Replace the facilities in one step, unless another process did so while SQL was read: then from the start."""
    for _ in range(_PUBLISH_TRIES):
        pipe.watch(_FACILITIES)
        snapshot = _from_database()
        gone = set(pipe.hkeys(_OCCUPANCIES)) - set(snapshot.occupancies)
        pipe.multi()
        pipe.delete(_FACILITIES)
        if snapshot.facilities:
            pipe.hset(_FACILITIES, mapping={uid: _facility_text(one) for uid, one in snapshot.facilities.items()})
        if gone:
            pipe.hdel(_OCCUPANCIES, *gone)
        pipe.set(_VERSION, _new_version())
        with suppress(WatchError):
            pipe.execute()
            return snapshot
    raise RedisError("others publish all the time")


def _new_version() -> str:
    """Unlike any before it. A counter would not do: a Redis restored from its files could count to the same again."""
    return uuid.uuid4().hex


def _facility_text(facility: Facility) -> str:
    return json.dumps(facility_document(facility), ensure_ascii=False)


def _occupancy_text(occupancy: Occupancy) -> str:
    return json.dumps({**occupancy_document(occupancy), "received_s": occupancy.received_at.timestamp()})


# Most documents are the same from one reading of Redis to the next; texts that are known are not parsed again.

@lru_cache(maxsize=4096)
def _facility_from(text: str) -> Facility:
    return read_facility(json.loads(text))


@lru_cache(maxsize=4096)
def _occupancy_from(text: str) -> Occupancy:
    return read_occupancy(json.loads(text))


def _version() -> str | None:
    try:
        return redis_store.client.get(_VERSION)    # type: ignore[return-value]
    except RedisError as error:
        raise Unavailable("Redis does not answer") from error


def _from_redis() -> ParkingSnapshot | None:
    try:
        with redis_store.client.pipeline(transaction=True) as pipe:
            pipe.hgetall(_FACILITIES)
            pipe.hgetall(_OCCUPANCIES)
            known, states = pipe.execute()
    except RedisError as error:
        raise Unavailable("Redis does not answer") from error
    return ParkingSnapshot(
        {uid: _facility_from(text) for uid, text in sorted(known.items())},
        {uid: _occupancy_from(text) for uid, text in states.items() if uid in known},
    )


def _from_database() -> ParkingSnapshot:
    return ParkingSnapshot(
        {one.uid: one for one in facilities.list_facilities()},
        {one.facility_uid: one for one in facilities.list_occupancies()},
    )


def _to_text(snapshot: ParkingSnapshot) -> str:
    return json.dumps({
        "facilities": {uid: facility_document(one) for uid, one in snapshot.facilities.items()},
        "occupancies": {uid: occupancy_document(one) for uid, one in snapshot.occupancies.items()},
    }, ensure_ascii=False)


def _from_text(text: str) -> ParkingSnapshot:
    documents = json.loads(text)
    return ParkingSnapshot(
        {uid: read_facility(one) for uid, one in documents["facilities"].items()},
        {uid: read_occupancy(one) for uid, one in documents["occupancies"].items()},
    )


def _refill() -> None:
    if not publish_all():
        raise Unavailable("Redis does not answer")


_live: Live[ParkingSnapshot] = Live(
    "parking",
    version=_version,
    from_redis=_from_redis,
    from_database=_from_database,
    refill=_refill,
    to_text=_to_text,
    from_text=_from_text,
    empty=ParkingSnapshot(),
)
