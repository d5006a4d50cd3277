"""To a place and home again on one day: how long one can stay, and whether the last way home is gone or tight. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from citizen_app.buses.journey_question import moment_of
from citizen_app.buses.journey_ways import MOST, Ends, Planner, Ways, last_way, ways_arriving, ways_leaving
from citizen_app.buses.journeys.journey import Journey

TIGHT = timedelta(minutes=30)    # less than this between "back after" and the last way home


class WayHome(StrEnum):
    """How it stands with the last way home, measured at the moment from which on somebody wants to go."""

    FINE = "fine"
    TIGHT = "tight"      # it leaves soon after that moment
    ONLY = "only"        # it is the only one after that moment
    GONE = "gone"        # it has left by then, though there was one after the arrival
    NONE = "none"        # there is none at all after the arrival


@dataclass(frozen=True)
class ThereAndBack:
    """`there` are the ways to arrive by the time; `back` those home from `back_after` on, soonest first, without the last one.

    `last` is the last way home of the day that leaves after the arrival, None where there is none. `stay` is the time between
    the arrival and that last way, None without either of them. `next_home` is the first way home of a later day, looked for
    only when none is left.
    """

    there: Ways
    back: tuple[Journey, ...]
    back_after: datetime
    way_home: WayHome
    last: Journey | None = None
    stay: timedelta | None = None
    next_home: Journey | None = None


def there_and_back(planner: Planner, ends: Ends, day: date, by: time, back: time) -> ThereAndBack:
    """Be there by a time of the county's clock on a day and go home from another one on; a `back` before `by` means `by`.

    Who is there only later than `by` goes home from the arrival on, if that is later than `back`.
    """
    there = ways_arriving(planner, ends, moment_of(day, by))
    arrival = there.journeys[0].arrives_at if there.journeys else moment_of(day, by)
    back_after = max(moment_of(day, max(by, back)), arrival)
    home = ends.turned()
    last = last_way(planner, home, day)
    if last is not None and last.departs_at < arrival:
        last = None
    stay = last.departs_at - arrival if last is not None and there.journeys else None
    if last is None or last.departs_at < back_after:
        later = ways_leaving(planner, home, back_after).journeys
        way_home = WayHome.NONE if last is None else WayHome.GONE
        return ThereAndBack(there, (), back_after, way_home, last, stay, later[0] if later else None)
    left = [one for one in ways_leaving(planner, home, back_after).journeys if one.departs_at < last.departs_at]
    way_home = WayHome.TIGHT if last.departs_at - back_after < TIGHT else WayHome.FINE if left else WayHome.ONLY
    return ThereAndBack(there, tuple(left[:MOST]), back_after, way_home, last, stay)
