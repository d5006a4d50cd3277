"""Finding lines and stops by what people type: plain "contains", in both languages. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from citizen_app.buses.network import Route, Stop
from citizen_app.buses.schedule import Schedule


@dataclass(frozen=True)
class Found:
    """What was found, best first: what is called exactly so, what begins so, then what only contains it.

    `stops` has a station instead of its platforms, and of stops with one name each.
    """

    routes: tuple[Route, ...]
    stops: tuple[Stop, ...]


def find_lines_and_stops(schedule: Schedule, text: str, most: int = 50) -> Found:
    """Lines by short name and names, stops by code and names, at most so many of each; nothing for an empty text."""
    wanted = _plain(text)
    if not wanted:
        return Found((), ())
    routes = [(rank, route) for route in schedule.network.routes if (rank := _rank(wanted, _route_names(schedule, route))) < 3]
    stops = [
        (rank, stop) for stop in schedule.network.stops
        if schedule.code_of(stop) and not (stop.parent_station and stop.location_type == 0)
        and (rank := _rank(wanted, _stop_names(schedule, stop))) < 3
    ]
    routes.sort(key=lambda one: one[0])
    stops.sort(key=lambda one: one[0])
    return Found(tuple(route for _, route in routes[:most]), tuple(stop for _, stop in stops[:most]))


def _route_names(schedule: Schedule, route: Route) -> list[str]:
    headsigns = {line.headsign for line in schedule.lines_of(route)}
    texts = [schedule.headsign_text(one, in_english) for one in headsigns for in_english in (False, True)]
    for field in ("route_short_name", "route_long_name"):
        texts += [schedule.name("routes", route, field, in_english) for in_english in (False, True)]
    return [schedule.slug_of(route), *texts]


def _stop_names(schedule: Schedule, stop: Stop) -> list[str]:
    platforms = (schedule.network.stops[index] for index in schedule.stop_indices(stop))
    codes = [schedule.code_of(one) for one in (stop, *platforms)]
    return [*codes, schedule.stop_name(stop, False), schedule.stop_name(stop, True)]


def _rank(wanted: str, texts: list[str]) -> int:
    """0 for the whole text, 1 for its beginning, 2 for any part of it, 3 for none."""
    plain = [_plain(text) for text in texts]
    if wanted in plain:
        return 0
    if any(text.startswith(wanted) for text in plain):
        return 1
    return 2 if any(wanted in text for text in plain) else 3


def _plain(text: str) -> str:
    """Without case, spaces and the differences between full and half width."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
