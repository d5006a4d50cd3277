"""Lower bounds: from each stop, the least time in which anything ever gets to the destination. Pure.

A search may leave alone whatever cannot get there before the best arrival so far. The bounds are shortest paths over the
shortest hops of the day, without waiting, found backwards from the destination (Dijkstra's algorithm with Dial's buckets).
"""

from __future__ import annotations

from citizen_app.buses.journeys.compiled import compiled
from citizen_app.buses.journeys.timetable import UNREACHED, Hops, Ints


@compiled
def lower_bounds(
    hops: Hops, stops: Ints, walks: Ints, bound: Ints, bucket: Ints, cell_stop: Ints, cell_next: Ints
) -> None:
    """Fill `bound` with minutes to the nearest of the `stops`, their walks included; UNREACHED where no way leads there.

    There must be more buckets than the longest hop or walk has minutes. A stop that is improved leaves its old cell behind,
    which is passed over when its turn comes: a cell for each hop and stop is enough.
    """
    bound[:] = UNREACHED
    bucket[:] = -1
    cells, waiting = 0, 0
    for index in range(stops.size):
        stop, minutes = stops[index], walks[index]
        if minutes < bound[stop]:
            bound[stop] = minutes
            place = minutes % bucket.size
            cell_stop[cells], cell_next[cells] = stop, bucket[place]
            bucket[place] = cells
            cells += 1
            waiting += 1
    now = 0
    while waiting > 0:
        place = now % bucket.size
        while bucket[place] >= 0:
            cell = bucket[place]
            bucket[place] = cell_next[cell]
            waiting -= 1
            stop = cell_stop[cell]
            if bound[stop] != now:
                continue
            for hop in range(hops.first[stop], hops.first[stop + 1]):
                before, minutes = hops.stop[hop], now + hops.minutes[hop]
                if minutes < bound[before]:
                    bound[before] = minutes
                    there = minutes % bucket.size
                    cell_stop[cells], cell_next[cells] = before, bucket[there]
                    bucket[there] = cells
                    cells += 1
                    waiting += 1
        now += 1
