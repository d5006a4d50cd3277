"""Car parks as what can be found. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from citizen_app.parking.facility import Facility
from citizen_app.places.search.entry import Entry, EntryKind


def facility_entries(facilities: Iterable[Facility]) -> list[Entry]:
    """One entry for each, without readings."""
    return [
        Entry(EntryKind.PARKING, one.uid, one.name, one.name_en, one.town_code, one.town, lat=one.lat, lon=one.lon)
        for one in facilities
    ]
