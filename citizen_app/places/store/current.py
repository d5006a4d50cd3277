"""What pages need of places at once, kept in the workers' memory: it outlives Redis and the database."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass

from citizen_app.days.calendar import DayCalendar
from citizen_app.errors import NotFound, Unavailable
from citizen_app.kept_text import KeptText
from citizen_app.live import Live
from citizen_app.places.county import County, Landmark, Town, Village
from citizen_app.places.documents import county_document, read_county
from citizen_app.places.store.rows import find_county, list_stored_landmarks, list_stored_towns, list_villages

log = logging.getLogger(__name__)

_kept = KeptText("places")


@dataclass(frozen=True)
class _Places:
    """The live document."""

    county: County | None = None
    towns: tuple[Town, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    villages: tuple[Village, ...] = ()


def current_county() -> County:
    """The county, from memory. Raises NotFound while none was ever loaded."""
    county = _live.current().county
    if county is None:
        raise NotFound("no county is loaded: bin/manage county load DIR")
    return county


def current_calendar() -> DayCalendar:
    """The county's seasons and terms, from memory; the usual ones while no county was ever loaded."""
    county = _live.current().county
    return DayCalendar() if county is None else county.calendar


def list_towns() -> list[Town]:
    """The towns by code, from memory."""
    return list(_live.current().towns)


def list_landmarks() -> list[Landmark]:
    """The landmarks by name, from memory."""
    return list(_live.current().landmarks)


def current_villages() -> tuple[Village, ...]:
    """The villages by code, from memory; the same object until the places move."""
    return _live.current().villages


def publish() -> bool:
    """Give Redis what the database holds; False (and a line in the log) when it does not answer."""
    try:
        _refill()
    except Unavailable as error:
        log.warning("places not published", extra={"error": str(error)})
        return False
    return True


def _refill() -> None:
    places = _from_database()
    if places.county is None:
        return
    _kept.write(_to_text(places))


def _from_redis() -> _Places | None:
    document = _kept.read()
    return None if document is None else _from_text(document)


def _from_database() -> _Places:
    return _Places(find_county(), tuple(list_stored_towns()), tuple(list_stored_landmarks()), tuple(list_villages()))


def _to_text(places: _Places) -> str:
    plain = {
        "county": county_document(places.county) if places.county else None,
        "towns": [asdict(town) for town in places.towns],
        "landmarks": [asdict(landmark) for landmark in places.landmarks],
        "villages": [asdict(village) for village in places.villages],
    }
    return json.dumps(plain, ensure_ascii=False)


def _from_text(document: str) -> _Places:
    plain = json.loads(document)
    return _Places(
        read_county(plain["county"]) if plain["county"] else None,
        tuple(Town(**town) for town in plain["towns"]),
        tuple(Landmark(**landmark) for landmark in plain["landmarks"]),
        tuple(Village(**village) for village in plain.get("villages", ())),    # the release before this one wrote none
    )


_live = Live(
    "places", version=_kept.version, from_redis=_from_redis, from_database=_from_database, refill=_refill,
    to_text=_to_text, from_text=_from_text, empty=_Places(),
)
