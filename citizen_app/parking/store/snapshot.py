"""The snapshot that every page is made from: in Redis, in the workers' memory, on disk; always rebuildable from SQL."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from redis.exceptions import RedisError

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

# A publisher that was held up must not put an older state over a newer one. The sequence tells which is newer; a
# state that was received clearly later wins too, so that a database that began anew is not shut out.
_PUBLISH = """
local changed = 0
for i = 1, #ARGV, 2 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  local new = cjson.decode(ARGV[i + 1])
  local wins = true
  if old then
    old = cjson.decode(old)
    wins = new.sequence > old.sequence or new.received_s > old.received_s + 5
  end
  if wins then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]); changed = changed + 1 end
end
if changed > 0 and redis.call('EXISTS', KEYS[2]) == 1 then redis.call('INCR', KEYS[2]) end
return changed
"""


@dataclass(frozen=True)
class ParkingSnapshot:
    """All facilities in service and their last known states, by uid."""

    facilities: Mapping[str, Facility] = field(default_factory=dict)
    occupancies: Mapping[str, Occupancy] = field(default_factory=dict)


def current_snapshot() -> ParkingSnapshot:
    """The last known state of everything, from memory; never waits, never raises."""
    return _live.current()


def snapshot_origin() -> str:
    """Where the snapshot in memory came from: redis, database, memory (both silent), disk, or empty."""
    return _live.origin


def publish(occupancies: Sequence[Occupancy]) -> bool:
    """Put new states into Redis; False (and a line in the log) when it does not answer: SQL has them anyway."""
    if not occupancies:
        return True
    arguments = [part for state in occupancies for part in (state.facility_uid, _occupancy_text(state))]
    try:
        redis_store.client.eval(_PUBLISH, 2, _OCCUPANCIES, _VERSION, *arguments)
    except RedisError as error:
        log.warning("states not published", extra={"error": type(error).__name__})
        return False
    return True


def publish_all() -> bool:
    """Make Redis hold what SQL holds; False when it does not answer. Raises Unavailable without a database."""
    snapshot = _from_database()
    try:
        with redis_store.client.pipeline(transaction=True) as pipe:
            pipe.delete(_FACILITIES)
            if snapshot.facilities:
                pipe.hset(_FACILITIES, mapping={uid: _facility_text(one) for uid, one in snapshot.facilities.items()})
            gone = set(redis_store.client.hkeys(_OCCUPANCIES)) - set(snapshot.occupancies)
            if gone:
                pipe.hdel(_OCCUPANCIES, *gone)
            pipe.incr(_VERSION)
            pipe.execute()
    except RedisError as error:
        log.warning("snapshot not published", extra={"error": type(error).__name__})
        return False
    return publish(list(snapshot.occupancies.values()))


def _facility_text(facility: Facility) -> str:
    return json.dumps(facility_document(facility), ensure_ascii=False)


def _occupancy_text(occupancy: Occupancy) -> str:
    return json.dumps({**occupancy_document(occupancy), "received_s": occupancy.received_at.timestamp()})


def _occupancy_from(text: str) -> Occupancy:
    document = json.loads(text)
    document.pop("received_s", None)
    return read_occupancy(document)


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
        {uid: read_facility(json.loads(text)) for uid, text in sorted(known.items())},
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
