"""ParkAPI v3 (ParkenDD): parking sites with static and realtime fields, as a list or as {"items": […]}; no settings.

| ParkAPI v3 | ours |
| --- | --- |
| original_uid, else id | ref |
| name, lat, lon, capacity, address, max_height (cm) | the same, of the description |
| realtime_free_capacity | available_spaces |
| realtime_capacity | capacity of the reading |
| realtime_opening_status | opening_status |
| realtime_data_updated_at | observed_at |
| realtime_free_capacity_disabled, _charging, _family, _bus | available_by_kind |

A site whose `has_realtime_data` is false gives a description only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Item, Parsed
from feeds.parking.fields import make_field_map, read_records
from feeds.parking.mapped import read_json

_SITES = make_field_map({"fields": {
    "ref": "ref", "name": "name", "lat": "lat", "lon": "lon", "address": "address", "capacity": "capacity",
}})
_REALTIME = make_field_map({
    "timezone": "UTC",
    "fields": {
        "ref": "ref",
        "available_spaces": "realtime_free_capacity",
        "capacity": "realtime_capacity",
        "opening_status": "realtime_opening_status",
        "observed_at": "realtime_data_updated_at",
        "disabled": "realtime_free_capacity_disabled",
        "charging": "realtime_free_capacity_charging",
        "family": "realtime_free_capacity_family",
        "coach": "realtime_free_capacity_bus",
    },
})


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    if settings:
        raise InvalidInput([problem("settings", name, value, "parkapi takes no settings") for name, value in settings.items()])
    return ParkApiAdapter()


class ParkApiAdapter:
    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is not a list of parking sites."""
        document = read_json(payload)
        sites = document.get("items") if isinstance(document, dict) else document
        if not isinstance(sites, list):
            raise InvalidInput([problem("payload", "items", sites, "expected a list of parking sites")])
        records = [
            {**site, "ref": site.get("original_uid") or site.get("id")} if isinstance(site, dict) else site for site in sites
        ]
        static = read_records(records, _SITES, fetched_at)
        counted = [
            record if isinstance(record, dict) and record.get("has_realtime_data") is not False else None for record in records
        ]
        live = read_records(counted, _REALTIME, fetched_at)
        uncounted = {f"row {number}" for number, record in enumerate(counted, 1) if record is None}
        problems = [one for one in live.problems if one.row not in uncounted and one not in static.problems]
        items: list[Item] = [*static.items, *live.items]
        return Parsed(tuple(items), (*static.problems, *problems), len(sites))

