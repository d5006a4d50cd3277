"""The departures of one service day at some stops, each made only when it is looked at. Pure.

A stop in town has hundreds of departures a day, and its page shows the next few.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal, overload

import numpy as np

from citizen_app.buses.board import Departure
from citizen_app.buses.schedule import Schedule


class ServiceDay:
    """A place is a number into the departures of the day, in order of time; they may pass 24:00."""

    def __init__(self, schedule: Schedule, stops: tuple[int, ...], day: date, services: frozenset[str] | None = None) -> None:
        """`services` are those in force, unless others are given."""
        self.schedule, self.day = schedule, day
        self._found = schedule.stop_day(schedule.services_on(day) if services is None else services, stops)
        self._midnight = schedule.moment(day, 0)

    def __len__(self) -> int:
        return len(self._found.departure_s)

    def first_at(self, moment: datetime) -> int:
        """The place of the first departure at the moment or later."""
        return self._place(moment, "left")

    def places_of(self, line: int, since: datetime | None = None, until: datetime | None = None) -> Sequence[int]:
        """The places of a line (index) at these stops; `since` and `until` are included."""
        places = self._found.of_line.get(line, ())
        first = 0 if since is None else bisect_left(places, self.first_at(since))
        return places[first:None if until is None else bisect_left(places, self._place(until, "right"))]

    def departs_at(self, place: int) -> datetime:
        return self._midnight + timedelta(seconds=int(self._found.departure_s[place]))

    def last(self) -> Departure | None:
        """The last departure of all lines; None on a day without any."""
        if not len(self):
            return None
        latest = self.first_at(self.departs_at(-1))
        return max(map(self.departure, range(latest, len(self))), key=when)

    def departure(self, place: int) -> Departure:
        schedule, found = self.schedule, self._found
        network, calls = schedule.network, schedule.network.stop_times
        run, call, line, seconds = (int(column[place]) for column in (found.run, found.call, found.line, found.departure_s))
        trip, which, sign = int(schedule.runs.trip[run]), int(schedule.runs.frequency[run]), int(calls.headsign[call])
        frequency = network.frequencies[which] if which >= 0 else None
        headway = frequency if frequency is not None and not frequency.exact_times else None
        places = found.of_line[line]
        return Departure(
            route=network.routes[schedule.lines[line].route],
            headsign=calls.headsigns[sign] if sign >= 0 else schedule.headsigns[trip],
            direction_id=network.trips[trip].direction_id,
            departs_at=self.departs_at(place),
            service_day=self.day,
            departure_s=seconds,
            trip=trip,
            call=call,
            is_last=seconds == int(found.departure_s[places[-1]]),
            is_first=seconds == int(found.departure_s[places[0]]),
            headway_s=headway.headway_s if headway else None,
            headway_min_s=headway.headway_min_s if headway else None,
            is_approximate=int(calls.timepoint[call]) == 0 or headway is not None,
        )

    def order(self, place: int) -> tuple[datetime, int, int]:
        """What `when` says of the departure."""
        run = self._found.run[place]
        return self.departs_at(place), int(self.schedule.runs.trip[run]), int(self._found.call[place])

    def _place(self, moment: datetime, side: Literal["left", "right"]) -> int:
        return int(np.searchsorted(self._found.departure_s, (moment - self._midnight).total_seconds(), side))


class Departures(Sequence[Departure]):
    """Departures of some days in order of time."""

    def __init__(self, places: Sequence[tuple[ServiceDay, int]]) -> None:
        self._places = sorted(places, key=lambda one: one[0].order(one[1]))

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Departure: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Departure]: ...

    def __getitem__(self, index: int | slice) -> Departure | Sequence[Departure]:
        if isinstance(index, slice):
            return [day.departure(place) for day, place in self._places[index]]
        day, place = self._places[index]
        return day.departure(place)


def when(one: Departure) -> tuple[datetime, int, int]:
    """Departures at the same moment are in the order of the feed."""
    return one.departs_at, one.trip, one.call
