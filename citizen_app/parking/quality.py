"""What a count is worth: judges the last known state of a facility at a moment. Pure.

The raw value is always kept; a suspect one is never passed on as a free count. The limits are in `limits`; what they
do on recorded feeds is measured in docs/quality.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from citizen_app.parking.closures import Closure, State, state_at
from citizen_app.parking.facility import Facility
from citizen_app.parking.limits import LIMIT_NAMES, Limits, limits_of
from citizen_app.parking.occupancy import Occupancy, OpeningStatus, Trend, trend_of

__all__ = ["LIMIT_NAMES", "Availability", "Level", "Limits", "Quality", "judge", "level_of", "limits_of"]


class Quality(StrEnum):
    LIVE = "live"
    DELAYED = "delayed"          # older than it should be; the number is shown as old
    STALE = "stale"              # too old: no number any more
    STUCK = "stuck"              # has not moved for hours in daytime on a car park that is used
    IMPOSSIBLE = "impossible"    # negative, over capacity, or from the future
    CLOSED = "closed"
    UNKNOWN = "unknown"          # nothing has ever come in, or the source has no number


class Level(StrEnum):
    PLENTY = "plenty"      # 充足
    ENOUGH = "enough"      # 够用
    FEW = "few"            # 较少
    SCARCE = "scarce"      # 紧张
    FULL = "full"          # 已满
    CLOSED = "closed"      # 关闭
    UNKNOWN = "unknown"    # 未知


@dataclass(frozen=True)
class Availability:
    """The one judged answer about a facility at `judged_at`; every page, API and export is made from it.

    `available_spaces` is None unless quality is live or delayed, and lies within 0..capacity.
    `raw_spaces` is what the source said, for staff. `level` is UNKNOWN for every quality that has no
    number, except closed. `reason` is a machine word for why ("no_reading", "age", "no_change", "negative",
    "over_capacity", "clock_ahead", "market", "outside_hours", "reported_closed", ""). `closure` is the market that closes it,
    or whatever else its rule is for. `closes_at`/`opens_at`: next change by opening hours and closures together, None if
    there is none within a week or neither is known.
    `jumped`: the number moved suspiciously fast in the last jump window (shown to staff only).
    """

    facility_uid: str
    judged_at: datetime
    quality: Quality
    level: Level
    available_spaces: int | None
    capacity: int | None
    raw_spaces: int | None
    opening_status: OpeningStatus
    reason: str
    trend: Trend | None
    observed_at: datetime | None
    received_at: datetime | None
    changed_at: datetime | None
    closes_at: datetime | None
    opens_at: datetime | None
    jumped: bool
    closure: Closure | None = None

    @property
    def age_s(self) -> int | None:
        """Whole seconds from the source's observation to the judgement; None without a reading."""
        if self.observed_at is None:
            return None
        return max(0, int((self.judged_at - self.observed_at).total_seconds()))


def level_of(available_spaces: int | None, capacity: int | None, limits: Limits = Limits()) -> Level:
    """The word for a number of free spaces. Without a capacity only the number itself counts."""
    if available_spaces is None:
        return Level.UNKNOWN
    if available_spaces <= 0:
        return Level.FULL
    if available_spaces <= limits.scarce_spaces:
        return Level.SCARCE
    share = available_spaces / capacity if capacity else available_spaces / 100
    if share >= limits.plenty_share:
        return Level.PLENTY
    if share >= limits.enough_share:
        return Level.ENOUGH
    return Level.FEW if share >= limits.few_share else Level.SCARCE


