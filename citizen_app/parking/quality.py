"""What a count is worth: judges the last known state of a facility at a moment. Pure.

The raw value is always kept; a suspect one is never passed on as a free count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from citizen_app.parking.occupancy import OpeningStatus, Trend


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
    "over_capacity", "clock_ahead", "outside_hours", "reported_closed", ""). `closes_at`/`opens_at`: next change
    by the opening hours, None if there is none within a week or hours are not known.
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

    @property
    def age_s(self) -> int | None:
        """Whole seconds from the source's observation to the judgement; None without a reading."""
        if self.observed_at is None:
            return None
        return max(0, int((self.judged_at - self.observed_at).total_seconds()))
