"""Distances, boxes, and the three coordinate systems there and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citizen_app.geo import (
    Box,
    bd09_to_gcj02,
    bd09_to_wgs84,
    distance_m,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

CHINA_LAT, CHINA_LON = st.floats(18, 53.5), st.floats(73.6, 135)
LINHAI = (28.8508, 121.1214)


@given(CHINA_LAT, CHINA_LON)
@settings(max_examples=500)
def test_gcj02_there_and_back_is_within_half_a_metre(lat: float, lon: float) -> None:
    assert distance_m(lat, lon, *gcj02_to_wgs84(*wgs84_to_gcj02(lat, lon))) < 0.5


@given(CHINA_LAT, CHINA_LON)
@settings(max_examples=500)
def test_bd09_there_and_back_is_within_half_a_metre(lat: float, lon: float) -> None:
    assert distance_m(lat, lon, *bd09_to_gcj02(*gcj02_to_bd09(lat, lon))) < 0.5
    assert distance_m(lat, lon, *bd09_to_wgs84(*wgs84_to_bd09(lat, lon))) < 0.5


@given(CHINA_LAT, CHINA_LON)
def test_the_deviation_is_what_is_published_between_none_and_a_kilometre(lat: float, lon: float) -> None:
    assert distance_m(lat, lon, *wgs84_to_gcj02(lat, lon)) < 1000
    assert 500 < distance_m(lat, lon, *gcj02_to_bd09(lat, lon)) < 1500


def test_known_points() -> None:
    """Tiananmen as the maps of each system show it: 39.90734, 116.39089 is 39.90873, 116.39714 in GCJ-02."""
    lat, lon = wgs84_to_gcj02(39.907333, 116.391083)
    assert distance_m(lat, lon, 39.908737, 116.397325) < 10
    lat, lon = gcj02_to_bd09(39.908737, 116.397325)
    assert distance_m(lat, lon, 39.915071, 116.403745) < 10


def test_around_linhai_the_deviation_is_some_hundred_metres_to_the_south_east() -> None:
    lat, lon = wgs84_to_gcj02(*LINHAI)
    assert 300 < distance_m(*LINHAI, lat, lon) < 700
    assert lat < LINHAI[0] and lon > LINHAI[1]


@pytest.mark.parametrize("point", [(51.5, -0.1), (35.68, 139.77), (0.0, 0.0), (-33.9, 151.2), (60.0, 100.0)])
def test_outside_china_all_three_are_the_same(point: tuple[float, float]) -> None:
    for convert in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_gcj02, wgs84_to_bd09, bd09_to_wgs84):
        assert convert(*point) == point


def test_known_distances() -> None:
    assert distance_m(*LINHAI, *LINHAI) == 0
    assert abs(distance_m(0, 0, 0, 1) - 111_195) < 1
    assert abs(distance_m(39.9042, 116.4074, 31.2304, 121.4737) - 1_067_300) < 1000    # Beijing to Shanghai
    assert abs(distance_m(0, 0, 0, 180) - 20_015_115) < 1


LAT, LON = st.floats(-90, 90), st.floats(-180, 180)


@given(LAT, LON, LAT, LON, LAT, LON)
def test_distance_is_the_same_both_ways_and_no_detour_is_shorter(
    lat1: float, lon1: float, lat2: float, lon2: float, lat3: float, lon3: float
) -> None:
    direct = distance_m(lat1, lon1, lat2, lon2)
    assert direct == pytest.approx(distance_m(lat2, lon2, lat1, lon1), abs=0.01)
    assert direct <= distance_m(lat1, lon1, lat3, lon3) + distance_m(lat3, lon3, lat2, lon2) + 1


def test_a_box_includes_its_borders() -> None:
    box = Box(28.5, 120.8, 29.0, 121.7)
    assert box.contains(*LINHAI) and box.contains(28.5, 120.8) and box.contains(29.0, 121.7)
    assert not box.contains(28.49, 121) and not box.contains(28.9, 121.71)