def judge(facility: Facility, occupancy: Occupancy | None, now: datetime) -> Availability:
    """The one verdict on a facility at `now` (UTC).

    The first that holds, in this order:
    closed by a market on it, closed by its hours (nobody gets in, whatever is counted); unknown without any reading;
    closed as reported, while the report is not stale; impossible, from the future; stale (the rest is about numbers, and
    there is none any more); unknown without a number; impossible by its number; stuck (worse than late: it looks fresh);
    delayed; live.
    """
    limits = limits_of(facility)
    hours = state_at(facility.opening_hours, facility.closures, now)
    quality, reason = _verdict(facility, occupancy, now, limits, hours)
    spaces = None
    if quality in {Quality.LIVE, Quality.DELAYED} and occupancy and occupancy.available_spaces is not None:
        spaces = max(0, occupancy.available_spaces)
        if facility.capacity is not None:
            spaces = min(spaces, facility.capacity)
    level = Level.CLOSED if quality is Quality.CLOSED else level_of(spaces, facility.capacity, limits)
    jumped_at = occupancy.jumped_at if occupancy else None
    return Availability(
        facility_uid=facility.uid,
        judged_at=now,
        quality=quality,
        level=level,
        available_spaces=spaces,
        capacity=facility.capacity,
        raw_spaces=occupancy.available_spaces if occupancy else None,
        opening_status=_opening_status(quality, occupancy, hours),
        reason=reason,
        trend=trend_of(occupancy, facility.capacity) if occupancy and quality is Quality.LIVE else None,
        observed_at=occupancy.observed_at if occupancy else None,
        received_at=occupancy.received_at if occupancy else None,
        changed_at=occupancy.changed_at if occupancy else None,
        closes_at=hours.next_change_at if hours.is_open is not False else None,
        opens_at=hours.next_change_at if hours.is_open is False else None,
        jumped=jumped_at is not None and (now - jumped_at).total_seconds() <= limits.jump_shown_s,
        closure=hours.closure,
    )


def _verdict(
    facility: Facility, occupancy: Occupancy | None, now: datetime, limits: Limits, hours: State
) -> tuple[Quality, str]:
    if hours.closure is not None:
        return Quality.CLOSED, "market"
    if hours.is_open is False:
        return Quality.CLOSED, "outside_hours"
    if occupancy is None:
        return Quality.UNKNOWN, "no_reading"
    age_s = (now - occupancy.observed_at).total_seconds()
    stale = age_s >= limits.stale_after_s
    if occupancy.opening_status is OpeningStatus.CLOSED and not stale:
        return Quality.CLOSED, "reported_closed"
    if age_s < -limits.clock_ahead_s:
        return Quality.IMPOSSIBLE, "clock_ahead"
    if stale:
        return Quality.STALE, "age"
    if occupancy.available_spaces is None:
        return Quality.UNKNOWN, "no_number"
    fault = _fault(facility, occupancy, occupancy.available_spaces, limits)
    if fault:
        return Quality.IMPOSSIBLE, fault
    if _is_stuck(facility, occupancy, occupancy.available_spaces, limits):
        return Quality.STUCK, "no_change"
    late_s = limits.delayed_after_s or max(2.0 * facility.update_interval_s, 300.0)
    return (Quality.DELAYED, "age") if age_s >= late_s else (Quality.LIVE, "")


def _fault(facility: Facility, occupancy: Occupancy, spaces: int, limits: Limits) -> str:
    """What is impossible about a number, "" when nothing is.

    More cars than spaces is a full lot with a car in the lane; but free spaces below zero, from a source that counts
    those, is an error or a code for "no data".
    """
    capacity = facility.capacity
    if spaces < 0 and (occupancy.occupied is None or capacity is None or -spaces > limits.tolerance(capacity)):
        return "negative"
    if capacity is not None and spaces > capacity + limits.tolerance(capacity):
        return "over_capacity"
    return ""


def _is_stuck(facility: Facility, occupancy: Occupancy, spaces: int, limits: Limits) -> bool:
    """Whether the number was repeated for longer than this lot can be quiet, by its own past and how full it is."""
    allowed_s = max(limits.stuck_after_s, limits.stuck_quiet_factor * occupancy.longest_quiet_s)
    if limits.is_at_end(spaces, facility.capacity):
        allowed_s = max(allowed_s, limits.stuck_at_end_s)
    return occupancy.quiet_s >= allowed_s


def _opening_status(quality: Quality, occupancy: Occupancy | None, hours: State) -> OpeningStatus:
    if quality is Quality.CLOSED:
        return OpeningStatus.CLOSED
    if hours.is_open is not None:
        return OpeningStatus.OPEN
    return occupancy.opening_status if occupancy else OpeningStatus.UNKNOWN
