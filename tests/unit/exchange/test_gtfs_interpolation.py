"""Blank times lie between their timepoints in proportion to the way. Expected times are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.exchange.gtfs.interpolation import fill_gaps
from tests.unit.exchange.gtfs_feeds import SMALL, read, row_of

HEADER = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint,shape_dist_traveled\n"
OTHER = "t2,9:00:00,9:00:00,north,1,,\n"


def times_of(rows: str, **files: str) -> tuple[list[str], list[int]]:
    """Departures of trip t1 and which calls are exact."""
    network = read({"stop_times.txt": HEADER + rows + OTHER, **files}).get_network()
    calls = network.stop_times
    last = calls.first[1]
    return [f"{s // 3600}:{s // 60 % 60:02}:{s % 60:02}" for s in calls.departure_s[:last].tolist()], calls.timepoint[:last].tolist()


def test_by_shape_dist_traveled_where_every_call_has_it() -> None:
    """40 minutes for 10 km: 1 km is 4 minutes, 7 km are 28."""
    rows = "t1,6:00:00,6:00:00,north,1,1,5\nt1,,,hill,2,,6\nt1,,,mill,3,,12\nt1,6:40:00,6:40:00,south,4,1,15\n"
    assert times_of(rows) == (["6:00:00", "6:04:00", "6:28:00", "6:40:00"], [1, 0, 0, 1])


@pytest.mark.parametrize("dists", [("", "", "", ""), ("0", "", "8", "9"), ("3", "2", "1", "0"), ("5", "5", "5", "5")])
def test_by_the_ground_between_stops_where_it_is_not_usable(dists: tuple[str, ...]) -> None:
    """The stops lie on a meridian at 29.00, 29.01, 29.03 and 29.04: a quarter and three quarters of 40 minutes."""
    times = ["6:00:00,6:00:00", ",", ",", "6:40:00,6:40:00"]
    stops = ["north", "hill", "mill", "south"]
    rows = "".join(f"t1,{times[i]},{stops[i]},{i},,{dists[i]}\n" for i in range(4))
    assert times_of(rows) == (["6:00:00", "6:10:00", "6:30:00", "6:40:00"], [1, 0, 0, 1])


def test_by_number_where_a_stop_has_no_position() -> None:
    rows = "t1,6:00:00,6:00:00,north,1,,\nt1,,,hill,2,,\nt1,,,mill,3,,\nt1,6:31:00,6:40:00,south,4,,\n"
    stops = SMALL["stops.txt"].replace("hill,Hill,29.01,121.0", "hill,Hill,,")
    assert times_of(rows, **{"stops.txt": stops})[0] == ["6:00:00", "6:10:20", "6:20:40", "6:40:00"]


def test_from_the_departure_of_one_timepoint_to_the_arrival_at_the_next() -> None:
    """Waiting at a timepoint is no driving: 6:10 to 6:30, then 6:50 to 7:00, by thirds of the ground."""
    rows = (
        "t1,6:00:00,6:10:00,north,1,,\nt1,,,hill,2,,\nt1,6:30:00,6:50:00,mill,3,,\nt1,,,hill,4,,\nt1,7:00:00,7:00:00,north,9,,\n"
    )
    assert times_of(rows)[0] == ["6:10:00", "6:16:40", "6:50:00", "6:56:40", "7:00:00"]


def test_gaps_past_midnight_and_between_equal_times() -> None:
    rows = "t1,23:55:00,23:55:00,north,1,,\nt1,,,hill,2,,\nt1,24:15:00,24:15:00,mill,3,,\nt1,,,hill,4,,\nt1,24:15:00,24:15:00,north,5,,\n"
    assert times_of(rows)[0] == ["23:55:00", "24:01:40", "24:15:00", "24:15:00", "24:15:00"]


def test_a_time_that_is_said_to_be_exact_but_is_not_there_is_approximate() -> None:
    rows = "t1,6:00:00,6:00:00,north,1,1,\nt1,,,hill,2,1,\nt1,6:40:00,6:40:00,south,3,0,\n"
    assert times_of(rows)[1] == [1, 0, 0]


@pytest.mark.parametrize("rows", [
    "t1,,,north,1,,\nt1,6:40:00,6:40:00,south,2,,\n", "t1,6:00:00,6:00:00,north,1,,\nt1,,,south,2,,\n", "t1,,,north,1,,\n",
])
def test_nothing_is_made_up_before_the_first_and_after_the_last_time(rows: str) -> None:
    problems = row_of(read({"stop_times.txt": HEADER + rows + OTHER}))
    assert len(problems) == 1 and "arrival_time = ''" in problems[0]


@given(st.lists(st.tuples(
    st.lists(st.integers(0, 1000), min_size=2, max_size=6), st.integers(0, 5000), st.booleans(), st.booleans(), st.integers(0, 2**32)
), min_size=1, max_size=3))
def test_filled_times_never_go_back_and_known_ones_stay(trips: list[tuple[list[int], int, bool, bool, int]]) -> None:
    """With any holes in the distances and positions."""
    arrival, dist, lat = [], [], []
    for waits, start_s, has_dist, has_points, seed in trips:
        random = np.random.default_rng(seed)
        times = start_s + np.cumsum(waits)
        blank = random.random(len(waits)) < 0.6
        blank[[0, -1]] = False
        arrival.append(np.where(blank, -1, times))
        dist.append(np.where(random.random(len(waits)) < 0.8 + 0.2 * has_dist, np.sort(random.random(len(waits))), np.nan))
        lat.append(np.where(random.random(len(waits)) < 0.8 + 0.2 * has_points, 29 + random.random(len(waits)), np.nan))
    before = np.concatenate(arrival).astype(np.int32)
    after, departure, lats = before.copy(), before.copy(), np.concatenate(lat)
    fill_gaps(after, departure, np.concatenate(dist), lats, lats + 90)
    assert (after == departure).all() and (after[before >= 0] == before[before >= 0]).all() and (after >= 0).all()
    for part in np.split(after, np.cumsum([len(times) for times in arrival])[:-1]):
        assert (np.diff(part) >= 0).all()
