"""Journeys by hand, and a planner that knows only those: for what is made of a planner's answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from citizen_app.buses.journey_question import moment_of, parse_clock
from citizen_app.buses.journey_ways import Ends
from citizen_app.buses.journeys.journey import Access, Journey, Ride, StopAccess, Walk
from citizen_app.buses.network import Fare, Route

DAY = date(2026, 11, 25)
HOME, TOWN, CHANGE = 0, 1, 2
HOME_TO_TOWN = Ends(Access((StopAccess(HOME),)), Access((StopAccess(TOWN),)))


def at(clock: str, day: date = DAY) -> datetime:
    """A time of the county's clock; 25:30 is half past one of the next night."""
    hour, _, minute = clock.partition(":")
    found = parse_clock(f"{int(hour) % 24}:{minute}")
    assert found is not None
    return moment_of(day + timedelta(days=int(hour) // 24), found)


def ride(departs: str, arrives: str, *, start: int = HOME, end: int = TOWN, day: date = DAY, fare: Fare | None = None) -> Ride:
    return Ride(Route("101", "101路"), "城里", 0, day, start, end, 0, 1, at(departs, day), at(arrives, day), fare)


def journey(*legs: Ride | Walk) -> Journey:
    return Journey(legs[0].departs_at, legs[-1].arrives_at, legs)


def direct(*times: tuple[str, str], start: int = HOME, end: int = TOWN, day: date = DAY) -> list[Journey]:
    return [journey(ride(*one, start=start, end=end, day=day)) for one in times]


@dataclass(frozen=True)
class ByHand:
    """Answers from a list of journeys as a planner would: for a day ahead or back, none that another one beats."""

    journeys: tuple[Journey, ...]

    def depart_at(self, origin: Access, destination: Access, at: datetime) -> list[Journey]:
        known = [one for one in self._between(origin, destination) if at <= one.departs_at < at + timedelta(days=1)]
        return [one for one in known if not any(
            (other.arrives_at, other.transfers) < (one.arrives_at, one.transfers) and other.arrives_at <= one.arrives_at
            and other.transfers <= one.transfers for other in known
        )]

    def arrive_by(self, origin: Access, destination: Access, by: datetime) -> list[Journey]:
        known = [one for one in self._between(origin, destination) if by - timedelta(days=1) < one.arrives_at <= by]
        return [one for one in known if not any(
            other.departs_at >= one.departs_at and other.transfers <= one.transfers
            and (other.departs_at, -other.transfers) != (one.departs_at, -one.transfers) for other in known
        )]

    def depart_between(self, origin: Access, destination: Access, start: datetime, end: datetime) -> list[Journey]:
        return [one for one in self._between(origin, destination) if start <= one.departs_at < end]

    def _between(self, origin: Access, destination: Access) -> Iterable[Journey]:
        starts, ends = ({one.stop for one in place.stops} for place in (origin, destination))
        return sorted(
            (one for one in self.journeys if one.rides and one.rides[0].board_stop in starts and one.rides[-1].alight_stop in ends),
            key=lambda one: one.departs_at,
        )


def planner(*parts: Iterable[Journey]) -> ByHand:
    return ByHand(tuple(one for part in parts for one in part))


