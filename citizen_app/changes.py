"""How a room tells others what it has changed, without knowing them: announced inside the transaction that makes the change.

Rooms look left only, so parking and buses cannot call what reports to the province. A listener runs at once and in the same
transaction: what it writes is there exactly if the change is, and what it raises undoes both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, current_app

from citizen_app.buses.versions import Version
from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy

Change = TypeVar("Change")
_KEY = "changes"


@dataclass(frozen=True)
class FacilitiesSaved:
    """These are all facilities in service from now on; any other is retired."""

    facilities: Sequence[Facility]
    at: datetime


@dataclass(frozen=True)
class CountsRecorded:
    """The states of facilities after readings or presses that were taken, in their order; a facility may come more than once."""

    states: Sequence[tuple[Facility, Occupancy]]
    received_at: datetime


@dataclass(frozen=True)
class NetworkComing:
    """A version is about to be published. Announced outside of any transaction: the time for slow preparations."""

    version: Version
    at: datetime


@dataclass(frozen=True)
class NetworkPublished:
    """A version of the bus network is the published one from now on, for the first time or again."""

    version: Version
    at: datetime


def listen(app: Flask, kind: type[Change], listener: Callable[[Change], object]) -> None:
    """Have `listener` called with each change of a kind that is announced in this application."""
    app.extensions.setdefault(_KEY, {}).setdefault(kind, []).append(listener)


def announce(change: Any) -> None:
    """Tell all who listen. Whatever one of them raises goes to the caller."""
    for listener in current_app.extensions.get(_KEY, {}).get(type(change), ()):
        listener(change)
