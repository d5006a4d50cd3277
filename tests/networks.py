"""Makers of bus networks: a small county by hand, and any network at all for property tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from hypothesis import strategies as st

from citizen_app.buses.network import (
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
from citizen_app.days.kinds import DayKind
from citizen_app.days.rules import (
    Branches,
    Daily,
    DayKinds,
    GregorianDigits,
    LunarDays,
    LunarDigits,
    Never,
    Rule,
    Season,
    ShortMonth,
    Weekdays,
    YearlyRange,
)
from citizen_app.places.market import Market

Call = tuple[str, int, int]    # stop_id, arrival and departure in seconds

STOPS = {
    "zong": ("客运总站", 28.8500, 121.1200), "qiao": ("灵江大桥", 28.8460, 121.1290), "xun": ("汛桥", 28.7790, 121.1950),
    "guang": ("光明村", 28.7600, 121.2100), "xiao": ("小芝", 28.8900, 121.3800),
}


def calls(departs_s: int, *stop_ids: str, ride_s: int = 600) -> list[Call]:
    """Calls at the stops, the first at `departs_s`, each `ride_s` after the one before."""
    return [(stop_id, departs_s + number * ride_s, departs_s + number * ride_s) for number, stop_id in enumerate(stop_ids)]


def make_stop_times(trips: Sequence[Sequence[Call]], numbers: Mapping[str, int]) -> StopTimes:
    """The columns of the calls of all trips, every time exact."""
    flat = [call for one in trips for call in one]
    size = len(flat)
    return StopTimes(
        first=np.cumsum([0, *(len(one) for one in trips)], dtype=np.int32),
        stop=np.array([numbers[call[0]] for call in flat], dtype=np.int32),
        sequence=np.array([number for one in trips for number in range(len(one))], dtype=np.int32),
        arrival_s=np.array([call[1] for call in flat], dtype=np.int32),
        departure_s=np.array([call[2] for call in flat], dtype=np.int32),
        pickup_type=np.zeros(size, np.uint8), drop_off_type=np.zeros(size, np.uint8), timepoint=np.ones(size, np.uint8),
        headsign=np.full(size, -1, np.int32), shape_dist=np.full(size, np.nan),
    )


def make_network(trips: Mapping[str, tuple[str, str, Sequence[Call]]] | None = None, **fields: Any) -> Network:
    """Line 101 from town to 汛桥 and back daily, line 208 to 小芝 on working days, all on the stops of STOPS.

    `trips`: trip_id -> (route_id, service_id, calls).
    """
    if trips is None:
        trips = {
            "101-a": ("101", "daily", calls(6 * 3600, "zong", "qiao", "xun")),
            "101-b": ("101", "daily", calls(8 * 3600, "zong", "qiao", "xun")),
            "101-c": ("101", "daily", calls(17 * 3600, "xun", "qiao", "zong")),
            "208-a": ("208", "workdays", calls(7 * 3600, "zong", "xiao", ride_s=2400)),
        }
    stops = fields.pop("stops", tuple(Stop(key, name, lat, lon, code=f"L{key}") for key, (name, lat, lon) in STOPS.items()))
    values: dict[str, Any] = {
        "agencies": (Agency("lhgj", "临海公交", "https://bus.example", phone="0576-85110000"),),
        "stops": stops,
        "routes": (
            Route("101", "101路", agency_id="lhgj", kind=RouteKind.TOWN), Route("208", "208路", agency_id="lhgj", kind=RouteKind.TOWN),
        ),
        "services": {"daily": Rule(), "workdays": Rule(DayKinds(frozenset({DayKind.WORKDAY})))},
        "trips": tuple(Trip(key, route, service) for key, (route, service, _) in trips.items()),
        "stop_times": make_stop_times([one[2] for one in trips.values()], {stop.stop_id: n for n, stop in enumerate(stops)}),
    }
    return Network(**{**values, **fields})


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)
_DATES = st.dates(date(2020, 1, 1), date(2056, 12, 31))
_DATE_SETS = st.frozensets(_DATES, max_size=3)
_LAT = st.none() | st.floats(-90, 90)
_SHORT = st.sampled_from(ShortMonth)


def _some(least: int, most: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(least, most), min_size=1, max_size=4)


patterns = st.one_of(
    st.just(Daily()), st.just(Never()), st.builds(Weekdays, _some(0, 6)),
    st.builds(DayKinds, st.frozensets(st.sampled_from(DayKind), min_size=1)),
    st.builds(LunarDigits, _some(0, 9), _SHORT), st.builds(GregorianDigits, _some(0, 9)),
    st.builds(LunarDays, _some(1, 30), st.frozensets(st.integers(1, 12), max_size=3), _SHORT), st.builds(Branches, _some(0, 11)),
)
rules = st.builds(
    Rule, patterns, season=st.none() | st.sampled_from(Season), in_term=st.none() | st.booleans(),
    on_holidays=st.none() | st.booleans(), on_makeup_days=st.none() | st.booleans(), first=st.none() | _DATES,
    last=st.none() | _DATES, added=_DATE_SETS, removed=_DATE_SETS,
    yearly=st.lists(
        st.builds(YearlyRange, st.integers(1, 12), st.integers(1, 28), st.integers(1, 12), st.integers(1, 28)), max_size=2
    ).map(tuple),
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Any network whose references resolve: every field said or not, trips without calls, times past midnight, odd names."""
    def ids(prefix: str, most: int, least: int = 0) -> list[str]:
        return [f"{prefix}{number}" for number in range(draw(st.integers(least, most)))]

    agency_ids, stop_ids, route_ids, service_ids = ids("a", 2, 1), ids("s", 4, 1), ids("r", 3, 1), ids("c", 2, 1)
    shape_ids, trip_ids, fare_ids, market_ids = ids("h", 2), ids("t", 4), ids("f", 2), ids("m", 2)
    numbers, shorts = st.integers(0, 3), st.lists(st.integers(0, len(stop_ids) - 1), max_size=4)
    paths = [draw(shorts) for _ in trip_ids]
    size = sum(map(len, paths))

    def column(values: st.SearchStrategy[Any], kind: Any) -> Any:
        return np.array(draw(st.lists(values, min_size=size, max_size=size)), dtype=kind)

    def shape() -> Shape:
        points = draw(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 9) | st.just(np.nan)), max_size=3))
        return Shape(*np.array(points, dtype=np.float64).reshape(-1, 3).T)

    one_of = st.sampled_from
    return Network(
        agencies=tuple(draw(st.builds(Agency, st.just(key), _WORDS, phone=_WORDS)) for key in agency_ids),
        stops=tuple(
            draw(st.builds(Stop, st.just(key), _WORDS, lat=_LAT, lon=_LAT, code=_WORDS, location_type=numbers, position=one_of(Position)))
            for key in stop_ids
        ),
        routes=tuple(
            draw(st.builds(
                Route, st.just(key), _WORDS, _WORDS, one_of(agency_ids), numbers, sort_order=st.none() | numbers,
                kind=one_of(RouteKind), market=one_of(["", *market_ids]),
            ))
            for key in route_ids
        ),
        services={key: draw(rules) for key in service_ids},
        trips=tuple(
            draw(st.builds(
                Trip, st.just(key), one_of(route_ids), one_of(service_ids), _WORDS, direction_id=st.none() | st.integers(0, 1),
                shape_id=one_of(["", *shape_ids]), note=_WORDS,
            ))
            for key in trip_ids
        ),
        stop_times=StopTimes(
            first=np.cumsum([0, *map(len, paths)], dtype=np.int32),
            stop=np.array([stop for path in paths for stop in path], dtype=np.int32),
            sequence=np.array([number for path in paths for number in range(len(path))], dtype=np.int32),
            arrival_s=column(st.integers(0, 200_000), np.int32), departure_s=column(st.integers(0, 200_000), np.int32),
            pickup_type=column(numbers, np.uint8), drop_off_type=column(numbers, np.uint8),
            timepoint=column(st.integers(0, 1), np.uint8), headsign=column(st.integers(-1, 0), np.int32),
            shape_dist=column(st.floats(0, 9) | st.just(np.nan), np.float64), headsigns=(draw(_WORDS),),
        ),
        frequencies=tuple(
            draw(st.builds(Frequency, one_of(trip_ids), numbers, numbers, numbers, st.booleans(), st.none() | numbers))
            for _ in range(draw(numbers) if trip_ids else 0)
        ),
        shapes={key: shape() for key in draw(st.permutations(shape_ids))},
        transfers=draw(st.lists(st.builds(Transfer, one_of(stop_ids), one_of(stop_ids), numbers), max_size=2).map(tuple)),
        fares=tuple(draw(st.builds(Fare, st.just(key), st.integers(0, 10_000), transfers=st.none() | numbers)) for key in fare_ids),
        fare_rules=tuple(draw(st.builds(FareRule, st.just(key), one_of(["", *route_ids]))) for key in fare_ids),
        translations=draw(st.lists(st.builds(Translation, _WORDS, _WORDS, _WORDS, _WORDS), max_size=2).map(tuple)),
        feed_info=draw(st.builds(FeedInfo, _WORDS, start_date=st.none() | _DATES, end_date=st.none() | _DATES)),
        markets=tuple(draw(st.builds(Market, st.just(key), _WORDS, rules, lat=_LAT, opens_s=st.none() | numbers)) for key in market_ids),
        is_demo=draw(st.booleans()),
    )


def make_marked_network(mark: str, trips: int = 300) -> Network:
    """A network that says its mark everywhere: `marks_of` finds a page that was made of two of them."""
    stops = tuple(Stop(key, f"{name} {mark}", lat, lon) for key, (name, lat, lon) in STOPS.items())
    named = {f"{mark}-{n}": ("101", "daily", calls(18000 + n * 120, "zong", "qiao", "xun")) for n in range(trips)}
    network = make_network(named, stops=stops, services={"daily": Rule()}, routes=(Route("101", mark, agency_id="lhgj"),))
    return replace(network, trips=tuple(replace(trip, headsign=mark) for trip in network.trips))


def marks_of(network: Network) -> set[str]:
    """All marks that a network says; one for a marked network that is whole."""
    marks = {route.short_name for route in network.routes} | {trip.headsign for trip in network.trips}
    return marks | {stop.name.split(" ")[1] for stop in network.stops} | {trip.trip_id.rpartition("-")[0] for trip in network.trips}
