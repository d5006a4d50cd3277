"""What one search writes: labels of the stops and lists of work. Each thread has its own. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.journeys.timetable import UNREACHED, Columns, Ints

NOT_QUEUED = 1 << 20


class Labels(NamedTuple):
    """The labels of the paper, by round and stop.

    arrival[k, s]: the earliest arrival by at most k rides. board_from[k, s]: from when people may board there after them, the
    change included. ride[k, s]: route, trip, place of boarding and of alighting of the last ride. walked_from[k, s]: the stop
    that people walked from to board here, -1 for none. target[k]: the earliest arrival at the destination. `bound`: no bus
    gets from the stop to the destination in less.
    """

    arrival: Ints
    board_from: Ints
    ride: Ints
    walked_from: Ints
    target: Ints
    bound: Ints


class Work(NamedTuple):
    """Lists of one search. `ready` is board_from of the stops marked in the round before, UNREACHED for all others."""

    ready: Ints
    egress: Ints
    marked: Ints
    improved: Ints
    is_improved: NDArray[np.bool_]
    queue: Ints
    queued_place: Ints
    window: NDArray[np.uint8]
    bucket: Ints
    cell_stop: Ints
    cell_next: Ints


class Found(NamedTuple):
    """What a search gives: `journey` rows are departure, arrival, rides and the first of its `ride` rows, the last ride first.

    A ride row is route, trip of the route, place of boarding, place of alighting. `late` is a trip of each ride row, for the
    search's own use.
    """

    journey: Ints
    ride: Ints
    late: Ints


class Workspace(NamedTuple):
    """`columns` are those of the three, one after another."""

    labels: Labels
    work: Work
    found: Found
    columns: Columns


def make_workspace(stops: int, routes: int, hops: int, longest_hop: int, rounds: int, window: int, journeys: int) -> Workspace:
    """`longest_hop` also bounds the walks from the last stop, in minutes; `window` is the longest span of departures."""
    shape = (rounds + 1, stops)
    labels = Labels(
        arrival=np.empty(shape, np.int32), board_from=np.empty(shape, np.int32), ride=np.zeros((*shape, 4), np.int32),
        walked_from=np.zeros(shape, np.int32), target=np.empty(rounds + 1, np.int32), bound=np.zeros(stops, np.int32),
    )
    work = Work(
        ready=np.full(stops, UNREACHED, np.int32), egress=np.empty(stops, np.int32), marked=np.empty(stops, np.int32),
        improved=np.empty(stops, np.int32), is_improved=np.zeros(stops, np.bool_), queue=np.empty(routes, np.int32),
        queued_place=np.full(routes, NOT_QUEUED, np.int32), window=np.zeros(window + 1, np.uint8),
        bucket=np.empty(1 << (longest_hop + 1).bit_length(), np.int32), cell_stop=np.empty(hops + stops, np.int32),
        cell_next=np.empty(hops + stops, np.int32),
    )
    found = Found(
        np.empty((journeys, 4), np.int32), np.empty((journeys * (rounds + 1), 4), np.int32),
        np.empty(journeys * (rounds + 1), np.int32),
    )
    return Workspace(labels, work, found, (*labels, *work, *found))

