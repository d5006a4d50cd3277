"""What people are expected to do on a journey: how far they walk, how fast they change. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Rules:
    """`change_min` is the time for a change at one stop, in minutes, where the feed says nothing else.

    A way on foot is the straight line times `detour`, walked at `walk_m_per_s`. Between two stops it is at most `walk_m`, from
    a place to a stop at most `access_m`, to the `access_stops` nearest ones. A search ends `search_h` hours after the asked
    time, or begins as long before it (at most 7 days): more than a day, so that the one bus that has just gone is found tomorrow.
    """

    change_min: int = 2
    walk_m: int = 400
    walk_m_per_s: float = 1.2
    detour: float = 1.3
    access_m: int = 1500
    access_stops: int = 12
    max_transfers: int = 7
    search_h: int = 30

    def walk_s(self, distance_m: int) -> int:
        """How long a way on foot takes, its detours included in the distance; whole seconds, rounded up."""
        return ceil(distance_m / self.walk_m_per_s)


AS_USUAL = Rules(walk_m=800)    # in the country the market lies ten minutes from the main road, and people walk them
