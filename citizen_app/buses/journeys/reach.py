"""How far one gets: a time for every stop. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

NEVER = -1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Reach:
    """For each of the network's stops a moment, in minutes since 1970 (UTC), and the number of transfers; NEVER where there is none.

    From a place: when people are at the stop at the earliest, by bus or on foot from the place. To a place: when they must leave
    the stop at the latest. The ways are those that a question for this stop alone would find.
    """

    minute: NDArray[np.int32]
    transfers: NDArray[np.int32]

    def time(self, stop: int) -> datetime | None:
        """The moment at a stop (index), UTC; None where it is not reached."""
        minute = int(self.minute[stop])
        return None if minute == NEVER else _EPOCH + timedelta(minutes=minute)


def minutes_since_epoch(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds() // 60)
