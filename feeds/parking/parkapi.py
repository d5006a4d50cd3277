"""ParkAPI v3 (ParkenDD): parking sites with static and realtime fields, as a list or as {"items": […]}.

Settings: `timezone` (of times without a zone, UTC if left out), `no_data`, `encoding`, and in `fields` only `ref`, as
`ref = "id"` where one address serves several operators. A page of a longer list says so as a problem.

| ParkAPI v3 | ours |
| --- | --- |
| original_uid, else uid, else id | ref |
| name, lat, lon, capacity, address, opening_hours, max_height (cm), type | the same, of the description |
| realtime_free_capacity | available_spaces |
| realtime_capacity | capacity of the reading |
| realtime_opening_status | opening_status |
| realtime_data_updated_at | observed_at |
| realtime_free_capacity_disabled, _charging, _family, _bus | available_by_kind |

A site whose `has_realtime_data` is false gives a description only; a `purpose` other than CAR gives nothing.

ParkAPI v1 ({"lots": […]}) is read as well: id, name, coords, total, address; free, state (`nodata` has no number), and
last_updated of the city.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking.fields import FieldMap, make_field_map
from feeds.parking.payloads import read_json
from feeds.parking.rows import read_records
from feeds.parking.values import shown

_SITE = {
    "name": "name", "lat": "lat", "lon": "lon", "address": "address", "capacity": "capacity",
    "opening_hours": "opening_hours", "max_height_cm": "max_height", "kind": "type",
}
_REALTIME = {
    "available_spaces": "realtime_free_capacity",
    "capacity": "realtime_capacity",
    "opening_status": "realtime_opening_status",
    "observed_at": "realtime_data_updated_at",
    "disabled": "realtime_free_capacity_disabled",
    "charging": "realtime_free_capacity_charging",
    "family": "realtime_free_capacity_family",
    "coach": "realtime_free_capacity_bus",
}
_LOT = {
    "name": "name", "lat": "coords.lat", "lon": "coords.lng", "address": "address", "capacity": "total",
    "available_spaces": "free", "opening_status": "state", "observed_at": "$.last_updated",
}
_STATES = {"open": "OPEN", "closed": "CLOSED", "nodata": "NO_DATA", "unknown": "UNKNOWN"}
_KINDS = {
    "CAR_PARK": "multi_storey", "UNDERGROUND": "underground", "OFF_STREET_PARKING_GROUND": "surface", "ON_STREET": "on_street",
}
_REF_KEYS = ("original_uid", "uid", "id")
_OWN = ("timezone", "no_data", "encoding", "fields")


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    for key in settings:
        if key not in _OWN:
            raise InvalidInput([problem("settings", key, settings[key], f"unknown here; known are {', '.join(_OWN)}")])
    own = settings.get("fields", {})
    if not isinstance(own, Mapping) or set(own) - {"ref"}:
        raise InvalidInput([problem("settings", "fields", shown(own), "only ref may be mapped: the rest is known")])
    base = {"timezone": "UTC", **settings}
    return ParkApiAdapter(
        make_field_map({**base, "kinds": _KINDS, "fields": {"ref": "original_uid", **_SITE, **own}}),
        make_field_map({**base, "fields": {"ref": "original_uid", **_REALTIME, **own}}),
        make_field_map({**base, "status": _STATES, "fields": {"ref": "id", **_LOT, **own}}),
    )


@dataclass(frozen=True)
class ParkApiAdapter:
    sites: FieldMap
    realtime: FieldMap
    lots: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is neither a list of parking sites nor a city's lots."""
        document = read_json(payload, self.sites.encoding)
        if isinstance(document, dict) and isinstance(document.get("lots"), list):
            lots = [_lot(lot) for lot in document["lots"]]
            return read_records(lots, self.lots, fetched_at, document=document)
        sites = document.get("items") if isinstance(document, dict) else document
        if not isinstance(sites, list):
            raise InvalidInput([problem("payload", "items", shown(sites), "expected a list of parking sites")])
        numbered = [(row, _site(site)) for row, site in enumerate(sites, 1) if not _is_other(site)]
        static = read_records([site for _, site in numbered], self.sites, fetched_at, [row for row, _ in numbered])
        live = [(row, site) for row, site in numbered if isinstance(site, dict) and site.get("has_realtime_data") is not False]
        counts = read_records([site for _, site in live], self.realtime, fetched_at, [row for row, _ in live])
        problems = [*static.problems, *(one for one in counts.problems if one not in static.problems)]
        total = document.get("total_count") if isinstance(document, dict) else None
        if isinstance(total, int) and total > len(sites):
            problems.append(problem("payload", "total_count", total, f"only {len(sites)} came: ask for more in the address"))
        return Parsed((*static.items, *counts.items), tuple(problems), len(sites))


def _site(site: Any) -> Any:
    """The site with its identifier in one place, and without a type that we have no word for."""
    if not isinstance(site, dict):
        return site
    ref = next((site[key] for key in _REF_KEYS if site.get(key) not in (None, "")), None)
    return {**site, "original_uid": ref, "type": site.get("type") if site.get("type") in list(_KINDS) else None}


def _is_other(site: Any) -> bool:
    """Bicycles and lockers, which share the list with cars."""
    return isinstance(site, dict) and site.get("purpose") in ("BIKE", "ITEM")


def _lot(lot: Any) -> Any:
    """The lot with its identifier in one place."""
    return {**lot, "id": lot.get("id", lot.get("original_uid"))} if isinstance(lot, dict) else lot
