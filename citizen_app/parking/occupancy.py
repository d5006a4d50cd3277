"""Counts as they came in: readings, and the last known state of a facility. Pure.

Nothing here says whether a count can be believed; that is `quality`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from citizen_app.parking.facility import FacilityKind, SpaceKind


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
