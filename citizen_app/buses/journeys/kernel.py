"""RAPTOR and rRAPTOR, the scan itself (Delling, Pajor, Werneck: Round-Based Public Transit Routing, 2012). Pure.

Round k finds the earliest arrivals by at most k rides: it collects the routes at the stops that round k - 1 marked, scans each
route once from the first such stop on, and then looks at changes and footpaths. A range of departures is searched from its
end backwards and keeps its labels: what leaves earlier must arrive earlier, or with fewer rides, to be worth anything. What k
rides do, more rides can do too: a label that gets better is written into the rows of all later rounds that were begun before.
Arriving by a time is the same search on the mirrored day.

Indices are cast to unsigned numbers in the inner loops: the compiler then leaves out the test for negative ones.
"""

from __future__ import annotations

import numpy as np

from citizen_app.buses.journeys.bounds import lower_bounds
from citizen_app.buses.journeys.compiled import compiled
from citizen_app.buses.journeys.recording import record
from citizen_app.buses.journeys.routing import earliest_trip
from citizen_app.buses.journeys.timetable import (
    NO_ALIGHTING,
    NO_BOARDING,
    RULE_BITS,
    UNREACHED,
    Columns,
    Hops,
    Ints,
    Timetable,
)
from citizen_app.buses.journeys.workspace import NOT_QUEUED, Found, Labels, Work

FULL = -1
DAY_COLUMNS = len(Timetable._fields)
LABEL_COLUMNS = len(Labels._fields)
FOUND_FROM = LABEL_COLUMNS + len(Work._fields)


