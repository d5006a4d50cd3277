"""Feeds to test with: a small one that is right in everything, as text, and networks made up by hypothesis."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from citizen_app.buses.network import (
    STOP_TIME_COLUMNS,
    Agency,
    Fare,
    FareRule,
    FeedInfo,
    Frequency,
    Network,
    Position,
    Route,
    RouteKind,
    Shape,
    Stop,
    StopTimes,
    Transfer,
    Translation,
    Trip,
)
from citizen_app.days.rules import Never, Rule, Weekdays
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import ReadResult, read_network
from citizen_app.exchange.gtfs.values import MAX_TIME_S, clean_text

RECORDED = Path(__file__).resolve().parents[2] / "recorded" / "gtfs"

SMALL: dict[str, str] = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\na,Green Bus,https://bus.example,Asia/Shanghai\n",
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,zone_id\n"
        "north,North,29.00,121.0,0,,z1\nhill,Hill,29.01,121.0,0,,z1\nmill,Mill,29.03,121.0,0,,z2\nsouth,South,29.04,121.0,0,hub,z2\n"
        "hub,Hub,29.04,121.0,1,,\n"
    ),
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\nr1,a,1,North - South,3\n",
    "trips.txt": "route_id,service_id,trip_id,trip_headsign,direction_id\nr1,daily,t1,South,0\nr1,once,t2,South,0\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t1,6:00:00,6:00:00,north,1\nt1,6:10:00,6:11:00,hill,2\nt1,6:20:00,6:20:00,south,4\n"
        "t2,23:50:00,23:50:00,north,1\nt2,25:10:00,25:10:00,south,2\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "daily,1,1,1,1,1,0,0,20260101,20261231\n"
    ),
    "calendar_dates.txt": "service_id,date,exception_type\ndaily,20261001,2\nonce,20261007,1\n",
}


def zipped(files: Mapping[str, str | bytes], folder: str = "") -> bytes:
    """A zip of the files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return made.getvalue()


def read(files: Mapping[str, str | bytes]) -> ReadResult:
    """What comes of the small feed with some files in place of its own."""
    with open_archive(zipped({**SMALL, **files})) as archive:
        return read_network(archive)


def row_of(result: ReadResult) -> list[str]:
    """Every problem without its message: "stops.txt row 3: stop_id = 'x'"."""
    return [f"{one.row}: {one.field} = {one.value!r}" for one in result.problems]


def warnings_of(result: ReadResult) -> list[str]:
    assert not result.problems, result.problems
    return [f"{one.row}: {one.field} = {one.value!r}" for one in result.warnings]


def assert_same(one: Network, other: Network) -> None:
    """Two networks are equal field by field; mappings have no order."""
    for field in fields(Network):
        if field.name not in {"stop_times", "shapes"}:
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    for name, kind in STOP_TIME_COLUMNS:
        assert getattr(one.stop_times, name).dtype == getattr(other.stop_times, name).dtype == np.dtype(kind), name
        np.testing.assert_array_equal(getattr(one.stop_times, name), getattr(other.stop_times, name), err_msg=name)
    assert one.stop_times.headsigns == other.stop_times.headsigns
    assert sorted(one.shapes) == sorted(other.shapes)
    for shape_id, shape in one.shapes.items():
        for name in ("lat", "lon", "dist"):
            np.testing.assert_array_equal(getattr(shape, name), getattr(other.shapes[shape_id], name), err_msg=shape_id)


# Letters that hurt: what CSV is made of, other scripts, letters beyond 16 bits.
_LETTERS = st.one_of(st.sampled_from(list("ab1,\"';|#临海🚌é -_")), st.characters(exclude_categories=("C", "Z")))
IDENTS = st.text(_LETTERS, min_size=1, max_size=5).map(str.strip).filter(bool)
TEXTS = st.text(max_size=8).map(clean_text)
_LINKS = st.sampled_from(["", "https://bus.example/a?b=1,2", "http://x.example"])
_EMAILS = st.sampled_from(["", "bus@county.example"])
_DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
_WHOLE = st.integers(0, 2000)
_DECIMALS = st.floats(0, 1e6, allow_nan=False)
_LATS, _LONS = st.floats(1, 90), st.floats(-180, 180)


