"""When the old town is full: where to leave the car and go on by bus. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from citizen_app.geo import distance_m
from citizen_app.parking.board import Entry
from citizen_app.parking.facility import FacilityKind
from citizen_app.parking.quality import Level, Quality
from citizen_app.places.county import Landmark

OLD_TOWN = "old_town"          # the kind of the landmarks that people go there for
DOWNTOWN_M = 1200
_FEWEST_COUNTS = 2             # of less nothing is said about a whole town
_CROWDED = frozenset({Level.FULL, Level.SCARCE})


@dataclass(frozen=True)
class Downtown:
    """The old town as car parks see it. `landmark` is the one that a ride leads to."""

    landmark: Landmark
    lat: float
    lon: float

    def holds(self, entry: Entry) -> bool:
        return distance_m(self.lat, self.lon, entry.facility.lat, entry.facility.lon) <= DOWNTOWN_M


def find_downtown(landmarks: Sequence[Landmark]) -> Downtown | None:
    """The middle of the old town's landmarks, and the one nearest to it; None for a county without an old town."""
    known = [one for one in landmarks if one.kind == OLD_TOWN]
    if not known:
        return None
    lat, lon = sum(one.lat for one in known) / len(known), sum(one.lon for one in known) / len(known)
    return Downtown(min(known, key=lambda one: distance_m(lat, lon, one.lat, one.lon)), lat, lon)


def is_full(downtown: Downtown, entries: Sequence[Entry]) -> bool:
    """Whether every car park of the old town that has a count is full or nearly so; False where hardly any has one."""
    levels = [one.availability.level for one in entries if downtown.holds(one) and one.availability.available_spaces is not None]
    return len(levels) >= _FEWEST_COUNTS and all(level in _CROWDED for level in levels)


def has_room(entry: Entry) -> bool:
    """Whether its live count shows more than a few spaces."""
    availability = entry.availability
    return availability.quality is Quality.LIVE and bool(availability.available_spaces) and availability.level not in _CROWDED


def find_outside(downtown: Downtown, entries: Sequence[Entry]) -> Entry | None:
    """The park-and-ride nearest to the old town that has room; None where there is none."""
    found = [
        one for one in entries
        if one.facility.kind is FacilityKind.PARK_AND_RIDE and has_room(one) and not downtown.holds(one)
    ]
    return min(
        found, key=lambda one: (distance_m(downtown.lat, downtown.lon, one.facility.lat, one.facility.lon), one.facility.uid),
        default=None,
    )
