"""What places remember: the county, its places, how names are read, what was not found. SQL and Redis keys, private to here."""

from citizen_app.places.store.current import (
    current_calendar,
    current_county,
    current_villages,
    list_landmarks,
    list_towns,
    publish,
)
from citizen_app.places.store.current_names import current_names, publish_names
from citizen_app.places.store.names import (
    add_readings,
    forget_readings,
    list_aliases,
    list_corrections,
    list_readings,
    lock_names,
    replace_aliases,
)
from citizen_app.places.store.rows import find_county, list_stored_landmarks, list_stored_towns, list_villages, replace_places
from citizen_app.places.store.unmet import add_unmet, count_unmet, forget_unmet, give_back_unmet, list_unmet, take_unmet

__all__ = [
    "add_readings",
    "add_unmet",
    "count_unmet",
    "current_calendar",
    "current_county",
    "current_names",
    "current_villages",
    "find_county",
    "forget_readings",
    "forget_unmet",
    "give_back_unmet",
    "list_aliases",
    "list_corrections",
    "list_landmarks",
    "list_readings",
    "list_stored_landmarks",
    "list_stored_towns",
    "list_towns",
    "list_unmet",
    "list_villages",
    "lock_names",
    "publish",
    "publish_names",
    "replace_aliases",
    "replace_places",
    "take_unmet",
]
