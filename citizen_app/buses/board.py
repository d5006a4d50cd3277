"""What a stop's page says: the next departures of each line, its last one, and when it runs again. Pure.

The shapes stand here; `departures` makes them from a `Schedule`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from citizen_app.buses.network import Route, Stop
from citizen_app.days.rules import Rule


@dataclass(frozen=True)
class Departure:
    """One bus leaving one stop. `departs_at` is UTC; `departure_s` seconds of `service_day`, may pass 24:00.

    `trip` and `call` are indices into the network's trips and calls. `is_last`: the last one of its line and direction
    at this stop on its service day. `headway_s`: "about every so many seconds" (a frequency without exact times).
    """

    route: Route
    headsign: str
    direction_id: int | None
    departs_at: datetime
    service_day: date
    departure_s: int
    trip: int
    call: int
    is_last: bool = False
    is_first: bool = False
    headway_s: int | None = None
    headway_min_s: int | None = None
    is_approximate: bool = False


@dataclass(frozen=True)
class LineAtStop:
    """One line in one direction at one stop.

    `coming` are the departures from now on, soonest first; `last_today` is the last one of the current service day, gone or
    not, None when it does not run today. `next_day` is the next date on which it runs: today while there is one left,
    else a later one. `next_dates` are the next few dates of a line that does not run daily (empty for a daily one).
    """

    route: Route
    headsign: str
    direction_id: int | None
    coming: Sequence[Departure]
    first_today: Departure | None
    last_today: Departure | None
    runs_today: bool
    next_day: date | None
    next_dates: tuple[date, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class StopBoard:
    """Everything for the page of a stop. `stops` is the stop, or all platforms of a station.

    `lines` is in order of the next departure, those without one today last. `next` is the soonest departure of all,
    `last` the last one of today. `before` and `after` are the neighbouring stops' names by direction of the commonest line.
    """

    stop: Stop
    stops: tuple[Stop, ...]
    lines: tuple[LineAtStop, ...]
    next: Departure | None
    last: Departure | None
    before: str = ""
    after: str = ""
