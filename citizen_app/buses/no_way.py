"""Why there is no way from one place to another on a day, and what there is instead. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from citizen_app.buses.journey_places import NearStop, Place, is_served, nearest_served
from citizen_app.buses.journey_ways import Ends, Planner, first_way
from citizen_app.buses.journeys.journey import Journey
from citizen_app.buses.network import Network
from citizen_app.buses.route_days import last_known_day
from citizen_app.buses.schedule import Schedule

SEARCHED_DAYS = 31
_DAY = timedelta(days=1)


class Reason(StrEnum):
    NO_STOP_AT_ORIGIN = "origin"               # no bus calls at or near the place
    NO_STOP_AT_DESTINATION = "destination"
    OTHER_DAYS = "other days"                  # there is a way, on other days
    NEVER = "never"


@dataclass(frozen=True)
class NoWay:
    """`near` are stops with buses near the place without; `next_day` is the first later day on which `journey` is a way."""

    reason: Reason
    near: tuple[NearStop, ...] = ()
    next_day: date | None = None
    journey: Journey | None = None


def known_days(network: Network) -> tuple[date | None, date | None]:
    """The first and the last day of which the network says anything; None: it does not say."""
    return network.feed_info.start_date, last_known_day(network)


def explain(planner: Planner, schedule: Schedule, origin: Place, destination: Place, day: date) -> NoWay:
    """Why nothing goes on a day; looks a month ahead for a day on which something does."""
    for place, reason in ((origin, Reason.NO_STOP_AT_ORIGIN), (destination, Reason.NO_STOP_AT_DESTINATION)):
        if not place.stops or not is_served(schedule, place.stops):
            return NoWay(reason, tuple(nearest_served(schedule, place.entry)))
    ends = Ends(origin.access, destination.access)
    for later in _days_with_buses(schedule, origin, day + _DAY):
        found = first_way(planner, ends, later)
        if found is not None:
            return NoWay(Reason.OTHER_DAYS, next_day=later, journey=found)
    return NoWay(Reason.NEVER)


def _days_with_buses(schedule: Schedule, origin: Place, start: date) -> list[date]:
    """The days of a month from `start` on, and within the network's own, on which anything leaves from a place."""
    services = frozenset[str]().union(*schedule.services_at(origin.stops).values())
    _, last = known_days(schedule.network)
    end = min(last, start + SEARCHED_DAYS * _DAY) if last else start + SEARCHED_DAYS * _DAY
    return [one for one in schedule.next_days(services, start, SEARCHED_DAYS) if one <= end]
