"""The few journeys that answer a question: the soonest ones, those in time, the first and the last of a day. Pure.

A day goes from three in the morning to three in the next (`journey_question.day_span`): who waits at half past midnight
waits for a bus of the evening. Journeys that spend the night at a stop are no answer for the day on which they begin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from citizen_app.buses.journey_question import day_of, day_span
from citizen_app.buses.journeys.journey import Access, Journey, StopAccess

MOST = 4
MISSED_MOST = timedelta(minutes=60)    # who misses a bus waits longer than this for the next way: worth a warning
_WINDOW = timedelta(hours=4)
_STEP = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


class Planner(Protocol):
    """What answers questions about one version of the network; `journeys.planner.Planner` is one."""

    def depart_at(self, origin: Access, destination: Access, at: datetime) -> list[Journey]: ...

    def arrive_by(self, origin: Access, destination: Access, by: datetime) -> list[Journey]: ...

    def depart_between(self, origin: Access, destination: Access, start: datetime, end: datetime) -> list[Journey]: ...


@dataclass(frozen=True)
class Ends:
    """Between which two places."""

    origin: Access
    destination: Access

    def turned(self) -> Ends:
        return Ends(self.destination, self.origin)


@dataclass(frozen=True)
class Ways:
    """At most MOST `journeys`, the best one first; empty when there is none on the day nor in the day after the moment.

    `first` and `last` are those of the day asked for, gone or not, None when there is none on it. `is_next_day`: none is left
    on the day, these leave later. `is_late`: none is there in time, these are the soonest. `earlier` and `later` are the
    moments to leave at with which the list goes on, None where it does not.
    """

    journeys: tuple[Journey, ...]
    day: date
    first: Journey | None = None
    last: Journey | None = None
    is_next_day: bool = False
    is_late: bool = False
    earlier: datetime | None = None
    later: datetime | None = None


@dataclass(frozen=True)
class Missed:
    """What happens to who misses ride number `ride` of a journey: the next way arrives at `arrives_at`, None: none that day."""

    ride: int
    arrives_at: datetime | None


def ways_leaving(planner: Planner, ends: Ends, at: datetime) -> Ways:
    """The soonest ways from a moment (UTC) on, by arrival; those of the next day when none is left."""
    day = day_of(at)
    start, end = day_span(day)
    first, last = first_way(planner, ends, day), last_way(planner, ends, day)
    found = _soonest(planner, ends, at, end)
    if found:
        shown = found[:MOST]
        goes_on = max(one.departs_at for one in shown) + _MINUTE
        earlier = max(start, at - _STEP) if first and first.departs_at < at else None
        return Ways(tuple(shown), day, first, last, earlier=earlier, later=goes_on if last and last.departs_at >= goes_on else None)
    overnight = sorted(planner.depart_at(ends.origin, ends.destination, max(at, end)), key=_by_arrival)
    return Ways(tuple(overnight[:MOST]), day, first, last, is_next_day=bool(overnight))


def ways_arriving(planner: Planner, ends: Ends, by: datetime) -> Ways:
    """The ways that are there by a moment (UTC), the last one to leave first; else the soonest ones of its day."""
    day = day_of(by)
    start, _ = day_span(day)
    first, last = first_way(planner, ends, day), last_way(planner, ends, day)
    in_time = [one for one in planner.arrive_by(ends.origin, ends.destination, by) if one.departs_at >= start]
    if in_time:
        latest = max(one.departs_at for one in in_time)
        before = planner.depart_between(ends.origin, ends.destination, max(start, latest - _WINDOW), latest + _MINUTE)
        timely = [one for one in before if one.arrives_at <= by] or in_time
        shown = sorted(timely, key=lambda one: (-one.departs_at.timestamp(), one.arrives_at, one.transfers))[:MOST]
        later = latest + _MINUTE if last and last.departs_at > latest else None
        least = min(one.departs_at for one in shown)
        earlier = max(start, least - _STEP) if first and first.departs_at < least else None
        return Ways(tuple(shown), day, first, last, earlier=earlier, later=later)
    late = _of_day(planner.depart_at(ends.origin, ends.destination, start), day)
    return Ways(tuple(sorted(late, key=_by_arrival)[:MOST]), day, first, last, is_late=bool(late))


def first_way(planner: Planner, ends: Ends, day: date) -> Journey | None:
    """The way by bus that arrives first on a day; None when there is none."""
    found = _of_day(planner.depart_at(ends.origin, ends.destination, day_span(day)[0]), day)
    return min((one for one in found if one.rides), key=_by_arrival, default=None)


def last_way(planner: Planner, ends: Ends, day: date) -> Journey | None:
    """The way by bus that leaves last on a day and still arrives on it; of those that leave with it the first to arrive."""
    start, end = day_span(day)
    found = [one for one in planner.arrive_by(ends.origin, ends.destination, end) if one.departs_at >= start and one.rides]
    if not found:
        return None
    last = max(found, key=lambda one: (one.departs_at, -one.transfers))
    leaving = _of_day(planner.depart_at(ends.origin, ends.destination, last.departs_at), day)
    return min((one for one in leaving if one.rides and one.departs_at >= last.departs_at), key=_by_arrival, default=last)


def find_missed(planner: Planner, ends: Ends, journey: Journey) -> list[Missed]:
    """The changes at which a missed bus costs more than an hour, or the whole day.

    For each ride after the first: who stands at its stop when it has left takes the next way there is.
    """
    found, rides, day = [], journey.rides, day_of(journey.departs_at)
    for number, ride in enumerate(rides[1:], start=1):
        here = Access((StopAccess(ride.board_stop),))
        after = _of_day(planner.depart_at(here, ends.destination, ride.departs_at + _MINUTE), day)
        arrives_at = min((one.arrives_at for one in after), default=None)
        if arrives_at is None or arrives_at - journey.arrives_at > MISSED_MOST:
            found.append(Missed(number, arrives_at))
    return found


def _soonest(planner: Planner, ends: Ends, at: datetime, end: datetime) -> list[Journey]:
    """By arrival: of the next hours, of the whole day where there are few of them. None that spends the night somewhere."""
    found: list[Journey] = []
    for until in (min(at + _WINDOW, end), end):
        found = [one for one in planner.depart_between(ends.origin, ends.destination, at, until) if one.arrives_at <= end]
        if len(found) >= MOST:
            break
    return sorted(found, key=_by_arrival)


def _of_day(journeys: Iterable[Journey], day: date) -> list[Journey]:
    """Those that leave and arrive on a day."""
    start, end = day_span(day)
    return [one for one in journeys if one.departs_at >= start and one.arrives_at <= end]


def _by_arrival(journey: Journey) -> tuple[datetime, int, datetime]:
    return journey.arrives_at, journey.transfers, journey.departs_at
