"""What places remember: the county, its towns, villages and landmarks. SQL tables and one Redis key, private to here."""

from citizen_app.places.store.current import (
    current_calendar,
    current_county,
    current_villages,
    list_landmarks,
    list_towns,
    publish,
)
from citizen_app.places.store.rows import find_county, list_villages, replace_places

__all__ = [
    "current_calendar",
    "current_county",
    "current_villages",
    "find_county",
    "list_landmarks",
    "list_towns",
    "list_villages",
    "publish",
    "replace_places",
]
