"""What things of the network are called: in addresses, on signs and in the reader's language. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from citizen_app.buses.network import Agency, Route, Stop, Translation, Trip

Named = Agency | Route | Stop | Trip
_STATION = 1
_KEYS = {"agency": "agency_id", "routes": "route_id", "stops": "stop_id", "trips": "trip_id"}
_PREFIXES = ("agency_", "route_", "stop_", "trip_")


def slugs_of(routes: Sequence[Route]) -> list[str]:
    """One for each route, all different, from its short name: 101路 is 101, 108A路 is 108a. Chinese stays Chinese."""
    taken: set[str] = set()
    found = []
    for route in routes:
        slugs = map(slugify, (route.short_name, route.long_name, route.route_id, "line"))
        found.append(_untaken(re.sub(r"(?<=[0-9a-z])路$", "", next(slug for slug in slugs if slug)), taken))
    return found


def codes_of(stops: Sequence[Stop]) -> list[str]:
    """One for each stop and station, all different: the code on the sign, else the stop_id; "" for entrances and nodes.

    Where two stops carry one code, the first keeps it.
    """
    taken: set[str] = set()
    found: list[str] = []
    for stop in stops:
        if stop.location_type > _STATION:
            found.append("")
            continue
        names = [name for name in map(_in_address, (stop.code, stop.stop_id)) if name] or ["stop"]
        free = [name for name in names if name not in taken]
        found.append(_untaken((free or names)[0], taken))
    return found


def slugify(text: str) -> str:
    """Letters and digits in lower case with single hyphens between them; "" when there are none."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\W_]+", "-", plain).strip("-")


class Translations:
    """The translations of a feed. English and Chinese are looked up by the first two letters of the language."""

    def __init__(self, translations: Iterable[Translation]) -> None:
        self._of_record: dict[tuple[str, str, str, str], str] = {}
        self._of_value: dict[tuple[str, str, str, str], str] = {}
        for one in translations:
            key = (one.language[:2].lower(), one.table_name, one.field_name)
            if one.record_id:
                self._of_record.setdefault((*key, one.record_id), one.translation)
            elif one.field_value:
                self._of_value.setdefault((*key, one.field_value), one.translation)

    def find(self, table: str, record_id: str, field: str, value: str, in_english: bool) -> str | None:
        """The text of one field in the language; None when the feed does not translate it."""
        key = ("en" if in_english else "zh", table, field)
        found = self._of_record.get((*key, record_id)) if record_id else None
        return found or self._of_value.get((*key, value))

    def name(self, table: str, record: Named, field: str, in_english: bool) -> str:
        """A field of a record as GTFS calls it ("stops", stop, "stop_name"), translated where the feed does so."""
        value = str(getattr(record, field if hasattr(record, field) else _without_prefix(field)))
        found = self.find(table, str(getattr(record, _KEYS[table])), field, value, in_english)
        return found or value


def _without_prefix(field: str) -> str:
    for prefix in _PREFIXES:
        field = field.removeprefix(prefix)
    return field


def _untaken(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found


def _in_address(text: str) -> str:
    """The text without what would break an address into parts."""
    return re.sub(r"[\s/\\?#%]+", "-", text.strip()).strip("-.")
