"""Counts as they came in: readings, and the last known state of a facility. Pure.

Nothing here says whether a count can be believed; that is `quality`. What `quality` needs of the past, though, is
gathered here, reading by reading, since only the last hour is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from citizen_app.clock import LOCAL, to_local
from citizen_app.parking.closures import is_closed_at
from citizen_app.parking.facility import Facility, FacilityKind, SpaceKind
from citizen_app.parking.limits import Limits, limits_of


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

    `sequence` grows by one with each accepted reading. `available_spaces` is raw; `occupied` is what a source said that
    counts cars, else None. `changed_at` is the `observed_at` of the reading that last changed the number or the
    opening status. `jumped_at` is when it last moved by more than the jump limit. `recent` holds the last hour of
    points, oldest first, thinned to at most 13.

    `quiet_s` is for how long readings have been repeating the number: seconds in daytime while it was open; spans
    without a reading do not count. `longest_quiet_s` is the longest such span that ended with single cars coming or
    going again (a sensor that was frozen comes back with a leap). It halves every two weeks, and tells a quiet lot
    from one that has stopped counting.
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
    longest_quiet_s: float = 0
    quiet_s: float = 0
    occupied: int | None = None


_RECENT = timedelta(hours=1)
_RECENT_STEP = timedelta(minutes=5)
_TREND_SPAN = timedelta(minutes=30)
_TREND_LEAST_SPAN = timedelta(minutes=8)
_TREND_SPACES = 2
_TREND_SHARE = 0.02
_SINGLE_CARS = 3
_SINGLE_CARS_SHARE = 0.02
_QUIET_HALF_LIFE = timedelta(days=14)


def spaces_of(reading: Reading, facility: Facility) -> int | None:
    """The raw number of free spaces that a reading states, None when it states none."""
    if reading.available_spaces is not None or reading.occupied is None:
        return reading.available_spaces
    capacity = reading.capacity if reading.capacity is not None else facility.capacity
    return None if capacity is None else capacity - reading.occupied


def advance(
    previous: Occupancy | None, facility: Facility, reading: Reading, received_at: datetime
) -> Occupancy | None:
    """The state after a reading; None when it is a duplicate or older than what is known, which changes nothing.

    A reading from the future becomes the state, so that staff see it, but no past: it gives no point and no moment of
    change, and the first reading by a right clock replaces it. Raises TypeError for a facility with an unknown limit.
    """
    limits = limits_of(facility)
    is_ahead = _is_ahead(reading.observed_at, received_at, limits)
    at = received_at if is_ahead else reading.observed_at
    spaces = spaces_of(reading, facility)
    occupied = reading.occupied if reading.available_spaces is None else None
    if previous is None:
        points = () if spaces is None or is_ahead else (Point(at, spaces),)
        return Occupancy(
            facility.uid, 1, reading.observed_at, received_at, at, spaces,
            reading.opening_status, reading.available_by_kind, None, points, occupied=occupied,
        )
    if reading.observed_at <= _known_until(previous, is_ahead, limits):
        return None
    known = _known_spaces(previous)
    moved = spaces is not None and spaces != known
    changed = moved or reading.opening_status is not previous.opening_status
    longest_quiet_s = _longest_quiet_s(previous, at, limits)
    if moved and known is not None and _by_single_cars(abs((spaces or 0) - known), facility):
        longest_quiet_s = max(longest_quiet_s, min(previous.quiet_s, _day_s(limits)))
    return replace(
        previous,
        sequence=previous.sequence + 1,
        observed_at=reading.observed_at,
        received_at=received_at,
        changed_at=at if changed else previous.changed_at,
        available_spaces=spaces,
        opening_status=reading.opening_status,
        available_by_kind=reading.available_by_kind,
        jumped_at=at if _jumped(previous, facility, at, spaces, limits) else previous.jumped_at,
        recent=previous.recent if is_ahead else _thinned(previous.recent, at, spaces),
        longest_quiet_s=longest_quiet_s,
        quiet_s=0 if changed else previous.quiet_s + _watched_s(previous, facility, reading, at, limits),
        occupied=occupied,
    )


def trend_of(occupancy: Occupancy, capacity: int | None) -> Trend | None:
    """Where the number went in the last half hour of points; None when they are too few to say.

    Less than two spaces, or 2 % of the capacity, is no movement.
    """
    if not occupancy.recent or occupancy.available_spaces is None:
        return None
    last = occupancy.recent[-1]
    first = next(point for point in occupancy.recent if point.observed_at >= last.observed_at - _TREND_SPAN)
    if last.observed_at - first.observed_at < _TREND_LEAST_SPAN:
        return None
    change = last.available_spaces - first.available_spaces
    if abs(change) < max(_TREND_SPACES, _TREND_SHARE * (capacity or 0)):
        return Trend.STEADY
    return Trend.RISING if change > 0 else Trend.FALLING


def daytime_s(start: datetime, end: datetime, day_hours: tuple[int, int]) -> float:
    """Seconds between two moments that lie in the county's daytime (local hours from, to)."""
    total = timedelta()
    day = to_local(start).date()
    while day <= to_local(end).date():
        opens = datetime.combine(day, time(day_hours[0]), LOCAL)
        closes = opens + timedelta(hours=day_hours[1] - day_hours[0])
        total += max(timedelta(), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return total.total_seconds()


def _is_ahead(observed_at: datetime, received_at: datetime, limits: Limits) -> bool:
    return (observed_at - received_at).total_seconds() > limits.clock_ahead_s


def _known_until(previous: Occupancy, is_ahead: bool, limits: Limits) -> datetime:
    """What a reading must be newer than: after one from the future, for a right clock, only the last right one."""
    if is_ahead or not _is_ahead(previous.observed_at, previous.received_at, limits):
        return previous.observed_at
    return max([previous.changed_at, *(point.observed_at for point in previous.recent)])


def _known_spaces(previous: Occupancy) -> int | None:
    """The last number that was said, if that was within the last hour."""
    if previous.available_spaces is not None:
        return previous.available_spaces
    return previous.recent[-1].available_spaces if previous.recent else None


def _watched_s(previous: Occupancy, facility: Facility, reading: Reading, at: datetime, limits: Limits) -> float:
    """The seconds since the last reading in which an honest counter of a used lot should have moved."""
    since = min(previous.observed_at, previous.received_at)
    unwatched = previous.available_spaces is None or (at - since).total_seconds() > limits.stale_after_s
    if unwatched or reading.opening_status is OpeningStatus.CLOSED:
        return 0
    seconds = daytime_s(since, at, limits.day_hours)
    if seconds and is_closed_at(facility.opening_hours, facility.closures, at):
        return 0
    return seconds


def _longest_quiet_s(previous: Occupancy, at: datetime, limits: Limits) -> float:
    """What is still remembered of the longest quiet span."""
    passed = max(timedelta(), at - min(previous.observed_at, previous.received_at))
    return float(min(previous.longest_quiet_s, _day_s(limits)) * 0.5 ** (passed / _QUIET_HALF_LIFE))


def _day_s(limits: Limits) -> float:
    """How long a daytime is; no quiet span teaches more than one."""
    return (limits.day_to_hour - limits.day_from_hour) * 3600


def _by_single_cars(change: int, facility: Facility) -> bool:
    return change <= max(_SINGLE_CARS, _SINGLE_CARS_SHARE * (facility.capacity or 0))


def _jumped(previous: Occupancy, facility: Facility, at: datetime, spaces: int | None, limits: Limits) -> bool:
    """Whether the number moved faster than the limit against any point of the jump window, or the last one before.

    Sources that report less often than the window is long are given as much more movement as their gap is longer.
    """
    if spaces is None or not facility.capacity:
        return False
    most = limits.jump_share * facility.capacity
    for number, point in enumerate(reversed(previous.recent)):
        windows = (at - point.observed_at).total_seconds() / limits.jump_window_s
        if windows > 1 and number > 0:
            break
        if abs(spaces - point.available_spaces) > most * max(1.0, windows):
            return True
    return False


def _thinned(recent: tuple[Point, ...], at: datetime, spaces: int | None) -> tuple[Point, ...]:
    """The last hour with a point each five minutes, and always the newest one."""
    kept = [point for point in recent if point.observed_at >= at - _RECENT]
    if spaces is None:
        return tuple(kept)
    if len(kept) >= 2 and kept[-1].observed_at - kept[-2].observed_at < _RECENT_STEP:
        kept.pop()
    return (*kept, Point(at, spaces))[-13:]
