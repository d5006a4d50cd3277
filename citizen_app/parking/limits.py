"""Where a count stops being believed: the limits and their overrides. Pure.

`occupancy` needs them while it counts, `quality` when it judges.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from citizen_app.parking.facility import Facility


@dataclass(frozen=True)
class Limits:
    """The limits for one facility. A facility may override any of them by name; docs/quality.md says why they are so.

    `delayed_after_s` 0 means "twice the source's interval, at least five minutes". Counts may pass the capacity, or
    cars the number of spaces, by `over_capacity_share` of it or `over_capacity_spaces`, whichever is more.
    A lot that was quiet for long and then moved by single cars is given `stuck_quiet_factor` times that span; one that
    is full or empty, give or take `end_share`, is given `stuck_at_end_s`. Both are counted in daytime only.
    """

    delayed_after_s: float = 0
    stale_after_s: float = 1800
    stuck_after_s: float = 7200
    stuck_quiet_factor: float = 1.5
    stuck_at_end_s: float = 86400
    end_share: float = 0.05
    end_spaces: float = 3
    day_from_hour: float = 8
    day_to_hour: float = 20
    over_capacity_share: float = 0.05
    over_capacity_spaces: float = 3
    clock_ahead_s: float = 120
    jump_share: float = 0.30
    jump_window_s: float = 600
    jump_shown_s: float = 3600
    plenty_share: float = 0.30
    enough_share: float = 0.15
    few_share: float = 0.05
    scarce_spaces: float = 3

    @property
    def day_hours(self) -> tuple[int, int]:
        """From and to which local hour it is daytime."""
        return int(self.day_from_hour), int(self.day_to_hour)

    def tolerance(self, capacity: int) -> float:
        """By how many spaces a count may miss 0..capacity and still be believed."""
        return max(self.over_capacity_spaces, self.over_capacity_share * capacity)

    def is_at_end(self, spaces: int, capacity: int | None) -> bool:
        """Whether a lot is so full or so empty that a number which does not move says little."""
        if capacity is None:
            return spaces <= 0
        margin = max(self.end_spaces, self.end_share * capacity)
        return spaces <= 0 or spaces >= capacity - margin


LIMIT_NAMES = frozenset(one.name for one in fields(Limits))


def limits_of(facility: Facility) -> Limits:
    """The limits for a facility, its own overrides applied. Raises TypeError for a name that is no limit."""
    return Limits(**facility.limits)
