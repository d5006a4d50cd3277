"""One version of the network as flat arrays, made once: sequences of stops, and the times of every run in whole minutes. Pure.

Departures are rounded down and arrivals up: nothing is promised that a minute's difference could break.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.journeys.timetable import NO_ALIGHTING, NO_BOARDING, RULE_BITS, Ints, Minutes
from citizen_app.buses.network import Network
from citizen_app.buses.runs import Runs
from citizen_app.buses.schedule import Schedule

_NOT_POSSIBLE = 1                      # in GTFS: no pickup, no drop-off
_MOST_MIN = 6 * 24 * 60                # a later time is a mistake; 16 bits hold it together with the days that a search looks at


@dataclass(frozen=True, eq=False)
class Arrays:
    """A pattern is a sequence of stops with what is possible there; each run follows one.

    The calls of pattern p are pattern_first[p] up to pattern_first[p + 1] of `call`, as in a Timetable. `run` are indices into
    the schedule's runs, those with at least two calls; the other columns are parallel to it. The times of a run begin at
    `first` in `arrival` and `departure`, minutes of the service day; it leaves at `leaves` and ends at `ends`.
    """

    pattern_first: Ints
    call: NDArray[np.uint32]
    run: Ints
    pattern: Ints
    first: Ints
    leaves: Ints
    ends: Ints
    arrival: Minutes
    departure: Minutes

    @property
    def days_before(self) -> int:
        """How many service days before a date may still have buses under way on it."""
        return max(int(self.ends.max(initial=0)) // 1440, 1)


def make_arrays(schedule: Schedule) -> Arrays:
    """The arrays of a version; about 0.1 s for 200,000 calls."""
    network, runs = schedule.network, schedule.runs
    pattern_of_trip, pattern_first, call = _group_trips(network)
    lengths = np.diff(network.stop_times.first)[runs.trip]
    kept = np.flatnonzero(lengths >= 2).astype(np.int32)
    arrival, departure, first = minutes_of(network, runs, kept)
    most = np.maximum.reduceat(np.maximum(np.abs(arrival), np.abs(departure)), first) if kept.size else first
    sound = most <= _MOST_MIN
    last = first + lengths[kept] - 1
    return Arrays(
        pattern_first=pattern_first, call=call, run=kept[sound], pattern=pattern_of_trip[runs.trip[kept[sound]]],
        first=first[sound], leaves=departure[first[sound]], ends=arrival[last[sound]],
        arrival=arrival.astype(np.int16), departure=departure.astype(np.int16),
    )


def minutes_of(network: Network, runs: Runs, which: Ints, delay_s: Ints | int = 0) -> tuple[Ints, Ints, Ints]:
    """Arrivals and departures of some runs, one after another, and where each begins; `delay_s` is added, one for each run."""
    calls = network.stop_times
    begins = calls.first[runs.trip[which]].astype(np.int64)
    lengths = calls.first[runs.trip[which] + 1] - begins
    ends = np.cumsum(lengths)
    at = np.arange(int(lengths.sum())) + np.repeat(begins - (ends - lengths), lengths)
    shift_s = np.repeat(runs.shift_s[which] + delay_s, lengths)
    arrival = -(-(calls.arrival_s[at] + shift_s) // 60)
    departure = (calls.departure_s[at] + shift_s) // 60
    return arrival.astype(np.int32), departure.astype(np.int32), (ends - lengths).astype(np.int32)


def _group_trips(network: Network) -> tuple[Ints, Ints, NDArray[np.uint32]]:
    """The pattern of each trip, and the patterns' calls."""
    calls = network.stop_times
    rules = np.where(calls.pickup_type == _NOT_POSSIBLE, NO_BOARDING, 0)
    rules |= np.where(calls.drop_off_type == _NOT_POSSIBLE, NO_ALIGHTING, 0)
    call = ((calls.stop.astype(np.uint32) << RULE_BITS) + rules).astype(np.uint32)
    data, size = call.tobytes(), call.itemsize
    numbers: dict[bytes, int] = {}
    of_trip = [
        numbers.setdefault(data[size * start:size * end], len(numbers)) for start, end in pairwise(calls.first.tolist())
    ]
    first = np.cumsum([0, *(len(key) // size for key in numbers)], dtype=np.int32)
    return np.array(of_trip, dtype=np.int32), first, np.frombuffer(b"".join(numbers), dtype=np.uint32)
