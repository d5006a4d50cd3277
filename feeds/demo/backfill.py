"""Fills the weeks before a fresh installation from the recording, so that a usual day is known from the start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from citizen_app.parking import store as parking_store
from citizen_app.parking.facility import Facility
from feeds import runner
from feeds.demo.history import RECENT, past_counts, recent_readings
from feeds.demo.scene import ROLES, Fault, bundle

_QUARTER = timedelta(minutes=15)


def backfill(now: datetime, days: int, progress: Callable[[Facility, int], None]) -> int:
    """Add demonstration history of the last `days` days to the demonstration's car parks; how many counts were added.

    Quarters of an hour that hold counts already are left alone, so a second run adds nothing but the time since.
    The last hours come as readings, faults and all, unless the car park has reported already. Raises Unavailable.
    """
    start, recent = now - timedelta(days=days), now - RECENT
    loaded = {one.uid for one in parking_store.list_facilities()}
    added = 0
    for facility in bundle().facilities:
        if facility.uid not in loaded:
            continue
        readings = []
        if parking_store.find_occupancy(facility.uid) is None:
            readings = recent_readings(facility, max(start, recent), now)
        ordinary = ROLES[facility.uid].fault is Fault.NONE
        until = recent if readings or not ordinary else now - _QUARTER
        known = {one.starts_at for one in parking_store.list_aggregates(facility.uid, start - _QUARTER, now)}
        counts = [(at, spaces) for at, spaces in past_counts(facility, start, until) if at not in known]
        runner.take_past(facility.uid, counts)
        taken = runner.take_recent(facility.source_uid, readings, now)
        added += len(counts) + taken
        progress(facility, len(counts) + taken)
    return added
