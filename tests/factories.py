"""Makers of ordinary things, each field of which a test may say otherwise by keyword."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from citizen_app.ops.source import Source
from citizen_app.parking.facility import Facility, FacilityKind
from citizen_app.parking.occupancy import Occupancy, OpeningStatus, Point, Reading

NOON = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)    # a Wednesday, 12:00 in the county


def at(minutes: float) -> datetime:
    """A moment some minutes after NOON."""
    return NOON + timedelta(minutes=minutes)


def make_facility(uid: str = "east-lake", **fields: Any) -> Facility:
    """A car park of 100 spaces, counted by the source "vendor" under its own uid, open day and night."""
    values: dict[str, Any] = {
        "uid": uid, "name": f"{uid} 停车场", "name_en": f"{uid} car park", "lat": 28.858, "lon": 121.122,
        "kind": FacilityKind.SURFACE, "capacity": 100, "source_uid": "vendor", "source_ref": uid,
    }
    return Facility(**{**values, **fields})


def make_reading(ref: str = "east-lake", observed_at: datetime = NOON, **fields: Any) -> Reading:
    """40 spaces free, open."""
    values: dict[str, Any] = {"available_spaces": 40, "opening_status": OpeningStatus.OPEN}
    return Reading(ref, observed_at, **{**values, **fields})


def make_occupancy(facility_uid: str = "east-lake", observed_at: datetime = NOON, **fields: Any) -> Occupancy:
    """The state after a first reading of 40 free spaces, received three seconds after it was observed."""
    spaces = fields.get("available_spaces", 40)
    values: dict[str, Any] = {
        "sequence": 1, "received_at": observed_at + timedelta(seconds=3), "changed_at": observed_at,
        "available_spaces": spaces, "opening_status": OpeningStatus.OPEN,
        "recent": () if spaces is None else (Point(observed_at, spaces),),
    }
    return Occupancy(facility_uid=facility_uid, observed_at=observed_at, **{**values, **fields})


def make_source(uid: str = "vendor", **fields: Any) -> Source:
    """A pulled ParkAPI source, every minute."""
    values: dict[str, Any] = {
        "name": f"{uid} 平台", "format": "parkapi", "url": "https://vendor.example/parking", "interval_s": 60,
    }
    return Source(uid=uid, **{**values, **fields})
