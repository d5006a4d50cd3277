"""Sorting the trips of a day into routes on which none overtakes another, and writing out their times. Pure.

Only then may the scan look for a trip by halving: a trip that leaves a stop later gets to every stop after it no earlier.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.journeys.compiled import compiled
from citizen_app.buses.journeys.timetable import NO_BOARDING, RULE_BITS, Ints, Minutes


@compiled
def split_into_routes(pattern: Ints, pattern_first: Ints, first: Ints, shift: Ints, arrival: Minutes, departure: Minutes) -> Ints:
    """The route of each trip; trips come by pattern and time, `shift` is added to their minutes.

    A trip joins the first route of its pattern whose last trip it follows everywhere, else it begins a new one. The routes of a
    pattern have successive numbers.
    """
    of_trip = np.empty(pattern.size, np.int32)
    last_trip = np.empty(pattern.size, np.int32)
    routes, first_route, current = 0, 0, -1
    for trip in range(pattern.size):
        if pattern[trip] != current:
            current, first_route = pattern[trip], routes
        length = pattern_first[current + 1] - pattern_first[current]
        route = first_route
        while route < routes:
            before = last_trip[route]
            if _follows(first[trip], shift[trip], first[before], shift[before], length, arrival, departure):
                break
            route += 1
        if route == routes:
            routes += 1
        last_trip[route] = trip
        of_trip[trip] = route
    return of_trip


@compiled
def _follows(
    first: int, shift: int, before_first: int, before_shift: int, length: int, arrival: Minutes, departure: Minutes
) -> bool:
    for place in range(length):
        if arrival[first + place] + shift < arrival[before_first + place] + before_shift:
            return False
        if departure[first + place] + shift < departure[before_first + place] + before_shift:
            return False
    return True


@compiled
def write_times(
    call_first: Ints, trips: Ints, time_first: Ints, first: Ints, shift: Ints, arrival: Minutes, departure: Minutes,
    is_mirrored: bool,
) -> tuple[Minutes, Minutes]:
    """Arrivals and departures as a Timetable has them; trips come by route and time.

    On the mirrored day the last trip comes first and its last call too, and an arrival is a departure before zero.
    """
    size = time_first[-1]
    arrivals, departures = np.empty(size, np.int16), np.empty(size, np.int16)
    trip = 0
    for route in range(trips.size):
        length, count = call_first[route + 1] - call_first[route], trips[route]
        for number in range(count):
            for place in range(length):
                at = first[trip] + place
                arrives, departs = arrival[at] + shift[trip], departure[at] + shift[trip]
                row, column = number, place
                if is_mirrored:
                    arrives, departs = -departs, -arrives
                    row, column = count - 1 - number, length - 1 - place
                arrivals[time_first[route] + row * length + column] = arrives
                departures[time_first[route] + row * length + column] = departs
            trip += 1
    return arrivals, departures


@compiled
def earliest_trip(departure: Minutes, first: int, length: int, count: int, at: int) -> int:
    """et(r, p): the first of `count` trips that leaves at `at` or later, `count` when none does.

    `first` is where the first one's departure is, `length` how far the next one's is from it.
    """
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if departure[np.uint64(first + middle * length)] < at:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def shortest_hops(call_first: Ints, trips: Ints, time_first: Ints, arrival: Minutes, departure: Minutes) -> Ints:
    """For each call the least minutes from leaving there to arriving at the next call of the route; 0 for the last."""
    minutes = np.zeros(call_first[-1], np.int32)
    for route in range(trips.size):
        length, count = call_first[route + 1] - call_first[route], trips[route]
        for place in range(length - 1):
            least = 1 << 20
            for trip in range(count):
                arrives = arrival[time_first[route] + trip * length + place + 1]
                departs = departure[time_first[route] + trip * length + place]
                least = min(least, arrives - departs)
            minutes[call_first[route] + place] = max(least, 0)
    return minutes


def mirror_calls(call: NDArray[np.uint32], call_first: Ints) -> NDArray[np.uint32]:
    """The calls of each route from the last to the first; where people may get on they get off, and the other way round."""
    route = np.repeat(np.arange(len(call_first) - 1), np.diff(call_first))
    turned = call[call_first[route] + call_first[route + 1] - 1 - np.arange(len(call))]
    rules = turned & np.uint32((1 << RULE_BITS) - 1)
    swapped = ((rules & np.uint32(NO_BOARDING)) << 1) | (rules >> 1)
    mirrored: NDArray[np.uint32] = ((turned >> RULE_BITS << RULE_BITS) | swapped).astype(np.uint32)
    return mirrored
