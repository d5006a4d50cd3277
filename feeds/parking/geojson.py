"""GeoJSON (RFC 7946, IETF) with a Point for each car park.

Settings: the common ones of `fields`. Paths start at the feature: `properties.free`, `id`. `lat` and `lon` come from the
geometry unless mapped. A geometry that is no Point, or an old `crs` member other than WGS-84, leaves the position unknown.
Without `fields` our own open data is read:

| GeoJSON | ours |
| --- | --- |
| properties.uid | ref |
| properties.name, .capacity, .available_spaces, .opening_status, .observed_at | the same |
| geometry.coordinates | lon, lat |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking.fields import FieldMap, make_field_map
from feeds.parking.paths import look_up
from feeds.parking.payloads import read_json
from feeds.parking.rows import read_records
from feeds.parking.values import shown

_OURS = {
    "ref": "properties.uid", "name": "properties.name", "capacity": "properties.capacity",
    "available_spaces": "properties.available_spaces", "opening_status": "properties.opening_status",
    "observed_at": "properties.observed_at",
}
_POINT = {"lat": "geometry.coordinates.1", "lon": "geometry.coordinates.0"}
_WGS84 = ("CRS84", "EPSG::4326", "EPSG:4326")


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    fields = settings.get("fields", _OURS)
    if isinstance(fields, Mapping):
        fields = {**_POINT, **fields}
    return GeoJsonAdapter(make_field_map({**settings, "fields": fields}))


@dataclass(frozen=True)
class GeoJsonAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is not a FeatureCollection."""
        document = read_json(payload, self.fields.encoding)
        features = document.get("features") if isinstance(document, dict) else None
        if not isinstance(features, list):
            raise InvalidInput([problem("payload", "features", shown(features), "expected the features of a FeatureCollection")])
        name = look_up(document, "crs.properties.name")
        degrees = name is None or (isinstance(name, str) and name.endswith(_WGS84))
        return read_records([_with_point(one, degrees) for one in features], self.fields, fetched_at, document=document)


def _with_point(feature: Any, degrees: bool) -> Any:
    """The feature; without its geometry where that says no point in degrees."""
    if not isinstance(feature, dict) or (degrees and look_up(feature, "geometry.type") == "Point"):
        return feature
    return {**feature, "geometry": None}
