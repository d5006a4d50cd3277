"""Every run of a vehicle on a service day, frequencies written out, and where people may get on. Pure.

A trip without frequencies is one run. A trip with them is one run for each start that they promise; its own times say only
how long it takes from call to call.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.network import Network

Numbers = NDArray[np.int32]
_NO_PICKUP = 1
_TIME_BITS = 24       # seconds of a service day fit, also those of many days


@dataclass(frozen=True, eq=False)
class Runs:
    """`trip` are indices into the network's trips; `shift_s` is added to the times of the trip's calls.

    `frequency` are indices into the network's frequencies, -1 for a trip at its own times.
    """

    trip: Numbers
    shift_s: Numbers
    frequency: Numbers


@dataclass(frozen=True, eq=False)
class Boardings:
    """Every call at which people may get on, sorted by stop and then by time.

    Those of stop number s are the entries first[s] up to first[s + 1]. `run` are indices into the runs, `call` into the
    calls of the network. The last call of a run is none, nor is a call that only sets down.
    """

    first: Numbers
    run: Numbers
    call: Numbers
    departure_s: Numbers


def expand_runs(network: Network) -> Runs:
    """The runs in the order of the trips, those of one trip by its frequencies."""
    calls = network.stop_times
    of_trip: dict[str, list[int]] = defaultdict(list)
    for index, frequency in enumerate(network.frequencies):
        of_trip[frequency.trip_id].append(index)
    trip: list[int] = []
    shift_s: list[int] = []
    number: list[int] = []
    for index, one in enumerate(network.trips):
        if one.trip_id not in of_trip:
            trip.append(index)
            shift_s.append(0)
            number.append(-1)
            continue
        if calls.first[index] == calls.first[index + 1]:
            continue
        begins_s = int(calls.departure_s[calls.first[index]])
        for which in of_trip[one.trip_id]:
            frequency = network.frequencies[which]
            for start_s in range(frequency.start_s, frequency.end_s, max(frequency.headway_s, 1)):
                trip.append(index)
                shift_s.append(start_s - begins_s)
                number.append(which)
    return Runs(*(np.array(column, dtype=np.int32) for column in (trip, shift_s, number)))


def list_boardings(network: Network, runs: Runs) -> Boardings:
    """The boardings of all runs, whatever day they are of."""
    calls = network.stop_times
    starts = calls.first[:-1][runs.trip].astype(np.int64)
    lengths = np.maximum(calls.first[1:][runs.trip] - starts - 1, 0)
    run = np.repeat(np.arange(len(runs.trip), dtype=np.int32), lengths)
    ends = np.cumsum(lengths)
    call = (np.arange(len(run)) - np.repeat(ends - lengths - starts, lengths)).astype(np.int32)
    open_here = calls.pickup_type[call] != _NO_PICKUP
    run, call = run[open_here], call[open_here]
    departure_s = calls.departure_s[call] + runs.shift_s[run]
    stop = calls.stop[call]
    order = np.argsort((stop.astype(np.int64) << _TIME_BITS) + departure_s, kind="stable")
    first = np.searchsorted(stop[order], np.arange(len(network.stops) + 1)).astype(np.int32)
    return Boardings(first, run[order], call[order], departure_s[order].astype(np.int32))
