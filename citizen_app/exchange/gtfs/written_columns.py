"""The large files of a feed, stop_times.txt and shapes.txt, from columns of numbers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.network import Network
from citizen_app.exchange.gtfs.sheets import Sheet
from citizen_app.exchange.gtfs.values import write_decimal, write_time


def stop_times_sheet(network: Network) -> Sheet:
    calls = network.stop_times
    trips = [trip.trip_id for trip in network.trips]
    trip = np.repeat(np.arange(len(trips)), np.diff(calls.first))
    return Sheet({
        "trip_id": _named(trip, trips),
        "arrival_time": _texts(calls.arrival_s, write_time),
        "departure_time": _texts(calls.departure_s, write_time),
        "stop_id": _named(calls.stop, [stop.stop_id for stop in network.stops]),
        "stop_sequence": _texts(calls.sequence, str),
        "stop_headsign": _named(calls.headsign, [*calls.headsigns, ""]),    # -1 finds the last one
        "pickup_type": _texts(calls.pickup_type, _or_blank),
        "drop_off_type": _texts(calls.drop_off_type, _or_blank),
        "shape_dist_traveled": _decimals(calls.shape_dist),
        "timepoint": _texts(calls.timepoint, str),
    }, ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "timepoint"))


def shapes_sheet(network: Network) -> Sheet:
    """Points of all paths, by id; sequences count from 0."""
    shapes = sorted(network.shapes.items())
    return Sheet({
        "shape_id": [shape_id for shape_id, shape in shapes for _ in range(len(shape.lat))],
        "shape_pt_lat": [text for _, shape in shapes for text in _decimals(shape.lat)],
        "shape_pt_lon": [text for _, shape in shapes for text in _decimals(shape.lon)],
        "shape_pt_sequence": [str(number) for _, shape in shapes for number in range(len(shape.lat))],
        "shape_dist_traveled": [text for _, shape in shapes for text in _decimals(shape.dist)],
    }, ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"))


def _named(numbers: NDArray[np.signedinteger], names: Sequence[str]) -> list[str]:    # type: ignore[type-arg]
    return [names[number] for number in numbers.tolist()]


def _texts(values: NDArray[np.integer], write: Callable[[int], str]) -> list[str]:    # type: ignore[type-arg]
    """Each different value is written once, so that equal texts are one object."""
    different, places = np.unique(values, return_inverse=True)
    texts = [write(value) for value in different.tolist()]
    return [texts[place] for place in places.tolist()]


def _decimals(values: NDArray[np.float64]) -> list[str]:
    return ["" if isnan(value) else write_decimal(value) for value in values.tolist()]


def _or_blank(value: int) -> str:
    return str(value) if value else ""
