"""What the times of a trip must satisfy, checked on all calls at once. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from citizen_app.exchange.gtfs.faults import Faults
from citizen_app.exchange.gtfs.values import write_time

FILE = "stop_times.txt"
_BLANK = -1

Columns = dict[str, NDArray[Any]]


def check_times(faults: Faults, calls: Columns) -> None:
    """Name every call out of order; fill an arrival from its departure and the other way round.

    `calls` are sorted, with columns named as in the file, "row" the row numbers; -1 is a blank time, -2 one that was
    named already.
    """
    _check_order(faults, calls)
    _complete_pairs(faults, calls)
    _check_ends(faults, calls)
    _check_backwards(faults, calls)
    _check_distances(faults, calls)


def _check_order(faults: Faults, calls: Columns) -> None:
    trip, sequence, row = calls["trip_id"], calls["stop_sequence"], calls["row"]
    for index in (1 + np.flatnonzero((trip[1:] == trip[:-1]) & (sequence[1:] == sequence[:-1]))).tolist():
        faults.error(FILE, row[index], "stop_sequence", sequence[index], f"row {row[index - 1]} of the trip has the same")


def _complete_pairs(faults: Faults, calls: Columns) -> None:
    arrival, departure = calls["arrival_time"], calls["departure_time"]
    for one, other, name in ((arrival, departure, "arrival_time"), (departure, arrival, "departure_time")):
        alone = (one == _BLANK) & (other != _BLANK)
        for index in np.flatnonzero(alone).tolist():
            faults.warn(FILE, calls["row"][index], name, "", "is empty; taken to be the other time of the row")
        one[alone] = other[alone]
    for index in np.flatnonzero((arrival == _BLANK) & (calls["timepoint"] == 1)).tolist():
        faults.warn(FILE, calls["row"][index], "timepoint", "1", "is said to be exact but has no time; interpolated")


def _check_ends(faults: Faults, calls: Columns) -> None:
    trip, blank = calls["trip_id"], calls["arrival_time"] == _BLANK
    is_end = np.ones(len(trip), dtype=bool)
    is_end[1:-1] = (trip[1:-1] != trip[:-2]) | (trip[1:-1] != trip[2:])
    for index in np.flatnonzero(is_end & blank).tolist():
        message = "the first and the last call of a trip must have a time"
        faults.error(FILE, calls["row"][index], "arrival_time", "", message)


def _check_backwards(faults: Faults, calls: Columns) -> None:
    arrival, departure, row = calls["arrival_time"], calls["departure_time"], calls["row"]
    known = np.flatnonzero((arrival >= 0) & (departure >= 0))
    for index in known[departure[known] < arrival[known]].tolist():
        message = f"is earlier than the arrival, {write_time(arrival[index])}"
        faults.error(FILE, row[index], "departure_time", write_time(departure[index]), message)
    before, after = known[:-1], known[1:]
    back = (calls["trip_id"][before] == calls["trip_id"][after]) & (arrival[after] < departure[before])
    for earlier, index in zip(before[back].tolist(), after[back].tolist(), strict=True):
        message = f"is earlier than the departure before it, {write_time(departure[earlier])} in row {row[earlier]}"
        faults.error(FILE, row[index], "arrival_time", write_time(arrival[index]), message)


def _check_distances(faults: Faults, calls: Columns) -> None:
    trip, dist = calls["trip_id"], calls["shape_dist_traveled"]
    for index in (1 + np.flatnonzero((trip[1:] == trip[:-1]) & (dist[1:] < dist[:-1]))).tolist():
        faults.warn(FILE, calls["row"][index], "shape_dist_traveled", dist[index], "is less than at the call before; kept")
