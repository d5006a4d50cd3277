"""The board: every facility beside its judged answer at one moment. Pure.

The pages, the JSON and the exports all start here, so that no two of them can say different things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy
from citizen_app.parking.quality import Availability, Quality, judge

CLOSING_SOON = timedelta(minutes=60)


class Snapshot(Protocol):
    """What is known of all facilities; `store.ParkingSnapshot` is one."""

    @property
    def facilities(self) -> Mapping[str, Facility]: ...

    @property
    def occupancies(self) -> Mapping[str, Occupancy]: ...


@dataclass(frozen=True)
class Entry:
    """One facility and what can be said of it at `availability.judged_at`."""

    facility: Facility
    availability: Availability

    @property
    def closes_soon(self) -> bool:
        """Whether it is open now and closes within the hour, by its opening hours."""
        one = self.availability
        if one.closes_at is None or one.quality is Quality.CLOSED:
            return False
        return one.closes_at - one.judged_at < CLOSING_SOON


@dataclass(frozen=True)
class Summary:
    """The county in one line.

    `live_spaces` is the sum over the facilities whose count is live, None when there is none: an old count
    never enters a lit number. `by_quality` has a count for each Quality, 0 included.
    """

    facilities: int
    live_facilities: int
    live_spaces: int | None
    by_quality: Mapping[Quality, int]


def board(snapshot: Snapshot, now: datetime) -> list[Entry]:
    """Every facility judged at `now` (UTC), in the order of their names."""
    facilities = sorted(snapshot.facilities.values(), key=lambda one: (one.name, one.uid))
    return [Entry(one, judge(one, snapshot.occupancies.get(one.uid), now)) for one in facilities]


def find_entry(snapshot: Snapshot, uid: str, now: datetime) -> Entry | None:
    """One facility judged at `now` (UTC), None for a uid that nobody has."""
    facility = snapshot.facilities.get(uid)
    if facility is None:
        return None
    return Entry(facility, judge(facility, snapshot.occupancies.get(uid), now))


def summarise(entries: Sequence[Entry]) -> Summary:
    """How much is free in all, and how much of the county that number speaks for."""
    live = [one.availability.available_spaces for one in entries if one.availability.quality is Quality.LIVE]
    counted = [spaces for spaces in live if spaces is not None]
    qualities = Counter(one.availability.quality for one in entries)
    return Summary(
        facilities=len(entries),
        live_facilities=len(counted),
        live_spaces=sum(counted) if counted else None,
        by_quality={quality: qualities[quality] for quality in Quality},
    )
