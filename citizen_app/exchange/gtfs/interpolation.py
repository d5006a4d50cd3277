"""Times between timepoints. Pure.

A gap lies between two calls with times. Its calls get theirs in proportion to shape_dist_traveled where all of them have
it and it grows, else to the straight lines between the stops where all have a position, else to their number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from citizen_app.geo import EARTH_RADIUS_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Places = NDArray[np.signedinteger[Any]]


def fill_gaps(arrival_s: Ints, departure_s: Ints, shape_dist: Floats, lat: Floats, lon: Floats) -> None:
    """Put times in place of every -1, to the nearest second. Columns of calls, trip after trip.

    Both times of a call are -1 or neither is, and the first and the last call of every trip have theirs. `lat`, `lon` are
    those of the calls' stops, NaN where not known.
    """
    blank = np.flatnonzero(arrival_s < 0)
    if not len(blank):
        return
    known = np.flatnonzero(arrival_s >= 0)
    place = np.searchsorted(known, blank)
    before, after = known[place - 1], known[place]
    part = (blank - before) / (after - before)
    for steps in (_ground_steps(lat, lon), _shape_steps(shape_dist)):    # the better measure last, where it can be had
        part = _better(part, steps, before, blank, after)
    start, span = departure_s[before], arrival_s[after] - departure_s[before]
    arrival_s[blank] = departure_s[blank] = start + np.rint(span * part).astype(np.int32)


def _better(part: Floats, steps: Floats, before: Places, blank: Places, after: Places) -> Floats:
    """The part of the way by a measure of steps (from the call before; NaN or negative is unknown), `part` where it fails."""
    unknown = ~(steps >= 0)
    misses = np.cumsum(unknown)
    way = np.cumsum(np.where(unknown, 0.0, steps))
    whole = way[after] - way[before]
    usable = (misses[after] == misses[before]) & (whole > 0)
    return np.where(usable, (way[blank] - way[before]) / np.where(usable, whole, 1.0), part)


def _shape_steps(shape_dist: Floats) -> Floats:
    return np.diff(shape_dist, prepend=np.nan)


def _ground_steps(lat: Floats, lon: Floats) -> Floats:
    """Great-circle distance from the call before, in metres (haversine)."""
    north, east = np.radians(lat), np.radians(lon)
    half = np.sin(np.diff(north, prepend=np.nan) / 2) ** 2
    half += np.cos(north) * np.cos(np.roll(north, 1)) * np.sin(np.diff(east, prepend=np.nan) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
