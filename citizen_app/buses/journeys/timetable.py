"""The timetable of a day as flat arrays, as the scan reads it. Pure.

A route here is what the RAPTOR paper calls one: trips along one sequence of stops of which none overtakes another. Minutes
count from the start of the day's service (noon minus 12 h); on the mirrored day, from there backwards.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Minutes = NDArray[np.int16]
Columns = tuple[NDArray[Any], ...]

NO_BOARDING = 1
NO_ALIGHTING = 2
RULE_BITS = 2
UNREACHED = 1 << 29       # later than any minute, and it can still be added to


class Timetable(NamedTuple):
    """The routes, the routes of each stop, and what a change takes.

    The calls of route r are the entries call_first[r] up to call_first[r + 1] of `call`: the stop, shifted by RULE_BITS, and
    what is not possible there. It has `trips`[r] trips; its times begin at time_first[r], trip after trip, since a ride reads
    them one after another.
    The routes at stop s are the entries stop_first[s] up to stop_first[s + 1], with the place of the stop on the route.
    `change` is what a change within a stop takes; the footpaths from stop s are foot_first[s] up to foot_first[s + 1].
    """

    call_first: Ints
    call: NDArray[np.uint32]
    trips: Ints
    time_first: Ints
    arrival: Minutes
    departure: Minutes
    stop_first: Ints
    stop_route: Ints
    stop_place: Ints
    change: Ints
    foot_first: Ints
    foot_stop: Ints
    foot_min: Ints


class Hops(NamedTuple):
    """The shortest time that anything takes between two stops, backwards: entries first[s] up to first[s + 1] lead to s."""

    first: Ints
    stop: Ints
    minutes: Ints
