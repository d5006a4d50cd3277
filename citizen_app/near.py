"""What phones measure from: the stops and car parks of all rooms as one index a language, made anew when they move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping

import numpy as np

from citizen_app.buses import store as bus_store
from citizen_app.buses.line_names import Names
from citizen_app.buses.listing import sort_key
from citizen_app.buses.network import Position, Stop
from citizen_app.buses.schedule import Schedule
from citizen_app.derived import Derived
from citizen_app.live import serials
from citizen_app.parking import store as parking_store
from citizen_app.places import store as places_store
from citizen_app.places.near_index import NearIndex, NearParking, NearStop, make_index

LANGUAGES = ("zh", "en")


def current_near(language: str) -> NearIndex:
    """The index in "zh" or "en"; the same object until something in it moves. Never waits, never raises."""
    return _near.current().get(language, NearIndex())


def list_near_stops(schedule: Schedule, in_english: bool, towns: Mapping[str, str]) -> list[NearStop]:
    """The stops where people may get on and whose position is known; a station in place of its platforms.

    `towns` are names by code. Lines are in the order of the list of lines.
    """
    names, found = Names(schedule, in_english), []
    routes_of = _routes_of_stops(schedule)
    for stop in schedule.network.stops:
        if not schedule.code_of(stop) or (stop.parent_station and stop.location_type == 0):
            continue
        indices = schedule.stop_indices(stop)
        routes = {route for index in indices for route in routes_of.get(index, ())}
        placed = _placed([stop, *(schedule.network.stops[index] for index in indices)])
        if routes and placed is not None and placed.lat is not None and placed.lon is not None:
            lines = sorted((schedule.network.routes[route] for route in routes), key=sort_key)
            found.append(NearStop(
                schedule.code_of(stop), names.stop(stop), placed.lat, placed.lon, towns.get(stop.town_code, ""),
                tuple(dict.fromkeys(names.title(route) for route in lines)), placed.position is Position.ESTIMATED,
            ))
    return found


def _routes_of_stops(schedule: Schedule) -> Mapping[int, set[int]]:
    """The routes (indices) on which people may get on at each stop (index), for all stops at once."""
    stops = np.repeat(np.arange(len(schedule.network.stops)), np.diff(schedule.boardings.first))
    lines = schedule.line_of_trip[schedule.runs.trip[schedule.boardings.run]]
    found: dict[int, set[int]] = defaultdict(set)
    for both in np.unique(stops * max(1, len(schedule.lines)) + lines).tolist():
        stop, line = divmod(both, len(schedule.lines))
        found[stop].add(schedule.lines[line].route)
    return found


def _placed(stops: list[Stop]) -> Stop | None:
    return next((one for one in stops if one.lat is not None and one.lon is not None), None)


def _key() -> Hashable:
    """Asked often, so counts of car parks must not move it: the facilities are compared, not the snapshot."""
    bus_store.current_published(), places_store.list_towns()
    return serials(("places", "buses")), tuple(parking_store.current_snapshot().facilities.values())


def _make() -> Mapping[str, NearIndex]:
    return {language: _make_one(language == "en") for language in LANGUAGES}


def _make_one(in_english: bool) -> NearIndex:
    published = bus_store.current_published()
    towns = {one.code: (in_english and one.name_en) or one.name for one in places_store.list_towns()}
    facilities = sorted(parking_store.current_snapshot().facilities.values(), key=lambda one: one.uid)
    return make_index(
        list_near_stops(published.schedule, in_english, towns) if published else [],
        [NearParking(one.uid, (in_english and one.name_en) or one.name, one.lat, one.lon) for one in facilities],
    )


_near: Derived[Mapping[str, NearIndex]] = Derived("near", key=_key, make=_make, empty={})
