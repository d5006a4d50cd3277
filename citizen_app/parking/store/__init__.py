"""What parking remembers: SQL tables and Redis keys, private to this package. Gives and takes frozen dataclasses."""

from citizen_app.parking.store.facilities import (
    find_facility,
    find_occupancy,
    get_link_generation,
    list_facilities,
    list_facility_ids,
    list_occupancies,
    lock_occupancies,
    raise_link_generation,
)
from citizen_app.parking.store.months import Extent, find_oldest_quarter, list_counted_facilities, measure_span
from citizen_app.parking.store.readings import (
    Aggregate,
    HistorySize,
    KeptReading,
    list_aggregates,
    list_readings,
    measure_history,
)
from citizen_app.parking.store.snapshot import ParkingSnapshot, current_snapshot, publish, publish_all, snapshot_origin

__all__ = [
    "Aggregate",
    "Extent",
    "HistorySize",
    "KeptReading",
    "ParkingSnapshot",
    "current_snapshot",
    "find_facility",
    "find_occupancy",
    "find_oldest_quarter",
    "get_link_generation",
    "list_aggregates",
    "list_counted_facilities",
    "list_facilities",
    "list_facility_ids",
    "list_occupancies",
    "list_readings",
    "lock_occupancies",
    "measure_history",
    "measure_span",
    "publish",
    "publish_all",
    "raise_link_generation",
    "snapshot_origin",
]
