"""Which stops villages have by what staff say: in SQL, and in the workers' memory."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from sqlalchemy import delete, select

from citizen_app.buses.store.tables import VillageCorrectionRow
from citizen_app.buses.villages import Corrections
from citizen_app.errors import Unavailable
from citizen_app.extensions import db, reading_sql
from citizen_app.kept_text import KeptText
from citizen_app.live import Live

log = logging.getLogger(__name__)

_kept = KeptText("buses:village_corrections")


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
    _kept.write(_to_text(list_corrections()))


def _from_redis() -> Corrections | None:
    document = _kept.read()
    return None if document is None else _from_text(document)


def _to_text(corrections: Corrections) -> str:
    return json.dumps(corrections, ensure_ascii=False)


def _from_text(document: str) -> Corrections:
    return tuple((village_code, tuple(stop_codes)) for village_code, stop_codes in json.loads(document))


_live: Live[Corrections] = Live(
    "village_corrections", version=_kept.version, from_redis=_from_redis, from_database=list_corrections, refill=_refill,
    to_text=_to_text, from_text=_from_text, empty=(),
)
