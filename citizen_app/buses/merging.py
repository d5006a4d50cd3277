"""Different sequences of stops of one direction in one order of rows, and trips in one order of columns. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int32]
NONE = np.int32(-1)


def merge_stops(patterns: Sequence[Sequence[int]]) -> tuple[list[int], list[list[int]]]:
    """Rows (stops) of which every pattern is a part in its own order, and for each pattern the rows of its stops.

    The first pattern sets the order, the others bring in their stops between the ones they share with it. A stop has two
    rows when a pattern passes it twice, or when two patterns disagree about the order.
    """
    rows: list[int] = []
    for pattern in patterns:
        shared = _longest_common(rows, pattern)
        merged: list[int] = []
        at_row = at_stop = 0
        for row, stop in [*shared, (len(rows), len(pattern))]:
            merged += rows[at_row:row]
            merged += pattern[at_stop:stop]
            merged += rows[row:row + 1]
            at_row, at_stop = row + 1, stop + 1
        rows = merged
    return rows, [_places(rows, pattern) for pattern in patterns]


def _longest_common(rows: Sequence[int], pattern: Sequence[int]) -> list[tuple[int, int]]:
    """The longest common part of both in order, as pairs of places."""
    lengths = [[0] * (len(pattern) + 1)]
    for row in reversed(rows):
        below = lengths[-1]
        line = [0] * (len(pattern) + 1)
        for place in range(len(pattern) - 1, -1, -1):
            line[place] = below[place + 1] + 1 if row == pattern[place] else max(below[place], line[place + 1])
        lengths.append(line)
    lengths.reverse()
    pairs, at_row, at_stop = [], 0, 0
    while at_row < len(rows) and at_stop < len(pattern):
        if rows[at_row] == pattern[at_stop]:
            pairs.append((at_row, at_stop))
            at_row, at_stop = at_row + 1, at_stop + 1
        elif lengths[at_row + 1][at_stop] >= lengths[at_row][at_stop + 1]:
            at_row += 1
        else:
            at_stop += 1
    return pairs


def _places(rows: Sequence[int], pattern: Sequence[int]) -> list[int]:
    return [row for row, _ in _longest_common(rows, pattern)]


def sort_columns(times: Times) -> list[int]:
    """The order of the columns of a table of times (a line for each trip, NONE where it does not stop).

    At the first row where two of them differ the earlier one comes first, as long as no circle of others forbids it. Trips
    that have no row in common are sorted by when they would have begun.
    """
    if len(times) < 2:
        return list(range(len(times)))
    if (times != NONE).all():
        return [int(one) for one in np.lexsort(times.T[::-1])]
    earlier = _earlier(times)
    starts = _would_begin(times)
    waits_for = earlier.sum(axis=0)
    is_done = np.zeros(len(times), dtype=np.bool_)
    ready = [(starts[one], one) for one in np.flatnonzero(waits_for == 0).tolist()]
    heapq.heapify(ready)
    order: list[int] = []
    while len(order) < len(times):
        if not ready:    # a circle: begin with whoever begins first
            left = np.flatnonzero(~is_done)
            ready = [min((starts[one], one) for one in left.tolist())]
        one = heapq.heappop(ready)[1]
        if is_done[one]:
            continue
        is_done[one] = True
        order.append(one)
        freed = earlier[one] & ~is_done
        waits_for -= earlier[one]
        for other in np.flatnonzero(freed & (waits_for <= 0)).tolist():
            heapq.heappush(ready, (starts[other], other))
    return order


def _earlier(times: Times) -> NDArray[np.bool_]:
    """earlier[a, b]: at the first row where both stop at different times, a comes first."""
    sign = np.zeros((len(times), len(times)), dtype=np.int8)
    for row in range(times.shape[1] - 1, -1, -1):
        at = np.flatnonzero(times[:, row] != NONE)
        column = times[at, row]
        part = sign[np.ix_(at, at)]
        part[column[:, None] < column[None, :]] = 1
        part[column[:, None] > column[None, :]] = -1
        sign[np.ix_(at, at)] = part
    earlier: NDArray[np.bool_] = sign == 1
    return earlier


def _would_begin(times: Times) -> list[float]:
    """When each trip would be at the first row if all took the same time from row to row."""
    known = times != NONE
    usual = np.zeros(times.shape[1])
    for row in range(1, times.shape[1]):
        before = np.where(known[:, :row].any(axis=1), row - 1 - np.argmax(known[:, :row][:, ::-1], axis=1), 0)
        both = known[:, row] & known[:, :row].any(axis=1)
        steps = times[both, row] - times[both, before[both]] + usual[before[both]]
        usual[row] = np.median(steps) if both.any() else usual[row - 1]
    first = np.argmax(known, axis=1)
    return [float(value) for value in times[np.arange(len(times)), first] - usual[first]]
