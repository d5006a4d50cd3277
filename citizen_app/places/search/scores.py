"""How well entries met a query, the best way of each, and in which order they are shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from citizen_app.geo import distance_m
from citizen_app.places.search.entry import Entry, EntryKind, Hit, Match

LEVELS = (Match.EXACT, Match.PREFIX, Match.PART, Match.FUZZY)
EXACT, PREFIX, PART, FUZZY = range(4)
KIND_ORDER = {
    kind: place
    for place, kind in enumerate((
        EntryKind.TOWN, EntryKind.VILLAGE, EntryKind.STOP, EntryKind.LANDMARK, EntryKind.MARKET, EntryKind.PARKING, EntryKind.LINE,
    ))
}
_NEAR_M = (1_000.0, 3_000.0, 7_000.0, 15_000.0)
_NEEDS_BUS = frozenset({EntryKind.VILLAGE, EntryKind.STOP})


@dataclass(frozen=True)
class Score:
    """Small is good. `level` counts in LEVELS, `shade` within one of them; `is_other`: of another kind than was asked for."""

    is_other: bool
    level: int
    is_other_ending: bool
    shade: float
    name: str

    @property
    def order(self) -> tuple[bool, int, bool, float]:
        return self.is_other, self.level, self.is_other_ending, self.shade


class Scores:
    """The best score of each entry, by its number."""

    def __init__(self) -> None:
        self.best: dict[int, Score] = {}

    def add(self, number: int, score: Score) -> None:
        known = self.best.get(number)
        if known is None or score.order < known.order:
            self.best[number] = score

    def best_level(self) -> int:
        """The best level so far; beyond all levels when nothing was found."""
        return min((score.level for score in self.best.values()), default=len(LEVELS))

    def hits(self, entries: Sequence[Entry], most: int, near: tuple[float, float] | None) -> tuple[Hit, ...]:
        def order(number: int) -> tuple[object, ...]:
            entry, score = entries[number], self.best[number]
            return (*score.order, *static_order(entry, near), number)

        return tuple(
            Hit(entries[number], LEVELS[self.best[number].level], self.best[number].name)
            for number in sorted(self.best, key=order)[:max(most, 0)]
        )


def static_order(entry: Entry, near: tuple[float, float] | None = None) -> tuple[bool, int, int, int, str, str]:
    """What decides between entries that met the words alike: a bus, nearness, the kind, short names."""
    without_bus = entry.kind in _NEEDS_BUS and not entry.is_served
    return without_bus, _steps_away(entry, near), KIND_ORDER[entry.kind], len(entry.name), entry.name, entry.town


def _steps_away(entry: Entry, near: tuple[float, float] | None) -> int:
    if near is None:
        return 0
    if entry.lat is None or entry.lon is None:
        return len(_NEAR_M)
    away_m = distance_m(near[0], near[1], entry.lat, entry.lon)
    return sum(away_m > limit for limit in _NEAR_M)
