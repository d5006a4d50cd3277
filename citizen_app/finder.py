"""Everything that can be found by name, from all rooms: one index in each worker, made anew when what is in it moves.

It is made in the background from what memory holds, so that search goes on while Redis and the database are away.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from citizen_app import clock
from citizen_app.buses import store as bus_store
from citizen_app.buses.entries import group_stops, mark_served, network_entries
from citizen_app.derived import Derived
from citizen_app.live import serials
from citizen_app.parking import store as parking_store
from citizen_app.parking.entries import facility_entries
from citizen_app.places import store as places_store
from citizen_app.places.entries import place_entries
from citizen_app.places.names import give_names
from citizen_app.places.search.entry import Entry, EntryKind
from citizen_app.places.search.index import Index, build_index
from citizen_app.places.store import count_unmet
from citizen_app.places.unmet import countable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finder:
    """`stops` are the codes of the stops that are one place with the stop of this code, by each of their codes."""

    index: Index = field(default_factory=lambda: build_index(()))
    stops: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def current_index() -> Index:
    """What finds places, stops and lines; the same object until something in it moves. Never waits, never raises."""
    return _finder.current().index


def find_entry(key: str) -> Entry | None:
    """The entry of a key ("stop:LH0123"); a stop that is found under another one's code too. None for what is not there."""
    finder = _finder.current()
    kind, _, code = key.partition(":")
    if kind == EntryKind.STOP and code in finder.stops:
        key = f"{kind}:{finder.stops[code][0]}"
    return finder.index.get(key)


def list_stop_codes(code: str) -> tuple[str, ...]:
    """The codes of the stops that `stop:<code>` stands for, the one in its key first; empty when there is no such stop."""
    return _finder.current().stops.get(code, ())


def place_near(key: str) -> tuple[float, float] | None:
    """WGS-84 of a named place, that of its town where it has none itself; None for what is not there or lies nowhere."""
    index = current_index()
    entry = find_entry(key)
    for one in (entry, index.get(f"{EntryKind.TOWN}:{entry.town_code}") if entry and entry.town_code else None):
        if one is not None and one.lat is not None and one.lon is not None:
            return one.lat, one.lon
    return None


def note_unmet(asked: str) -> bool:
    """Count a search that found nothing, if its words can be the name of a place: whether they can. Never waits or raises."""
    name = countable(asked)
    if name:
        count_unmet(clock.to_local(clock.now()).date(), name)
    return bool(name)


def _key() -> Hashable:
    """Asked often, so counts of car parks must not move it: the facilities are compared, not the snapshot."""
    bus_store.current_published(), places_store.list_towns(), places_store.current_names()
    return serials(("places", "names", "buses")), tuple(parking_store.current_snapshot().facilities.values())


def _make() -> Finder:
    began_s = clock.monotonic_s()
    towns, published = places_store.list_towns(), bus_store.current_published()
    entries = place_entries(towns, places_store.current_villages(), places_store.list_landmarks())
    entries += facility_entries(parking_store.current_snapshot().facilities.values())
    stops: dict[str, tuple[str, ...]] = {}
    if published is not None:
        schedule = published.schedule
        entries += network_entries(schedule, {town.code: town.name for town in towns})
        entries = mark_served(entries, schedule, published.villages)
        for group in group_stops(schedule):
            codes = tuple(schedule.code_of(stop) for stop in group)
            stops.update((code, codes) for code in codes)
    index = build_index(give_names(entries, places_store.current_names()))
    log.info("index made", extra={"entries": len(entries), "ms": round((clock.monotonic_s() - began_s) * 1000)})
    return Finder(index, stops)


_finder: Derived[Finder] = Derived("finder", key=_key, make=_make, empty=Finder())
