"""Answers questions for journeys over one published version of the network. Pure.

One planner is shared by all threads: what it is made of never changes, views of days are made when they are first asked for and
kept, and each thread searches in a workspace of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from operator import gt

import numpy as np

from citizen_app.buses.journeys.answers import LONGEST_WALK_MIN, Answers, Walks, minutes_of_walk, on_foot, walk_between, walks_of
from citizen_app.buses.journeys.arrays import make_arrays
from citizen_app.buses.journeys.day_view import NIGHT_MIN, DayView, make_day_view
from citizen_app.buses.journeys.footpaths import find_footpaths, reverse
from citizen_app.buses.journeys.journey import AS_PLANNED, Access, Journey, Overlay, StopAccess
from citizen_app.buses.journeys.kernel import FULL, search
from citizen_app.buses.journeys.reach import NEVER, Reach, minutes_since_epoch
from citizen_app.buses.journeys.rules import AS_USUAL, Rules
from citizen_app.buses.journeys.timetable import UNREACHED, Ints
from citizen_app.buses.journeys.view_cache import ViewCache
from citizen_app.buses.journeys.workspace import Workspace, make_workspace
from citizen_app.buses.schedule import Schedule

_VIEWS_BYTES = 12 * 1024 * 1024    # five days of 200,000 calls in one direction
_MOST_SEARCH_H = 7 * 24
_FEWEST_ROOM = 256
_WINDOW_MIN = 29 * 60       # a range is searched day by day; a day has 25 hours at most, and a night may belong to it
_MINUTE = timedelta(minutes=1)
_NIGHT = timedelta(minutes=NIGHT_MIN)


class Planner:
    """All answers are journeys of real buses. `at`, `by`, `start`, `end`: aware datetimes.

    Journeys are a Pareto set: none is in it for which another one is at least as good in everything that the question counts. Where
    both places are near to one stop the way on foot is given too, and no ride that is not faster. Places without stops give [].
    Raises ValueError for a moment without a time zone.
    """

    def __init__(self, schedule: Schedule, rules: Rules = AS_USUAL) -> None:
        self.schedule, self.rules = schedule, rules
        self._arrays = make_arrays(schedule)
        self._paths = find_footpaths(schedule, rules)
        self._reversed_paths = reverse(self._paths)
        self._answers = Answers(schedule, rules, self._paths)
        self._search_min = min(rules.search_h, _MOST_SEARCH_H) * 60
        self._rounds = rules.max_transfers + 1
        self._views = ViewCache(self._make_view, _VIEWS_BYTES)
        self._own = threading.local()

    def depart_at(self, origin: Access, destination: Access, at: datetime, overlay: Overlay = AS_PLANNED) -> list[Journey]:
        """Leaving at a moment or later: arrival and transfers count. The earliest arrival comes last, the fewest rides first.

        Of the buses before the last one of a journey those are taken that let people leave late.
        """
        view = self._view(self._day(at), False, overlay)
        minute = view.minute(at)
        way, found = self._find(view, origin, destination, minute, minute)
        return found if way is None else [on_foot(way, view.moment(minute)), *found]

    def arrive_by(self, origin: Access, destination: Access, by: datetime, overlay: Overlay = AS_PLANNED) -> list[Journey]:
        """Arriving by a moment: departure and transfers count. The latest departure comes last, the fewest rides first."""
        view = self._view(self._day(by), True, overlay)
        minute = view.minute(by)
        way, found = self._find(view, origin, destination, minute, minute)
        return found if way is None else [on_foot(way, view.moment(minute) - timedelta(seconds=way.walk_s)), *found]

    def depart_between(
        self, origin: Access, destination: Access, start: datetime, end: datetime, overlay: Overlay = AS_PLANNED
    ) -> list[Journey]:
        """Leaving from `start` up to before `end`: departure, arrival and transfers count. By departure.

        A journey is left out too when one that leaves at `end` or later arrives no later. A way on foot leaves at `start`.
        """
        journeys: list[Journey] = []
        begin = start
        while begin < end:
            view = self._view(self._day(begin), False, overlay)
            until = end if end <= view.midnight + _NIGHT else view.midnight
            way, found = self._find(view, origin, destination, view.minute(begin), view.minute(until))
            if way is not None and begin is start:
                journeys.append(on_foot(way, view.moment(view.minute(begin))))
            journeys += reversed(found)
            begin = until
        return journeys

    def reach_from(self, origin: Access, at: datetime, until: datetime, overlay: Overlay = AS_PLANNED) -> Reach:
        """Where people can be by `until` who leave at `at`, and when they are there at the earliest; at most search_h ahead."""
        return self._reach(self._view(self._day(at), False, overlay), origin, at, until)

    def reach_to(self, destination: Access, by: datetime, since: datetime, overlay: Overlay = AS_PLANNED) -> Reach:
        """From which stops people can still arrive by `by`, leaving at `since` or later, and when they must leave at the latest."""
        return self._reach(self._view(self._day(by), True, overlay), destination, by, since)

    def travel_times(
        self, origins: Sequence[Access], destinations: Sequence[Access], at: datetime, overlay: Overlay = AS_PLANNED
    ) -> list[list[datetime | None]]:
        """The earliest arrival from each origin (a row) at each destination; None where there is none within search_h."""
        until = at + timedelta(hours=self.rules.search_h)
        table: list[list[datetime | None]] = []
        for origin in origins:
            reach = self.reach_from(origin, at, until, overlay)
            table.append([_earliest(reach, destination, until) for destination in destinations])
        return table

    def prepare(self, day: date) -> None:
        """Make the views of a day, so that nobody has to wait for them."""
        for is_mirrored in (False, True):
            self._view(day, is_mirrored, AS_PLANNED)

    def _day(self, moment: datetime) -> date:
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return self.schedule.today(moment)

    def _view(self, day: date, is_mirrored: bool, overlay: Overlay) -> DayView:
        is_empty = not overlay.cancelled and not overlay.delays_s
        return self._views.get(day, is_mirrored, AS_PLANNED if is_empty else overlay)

    def _make_view(self, day: date, is_mirrored: bool, overlay: Overlay) -> DayView:
        paths = self._reversed_paths if is_mirrored else self._paths
        return make_day_view(self.schedule, self._arrays, paths, day, self._search_min, is_mirrored, overlay)

    def _find(
        self, view: DayView, origin: Access, destination: Access, earliest: int, latest: int
    ) -> tuple[StopAccess | None, list[Journey]]:
        """The way on foot and the journeys by bus; minutes are those of the view, one departure when both are the same."""
        start, end = walks_of(origin), walks_of(destination)
        way = walk_between(start, end)
        if not start or not end or not len(view.run):
            return way, []
        walk_min = UNREACHED if way is None else way.walk_s // 60
        first, last = (end, start) if view.is_mirrored else (start, end)
        places = _places(first, last)
        journeys = _FEWEST_ROOM
        while True:
            workspace = self._workspace(view, journeys)
            count = search(
                view.columns, workspace.columns, places, len(first), earliest, latest, walk_min, self._search_min, self._rounds
            )
            if count != FULL:
                break
            journeys *= 4
        if not count:
            return way, []
        journeys_found = workspace.found.journey[:count, 2:].tolist()
        rows = list(map(tuple, workspace.found.ride[:sum(journeys_found[-1])].tolist()))
        tell = self._answers.tell
        return way, [tell(view, rows[row:row + rides], start, end) for rides, row in journeys_found]

    def _reach(self, view: DayView, place: Access, moment: datetime, limit: datetime) -> Reach:
        minute = view.minute(moment)
        stops = len(self.schedule.network.stops)
        minutes, transfers = np.full(stops, NEVER, np.int32), np.full(stops, NEVER, np.int32)
        starts = walks_of(place)
        horizon = min(view.last_minute(limit) - minute, self._search_min)
        if not starts or horizon < 0:
            return Reach(minutes, transfers)
        workspace = self._workspace(view, _FEWEST_ROOM)
        search(
            view.columns, workspace.columns, _places(starts, {}), len(starts), minute, minute, UNREACHED, horizon, self._rounds
        )
        labels = workspace.labels.arrival
        best, rides = labels.min(axis=0), labels.argmin(axis=0)
        reached = best <= minute + horizon
        start = minutes_since_epoch(view.start)
        minutes[reached] = start + (-best[reached] if view.is_mirrored else best[reached])
        transfers[reached] = np.maximum(rides[reached] - 1, 0)
        return Reach(minutes, transfers)

    def _workspace(self, view: DayView, journeys: int) -> Workspace:
        """This thread's own, a larger one when the view or the journeys need it."""
        need = (len(view.timetable.trips), len(view.hops.stop), max(view.longest_hop, LONGEST_WALK_MIN), journeys)
        held: tuple[tuple[int, ...], Workspace] | None = getattr(self._own, "held", None)
        if held is None or any(map(gt, need, held[0])):
            need = need if held is None else tuple(map(max, need, held[0]))    # type: ignore[assignment]
            routes, hops, longest_hop, room = need
            stops = len(self.schedule.network.stops)
            held = need, make_workspace(stops, routes, hops, longest_hop, self._rounds, _WINDOW_MIN, room)
            self._own.held = held
        return held[1]


def _places(first: Walks, last: Walks) -> Ints:
    """The stops of both places, and then the minutes of their walks."""
    minutes = [-(-one.walk_s // 60) for walks in (first, last) for one in walks.values()]
    return np.array([*first, *last, *minutes], dtype=np.int32)


def _earliest(reach: Reach, destination: Access, until: datetime) -> datetime | None:
    times = [
        at + minutes_of_walk(one) * _MINUTE for one in destination.stops if (at := reach.time(one.stop)) is not None
    ]
    earliest = min(times, default=None)
    return earliest if earliest is not None and earliest <= until else None
