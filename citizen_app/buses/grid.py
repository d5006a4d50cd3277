"""A line's timetable as a table: stops are rows, trips are columns. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from citizen_app.buses.headways import Every, Run, collapse
from citizen_app.buses.lines import Line
from citizen_app.buses.merging import NONE, Times, merge_stops, sort_columns
from citizen_app.buses.network import Route, Stop
from citizen_app.buses.runs import Numbers
from citizen_app.buses.schedule import Schedule
from citizen_app.days.rules import Rule

_NO_PICKUP = 1


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


def make_grids(schedule: Schedule, route: Route, services: frozenset[str]) -> Sequence[Grid]:
    """The route's timetable with these services in force, a grid for each direction that then runs, 0 before 1 before none.

    Every run is a column or lies in the interval between two columns. Cells are departures, at the end of a run its arrival.
    """
    return schedule.once(_make_grids, route, services)


def _make_grids(schedule: Schedule, route: Route, services: frozenset[str]) -> Sequence[Grid]:
    grids = []
    for line in schedule.lines_of(route):
        patterns = [schedule.patterns[index] for index in line.patterns]
        with_runs = [(pattern.stops, schedule.runs_with(pattern.runs, services)) for pattern in patterns if pattern.stops]
        in_force = [(stops, runs) for stops, runs in with_runs if len(runs)]
        if in_force:
            grids.append(_make_grid(schedule, line, in_force))
    return grids


def _make_grid(schedule: Schedule, line: Line, in_force: Sequence[tuple[tuple[int, ...], Numbers]]) -> Grid:
    longest_first = sorted(in_force, key=lambda one: (-len(one[0]), -len(one[1])))
    stops, places = merge_stops([stops for stops, _ in longest_first])
    runs = np.concatenate([of_pattern for _, of_pattern in longest_first])
    times = np.full((len(runs), len(stops)), NONE, dtype=np.int32)
    done = 0
    for (_, of_pattern), rows in zip(longest_first, places, strict=True):
        times[done:done + len(of_pattern), rows] = _times(schedule, of_pattern, len(rows))
        done += len(of_pattern)
    order = sort_columns(times)
    trips = schedule.runs.trip[runs[order]].tolist()
    marks = _marks(schedule.network.trips[trip].note for trip in trips)
    sorted_runs = [
        _run(schedule, run, times_s, marks.get(schedule.network.trips[trip].note, ""))
        for run, trip, times_s in zip(runs[order].tolist(), trips, times[order].tolist(), strict=True)
    ]
    shown = [
        Column(-1, (), one.every_s, one.every_min_s) if isinstance(one, Every) else _column(trips[one], sorted_runs[one])
        for one in collapse(sorted_runs)
    ]
    shown[0] = replace(shown[0], is_first=True)
    shown[-1] = replace(shown[-1], is_last=True)
    return Grid(
        line.direction_id,
        Counter(schedule.headsigns[trip] for trip in trips).most_common(1)[0][0],
        _rows(schedule, stops, [(of_pattern, rows) for (_, of_pattern), rows in zip(longest_first, places, strict=True)]),
        tuple(shown),
        tuple((mark, note) for note, mark in marks.items()),
    )


def _times(schedule: Schedule, runs: Numbers, length: int) -> Times:
    """Departures of runs of one pattern, a line for each; the last column is the arrival."""
    calls, trips = schedule.network.stop_times, schedule.runs.trip[runs]
    times = calls.departure_s[calls.first[trips][:, None] + np.arange(length)]
    times[:, -1] = calls.arrival_s[calls.first[trips] + length - 1]
    shifted: Times = times + schedule.runs.shift_s[runs][:, None]
    return shifted


def _rows(schedule: Schedule, stops: Sequence[int], patterns: Iterable[tuple[Numbers, Sequence[int]]]) -> tuple[Row, ...]:
    calls = schedule.network.stop_times
    is_timepoint, lets_on, only_sets_down = (np.zeros(len(stops), dtype=np.bool_) for _ in range(3))
    for runs, rows in patterns:
        at = calls.first[schedule.runs.trip[runs]][:, None] + np.arange(len(rows))
        is_timepoint[rows] |= (calls.timepoint[at] == 1).any(axis=0)
        going_on, sets_down = rows[:-1], calls.pickup_type[at[:, :-1]] == _NO_PICKUP    # at its end a run lets nobody on anyway
        only_sets_down[going_on] |= sets_down.any(axis=0)
        lets_on[going_on] |= (~sets_down).any(axis=0)
    only_sets_down &= ~lets_on
    flags = zip(stops, is_timepoint.tolist(), only_sets_down.tolist(), strict=True)
    return tuple(Row(schedule.network.stops[stop], is_exact, down_only) for stop, is_exact, down_only in flags)


def _run(schedule: Schedule, run: int, times: Sequence[int], note: str) -> Run:
    which = int(schedule.runs.frequency[run])
    if which < 0 or (frequency := schedule.network.frequencies[which]).exact_times:
        return Run(tuple(times), note)
    return Run(tuple(times), note, which, frequency.headway_s, frequency.headway_min_s)


def _column(trip: int, run: Run) -> Column:
    return Column(trip, tuple(None if time_s == NONE else time_s for time_s in run.times), note=run.note)


def _marks(notes: Iterable[str]) -> dict[str, str]:
    """A letter for each different note, in the order in which they come."""
    return {note: _letters(number) for number, note in enumerate(note for note in dict.fromkeys(notes) if note)}


def _letters(number: int) -> str:
    """a to z, then aa, ab and so on."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)
