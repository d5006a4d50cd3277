"""The demonstration's past: what the vendors would have said in the weeks before a fresh installation. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from citizen_app.parking.closures import is_closed_at
from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import OpeningStatus, Reading
from feeds.demo.scene import ROLES, Count, Fault, count, replayed

RECENT = timedelta(hours=36)      # long enough to see today's curve and that a stuck counter is stuck
_STEP = timedelta(minutes=15)
_RECENT_STEP = timedelta(minutes=5)


def past_counts(facility: Facility, start: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
    """Free spaces each quarter of an hour in [start, end), oldest first, while the car park was open.

    None for the one that never reports. What is wrong with a car park today began when the recent readings begin:
    before them it was an ordinary one.
    """
    if ROLES[facility.uid].fault is Fault.SILENT:
        return
    for moment in _moments(start, end, _STEP):
        if not is_closed_at(facility.opening_hours, facility.closures, moment):
            yield moment, replayed(facility, moment)


def recent_readings(facility: Facility, start: datetime, end: datetime) -> list[Reading]:
    """What the vendor would have said every five minutes in [start, end), oldest first, faults and all."""
    found: dict[datetime, Reading] = {}
    for moment in _moments(start, end, _RECENT_STEP):
        said = count(facility, moment)
        if said is not None:
            found[said.observed_at] = _reading(said)
    return list(found.values())


def _reading(said: Count) -> Reading:
    return Reading(
        said.facility.source_ref, said.observed_at, said.available, capacity=said.facility.capacity,
        opening_status=OpeningStatus.OPEN if said.is_open else OpeningStatus.CLOSED,
        available_by_kind=said.available_by_kind,
    )


def _moments(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    """The whole steps since 1970 within [start, end)."""
    seconds = int(step.total_seconds())
    at = start + timedelta(seconds=-start.timestamp() % seconds)
    while at < end:
        yield at
        at += step
