"""The published network with its schedule, in the workers' memory.

Redis holds only which version is published; the network comes from the disk, else from the database, and is built into a
schedule in the background thread. A Redis may come back with what it had before: a worker that finds an older version there
than it has itself asks the database, and the feeds process writes the key anew each minute.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from flask import current_app

from citizen_app import clock
from citizen_app.buses.documents import unpack
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.buses.store.corrections import current_corrections
from citizen_app.buses.store.disk import find_pack, write_pack
from citizen_app.buses.store.versions import find_pointer, get_document
from citizen_app.buses.versions import Pointer
from citizen_app.buses.villages import Corrections, Villages, link_villages
from citizen_app.days.calendar import DayCalendar
from citizen_app.errors import Unavailable
from citizen_app.extensions import asking_redis, redis_store
from citizen_app.live import Live, serials
from citizen_app.places import store as places_store
from citizen_app.places.county import Village

if TYPE_CHECKING:    # a process that is never asked for a journey does without the compiler
    from citizen_app.buses.journeys.planner import Planner

log = logging.getLogger(__name__)

_KEY = "buses:published"
_NOTHING = "null"    # asked the database; nothing is published


@dataclass(frozen=True)
class Published:
    """What one answer is made from: take it once and use nothing else, then no page mixes two versions.

    `published_at` is UTC. The schedule's network is what was published; its calendar is the county's.
    `villages` says which stops the villages have.
    """

    version_id: int
    digest: str
    published_at: datetime
    calendar: DayCalendar
    schedule: Schedule = field(compare=False, repr=False)
    villages: Villages = field(repr=False)

    @cached_property
    def planner(self) -> Planner:
        """Answers questions for journeys; made with the schedule where there is a background thread, else when first asked for."""
        return _planner(self.schedule)


@dataclass(frozen=True)
class _Network:
    """The live document; None: nothing is published."""

    published: Published | None = None


def current_published() -> Published | None:
    """The published network, from memory; None while there is none. Never waits, never raises."""
    return _live.current().published


def current_calendar() -> DayCalendar:
    """The county's calendar of seasons and terms, from memory; the usual one while no county is loaded."""
    return places_store.current_calendar()


def network_origin() -> str:
    """Where the network in memory came from: redis, database, memory (both silent just now), disk, empty."""
    return _live.origin


def announce() -> bool:
    """Tell the workers through Redis which version is published; False (and a line in the log) when it or SQL is silent."""
    try:
        _refill()
    except Unavailable as error:
        log.warning("published network not announced", extra={"error": str(error)})
        return False
    return True


def _refill() -> Pointer | None:
    """Write until the database still says the same afterwards: who was held up must not leave an older version there."""
    pointer = find_pointer()
    while True:
        with asking_redis():
            redis_store.client.set(_KEY, _pointer_text(pointer))
        written, pointer = pointer, find_pointer()
        if written == pointer:
            return pointer


def _version() -> str | None:
    """Moves with the published version, with the county's calendar and with what is known of the villages."""
    text, calendar, _ = _redis_text(), current_calendar(), current_corrections()
    return None if text is None else f"{text} {calendar} {serials(('places', 'village_corrections'))}"


def _from_redis() -> _Network | None:
    text = _redis_text()
    if text is None:
        return None
    pointer, held = _read_pointer(text), _live.held.value.published
    if held is not None and (pointer is None or pointer.published_at < held.published_at):
        pointer = _refill()
    return _load(pointer)


def _from_database() -> _Network:
    return _load(find_pointer())


def _to_text(network: _Network) -> str:
    return _pointer_text(network.published)


def _from_text(text: str) -> _Network:
    return _load(_read_pointer(text))


def _load(pointer: Pointer | None) -> _Network:
    if pointer is None:
        return _Network()
    calendar = current_calendar()
    schedule = _schedule(pointer.digest, calendar)
    villages = _villages(schedule, places_store.current_villages(), current_corrections())
    published = Published(pointer.version_id, pointer.digest, pointer.published_at, calendar, schedule, villages)
    if current_app.config["START_BACKGROUND"]:
        published.planner.prepare(schedule.today(clock.now()))
    return _Network(published)


@lru_cache(maxsize=1)
def _schedule(digest: str, calendar: DayCalendar) -> Schedule:
    """Raises Unavailable or NotFound when neither the disk nor the database has the network."""
    folder = current_app.config["DATA_DIR"]
    data = find_pack(folder, digest)
    if data is None:
        data = get_document(digest)
        write_pack(folder, digest, data)
    return build_schedule(unpack(data), calendar)


@lru_cache(maxsize=1)
def _villages(schedule: Schedule, villages: tuple[Village, ...], corrections: Corrections) -> Villages:
    return link_villages(schedule, villages, corrections)


@lru_cache(maxsize=1)
def _planner(schedule: Schedule) -> Planner:
    from citizen_app.buses.journeys.planner import Planner

    return Planner(schedule)


def _redis_text() -> str | None:
    with asking_redis():
        text: str | None = redis_store.client.get(_KEY)  # type: ignore[assignment]
        return text


def _pointer_text(pointer: Pointer | Published | None) -> str:
    if pointer is None:
        return _NOTHING
    return json.dumps([pointer.version_id, pointer.digest, pointer.published_at.isoformat()])


def _read_pointer(text: str) -> Pointer | None:
    if text == _NOTHING:
        return None
    version_id, digest, published_at = json.loads(text)
    return Pointer(version_id, digest, datetime.fromisoformat(published_at))


_live: Live[_Network] = Live(
    "buses", version=_version, from_redis=_from_redis, from_database=_from_database, refill=_refill,
    to_text=_to_text, from_text=_from_text, empty=_Network(),
)
