"""Values that GTFS demands and a network does not know. Pure.

Each row says in a column of its own, x_filled, which of its values were filled; the reader forgets them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.network import Network

UNKNOWN_LINK = "https://unknown.invalid/"    # the domain is reserved for addresses that lead nowhere
UNKNOWN_NAME = "未知"
DEFAULT_LANG = "zh"
_MIDDLE = (35.0, 105.0)                      # of China, for a network without any position


def fill(values: Mapping[str, str], defaults: Mapping[str, str]) -> tuple[str, ...]:
    """The values in order, blank ones filled as far as there is a default, and last the names of those filled."""
    filled = [name for name, value in values.items() if not value and defaults.get(name)]
    return (*(value or defaults.get(name, "") for name, value in values.items()), " ".join(filled))


def estimate_points(network: Network) -> NDArray[np.float64]:
    """A point (lat, lon) for each stop: its own, else its station's, else the mean of the stops next to it on trips that have
    one, else the middle of all. Degrees, WGS-84.
    """
    points = np.array([(stop.lat, stop.lon) for stop in network.stops], dtype=np.float64).reshape(-1, 2)
    unknown = np.isnan(points[:, 0]) | np.isnan(points[:, 1])
    if not unknown.any():
        return points
    numbers = {stop.stop_id: number for number, stop in enumerate(network.stops)}
    middle = points[~unknown].mean(axis=0) if not unknown.all() else np.array(_MIDDLE)
    near = _neighbours(network, points, unknown)
    for number in np.flatnonzero(unknown).tolist():
        parent = numbers.get(network.stops[number].parent_station)
        points[number] = points[parent] if parent is not None and not unknown[parent] else near[number]
    return np.where(np.isnan(points), middle, points).round(6)


def _neighbours(network: Network, points: NDArray[np.float64], unknown: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The mean of the points of the stops called at just before or after, of those that have one; NaN without any."""
    calls = network.stop_times
    trip = np.repeat(np.arange(len(network.trips)), np.diff(calls.first))
    same = np.flatnonzero(trip[1:] == trip[:-1])
    sums, counts = np.zeros_like(points), np.zeros(len(points))
    for one, other in _both_ways(calls.stop[same], calls.stop[same + 1]):
        use = unknown[one] & ~unknown[other]
        np.add.at(sums, one[use], points[other[use]])
        np.add.at(counts, one[use], 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / counts[:, None])


def _both_ways(one: NDArray[np.int32], other: NDArray[np.int32]) -> Iterable[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    return (one, other), (other, one)
