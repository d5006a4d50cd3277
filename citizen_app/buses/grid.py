"""A line's timetable as a table: stops are rows, trips are columns. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from citizen_app.buses.network import Stop
from citizen_app.days.rules import Rule


@dataclass(frozen=True)
class Row:
    """One stop of one direction; a loop has a stop twice. `cells` beside it are in the order of the columns.

    `is_timepoint`: at least one exact time. `set_down_only`: no column lets people on here.
    """

    stop: Stop
    is_timepoint: bool = True
    set_down_only: bool = False


@dataclass(frozen=True)
class Column:
    """One trip, or (`every_s`) "from the column before every so many seconds until the column after".

    `cells` has a time in seconds of the service day for each row, None where it does not stop; empty for an interval.
    `note` is the mark of its footnote ("" for none). `trip` is an index into the network's trips, -1 for an interval.
    """

    trip: int
    cells: tuple[int | None, ...]
    every_s: int | None = None
    every_min_s: int | None = None
    note: str = ""
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class Grid:
    """One direction of a line on one kind of day. `notes`: (mark, text)."""

    direction_id: int | None
    headsign: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DayChoice:
    """Days on which a line runs the same services. `dates` are those ahead, soonest first; `rules` those in force.

    `services` are the service_ids; empty: it does not run.
    """

    services: frozenset[str]
    dates: tuple[date, ...]
    rules: tuple[Rule, ...]
