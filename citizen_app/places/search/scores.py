"""How well entries met a query, the best way of each, and in which order they are shown. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from heapq import nsmallest
from typing import NamedTuple

from citizen_app.places.search.entry import Entry, EntryKind, Hit, Match

MOST_OF_ALL = 600    # in one query, so that the worst one stays quick
LEVELS = (Match.EXACT, Match.PREFIX, Match.PART, Match.FUZZY)
EXACT, PREFIX, PART, FUZZY = range(4)
KIND_ORDER = {
    kind: place
    for place, kind in enumerate((
        EntryKind.TOWN, EntryKind.VILLAGE, EntryKind.STOP, EntryKind.LANDMARK, EntryKind.MARKET, EntryKind.PARKING, EntryKind.LINE,
    ))
}
_DEGREE_M = 111_195.0
_NEAR_M = (1_000.0, 3_000.0, 7_000.0, 15_000.0)
_NEEDS_BUS = frozenset({EntryKind.VILLAGE, EntryKind.STOP})


class Score(NamedTuple):
    """Small is good, the first field counting most. `is_other`: of another kind than was asked for; `level` counts in LEVELS,
    `shade` within one of them; `name` is what the words met."""

    is_other: bool
    level: int
    is_other_ending: bool
    shade: float
    name: str


class Scores:
    """The best score of each entry, by its number; and how many places a search by sound may still look at."""

    def __init__(self, places: int = MOST_OF_ALL) -> None:
        self.best: dict[int, Score] = {}
        self.left = places

    def take(self, most: int) -> int:
        """How many of `most` places may be looked at."""
        return max(min(most, self.left), 0)

    def add(self, number: int, score: Score) -> None:
        known = self.best.get(number)
        if known is None or score < known:
            self.best[number] = score

    def best_level(self) -> int:
        """The best level so far; beyond all levels when nothing was found."""
        return min((score.level for score in self.best.values()), default=len(LEVELS))

    def hits(self, entries: Sequence[Entry], most: int, near: tuple[float, float] | None) -> tuple[Hit, ...]:
        """The best ones. Entries have to be in their static order, which decides in the end."""
        around = _Around(*near) if near else None

        def order(number: int) -> tuple[bool, int, bool, float, bool, int, int]:
            score, entry = self.best[number], entries[number]
            return (*score[:4], without_bus(entry), around.steps_to(entry) if around else 0, number)

        found = nsmallest(most, self.best, key=order) if most > 0 else []
        return tuple(Hit(entries[number], LEVELS[self.best[number].level], self.best[number].name) for number in found)


def without_bus(entry: Entry) -> bool:
    """Whether a bus should stop there and none does."""
    return entry.kind in _NEEDS_BUS and not entry.is_served


def static_order(entry: Entry) -> tuple[bool, int, int, str, str]:
    """What decides between entries that met the words alike and are as near: a bus, the kind, short names."""
    return without_bus(entry), KIND_ORDER[entry.kind], len(entry.name), entry.name, entry.town


def away_from(place: Entry, other: Entry) -> float:
    """Metres between two entries, good enough for a county; infinite where one has no position."""
    if place.lat is None or place.lon is None:
        return math.inf
    return _Around(place.lat, place.lon).metres_to(other)


class _Around:
    """How far away entries are, and in a few steps; what has no position is in the last one."""

    def __init__(self, lat: float, lon: float) -> None:
        self._lat, self._lon = lat, lon
        self._lon_m = _DEGREE_M * math.cos(math.radians(lat))

    def metres_to(self, entry: Entry) -> float:
        if entry.lat is None or entry.lon is None:
            return math.inf
        return math.hypot((entry.lat - self._lat) * _DEGREE_M, (entry.lon - self._lon) * self._lon_m)

    def steps_to(self, entry: Entry) -> int:
        away_m = self.metres_to(entry)
        return sum(away_m > limit for limit in _NEAR_M)
