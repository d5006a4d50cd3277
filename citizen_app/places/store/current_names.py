"""Readings and other names in the workers' memory: search goes on while Redis and the database are away."""

from __future__ import annotations

import json
import logging

from citizen_app.errors import Unavailable
from citizen_app.kept_text import KeptText
from citizen_app.live import Live
from citizen_app.places.names import Alias, Names
from citizen_app.places.search.entry import EntryKind
from citizen_app.places.store.names import list_aliases, list_readings

log = logging.getLogger(__name__)

_kept = KeptText("names")


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
    _kept.write(_to_text(_from_database()))


def _from_redis() -> Names | None:
    document = _kept.read()
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


_live = Live(
    "names", version=_kept.version, from_redis=_from_redis, from_database=_from_database, refill=_refill,
    to_text=_to_text, from_text=_from_text, empty=Names(),
)
