"""Why there is no way from one place to another on a day, and what there is instead. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from citizen_app.buses.journey_places import NearStop, Place, is_served, nearest_served
from citizen_app.buses.journey_question import day_span
from citizen_app.buses.journey_ways import Ends, Planner, first_way
from citizen_app.buses.journeys.journey import Access, Journey
from citizen_app.buses.journeys.reach import Reach
from citizen_app.buses.network import Network, Stop
from citizen_app.buses.route_days import last_known_day
from citizen_app.buses.schedule import Schedule
from citizen_app.geo import distance_m

SEARCHED_DAYS = 31
_MOST_NEAR = 3
_DAY = timedelta(days=1)


class Reacher(Planner, Protocol):
    """A planner that also knows how far one gets."""

    def reach_from(self, origin: Access, at: datetime, until: datetime) -> Reach: ...


class Reason(StrEnum):
    NO_STOP_AT_ORIGIN = "origin"               # no bus calls at or near the place
    NO_STOP_AT_DESTINATION = "destination"
    OTHER_DAYS = "other days"                  # there is a way, on other days
    NEVER = "never"


@dataclass(frozen=True)
class NoWay:
    """`near` are stops with buses near the place without, or for NEVER those nearest to the destination that buses do reach.

    `next_day` is the first later day on which `journey` is a way.
    """

    reason: Reason
    near: tuple[NearStop, ...] = ()
    next_day: date | None = None
    journey: Journey | None = None


def known_days(network: Network) -> tuple[date | None, date | None]:
    """The first and the last day of which the network says anything; None: it does not say."""
    return network.feed_info.start_date, last_known_day(network)


def explain(planner: Reacher, schedule: Schedule, origin: Place, destination: Place, day: date) -> NoWay:
    """Why nothing goes on a day; looks a month ahead for a day on which something does."""
    for place, reason in ((origin, Reason.NO_STOP_AT_ORIGIN), (destination, Reason.NO_STOP_AT_DESTINATION)):
        if not place.stops or not is_served(schedule, place.stops):
            return NoWay(reason, tuple(nearest_served(schedule, place.entry)))
    ends = Ends(origin.access, destination.access)
    days = _days_with_buses(schedule, origin, day + _DAY)
    for later in days:
        found = first_way(planner, ends, later)
        if found is not None:
            return NoWay(Reason.OTHER_DAYS, next_day=later, journey=found)
    return NoWay(Reason.NEVER, _nearest_reached(planner, schedule, origin, destination, days[0]) if days else ())


def _nearest_reached(planner: Reacher, schedule: Schedule, origin: Place, destination: Place, day: date) -> tuple[NearStop, ...]:
    """The stops that are reached on a day and lie nearer to the destination than where the journey begins."""
    stops, own = schedule.network.stops, set(origin.stops)
    reach = planner.reach_from(origin.access, *day_span(day))
    reached = [(one, away) for index, one in enumerate(stops) if reach.time(index) and (away := _away(schedule, one, destination))]
    start_m = min((away for index in own if (away := _away(schedule, stops[index], destination))), default=0.0)
    found = sorted((away, one.stop_id, one) for one, away in reached if away < start_m)
    return tuple(NearStop(one, away) for away, _, one in found[:_MOST_NEAR])


def _away(schedule: Schedule, stop: Stop, destination: Place) -> float | None:
    """How far a stop is from the nearest stop of a place, in metres; None where positions are not known."""
    if stop.lat is None or stop.lon is None:
        return None
    ends = [schedule.network.stops[index] for index in destination.stops]
    known = [(one.lat, one.lon) for one in ends if one.lat is not None and one.lon is not None]
    return min((distance_m(stop.lat, stop.lon, *point) for point in known), default=None)


def _days_with_buses(schedule: Schedule, origin: Place, start: date) -> list[date]:
    """The days of a month from `start` on, and within the network's own, on which anything leaves from a place."""
    services = frozenset[str]().union(*schedule.services_at(origin.stops).values())
    _, last = known_days(schedule.network)
    end = min(last, start + SEARCHED_DAYS * _DAY) if last else start + SEARCHED_DAYS * _DAY
    return [one for one in schedule.next_days(services, start, SEARCHED_DAYS) if one <= end]
