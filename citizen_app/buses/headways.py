"""Runs of a timetable that follow each other at equal distances, shown as "every so many minutes until". Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FEWEST_HEADWAYS = 4


@dataclass(frozen=True)
class Run:
    """A column before it is put together with others: its times by row (-1: does not stop) and the mark of its note.

    `frequency` is the index of the frequency that it comes from, -1 for a trip at its own times. `every_s` and `every_min_s`
    are what a frequency without exact times promises.
    """

    times: tuple[int, ...]
    note: str = ""
    frequency: int = -1
    every_s: int | None = None
    every_min_s: int | None = None


@dataclass(frozen=True)
class Every:
    """Stands for the runs between two others, one every so many seconds (at most `every_s`, at least `every_min_s`)."""

    every_s: int
    every_min_s: int | None = None


def collapse(runs: Sequence[Run]) -> list[int | Every]:
    """The places of the runs in order, with an Every instead of all but the first and last of a regular stretch.

    Regular are at least four equal distances of runs that take the same time everywhere and have the same note, and any
    two runs of one frequency without exact times, which always stay an interval: only the headway is promised.
    """
    shown: list[int | Every] = []
    for start, end in _stretches(runs):
        first, distance_s = runs[start], _distance_s(runs[start], runs[end - 1])
        if first.every_s is not None and end - start > 1:
            shown += [start, Every(first.every_s, first.every_min_s), end - 1]
        elif distance_s and end - start > _FEWEST_HEADWAYS:
            shown += [start, Every(distance_s // (end - 1 - start)), end - 1]
        else:
            shown += range(start, end)
    return shown


def _stretches(runs: Sequence[Run]) -> Iterator[tuple[int, int]]:
    """The longest regular stretches from left to right, as [start, end); runs beside them come alone."""
    start = 0
    while start < len(runs):
        end = start + 1
        while end < len(runs) and _goes_on(runs, start, end):
            end += 1
        if runs[start].every_s is None and end - start <= _FEWEST_HEADWAYS:
            end = start + 1    # what follows may begin a longer stretch
        yield start, end
        start = end


def _goes_on(runs: Sequence[Run], start: int, end: int) -> bool:
    distance_s = _distance_s(runs[end - 1], runs[end])
    if runs[start].every_s is not None or runs[end].every_s is not None:
        return runs[start].frequency == runs[end].frequency and distance_s is not None
    return bool(distance_s) and distance_s == _distance_s(runs[start], runs[start + 1])


def _distance_s(one: Run, other: Run) -> int | None:
    """How much later the other comes at every row; None when they differ in anything else."""
    if one.note != other.note:
        return None
    distance_s = None
    for before, after in zip(one.times, other.times, strict=True):
        if before < 0 and after < 0:
            continue
        if before < 0 or after < 0 or distance_s not in {None, after - before}:
            return None
        distance_s = after - before
    return distance_s
