"""The index from which phones measure: it comes back as it was, is small, and the nearest are the nearest."""

from __future__ import annotations

import gzip
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.network import Position, Stop
from citizen_app.buses.schedule import build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from citizen_app.geo import distance_m
from citizen_app.near import list_near_stops
from citizen_app.places.near_index import NearParking, NearStop, make_index, nearest, read_index, walk_min
from tests.bus_site import demo_bundle
from tests.networks import calls, make_network

RECORDED = Path(__file__).resolve().parents[2] / "recorded" / "gtfs"
LIMIT_BYTES = 60_000
STOPS = 2500

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=6)
degrees = st.integers(-18_000_000, 18_000_000).map(lambda number: number / 100_000)
near_stops = st.builds(
    NearStop, texts, texts | st.sampled_from("ab"), degrees, degrees, st.sampled_from(["", "汛桥镇", "杜桥镇"]),
    st.lists(st.sampled_from(["101", "108A", "集3", '"'])).map(tuple), st.booleans(),
)
car_parks = st.builds(NearParking, texts, texts, degrees, degrees)


def weight(stops: list[NearStop], parking: list[NearParking]) -> int:
    return len(gzip.compress(make_index(stops, parking).document, 6, mtime=0))


@given(st.lists(near_stops, max_size=12), st.lists(car_parks, max_size=4))
def test_every_index_comes_back_as_it_was(stops: list[NearStop], parking: list[NearParking]) -> None:
    index = make_index(stops, parking)
    assert read_index(index.document) == (stops, parking)
    assert make_index(*read_index(index.document)).version == index.version


@given(st.lists(near_stops, max_size=12), st.integers(0, 20))
def test_a_position_is_at_most_a_metre_off(stops: list[NearStop], shift: int) -> None:
    moved = [NearStop(one.code, one.name, one.lat / 3, one.lon / 3 + shift / 7) for one in stops]
    for one, read in zip(moved, read_index(make_index(moved, []).document)[0], strict=True):
        assert abs(one.lat - read.lat) <= 5.1e-6 and abs(one.lon - read.lon) <= 5.1e-6


@given(st.lists(near_stops, max_size=12), st.integers(0, 14))
def test_the_nearest_are_those_that_no_other_is_nearer_than(stops: list[NearStop], most: int) -> None:
    found = nearest(28.85, 121.12, stops, most, lambda one: (one.lat, one.lon))
    away = sorted(distance_m(28.85, 121.12, one.lat, one.lon) for one in stops)
    assert [metres for metres, _ in found] == away[:most]


def test_the_index_has_the_stops_where_people_get_on_with_their_lines_and_stations_for_their_platforms() -> None:
    stops = (
        Stop("s", "客运总站", code="S", location_type=1), Stop("p", "客运总站", 28.85, 121.12, code="P", parent_station="s"),
        Stop("q", "灵江大桥", 28.84, 121.13, code="Q", town_code="t", position=Position.ESTIMATED), Stop("x", "汛桥", code="X"),
        Stop("end", "光明", 28.80, 121.20, code="E"), Stop("idle", "小芝", 28.90, 121.30, code="I"),
    )
    trips = {
        "a": ("208", "daily", calls(6 * 3600, "p", "q", "x", "end")), "b": ("101", "daily", calls(7 * 3600, "q", "end")),
        "c": ("101", "daily", calls(8 * 3600, "q", "end")),
    }
    schedule = build_schedule(make_network(trips, stops=stops), DayCalendar())
    assert list_near_stops(schedule, False, {"t": "古城街道"}) == [
        NearStop("S", "客运总站", 28.85, 121.12, "", ("208",)), NearStop("Q", "灵江大桥", 28.84, 121.13, "古城街道", ("101", "208"), True),
    ]


def test_minutes_on_foot_are_never_less_than_one_and_none_for_what_nobody_walks() -> None:
    assert [walk_min(metres) for metres in (0, 10, 55, 56, 554, 5000, 5001)] == [1, 1, 1, 2, 11, 91, None]


@pytest.mark.parametrize("feed", ["hdbrts", "cairns"])
def test_a_recorded_network_of_2500_stops_would_fit_a_phones_budget(feed: str) -> None:
    with open_archive(RECORDED / f"{feed}.zip") as archive:
        network = read_network(archive).get_network()
    stops = list_near_stops(build_schedule(network, DayCalendar()), False, {})
    assert len(stops) > 0.95 * len(network.stops)
    size = weight(stops, [])
    assert size * STOPS / len(stops) <= LIMIT_BYTES, size


def test_2500_stops_with_long_chinese_names_fit_too() -> None:
    """Each named after two villages and a spot (eight characters), a walk from the one before, six lines at each; and car parks."""
    draw = Random(1)
    stems = [one.name.removesuffix("村委会") for one in demo_bundle().villages]
    towns = [one.name for one in demo_bundle().towns]
    stops, lat, lon = [], 28.85, 121.12
    for number in range(STOPS):
        if number % 30 == 0:
            lat, lon = 28.6 + draw.random() / 2, 120.8 + draw.random()
        lat, lon = lat + draw.uniform(-0.006, 0.006), lon + draw.uniform(-0.006, 0.006)
        stops.append(NearStop(
            f"LH{number:04}", f"{draw.choice(stems)}村{draw.choice(stems)}{draw.choice(['村口', '路口', '大桥', '小学'])}", lat, lon,
            towns[number * len(towns) // STOPS], tuple(f"{(number // 9 + one * 31) % 120}路" for one in range(6)), draw.random() < 0.3,
        ))
    parking = [NearParking(f"lot-{one}", f"{stops[one].name}停车场", 28.6 + draw.random() / 2, 120.8 + draw.random() / 2) for one in range(100)]
    assert len({one.name for one in stops}) > 0.99 * STOPS and sum(len(one.name) for one in stops) / STOPS >= 7
    size = weight(stops, parking)
    assert size <= LIMIT_BYTES, size
