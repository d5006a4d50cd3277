"""What one version of the bus network *is*, in the words of GTFS. Pure.

Small things are frozen dataclasses; calls (stop_times) are columns of numbers, since there may be millions of them.
Times are seconds of the service day, counted as GTFS does from noon minus 12 h, and may pass 24:00. Money is in fen.
Empty strings, None, -1 in columns of indices and NaN mean "not given".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from citizen_app.days.rules import Rule
from citizen_app.places.market import Market


class RouteKind(StrEnum):
    """What the county calls a line; a GTFS feed says nothing of it."""

    TOWN = "town"              # 城乡公交
    MICRO = "micro"            # 微公交
    MARKET = "market"          # 集市班线
    STATION = "station"        # 火车站接驳
    URBAN = "urban"            # 城市公交
    OTHER = ""


class Position(StrEnum):
    """How a stop's point is known."""

    SURVEYED = "surveyed"
    ESTIMATED = "estimated"
    UNKNOWN = ""


@dataclass(frozen=True)
class Agency:
    agency_id: str
    name: str
    url: str = ""
    timezone: str = "Asia/Shanghai"
    lang: str = ""
    phone: str = ""
    fare_url: str = ""
    email: str = ""


@dataclass(frozen=True)
class Stop:
    """A stop, station (location_type 1), entrance (2), node (3) or boarding area (4). `lat`, `lon` WGS-84.

    `code` is what stands on the sign. `town_code` and `village_code` are those of the places; "" when not known.
    """

    stop_id: str
    name: str
    lat: float | None = None
    lon: float | None = None
    code: str = ""
    desc: str = ""
    zone_id: str = ""
    url: str = ""
    location_type: int = 0
    parent_station: str = ""
    timezone: str = ""
    wheelchair_boarding: int = 0
    platform_code: str = ""
    town_code: str = ""
    village_code: str = ""
    position: Position = Position.UNKNOWN


@dataclass(frozen=True)
class Route:
    """A line. `market` is the slug of the market that it runs for, "" for none."""

    route_id: str
    short_name: str = ""
    long_name: str = ""
    agency_id: str = ""
    route_type: int = 3
    desc: str = ""
    url: str = ""
    color: str = ""
    text_color: str = ""
    sort_order: int | None = None
    kind: RouteKind = RouteKind.OTHER
    market: str = ""


@dataclass(frozen=True)
class Trip:
    """One run of a vehicle along its calls. `note` is a footnote for people ("只下不上")."""

    trip_id: str
    route_id: str
    service_id: str
    headsign: str = ""
    short_name: str = ""
    direction_id: int | None = None
    block_id: str = ""
    shape_id: str = ""
    wheelchair_accessible: int = 0
    bikes_allowed: int = 0
    note: str = ""


@dataclass(frozen=True)
class Frequency:
    """A trip repeated from `start_s` until before `end_s`; the calls of the trip say only the running times.

    `headway_s` is the longest gap that is promised; `headway_min_s` the shortest where a range is given ("10-15分钟").
    """

    trip_id: str
    start_s: int
    end_s: int
    headway_s: int
    exact_times: bool = False
    headway_min_s: int | None = None


@dataclass(frozen=True)
class Transfer:
    from_stop_id: str
    to_stop_id: str
    transfer_type: int = 0
    min_transfer_s: int | None = None
    from_route_id: str = ""
    to_route_id: str = ""
    from_trip_id: str = ""
    to_trip_id: str = ""


@dataclass(frozen=True)
class Fare:
    """A fare class: price in fen (or the hundredth of another `currency`). `transfers` None: unlimited."""

    fare_id: str
    price_fen: int
    currency: str = "CNY"
    payment_method: int = 0
    transfers: int | None = None
    agency_id: str = ""
    transfer_duration_s: int | None = None


@dataclass(frozen=True)
class FareRule:
    """Where a fare applies; "" is anywhere. Zones are those of the stops."""

    fare_id: str
    route_id: str = ""
    origin_id: str = ""
    destination_id: str = ""
    contains_id: str = ""


@dataclass(frozen=True)
class Translation:
    """A name in another language: of one record (`record_id`, `record_sub_id`) or of all with `field_value`."""

    table_name: str
    field_name: str
    language: str
    translation: str
    record_id: str = ""
    record_sub_id: str = ""
    field_value: str = ""


@dataclass(frozen=True)
class FeedInfo:
    publisher_name: str = ""
    publisher_url: str = ""
    lang: str = ""
    start_date: date | None = None
    end_date: date | None = None
    version: str = ""
    contact_email: str = ""
    contact_url: str = ""


@dataclass(frozen=True, eq=False)
class Shape:
    """A path on the ground. `dist` is shape_dist_traveled in the feed's own unit, NaN where not given."""

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    dist: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StopTimes:
    """The calls of all trips, trip after trip in the order of `Network.trips`, each trip's by stop_sequence.

    The calls of trip number t are the entries first[t] up to first[t + 1]. `stop` are indices into `Network.stops`,
    `headsign` into `headsigns` (-1: the trip's own). `timepoint` 1 is an exact time, 0 an approximate one (also
    every time that was interpolated). pickup_type and drop_off_type are those of GTFS: 0 regular, 1 not possible.
    """

    first: NDArray[np.int32]
    stop: NDArray[np.int32]
    sequence: NDArray[np.int32]
    arrival_s: NDArray[np.int32]
    departure_s: NDArray[np.int32]
    pickup_type: NDArray[np.uint8]
    drop_off_type: NDArray[np.uint8]
    timepoint: NDArray[np.uint8]
    headsign: NDArray[np.int32]
    shape_dist: NDArray[np.float64]
    headsigns: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Network:
    """One version of the whole network; every reference in it resolves. Two are equal when `documents.pack` is."""

    agencies: tuple[Agency, ...]
    stops: tuple[Stop, ...]
    routes: tuple[Route, ...]
    services: Mapping[str, Rule]
    trips: tuple[Trip, ...]
    stop_times: StopTimes
    frequencies: tuple[Frequency, ...] = ()
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    transfers: tuple[Transfer, ...] = ()
    fares: tuple[Fare, ...] = ()
    fare_rules: tuple[FareRule, ...] = ()
    translations: tuple[Translation, ...] = ()
    feed_info: FeedInfo = field(default_factory=FeedInfo)
    markets: tuple[Market, ...] = ()
    is_demo: bool = False


# Columns of StopTimes with their types, in the order in which they are stored.
STOP_TIME_COLUMNS: tuple[tuple[str, str], ...] = (
    ("first", "<i4"), ("stop", "<i4"), ("sequence", "<i4"), ("arrival_s", "<i4"), ("departure_s", "<i4"),
    ("pickup_type", "|u1"), ("drop_off_type", "|u1"), ("timepoint", "|u1"), ("headsign", "<i4"), ("shape_dist", "<f8"),
)
