"""What a car park or kerb zone *is*: the facts that do not change by the minute. Pure.

Counts are in `occupancy`, what they are worth is in `quality`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from citizen_app.parking.closures import Closure
from citizen_app.parking.tariff import Tariff


class FacilityKind(StrEnum):
    MULTI_STOREY = "multi_storey"
    UNDERGROUND = "underground"
    SURFACE = "surface"
    ON_STREET = "on_street"
    PARK_AND_RIDE = "park_and_ride"


class SpaceKind(StrEnum):
    """Kinds of space that are counted within `capacity` (never on top of it)."""

    DISABLED = "disabled"
    CHARGING = "charging"
    FAMILY = "family"
    MOTORCYCLE = "motorcycle"
    COACH = "coach"


@dataclass(frozen=True)
class Entrance:
    name: str
    lat: float
    lon: float
    name_en: str = ""


@dataclass(frozen=True)
class Facility:
    """One facility. `lat`, `lon` are WGS-84. Empty strings and None mean "not known".

    `source_uid` names the source that counts it and `source_ref` its identifier there; both are "" for a
    facility that nobody counts. `update_interval_s` is that source's interval,
    `counted_by_hand` says that the source is an attendant. `limits` overrides single fields of `Limits` by
    name. `space_notes` says where the spaces of a kind are ("1 号门边"). `closures` are days on which it is closed by rule.
    """

    uid: str
    name: str
    lat: float
    lon: float
    kind: FacilityKind
    name_en: str = ""
    town_code: str = ""
    town: str = ""
    town_en: str = ""
    address: str = ""
    address_en: str = ""
    entrances: tuple[Entrance, ...] = ()
    capacity: int | None = None
    capacity_by_kind: Mapping[SpaceKind, int] = field(default_factory=dict)
    space_notes: Mapping[SpaceKind, str] = field(default_factory=dict)
    max_height_cm: int | None = None
    opening_hours: str = ""
    tariff: Tariff | None = None
    payment: tuple[str, ...] = ()
    operator: str = ""
    phone: str = ""
    source_uid: str = ""
    source_ref: str = ""
    update_interval_s: int = 60
    counted_by_hand: bool = False
    limits: Mapping[str, float] = field(default_factory=dict)
    closures: tuple[Closure, ...] = ()
