"""Car parks in the shapes of ParkAPI (ParkenDD): v3, a site with static and realtime fields, and v1, the lots of a city. Pure.

| ours | v3 | v1 |
| --- | --- | --- |
| uid | original_uid and uid | id |
| kind | type; park-and-ride as park_and_ride_type | lot_type |
| capacity, within it by kind | capacity, capacity_disabled, _charging, _family, _bus | total |
| available_spaces | realtime_free_capacity | free |
| opening_status | realtime_opening_status | state |
| observed_at | realtime_data_updated_at | last_updated of the city |

What is not known is null in v3 and absent in v1; it is never 0. v1 has one time for all lots, so it has only numbers that are
live: an old one cannot say there that it is old, and its state is `nodata`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from citizen_app.parking.board import Entry
from citizen_app.parking.facility import FacilityKind, SpaceKind
from citizen_app.parking.occupancy import OpeningStatus
from citizen_app.parking.quality import Availability, Quality

DEMO_TAG = "DEMO"
_DEMO_WORDS = "演示数据，不是真的 Demonstration data, not real"
_TYPES = {
    FacilityKind.MULTI_STOREY: "CAR_PARK",
    FacilityKind.UNDERGROUND: "UNDERGROUND",
    FacilityKind.SURFACE: "OFF_STREET_PARKING_GROUND",
    FacilityKind.ON_STREET: "ON_STREET",
    FacilityKind.PARK_AND_RIDE: "OFF_STREET_PARKING_GROUND",
}
_LOT_TYPES = {
    FacilityKind.MULTI_STOREY: "garage",
    FacilityKind.UNDERGROUND: "underground",
    FacilityKind.SURFACE: "lot",
    FacilityKind.ON_STREET: "street",
    FacilityKind.PARK_AND_RIDE: "lot",
}
_CAPACITIES = {
    "capacity_disabled": SpaceKind.DISABLED, "capacity_charging": SpaceKind.CHARGING,
    "capacity_family": SpaceKind.FAMILY, "capacity_bus": SpaceKind.COACH,
}


def parking_sites(entries: Sequence[Entry], attributions: Sequence[str], is_demo: bool, now: datetime) -> dict[str, Any]:
    """v3: {"items": […], "total_count": n}, all sites in one answer. `now` (UTC) is when the static facts were true.

    Each site of a demonstration says so itself, since items are passed on one by one.
    """
    return {
        "demo": is_demo,
        "attribution": list(attributions),
        "items": [_site(entry, is_demo, now) for entry in entries],
        "total_count": len(entries),
    }


def city_lots(entries: Sequence[Entry], attributions: Sequence[str], is_demo: bool, now: datetime) -> dict[str, Any]:
    """v1: {"last_updated": …, "last_downloaded": …, "lots": […]}, times in UTC without a zone, as v1 writes them.

    `last_updated` is when the oldest of the numbers was observed, null without any: none of them claims to be newer than it is.
    """
    live = [entry.availability.observed_at for entry in entries if _live_spaces(entry.availability) is not None]
    return {
        "demo": is_demo,
        "attribution": list(attributions),
        "last_updated": _plain(min((moment for moment in live if moment is not None), default=None)),
        "last_downloaded": _plain(now),
        "lots": [_lot(entry) for entry in entries],
    }


def _site(entry: Entry, is_demo: bool, now: datetime) -> dict[str, Any]:
    facility, availability = entry.facility, entry.availability
    has_reading = availability.observed_at is not None
    return {
        "original_uid": facility.uid,
        "uid": facility.uid,
        "name": facility.name,
        **({"operator_name": facility.operator} if facility.operator else {}),    # which must be a text where it is there
        "address": facility.address or None,
        "description": _DEMO_WORDS if is_demo else None,
        "tags": [DEMO_TAG] if is_demo else [],
        "purpose": "CAR",
        "type": _TYPES[facility.kind],
        "park_and_ride_type": ["YES"] if facility.kind is FacilityKind.PARK_AND_RIDE else None,
        "max_height": facility.max_height_cm,
        "lat": facility.lat,
        "lon": facility.lon,
        "capacity": facility.capacity,
        **{name: facility.capacity_by_kind.get(kind) for name, kind in _CAPACITIES.items()},
        "opening_hours": facility.opening_hours or None,
        "static_data_updated_at": now.isoformat(),
        "has_realtime_data": has_reading,
        "realtime_data_updated_at": _iso(availability.observed_at),
        "realtime_opening_status": str(availability.opening_status),
        "realtime_capacity": None if availability.available_spaces is None else availability.capacity,
        "realtime_free_capacity": availability.available_spaces,
    }


def _lot(entry: Entry) -> dict[str, Any]:
    facility, spaces = entry.facility, _live_spaces(entry.availability)
    known = {
        "total": facility.capacity, "free": spaces, "address": facility.address or None,
        "region": facility.town or None, "opening_hours": facility.opening_hours or None,
    }
    return {
        "id": facility.uid,
        "name": facility.name,
        "coords": {"lat": facility.lat, "lng": facility.lon},
        "lot_type": _LOT_TYPES[facility.kind],
        "state": _state(entry.availability),
        "forecast": False,
        **{name: value for name, value in known.items() if value is not None},
    }



def _live_spaces(availability: Availability) -> int | None:
    return availability.available_spaces if availability.quality is Quality.LIVE else None


def _state(availability: Availability) -> str:
    if availability.quality is Quality.CLOSED:
        return "closed"
    if _live_spaces(availability) is None:
        return "nodata"
    return "open" if availability.opening_status is OpeningStatus.OPEN else "unknown"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _plain(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None).isoformat()
