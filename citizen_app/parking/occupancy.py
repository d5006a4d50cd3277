"""Counts as they came in: readings, and the last known state of a facility. Pure.

Nothing here says whether a count can be believed; that is `quality`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from citizen_app.clock import LOCAL, to_local
from citizen_app.parking.facility import Facility, FacilityKind, SpaceKind


class OpeningStatus(StrEnum):
    """What the source says about being open; UNKNOWN when it says nothing."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


class Trend(StrEnum):
    RISING = "rising"      # spaces are getting more
    STEADY = "steady"
    FALLING = "falling"    # spaces are getting fewer


@dataclass(frozen=True)
class Reading:
    """One count of one facility as its source gave it, in our words.

    `ref` is the facility's identifier at the source. `observed_at` is the source's clock, UTC; a source
    that states no time gets the moment of the fetch. `available_spaces` is raw: it may be negative or over
    capacity, None means the source had no number. A source that counts occupied spaces gives `occupied`
    instead; then available = capacity - occupied, with the reading's capacity or else the facility's.
    """

    ref: str
    observed_at: datetime
    available_spaces: int | None = None
    occupied: int | None = None
    capacity: int | None = None
    opening_status: OpeningStatus = OpeningStatus.UNKNOWN
    available_by_kind: Mapping[SpaceKind, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SiteDescription:
    """What a source says a facility is (static data); never overwrites ours, is only compared and listed."""

    ref: str
    name: str = ""
    lat: float | None = None
    lon: float | None = None
    capacity: int | None = None
    address: str = ""
    kind: FacilityKind | None = None
    max_height_cm: int | None = None
    opening_hours: str = ""


@dataclass(frozen=True)
class Point:
    observed_at: datetime
    available_spaces: int


@dataclass(frozen=True)
class Occupancy:
    """The last known state of one facility. All moments UTC.

    `sequence` grows by one with each accepted reading. `available_spaces` is raw. `changed_at` is the
    `observed_at` of the reading that last changed the number. `jumped_at` is when it last moved by more
    than the jump limit. `recent` holds the last hour of points, oldest first, thinned to at most 13.
    `longest_quiet_s` is the longest daytime span without a change that ended in an honest change again; it fades
    by a tenth with each change, and tells a quiet lot from one that has stopped counting.
    """

    facility_uid: str
    sequence: int
    observed_at: datetime
    received_at: datetime
    changed_at: datetime
    available_spaces: int | None = None
    opening_status: OpeningStatus = OpeningStatus.UNKNOWN
    available_by_kind: Mapping[SpaceKind, int] = field(default_factory=dict)
    jumped_at: datetime | None = None
    recent: tuple[Point, ...] = ()
    longest_quiet_s: int = 0


_RECENT = timedelta(hours=1)
_RECENT_STEP = timedelta(minutes=5)
_TREND_SPAN = timedelta(minutes=30)
_TREND_LEAST_SPAN = timedelta(minutes=8)
_QUIET_FADE = 0.9


def spaces_of(reading: Reading, facility: Facility) -> int | None:
    """The raw number of free spaces that a reading states, None when it states none."""
    if reading.available_spaces is not None or reading.occupied is None:
        return reading.available_spaces
    capacity = reading.capacity if reading.capacity is not None else facility.capacity
    return None if capacity is None else capacity - reading.occupied


def advance(
    previous: Occupancy | None,
    facility: Facility,
    reading: Reading,
    received_at: datetime,
    *,
    jump_share: float = 0.30,
    jump_window_s: float = 600,
    day_hours: tuple[int, int] = (8, 20),
    clock_ahead_s: float = 120,
) -> Occupancy | None:
    """The state after a reading; None when it is a duplicate or older than what is known, which changes nothing.

    A reading from the future becomes the state, so that staff see it, but no past: it gives no point and no moment of
    change, and the first reading by a right clock replaces it.
    """
    spaces = spaces_of(reading, facility)
    is_ahead = (reading.observed_at - received_at).total_seconds() > clock_ahead_s
    at = received_at if is_ahead else reading.observed_at
    if previous is None:
        points = () if spaces is None or is_ahead else (Point(at, spaces),)
        return Occupancy(
            facility.uid, 1, reading.observed_at, received_at, at, spaces,
            reading.opening_status, reading.available_by_kind, None, points,
        )
    if reading.observed_at <= _known_until(previous, is_ahead, clock_ahead_s):
        return None
    changed = spaces != previous.available_spaces or reading.opening_status != previous.opening_status
    quiet_s = previous.longest_quiet_s
    if changed:
        gap_s = daytime_s(previous.changed_at, at, day_hours)
        quiet_s = max(gap_s, int(quiet_s * _QUIET_FADE))
    jumped = _jumped(previous, facility, at, spaces, jump_share, jump_window_s)
    return replace(
        previous,
        sequence=previous.sequence + 1,
        observed_at=reading.observed_at,
        received_at=received_at,
        changed_at=at if changed else previous.changed_at,
        available_spaces=spaces,
        opening_status=reading.opening_status,
        available_by_kind=reading.available_by_kind,
        jumped_at=at if jumped else previous.jumped_at,
        recent=previous.recent if is_ahead else _thinned(previous.recent, at, spaces),
        longest_quiet_s=quiet_s,
    )


def trend_of(occupancy: Occupancy, capacity: int | None) -> Trend | None:
    """Where the number went in the last half hour of points; None when they are too few to say.

    Less than two spaces, or 2 % of the capacity, is no movement.
    """
    if not occupancy.recent or occupancy.available_spaces is None:
        return None
    last = occupancy.recent[-1]
    earlier = [point for point in occupancy.recent if point.observed_at >= last.observed_at - _TREND_SPAN]
    first = earlier[0]
    if last.observed_at - first.observed_at < _TREND_LEAST_SPAN:
        return None
    change = last.available_spaces - first.available_spaces
    if abs(change) < max(2.0, 0.02 * (capacity or 0)):
        return Trend.STEADY
    return Trend.RISING if change > 0 else Trend.FALLING


def daytime_s(start: datetime, end: datetime, day_hours: tuple[int, int]) -> int:
    """Seconds between two moments that lie in the county's daytime (local hours from, to)."""
    total = timedelta()
    day = to_local(start).date()
    while day <= to_local(end).date():
        opens = datetime.combine(day, time(day_hours[0]), LOCAL)
        closes = opens + timedelta(hours=day_hours[1] - day_hours[0])
        total += max(timedelta(), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return int(total.total_seconds())


def _known_until(previous: Occupancy, is_ahead: bool, clock_ahead_s: float) -> datetime:
    """What a reading must be newer than: after one from the future, for a right clock, only the last right one."""
    was_ahead = (previous.observed_at - previous.received_at).total_seconds() > clock_ahead_s
    if is_ahead or not was_ahead:
        return previous.observed_at
    return max([previous.changed_at, *(point.observed_at for point in previous.recent)])


def _jumped(  # noqa: PLR0917
    previous: Occupancy, facility: Facility, at: datetime, spaces: int | None, share: float, window_s: float
) -> bool:
    """Whether the number moved by more than `share` of the capacity against any point of the jump window."""
    if spaces is None or not facility.capacity:
        return False
    window = [point for point in previous.recent if (at - point.observed_at).total_seconds() <= window_s]
    return any(abs(spaces - point.available_spaces) > share * facility.capacity for point in window)


def _thinned(recent: tuple[Point, ...], at: datetime, spaces: int | None) -> tuple[Point, ...]:
    """The last hour with a point each five minutes, and always the newest one."""
    if spaces is None:
        return tuple(point for point in recent if point.observed_at >= at - _RECENT)
    kept = [point for point in recent if point.observed_at >= at - _RECENT]
    if len(kept) >= 2 and kept[-1].observed_at - kept[-2].observed_at < _RECENT_STEP:
        kept.pop()
    return (*kept, Point(at, spaces))[-13:]
