"""Car parks as GeoJSON (RFC 7946), one Point feature each; properties are those of the JSON API. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from citizen_app.parking.board import Entry


def parking_collection(entries: Sequence[Entry], attributions: Sequence[str], is_demo: bool) -> dict[str, Any]:
    """A FeatureCollection; `available_spaces` is null wherever the pages show no number. Moments in ISO 8601, UTC."""
    return {
        "type": "FeatureCollection",
        "demo": is_demo,
        "attribution": list(attributions),
        "features": [_feature(entry) for entry in entries],
    }


def _feature(entry: Entry) -> dict[str, Any]:
    facility, availability = entry.facility, entry.availability
    return {
        "type": "Feature",
        "id": facility.uid,
        "geometry": {"type": "Point", "coordinates": [facility.lon, facility.lat]},
        "properties": {
            "uid": facility.uid,
            "name": facility.name,
            "name_en": facility.name_en,
            "kind": facility.kind,
            "capacity": facility.capacity,
            "available_spaces": availability.available_spaces,
            "opening_status": availability.opening_status,
            "quality": availability.quality,
            "level": availability.level,
            "trend": availability.trend,
            "observed_at": _iso(availability.observed_at),
            "received_at": _iso(availability.received_at),
        },
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
