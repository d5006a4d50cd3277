"""Distances, boxes, and the three coordinate systems of Chinese maps. Pure.

WGS-84 is what satellites give and what we store; GCJ-02 is WGS-84 shifted by a published deviation, used by Amap and
Tencent; BD-09 is GCJ-02 shifted once more, used by Baidu. Outside China all three are taken as the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, atan2, cos, hypot, pi, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008.8
_AXIS_M = 6_378_245.0                    # Krasovsky 1940, which GCJ-02 is defined on
_ECCENTRICITY2 = 0.00669342162296594323
_CHINA = (0.8293, 72.004, 55.8271, 137.8347)

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A box in WGS-84 degrees, borders included."""

    south: float
    west: float
    north: float
    east: float

    def contains(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres (haversine, mean radius)."""
    half = sin(radians(lat2 - lat1) / 2) ** 2
    half += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def wgs84_to_gcj02(lat: float, lon: float) -> Point:
    if not Box(*_CHINA).contains(lat, lon):
        return lat, lon
    x, y = lon - 105.0, lat - 35.0
    waves_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    waves_lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    ripple = 2 / 3 * (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi))
    waves_lat += ripple + 2 / 3 * (20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30))
    waves_lon += ripple + 2 / 3 * (20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi))
    bend = 1 - _ECCENTRICITY2 * sin(radians(lat)) ** 2
    metres_per_lat = _AXIS_M * (1 - _ECCENTRICITY2) / (bend * sqrt(bend)) * pi / 180
    metres_per_lon = _AXIS_M / sqrt(bend) * cos(radians(lat)) * pi / 180
    return lat + waves_lat / metres_per_lat, lon + waves_lon / metres_per_lon


def gcj02_to_bd09(lat: float, lon: float) -> Point:
    if not Box(*_CHINA).contains(lat, lon):
        return lat, lon
    radius = hypot(lon, lat) + 0.00002 * sin(lat * pi * 3000 / 180)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * pi * 3000 / 180)
    return radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065


def gcj02_to_wgs84(lat: float, lon: float) -> Point:
    return _inverse(wgs84_to_gcj02, lat, lon)


def bd09_to_gcj02(lat: float, lon: float) -> Point:
    return _inverse(gcj02_to_bd09, lat, lon)


def wgs84_to_bd09(lat: float, lon: float) -> Point:
    return gcj02_to_bd09(*wgs84_to_gcj02(lat, lon))


def bd09_to_wgs84(lat: float, lon: float) -> Point:
    return gcj02_to_wgs84(*bd09_to_gcj02(lat, lon))


def _inverse(forward: Callable[[float, float], Point], lat: float, lon: float) -> Point:
    """Correct a guess by what it misses: the shift changes slowly, so a few rounds leave millimetres."""
    guess_lat, guess_lon = lat, lon
    for _ in range(8):
        there_lat, there_lon = forward(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat + lat - there_lat, guess_lon + lon - there_lon
    return guess_lat, guess_lon
