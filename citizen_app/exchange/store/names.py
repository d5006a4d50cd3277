"""What people call the subjects of records, from what the other rooms know."""

from __future__ import annotations

from citizen_app.buses import store as bus_store
from citizen_app.errors import NotFound
from citizen_app.parking import store as parking_store
from citizen_app.places import store as places_store


def subject_names(in_english: bool = False) -> dict[str, str]:
    """What car parks ("facility:<uid>") and lines ("line:<route_id>") in service are called; in Chinese without an English name."""
    facilities = parking_store.current_snapshot().facilities
    names = {f"facility:{uid}": (in_english and one.name_en) or one.name for uid, one in facilities.items()}
    published = bus_store.current_published()
    if published is not None:
        for route in published.schedule.network.routes:
            names[f"line:{route.route_id}"] = " ".join(filter(None, (route.short_name, route.long_name)))
    return names


def county_name() -> str:
    """"" before a county was loaded. One of the demonstration says so."""
    try:
        county = places_store.current_county()
    except NotFound:
        return ""
    return f"{county.name}（演示）" if county.is_demo else county.name