@compiled
def search(
    view: Columns, space: Columns, places: Ints, starts: int, earliest: int, latest: int, on_foot: int, horizon: int, rounds: int,
) -> int:
    """What `_search` does, for those who call it from Python.

    `view` and `space` are the columns of a timetable and its hops, and of a workspace: bare tuples, since named ones take
    Python three times as long to hand over. `places` are the origins, `starts` of them, the targets, and then the walks of both.
    """
    day, hops = Timetable(*view[:DAY_COLUMNS]), Hops(*view[DAY_COLUMNS:])
    labels, work = Labels(*space[:LABEL_COLUMNS]), Work(*space[LABEL_COLUMNS:FOUND_FROM])
    found = Found(*space[FOUND_FROM:])
    stops, walks = places[:places.size // 2], places[places.size // 2:]
    return _search(
        day, hops, labels, work, found, stops[:starts], walks[:starts], stops[starts:], walks[starts:],
        earliest, latest, on_foot, horizon, rounds,
    )


@compiled
def _search(
    day: Timetable, hops: Hops, labels: Labels, work: Work, found: Found, origins: Ints, origin_walks: Ints,
    targets: Ints, target_walks: Ints, earliest: int, latest: int, on_foot: int, horizon: int, rounds: int,
) -> int:
    """Fill `found` with the journeys that leave from `earliest` up to before `latest`; gives how many, FULL when there is no room.

    When `latest` is `earliest` there is one departure, at that minute. Origins and targets are stops with the minutes of the
    walks to and from them, `on_foot` those of the way without a bus. Nothing that arrives more than `horizon` minutes after its
    departure is found. Without targets all stops are searched: the labels then say what is reached.
    """
    _forget(labels)
    _aim(hops, labels, work, origins, targets, target_walks)
    is_range = latest > earliest
    last = latest - earliest
    if is_range:
        _list_departures(day, work, origins, origin_walks, earliest, latest)
    work.window[last] = 1    # the end of a range finds what makes an earlier departure useless; its own journeys are not wanted
    journeys, deepest = 0, 0    # the rows of later rounds than the deepest one so far are not begun
    for offset in range(last, -1, -1):
        if work.window[offset] == 0:
            continue
        start = earliest + offset
        is_wanted = not is_range or offset < last
        labels.target[0] = min(labels.target[0], start + on_foot)
        marked = _start(labels, work, origins, origin_walks, start, deepest)
        for k in range(1, rounds + 1):
            if k > deepest:
                deepest = k
                _begin_row(labels, k)
            labels.target[k] = min(labels.target[k], labels.target[k - 1])
            limit = min(labels.target[k], start + horizon + 1)
            queued = _collect_routes(day, labels.bound, work, marked, limit)
            improved, at_target = _scan_routes(day, labels, work, queued, k, limit, deepest)
            _unmark(work, marked)
            if at_target >= 0 and is_wanted:
                if journeys == found.journey.shape[0]:
                    return FULL
                record(day, labels, found, journeys, start, k, at_target)
                journeys += 1
            limit = min(limit, labels.target[k])
            marked = _change(day, labels, work, improved, k, deepest)
            if day.foot_stop.size > 0:
                marked = _walk(day, labels, work, improved, marked, k, limit, deepest)
            if marked == 0:
                break
        _unmark(work, marked)
    if targets.size == 0:
        for k in range(deepest + 1, rounds + 1):
            _begin_row(labels, k)
    return journeys


@compiled
def _forget(labels: Labels) -> None:
    """Later rows are copied from the first ones; who ends a search leaves no stop marked."""
    labels.arrival[0, :] = UNREACHED
    labels.board_from[0, :] = UNREACHED
    labels.target[:] = UNREACHED


@compiled
def _aim(hops: Hops, labels: Labels, work: Work, origins: Ints, targets: Ints, target_walks: Ints) -> None:
    """Set the walks from the stops to the target, and the lower bounds of all stops."""
    work.egress[:] = UNREACHED
    for index in range(targets.size):
        work.egress[targets[index]] = min(work.egress[targets[index]], target_walks[index])
    if targets.size:
        lower_bounds(hops, origins, targets, target_walks, labels.bound, work.bucket, work.cell_stop, work.cell_next)
    else:
        labels.bound[:] = 0


@compiled
def _list_departures(day: Timetable, work: Work, origins: Ints, origin_walks: Ints, earliest: int, latest: int) -> None:
    """Mark in the window when people may leave to be at a stop just as a bus does."""
    work.window[:latest - earliest + 1] = 0
    for index in range(origins.size):
        stop, walk = origins[index], origin_walks[index]
        for entry in range(day.stop_first[stop], day.stop_first[stop + 1]):
            route, place = day.stop_route[entry], day.stop_place[entry]
            if day.call[day.call_first[route] + place] & NO_BOARDING:
                continue
            count = day.trips[route]
            length = day.call_first[route + 1] - day.call_first[route]
            first = day.time_first[route] + place
            trip = earliest_trip(day.departure, first, length, count, earliest + walk)
            while trip < count and day.departure[first + trip * length] - walk < latest:
                work.window[day.departure[first + trip * length] - walk - earliest] = 1
                trip += 1


@compiled
def _start(labels: Labels, work: Work, origins: Ints, origin_walks: Ints, start: int, deepest: int) -> int:
    """Mark the stops that people walk to from the place of origin; gives how many."""
    marked = 0
    for index in range(origins.size):
        stop, at = np.uint64(origins[index]), start + origin_walks[index]
        if at < labels.arrival[0, stop]:
            _lower(labels.arrival, 0, deepest, stop, at)
            _lower(labels.board_from, 0, deepest, stop, at)
            labels.walked_from[0, stop] = -1
            if work.ready[stop] == UNREACHED:
                work.marked[marked] = stop
                marked += 1
            work.ready[stop] = at
    return marked


@compiled
def _begin_row(labels: Labels, k: int) -> None:
    labels.arrival[k, :] = labels.arrival[k - 1]
    labels.board_from[k, :] = labels.board_from[k - 1]


@compiled
def _lower(rows: Ints, k: int, deepest: int, stop: np.uint64, at: int | np.int32) -> None:
    """Write an earlier time of a stop into row k, and into the later ones that have none as good."""
    rows[k, stop] = at
    for later in range(k + 1, deepest + 1):
        if rows[later, stop] <= at:
            break
        rows[later, stop] = at


@compiled
def _collect_routes(day: Timetable, bound: Ints, work: Work, marked: int, limit: int) -> int:
    """Queue each route at a marked stop, with the first such stop on it; gives how many."""
    queued = 0
    for index in range(marked):
        stop = work.marked[index]
        if work.ready[stop] + bound[stop] >= limit:
            continue
        for entry in range(day.stop_first[stop], day.stop_first[stop + 1]):
            route, place = np.uint64(day.stop_route[entry]), day.stop_place[entry]
            if work.queued_place[route] == NOT_QUEUED:
                work.queue[queued] = route
                queued += 1
                work.queued_place[route] = place
            elif place < work.queued_place[route]:
                work.queued_place[route] = place
    return queued


@compiled
def _scan_routes(day: Timetable, labels: Labels, work: Work, queued: int, k: int, limit: int, deepest: int) -> tuple[int, np.int64]:
    """Ride each queued route with the earliest trip that can be caught.

    Gives how many stops improved, and where people alight for the target: -1 when its label stays as it is.
    """
    arrival, target = labels.arrival[k], labels.target[k]
    improved, at_target = 0, np.int64(-1)
    for queue_index in range(queued):
        route = work.queue[queue_index]
        start = work.queued_place[route]
        work.queued_place[route] = NOT_QUEUED
        first, count, times = day.call_first[route], day.trips[route], day.time_first[route]
        length = day.call_first[route + 1] - first
        trip, boarded, trip_times = -1, 0, 0
        for place in range(start, length):
            call = day.call[np.uint64(first + place)]
            stop = np.uint64(call >> np.uint32(RULE_BITS))
            if trip >= 0 and not call & np.uint32(NO_ALIGHTING):
                at = np.int32(day.arrival[np.uint64(trip_times + place)])
                if at < arrival[stop] and at + labels.bound[stop] < limit:
                    _lower(labels.arrival, k, deepest, stop, at)
                    labels.ride[k, stop, 0], labels.ride[k, stop, 1] = route, trip
                    labels.ride[k, stop, 2], labels.ride[k, stop, 3] = boarded, place
                    if not work.is_improved[stop]:
                        work.is_improved[stop] = True
                        work.improved[improved] = stop
                        improved += 1
                    if at + work.egress[stop] < limit:
                        limit = target = at + work.egress[stop]
                        at_target = np.int64(stop)
            ready = work.ready[stop]
            if trip < 0:
                if ready < UNREACHED and not call & np.uint32(NO_BOARDING):
                    caught = earliest_trip(day.departure, times + place, length, count, ready)
                    if caught < count:
                        trip, boarded, trip_times = caught, place, times + caught * length
            elif trip > 0 and day.departure[np.uint64(trip_times - length + place)] >= ready and not call & np.uint32(NO_BOARDING):
                # An earlier trip can be caught here; that a stop is not marked needs no test of its own, which would cost more.
                trip = earliest_trip(day.departure, times + place, length, trip - 1, ready)
                boarded, trip_times = place, times + trip * length
    labels.target[k] = target
    return improved, at_target


@compiled
def _unmark(work: Work, marked: int) -> None:
    for index in range(marked):
        work.ready[work.marked[index]] = UNREACHED


@compiled
def _change(day: Timetable, labels: Labels, work: Work, improved: int, k: int, deepest: int) -> int:
    """Mark the stops where people arrived earlier, from when they may board there again; gives how many."""
    marked = 0
    for index in range(improved):
        stop = np.uint64(work.improved[index])
        work.is_improved[stop] = False
        at = labels.arrival[k, stop] + day.change[stop]
        if at < labels.board_from[k, stop]:
            _lower(labels.board_from, k, deepest, stop, at)
            labels.walked_from[k, stop] = -1
            work.ready[stop] = at
            work.marked[marked] = stop
            marked += 1
    return marked


@compiled
def _walk(day: Timetable, labels: Labels, work: Work, improved: int, marked: int, k: int, limit: int, deepest: int) -> int:
    """Mark what can be walked to from the stops where people arrived earlier; gives how many stops are marked now."""
    board_from = labels.board_from[k]
    for index in range(improved):
        stop = np.uint64(work.improved[index])
        at = labels.arrival[k, stop]
        if at + labels.bound[stop] >= limit:
            continue
        for path in range(day.foot_first[stop], day.foot_first[stop + np.uint64(1)]):
            there, ready = np.uint64(day.foot_stop[np.uint64(path)]), at + day.foot_min[np.uint64(path)]
            if ready < board_from[there] and ready + labels.bound[there] < limit:
                _lower(labels.board_from, k, deepest, there, ready)
                labels.walked_from[k, there] = stop
                if work.ready[there] == UNREACHED:
                    work.marked[marked] = there
                    marked += 1
                work.ready[there] = ready
    return marked
