"""Trips that do not run, or run late: what is known just now laid over the timetable. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.journeys.arrays import Arrays, minutes_of
from citizen_app.buses.journeys.journey import Overlay
from citizen_app.buses.journeys.timetable import Ints, Minutes
from citizen_app.buses.schedule import Schedule

_DAY_BITS = 16
_MOST_DELAY_S = 86_400       # who is later than a day does not come any more


@dataclass(frozen=True, eq=False)
class Operation:
    """Runs on service days: `run` are indices into the schedule's runs, `offset` days from the view's day.

    `pattern` is that of the run; its times, in minutes of its service day, begin at `first` in `arrival` and `departure`; it
    leaves at `leaves` and ends at `ends`.
    """

    run: Ints
    offset: Ints
    pattern: Ints
    first: Ints
    leaves: Ints
    ends: Ints
    arrival: Minutes
    departure: Minutes

    def keep(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> Operation:
        return replace(
            self, run=self.run[which], offset=self.offset[which], pattern=self.pattern[which], first=self.first[which],
            leaves=self.leaves[which], ends=self.ends[which],
        )


def as_planned(arrays: Arrays, numbers: Ints, offset: Ints) -> Operation:
    """What the timetable says of some of the arrays' runs (numbers), each on its day."""
    return Operation(
        arrays.run[numbers], offset, arrays.pattern[numbers], arrays.first[numbers], arrays.leaves[numbers], arrays.ends[numbers],
        arrays.arrival, arrays.departure,
    )


def is_touched(overlay: Overlay, first: date, last: date) -> bool:
    """Whether the overlay changes any service day from `first` to `last`."""
    return any(first <= day <= last for _, day in (*overlay.cancelled, *overlay.delays_s))


def lay_over(operation: Operation, schedule: Schedule, overlay: Overlay, day: date) -> Operation:
    """The operation without what is cancelled and with what is late, everywhere by the same time."""
    keys = _keys(schedule.runs.trip[operation.run], operation.offset)
    cancelled = {key for key, delay_s in overlay.delays_s.items() if delay_s > _MOST_DELAY_S} | overlay.cancelled
    gone = np.isin(keys, [_key(trip, (one - day).days) for trip, one in cancelled])
    return _delay(operation.keep(~gone), keys[~gone], schedule, overlay.delays_s, day)


def _delay(
    operation: Operation, keys: NDArray[np.int64], schedule: Schedule, delays_s: Mapping[tuple[int, date], int], day: date
) -> Operation:
    by_key = {_key(trip, (one - day).days): delay_s for (trip, one), delay_s in delays_s.items()}
    late = np.flatnonzero(np.isin(keys, list(by_key)))
    if not late.size:
        return operation
    seconds = np.array([by_key[key] for key in keys[late].tolist()], dtype=np.int32)
    arrival, departure, first = minutes_of(schedule.network, schedule.runs, operation.run[late], seconds)
    firsts, leaves, ends = operation.first.copy(), operation.leaves.copy(), operation.ends.copy()
    firsts[late], leaves[late] = first + len(operation.arrival), departure[first]
    ends[late] = arrival[np.append(first[1:], len(arrival)) - 1]
    return replace(
        operation, first=firsts, leaves=leaves, ends=ends,
        arrival=np.concatenate([operation.arrival, arrival.astype(np.int16)]),
        departure=np.concatenate([operation.departure, departure.astype(np.int16)]),
    )


def _keys(trip: Ints, offset: Ints) -> NDArray[np.int64]:
    return (trip.astype(np.int64) << _DAY_BITS) + offset


def _key(trip: int, offset: int) -> int:
    return (trip << _DAY_BITS) + offset
