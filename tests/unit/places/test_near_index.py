"""The index from which phones measure: it comes back as it was, is small, and the nearest are the nearest."""

from __future__ import annotations

import gzip
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.schedule import build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from citizen_app.geo import distance_m
from citizen_app.near import list_near_stops
from citizen_app.places.near_index import NearParking, NearStop, make_index, nearest, read_index, walk_min
from tests.bus_site import demo_bundle, demo_network

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
    """Names of twelve characters, no two alike, in the county's towns, six lines at each stop, and a hundred car parks."""
    bundle, stops = demo_bundle(), []
    villages = [one.name.removesuffix("村委会") for one in bundle.villages]
    names = [f"{one}{spot}{other}口" for spot, (one, other) in zip("村路桥站" * 700, product(villages[::9], villages[::14]), strict=False)]
    placed = [one for one in demo_network().stops if one.lat is not None and one.lon is not None]
    for number, name in enumerate(dict.fromkeys(f"{name}公交站台" for name in names)):
        base = placed[number % len(placed)]
        lines = tuple(f"{(number * 7 + one * 31) % 120}路" for one in range(6))
        stops.append(NearStop(
            f"LH{number:04}", name, (base.lat or 0) + number % 83 * 0.000371, (base.lon or 0) + number % 97 * 0.000419,
            base.town_code, lines, number % 3 == 0,
        ))
    parking = [NearParking(f"lot-{number}", f"{stops[number].name}停车场", 28.8 + number / 777, 121.1 + number / 577) for number in range(100)]
    assert len(stops) >= STOPS and sum(len(one.name) for one in stops[:STOPS]) / STOPS >= 9
    size = weight(stops[:STOPS], parking)
    assert size <= LIMIT_BYTES, size
