"""Who plays what in the demonstration: which recorded lot stands behind each car park, and what is wrong with some.

A pure function of the moment: `counts(source_uid, moment)` is what that vendor would say then. So that every state can
be seen, one car park never reports, one shows a number that never changes, one is closed, one reports more free
spaces than it has, one reports late, and one is counted by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from citizen_app.clock import to_local
from citizen_app.ops.bundle import CountyBundle, parse_bundle
from citizen_app.parking.facility import Facility, SpaceKind
from feeds.demo.recording import free_share

FOLDER = Path(__file__).parent / "linhai"


class Fault(StrEnum):
    NONE = "none"
    SILENT = "silent"
    STUCK = "stuck"
    CLOSED = "closed"
    OVER_CAPACITY = "over_capacity"
    DELAYED = "delayed"


@dataclass(frozen=True)
class Role:
    """The recorded lot that a car park replays, from which of the recorded weeks on, and its fault."""

    lot: str
    shift_weeks: int = 0
    fault: Fault = Fault.NONE


@dataclass(frozen=True)
class Count:
    """What a vendor says of one car park at a moment. `observed_at` is its clock, UTC."""

    facility: Facility
    observed_at: datetime
    available: int
    is_open: bool = True
    available_by_kind: Mapping[SpaceKind, int] = field(default_factory=dict)


ROLES = {
    "ziyang-south": Role("MA"),
    "chonghe-gate": Role("CA"),
    "donghu-park": Role("AL"),
    "lansheng-gate": Role("PA", 3, Fault.CLOSED),
    "guomao-building": Role("PB", 0, Fault.SILENT),
    "taizhou-hospital": Role("CY"),
    "first-hospital": Role("CE"),
    "central-market": Role("MA", 1),
    "intime-mall": Role("AN"),
    "times-square": Role("AL", 2),
    "linghu-lake": Role("SJ", 1, Fault.STUCK),
    "sports-centre": Role("AN", 2, Fault.OVER_CAPACITY),
    "jinshan-road": Role("PA", 1, Fault.DELAYED),
    "wangjiang-gate": Role("TE"),
    "jingjiang-road": Role("PA", 2),
    "railway-station": Role("SJ"),
    "bus-centre": Role("CE", 2),
    "xingshan-gate": Role("TE", 1),
}
_STUCK_AT = 41
_LATE = timedelta(minutes=12)
_LATE_STEP = timedelta(minutes=8)
_MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=1)
def bundle() -> CountyBundle:
    """The demonstration county, as `bin/manage county load` reads it."""
    return parse_bundle({path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in {".csv", ".toml"}})


def facilities(source_uid: str) -> list[Facility]:
    return [one for one in bundle().facilities if one.source_uid == source_uid]


def counts(source_uid: str, moment: datetime) -> list[Count]:
    """What the vendor says at `moment` (UTC), one count for each car park that reports, in the order of their uids."""
    said = (count(facility, moment) for facility in facilities(source_uid))
    return [one for one in said if one is not None]


def count(facility: Facility, moment: datetime) -> Count | None:
    """What is said of one car park; None for the silent one. Counts are refreshed on the minute."""
    fault = ROLES[facility.uid].fault
    observed_at = _floor(moment, _MINUTE)
    if fault is Fault.SILENT:
        return None
    if fault is Fault.STUCK:
        return Count(facility, observed_at, _STUCK_AT)
    if fault is Fault.CLOSED:
        return Count(facility, observed_at, 0, is_open=False)
    if fault is Fault.DELAYED:
        observed_at = _floor(moment - _LATE, _LATE_STEP)
    if fault is Fault.OVER_CAPACITY:    # as a counter that takes leaving cars for coming ones
        capacity = facility.capacity or 0
        return Count(facility, observed_at, 2 * capacity - replayed(facility, observed_at) + capacity // 10 + 1)
    by_kind: dict[SpaceKind, int] = {
        kind: round(spaces * _share(facility, observed_at))
        for kind, spaces in facility.capacity_by_kind.items() if kind in {SpaceKind.CHARGING, SpaceKind.DISABLED}
    }
    return Count(facility, observed_at, replayed(facility, observed_at), available_by_kind=by_kind)


def replayed(facility: Facility, moment: datetime) -> int:
    """The free spaces that the recording gives a car park, scaled to its capacity; its faults left out."""
    return round((facility.capacity or 0) * _share(facility, moment))


def _share(facility: Facility, moment: datetime) -> float:
    role = ROLES[facility.uid]
    return free_share(role.lot, to_local(moment), role.shift_weeks)


def _floor(moment: datetime, step: timedelta) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + (moment - day) // step * step