def _maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


def _some_of(keys: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(keys) if keys else st.just("")


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """What GTFS can say of a service."""
    first, last = sorted((draw(_DAYS), draw(_DAYS)))
    added = draw(st.frozensets(_DAYS, max_size=4))
    removed = draw(st.frozensets(_DAYS, max_size=4)) - added
    if draw(st.booleans()) and (added or removed):
        return Rule(Never(), added=added, removed=removed)
    return Rule(Weekdays(draw(st.frozensets(st.integers(0, 6)))), first=first, last=last, added=added, removed=removed)


@st.composite
def stop_times(draw: st.DrawFn, trip_count: int, stop_count: int) -> StopTimes:
    """Calls of each trip in time, with sequences that have gaps."""
    columns: dict[str, list[float]] = {name: [] for name, _ in STOP_TIME_COLUMNS}
    columns["first"].append(0)
    headsigns: list[str] = []
    for _ in range(trip_count):
        count = draw(st.integers(0, 4)) if stop_count else 0
        times = sorted(draw(st.lists(st.integers(0, MAX_TIME_S), min_size=2 * count, max_size=2 * count)))
        columns["sequence"] += sorted(draw(st.sets(_WHOLE, min_size=count, max_size=count)))
        columns["arrival_s"] += times[::2]
        columns["departure_s"] += times[1::2]
        for _ in range(count):
            columns["stop"].append(draw(st.integers(0, stop_count - 1)))
            for name, most in (("pickup_type", 3), ("drop_off_type", 3), ("timepoint", 1)):
                columns[name].append(draw(st.integers(0, most)))
            columns["shape_dist"].append(draw(_DECIMALS | st.just(np.nan)))
            headsign = draw(TEXTS)
            if headsign and headsign not in headsigns:
                headsigns.append(headsign)
            columns["headsign"].append(headsigns.index(headsign) if headsign else -1)
        columns["first"].append(len(columns["stop"]))
    return StopTimes(**{name: np.array(columns[name], dtype=kind) for name, kind in STOP_TIME_COLUMNS}, headsigns=tuple(headsigns))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Networks that GTFS can say, in every field but markets."""
    def ids(most: int, least: int = 0) -> list[str]:
        return draw(st.lists(IDENTS, min_size=least, max_size=most, unique=True))

    agency_ids, zone_ids, town_ids = ids(2, 1), ids(2), ids(2)
    stop_ids, route_ids, service_ids, shape_ids = ids(5, 1), ids(3, 1), ids(3, 1), ids(2)
    trip_ids, fare_ids = ids(4), ids(2)
    zone = draw(st.sampled_from(["Asia/Shanghai", "Asia/Kolkata"]))
    agencies = [
        Agency(one, draw(TEXTS), draw(_LINKS), zone, draw(st.sampled_from(["", "zh"])), draw(TEXTS), draw(_LINKS), draw(_EMAILS))
        for one in agency_ids
    ]
    station_count = draw(st.integers(0, len(stop_ids) - 1))
    stops = []
    for number, one in enumerate(stop_ids):
        is_station = number < station_count
        lat, lon = draw(st.tuples(_LATS, _LONS) | st.just((None, None)))
        stops.append(Stop(
            one, draw(TEXTS), lat, lon, draw(TEXTS), draw(TEXTS), draw(_some_of(["", *zone_ids])), draw(_LINKS),
            1 if is_station else draw(st.sampled_from([0, 0, 2, 3])), "" if is_station else draw(_some_of(["", *stop_ids[:station_count]])),
            draw(st.sampled_from(["", "Asia/Tokyo"])), draw(st.integers(0, 2)), draw(TEXTS), draw(_some_of(["", *town_ids])),
            draw(_some_of(["", *town_ids])), draw(st.sampled_from(Position)),
        ))
    routes = [
        Route(
            one, draw(TEXTS), draw(TEXTS), draw(st.sampled_from(agency_ids)), draw(st.sampled_from([0, 3, 11, 715])), draw(TEXTS),
            draw(_LINKS), draw(st.sampled_from(["", "00ff99"])), draw(st.sampled_from(["", "FFFFFF"])), draw(_maybe(_WHOLE)),
            draw(st.sampled_from(RouteKind)), draw(st.sampled_from(["", "guangming"])),
        ) for one in route_ids
    ]
    trips = [
        Trip(
            one, draw(st.sampled_from(route_ids)), draw(st.sampled_from(service_ids)), draw(TEXTS), draw(TEXTS),
            draw(_maybe(st.integers(0, 1))), draw(_some_of(["", *town_ids])), draw(_some_of(["", *shape_ids])), draw(st.integers(0, 2)),
            draw(st.integers(0, 2)), draw(TEXTS),
        ) for one in trip_ids
    ]
    return Network(
        tuple(agencies), tuple(stops), tuple(routes), {one: draw(rules()) for one in service_ids}, tuple(trips),
        draw(stop_times(len(trips), len(stops))),
        frequencies=tuple(draw(_frequencies(trip_ids))),
        shapes={one: draw(_shapes()) for one in shape_ids},
        transfers=tuple(draw(_transfers(stop_ids, route_ids, trip_ids))),
        fares=tuple(
            Fare(one, draw(_WHOLE), draw(st.sampled_from(["CNY", "EUR"])), draw(st.integers(0, 1)), draw(_maybe(st.integers(0, 2))),
                 draw(_some_of(["", *agency_ids])), draw(_maybe(_WHOLE)))
            for one in fare_ids
        ),
        fare_rules=tuple(
            FareRule(one, draw(_some_of(["", *route_ids])), *(draw(_some_of(["", *zone_ids])) for _ in range(3))) for one in fare_ids
        ),
        translations=tuple(draw(_translations(stop_ids, trip_ids))),
        feed_info=draw(st.just(FeedInfo()) | _feed_infos()),
        is_demo=draw(st.booleans()),
    )


@st.composite
def _frequencies(draw: st.DrawFn, trip_ids: list[str]) -> list[Frequency]:
    found = []
    for trip_id in draw(st.lists(st.sampled_from(trip_ids), max_size=2)) if trip_ids else []:
        start_s, end_s = sorted(draw(st.sets(st.integers(0, MAX_TIME_S), min_size=2, max_size=2)))
        headway_s = draw(st.integers(1, 7200))
        found.append(Frequency(trip_id, start_s, end_s, headway_s, draw(st.booleans()), draw(_maybe(st.integers(0, headway_s)))))
    return found


@st.composite
def _shapes(draw: st.DrawFn) -> Shape:
    points = draw(st.lists(st.tuples(_LATS, _LONS, _DECIMALS | st.just(np.nan)), min_size=1, max_size=4))
    return Shape(*(np.array(column) for column in zip(*points, strict=True)))


@st.composite
def _transfers(draw: st.DrawFn, stop_ids: list[str], route_ids: list[str], trip_ids: list[str]) -> list[Transfer]:
    return [Transfer(
        draw(st.sampled_from(stop_ids)), draw(st.sampled_from(stop_ids)), draw(st.integers(0, 5)), draw(_maybe(_WHOLE)),
        *(draw(_some_of(["", *keys])) for keys in (route_ids, route_ids, trip_ids, trip_ids)),
    ) for _ in range(draw(st.integers(0, 2)))]


@st.composite
def _translations(draw: st.DrawFn, stop_ids: list[str], trip_ids: list[str]) -> list[Translation]:
    words = TEXTS.filter(bool)
    found = [
        *(Translation("stops", "stop_name", "en", draw(words), record_id=one) for one in stop_ids if draw(st.booleans())),
        *(Translation("stop_times", "stop_headsign", "en", draw(words), record_id=one, record_sub_id="3") for one in trip_ids),
        Translation("trips", "trip_headsign", "en", draw(words), field_value=draw(words)),
        Translation("feed_info", "feed_publisher_name", "en", draw(words)),
    ]
    return found[: draw(st.integers(0, len(found)))]


@st.composite
def _feed_infos(draw: st.DrawFn) -> FeedInfo:
    first, last = sorted((draw(_DAYS), draw(_DAYS)))
    return FeedInfo(
        draw(TEXTS), draw(_LINKS), draw(st.sampled_from(["", "zh"])), draw(_maybe(st.just(first))), draw(_maybe(st.just(last))),
        draw(TEXTS), draw(_EMAILS), draw(_LINKS),
    )
