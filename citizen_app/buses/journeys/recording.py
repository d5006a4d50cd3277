"""Writing down a journey that the scan found, from its labels. Pure."""

from __future__ import annotations

import numpy as np

from citizen_app.buses.journeys.compiled import compiled
from citizen_app.buses.journeys.routing import earliest_trip
from citizen_app.buses.journeys.timetable import RULE_BITS, Timetable
from citizen_app.buses.journeys.workspace import Found, Labels


@compiled
def record(day: Timetable, labels: Labels, found: Found, journey: int, start: int, rides: int, target: np.int64) -> None:
    """Write down the journey to the target, from its last ride back to its first.

    The scan takes the first bus of each route, and might have people wait over night at a change rather than at home: where the
    latest buses that still meet the last one let people leave later, they are taken instead.
    """
    first = 0 if journey == 0 else found.journey[journey - 1, 2] + found.journey[journey - 1, 3]
    found.journey[journey, 0], found.journey[journey, 1] = start, labels.target[rides]
    found.journey[journey, 2], found.journey[journey, 3] = rides, first
    stop, trip, late, limit = target, 0, 0, 0
    for row in range(first, first + rides):
        k = rides - 1 - (row - first)
        found.ride[row] = labels.ride[k + 1, stop]
        route, trip, board, alight = found.ride[row]
        late = trip if row == first else _latest_trip(day, route, trip, alight, limit)
        found.late[row] = late
        length = day.call_first[route + 1] - day.call_first[route]
        boards = day.call[day.call_first[route] + board] >> np.uint32(RULE_BITS)
        stop = np.int64(boards if labels.walked_from[k, boards] < 0 else labels.walked_from[k, boards])
        change = labels.board_from[k, boards] - labels.arrival[k, stop]
        limit = day.departure[day.time_first[route] + late * length + board] - change
    if late != trip:
        found.ride[first:first + rides, 1] = found.late[first:first + rides]


@compiled
def _latest_trip(day: Timetable, route: int, trip: int, alight: int, limit: int) -> int:
    """The last trip from `trip` on that arrives by `limit` at the place of alighting."""
    length = day.call_first[route + 1] - day.call_first[route]
    first = day.time_first[route] + alight
    return earliest_trip(day.arrival, first, length, day.trips[route], limit + 1) - 1
