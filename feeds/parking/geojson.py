"""GeoJSON (RFC 7946) with a Point for each car park. Settings: see `fields`.

Paths start at the feature: `properties.free`, `id`. `lat` and `lon` come from the geometry unless mapped; an old `crs`
member other than WGS-84 makes the position unknown. Without settings our own open data is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking.fields import FieldMap, make_field_map, read_records
from feeds.parking.mapped import read_json

_OURS = {
    "ref": "properties.uid", "name": "properties.name", "capacity": "properties.capacity",
    "available_spaces": "properties.available_spaces", "opening_status": "properties.opening_status",
    "observed_at": "properties.observed_at",
}
_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    fields = dict(settings.get("fields", _OURS))
    fields.setdefault("lon", "geometry.coordinates.0")
    fields.setdefault("lat", "geometry.coordinates.1")
    return GeoJsonAdapter(make_field_map({**settings, "fields": fields}))


@dataclass(frozen=True)
class GeoJsonAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is not a FeatureCollection."""
        document = read_json(payload, self.fields.encoding)
        features = document.get("features") if isinstance(document, dict) else None
        if not isinstance(features, list):
            raise InvalidInput([problem("payload", "features", features, "expected the features of a FeatureCollection")])
        crs = str(document.get("crs") or "CRS84")
        if not any(name in crs for name in _WGS84):
            features = [{**one, "geometry": None} if isinstance(one, dict) else one for one in features]
        return read_records(features, self.fields, fetched_at)
