"""Lower bounds: from each stop, the least time in which anything ever gets to the destination. Pure.

A search may leave alone whatever cannot get there before the best arrival so far. The bounds are shortest paths over the
shortest hops of the day, without waiting, found backwards from the destination (Dijkstra's algorithm with Dial's buckets).
"""

from __future__ import annotations

import numpy as np

from citizen_app.buses.journeys.compiled import compiled
from citizen_app.buses.journeys.timetable import UNREACHED, Hops, Ints


@compiled
def lower_bounds(
    hops: Hops, origins: Ints, stops: Ints, walks: Ints, bound: Ints, bucket: Ints, cell_stop: Ints, cell_next: Ints
) -> None:
    """Fill `bound` with minutes to the nearest of the `stops`, their walks included; UNREACHED where no way leads there.

    Stops that are half as far again as the origins are not told apart: that they are no nearer is enough for them.

    There must be more buckets than the longest hop or walk has minutes, and a power of two. A stop that is improved leaves its
    old cell behind, which is passed over when its turn comes: a cell for each hop and stop is enough.
    """
    bound[:] = UNREACHED
    bucket[:] = -1
    cells, waiting, last = 0, 0, np.int64(bucket.size - 1)
    for index in range(stops.size):
        stop, minutes = stops[index], walks[index]
        if minutes < bound[stop]:
            bound[stop] = minutes
            place = minutes & last
            cell_stop[cells], cell_next[cells] = stop, bucket[place]
            bucket[place] = cells
            cells += 1
            waiting += 1
    now, enough = 0, UNREACHED
    while waiting > 0 and now <= enough:
        if enough == UNREACHED and _farthest(bound, origins) <= now:
            enough = now + now // 2
        place = now & last
        while bucket[place] >= 0:
            cell = bucket[place]
            bucket[place] = cell_next[cell]
            waiting -= 1
            stop = np.uint64(cell_stop[cell])
            if bound[stop] != now:
                continue
            for hop in range(hops.first[stop], hops.first[stop + np.uint64(1)]):
                before, minutes = np.uint64(hops.stop[np.uint64(hop)]), now + hops.minutes[np.uint64(hop)]
                if minutes < bound[before]:
                    bound[before] = minutes
                    there = minutes & last
                    cell_stop[cells], cell_next[cells] = before, bucket[there]
                    bucket[there] = cells
                    cells += 1
                    waiting += 1
        now += 1
    if waiting > 0:
        for stop in range(bound.size):
            bound[stop] = min(bound[stop], now)


@compiled
def _farthest(bound: Ints, stops: Ints) -> int:
    farthest = 0
    for index in range(stops.size):
        farthest = max(farthest, bound[stops[index]])
    return farthest
