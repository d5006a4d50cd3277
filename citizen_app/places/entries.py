"""The places of the county as what can be found: towns, villages and landmarks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from citizen_app.places.county import Landmark, Town, Village
from citizen_app.places.names import village_name
from citizen_app.places.search.entry import Entry, EntryKind


def place_entries(towns: Sequence[Town], villages: Iterable[Village], landmarks: Iterable[Landmark]) -> list[Entry]:
    """One entry for each, without readings. A village is called as people call it; it has no position of its own."""
    names = {town.code: town.name for town in towns}
    return [
        *(Entry(EntryKind.TOWN, one.code, one.name, one.name_en, one.code, lat=one.lat, lon=one.lon) for one in towns),
        *(_village(one, names.get(one.town_code, "")) for one in villages),
        *(Entry(EntryKind.LANDMARK, one.name, one.name, one.name_en, lat=one.lat, lon=one.lon) for one in landmarks),
    ]


def _village(village: Village, town: str) -> Entry:
    return Entry(EntryKind.VILLAGE, village.code, village_name(village.name), village.name_en, village.town_code, town)
