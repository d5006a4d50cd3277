"""Timetables: every call of every run is there once, in an order that people can read."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.grid import Column, Grid, make_grids
from citizen_app.buses.merging import merge_stops, sort_columns
from citizen_app.buses.network import Frequency, Network
from citizen_app.buses.schedule import build_schedule
from citizen_app.days.rules import Rule
from tests import networks as makers
from tests.networks import calls, make_network
from tests.unit.buses import oracle
from tests.unit.buses.oracle import CALENDAR

HOUR, MINUTE = 3600, 60
DAILY = frozenset({"daily"})


def grids_of(network: Network, services: frozenset[str] = DAILY) -> list[Grid]:
    return make_grids(build_schedule(network, CALENDAR), network.routes[0], services)


def daily(**starts: list[makers.Call]) -> Network:
    return make_network({key: ("101", "daily", one) for key, one in starts.items()}, services={"daily": Rule()})


def cells_of(grid: Grid, column: Column) -> tuple[tuple[str, int], ...]:
    """The calls of a column as (stop, seconds), from top to bottom."""
    return tuple((row.stop.stop_id, cell) for row, cell in zip(grid.rows, column.cells, strict=True) if cell is not None)


def starts(grid: Grid) -> list[str]:
    return [
        f"every {column.every_s // MINUTE}" if column.every_s else f"{min(c for c in column.cells if c is not None) / HOUR:g}"
        for column in grid.columns
    ]


def unfold(grid: Grid) -> list[tuple[tuple[str, int], ...]]:
    """The calls of every run that the grid stands for."""
    found = []
    for place, column in enumerate(grid.columns):
        if column.every_s is None:
            found.append(cells_of(grid, column))
            continue
        before, after = (cells_of(grid, grid.columns[place + step]) for step in (-1, 1))
        assert [stop for stop, _ in before] == [stop for stop, _ in after]
        shift = column.every_s
        while before[0][1] + shift < after[0][1]:
            found.append(tuple((stop, seconds + shift) for stop, seconds in before))
            shift += column.every_s
    return found


@given(oracle.networks(), st.frozensets(st.sampled_from(["c0", "c1", "c2"])))
def test_every_call_of_every_run_is_in_a_column_once_or_covered_by_an_interval(network: Network, services: frozenset[str]) -> None:
    schedule = build_schedule(network, CALENDAR)
    for route in network.routes:
        grids = make_grids(schedule, route, services)
        shown = Counter(run for grid in grids for run in unfold(grid))
        runs: list[list[tuple[str, int]]] = []
        for one in oracle.passings(network, services):
            if network.trips[one.trip].route_id == route.route_id:
                if one.place == 0:
                    runs.append([])
                runs[-1].append((network.stops[one.stop].stop_id, one.seconds))
        assert shown == Counter(map(tuple, runs))
        for grid in grids:
            assert grid.columns[0].is_first and grid.columns[-1].is_last
            assert all(len(column.cells) == len(grid.rows) for column in grid.columns if column.every_s is None)
            texts = dict(grid.notes)
            assert all(texts.get(column.note, "") == network.trips[column.trip].note for column in grid.columns if column.trip >= 0)
            for before, after in pairwise(grid.columns):
                assert before.every_s is None or after.every_s is None


@given(makers.networks())
def test_no_network_whose_references_resolve_makes_a_timetable_fail(network: Network) -> None:
    for route in network.routes:
        make_grids(build_schedule(network, CALENDAR), route, frozenset(network.services))


paths = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=7), min_size=1, max_size=5)


@given(paths)
def test_every_pattern_reads_from_top_to_bottom_in_the_merged_rows(patterns: list[list[int]]) -> None:
    rows, places = merge_stops(patterns)
    for pattern, found in zip(patterns, places, strict=True):
        assert [rows[place] for place in found] == pattern
        assert found == sorted(set(found))
    assert {place for found in places for place in found} == set(range(len(rows)))
    assert len(rows) <= sum(map(len, patterns))


@given(st.lists(st.lists(st.none() | st.integers(0, 20), min_size=4, max_size=4).filter(lambda row: any(x is not None for x in row)), max_size=6))
def test_no_column_goes_backwards_where_an_order_without_that_exists(rows: list[list[int | None]]) -> None:
    """Where the earlier one at the first different row is known for each two of them, and in no circle, it comes first."""
    table = np.array([[-1 if cell is None else cell for cell in row] for row in rows], dtype=np.int32).reshape(-1, 4)
    order = sort_columns(table)
    assert sorted(order) == list(range(len(rows)))
    before = set()
    for one, other in combinations(range(len(rows)), 2):
        different = [(x, y) for x, y in zip(rows[one], rows[other], strict=True) if x is not None and y is not None and x != y]
        if different:
            before.add((one, other) if different[0][0] < different[0][1] else (other, one))
    left = set(range(len(rows)))
    while free := {one for one in left if not any(later == one and earlier in left for earlier, later in before)}:
        left -= free
    if not left:
        assert all(order.index(earlier) < order.index(later) for earlier, later in before)


def test_short_workings_and_detours_share_the_rows_of_the_longest_run() -> None:
    network = daily(
        long=calls(6 * HOUR, "zong", "qiao", "xun", "guang"), short=calls(7 * HOUR, "zong", "qiao"),
        detour=calls(8 * HOUR, "zong", "xiao", "xun", "guang"), late_start=calls(9 * HOUR, "xun", "guang"),
    )
    grid, = grids_of(replace(network, trips=tuple(replace(trip, direction_id=0) for trip in network.trips)))
    assert [row.stop.stop_id for row in grid.rows] in (["zong", "qiao", "xiao", "xun", "guang"], ["zong", "xiao", "qiao", "xun", "guang"])
    assert starts(grid) == ["6", "7", "8", "9"]


def test_a_loop_has_its_first_stop_at_the_top_and_at_the_bottom() -> None:
    grid, = grids_of(daily(a=calls(6 * HOUR, "zong", "qiao", "xun", "qiao", "zong")))
    assert [row.stop.stop_id for row in grid.rows] == ["zong", "qiao", "xun", "qiao", "zong"]


def test_a_run_that_starts_on_the_way_stands_where_it_would_if_it_came_from_the_start() -> None:
    grid, = grids_of(daily(
        a=calls(6 * HOUR, "zong", "qiao", "xun"), b=calls(7 * HOUR, "zong", "qiao", "xun"), c=calls(6 * HOUR + 50 * MINUTE, "qiao", "xun"),
    ))
    assert [column.trip for column in grid.columns] == [0, 2, 1]


def test_four_equal_distances_become_an_interval_and_three_do_not() -> None:
    def every(minutes: int, count: int) -> list[str]:
        return starts(grids_of(daily(**{f"t{n}": calls(6 * HOUR + n * minutes * MINUTE, "zong", "xun") for n in range(count)}))[0])

    assert every(15, 5) == ["6", "every 15", "7"]
    assert every(15, 4) == ["6", "6.25", "6.5", "6.75"]


def test_an_interval_ends_where_the_distance_the_running_time_or_the_note_changes() -> None:
    network = daily(**{f"t{n}": calls(6 * HOUR + n * 900, "zong", "xun", ride_s=600 if n < 5 else 700) for n in range(10)})
    assert starts(grids_of(network)[0]) == ["6", "every 15", "7", "7.25", "every 15", "8.25"]
    even = daily(**{f"t{n}": calls(6 * HOUR + n * 900, "zong", "xun") for n in range(9)})
    noted = replace(even, trips=tuple(replace(trip, note="学生班" if n == 4 else "") for n, trip in enumerate(even.trips)))
    grid, = grids_of(noted)
    assert [column.note for column in grid.columns] == ["", "", "", "", "a", "", "", "", ""] and grid.notes == (("a", "学生班"),)


def test_a_frequency_stays_an_interval_and_one_with_exact_times_is_shown_as_trips() -> None:
    network = make_network(
        {"a": ("101", "daily", calls(0, "zong", "xun")), "b": ("101", "daily", calls(0, "zong", "xun"))}, services={"daily": Rule()},
        frequencies=(Frequency("a", 6 * HOUR, 7 * HOUR, 1800, headway_min_s=1200), Frequency("b", 9 * HOUR, 10 * HOUR, 1800, exact_times=True)),
    )
    grid, = grids_of(network)
    assert starts(grid) == ["6", "every 30", "6.5", "9", "9.5"]
    assert [column.every_min_s for column in grid.columns] == [None, 1200, None, None, None]


def test_rows_say_where_nobody_may_get_on_and_where_times_are_approximate() -> None:
    network = daily(a=calls(6 * HOUR, "zong", "qiao", "xun"), b=calls(7 * HOUR, "zong", "qiao", "xun"))
    columns = replace(
        network.stop_times, pickup_type=np.array([0, 1, 1, 0, 1, 0], np.uint8), timepoint=np.array([1, 0, 1, 1, 0, 0], np.uint8),
    )
    grid, = grids_of(replace(network, stop_times=columns))
    assert [row.set_down_only for row in grid.rows] == [False, True, False]    # at the end nobody gets on anyway
    assert [row.is_timepoint for row in grid.rows] == [True, False, True]


def test_the_last_cell_is_the_arrival_and_all_others_are_departures() -> None:
    grid, = grids_of(daily(a=[("zong", 100, 160), ("qiao", 300, 360), ("xun", 500, 560)]))
    assert grid.columns[0].cells == (160, 360, 500)


def test_directions_come_in_order_each_with_its_commonest_headsign() -> None:
    network = daily(a=calls(6 * HOUR, "xun", "zong"), b=calls(6 * HOUR, "zong", "xun"), c=calls(7 * HOUR, "zong", "xun"), d=calls(8 * HOUR, "zong", "qiao"))
    directions = {"a": 1, "b": 0, "c": 0, "d": 0}
    network = replace(network, trips=tuple(replace(trip, direction_id=directions[trip.trip_id]) for trip in network.trips))
    assert [(grid.direction_id, grid.headsign) for grid in grids_of(network)] == [(0, "汛桥"), (1, "客运总站")]


def test_nothing_is_shown_of_services_that_are_not_in_force() -> None:
    network = daily(a=calls(6 * HOUR, "xun", "zong"))
    assert grids_of(network, frozenset()) == []
