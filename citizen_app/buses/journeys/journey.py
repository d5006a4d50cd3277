"""What a journey is: rides and walks one after another. Pure.

All moments are UTC. Stops are indices into the network's stops, trips and calls into its trips and calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from citizen_app.buses.network import Fare, Route


@dataclass(frozen=True)
class StopAccess:
    """A stop and the way on foot between it and a place."""

    stop: int
    walk_s: int = 0
    distance_m: int = 0


@dataclass(frozen=True)
class Access:
    """A place as journeys see it: the stops from which, or to which, people walk. Empty: no stop is near."""

    stops: tuple[StopAccess, ...]


@dataclass(frozen=True)
class Walk:
    """A way on foot. A stop that is None is the place where the journey begins or ends."""

    from_stop: int | None
    to_stop: int | None
    departs_at: datetime
    arrives_at: datetime
    distance_m: int


@dataclass(frozen=True)
class Ride:
    """One bus from where people get on to where they get off.

    `departs_at` and `arrives_at` are whole minutes, never later than the bus leaves, never earlier than it arrives; an
    overlay's delays are in them. `headway_s`: the bus comes about every so many seconds (a frequency without exact times).
    `fare` is None where none is known.
    """

    route: Route
    headsign: str
    trip: int
    service_day: date
    board_stop: int
    alight_stop: int
    board_call: int
    alight_call: int
    departs_at: datetime
    arrives_at: datetime
    fare: Fare | None = None
    headway_s: int | None = None


@dataclass(frozen=True)
class Journey:
    """`legs` in order, without waits: what lies between two legs is waiting. `departs_at` is when people leave the place."""

    departs_at: datetime
    arrives_at: datetime
    legs: tuple[Walk | Ride, ...]

    @property
    def rides(self) -> tuple[Ride, ...]:
        return tuple(leg for leg in self.legs if isinstance(leg, Ride))

    @property
    def transfers(self) -> int:
        return max(len(self.rides) - 1, 0)


@dataclass(frozen=True)
class Overlay:
    """What is different from the timetable just now, given with a question. Keys are (trip, service day).

    A delayed trip is late by so many seconds at every call; a cancelled one does not run.
    """

    cancelled: frozenset[tuple[int, date]] = frozenset()
    delays_s: Mapping[tuple[int, date], int] = field(default_factory=dict)


AS_PLANNED = Overlay()
