"""Small networks of every kind of trouble, and questions to ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from hypothesis import strategies as st

from citizen_app.buses.network import Agency, Fare, FareRule, Frequency, Network, Route, Stop, StopTimes, Transfer, Trip
from tests.unit.buses.journeys.oracle import Terms
from tests.unit.buses.oracle import rules

Changes = list[list[tuple[int, int]]]    # for each stop: another one and the minutes on foot

# Within the two months of the rules. The last two zones set their clocks in them: on 15 February and on 8 March.
FIRST, LAST = datetime(2026, 1, 24), datetime(2026, 3, 9)
ZONES = ("Asia/Shanghai", "Asia/Kolkata", "Africa/Casablanca", "America/New_York")
moments = st.datetimes(FIRST, LAST, timezones=st.just(UTC)).map(lambda moment: moment.replace(second=0, microsecond=0))

terms = st.builds(
    Terms, change_min=st.sampled_from([2, 2, 0, 1, 5]), walk_m=st.sampled_from([0, 400, 400, 700]), max_transfers=st.sampled_from([7, 7, 2, 0]),
)


@dataclass(frozen=True)
class Question:
    """From stops to stops, each with seconds on foot, at a moment and for some minutes from then on.

    A place reaches on foot whatever its stops do: nobody rides round in a circle to be allowed to walk on.
    """

    origin: Mapping[int, int]
    destination: Mapping[int, int]
    at: datetime
    window_min: int


@st.composite
def stops(draw: st.DrawFn) -> tuple[Stop, ...]:
    """Up to nine within a kilometre or two, some without a position; the last ones are platforms and their station."""
    found = []
    for number in range(draw(st.integers(3, 7))):
        lat, lon = (28.85 + draw(st.integers(0, 12)) / 1000, 121.12 + draw(st.integers(0, 12)) / 1000)
        is_known = draw(st.integers(0, 7)) > 0
        found.append(Stop(f"s{number}", f"Stop {number}", lat if is_known else None, lon if is_known else None, zone_id=draw(st.sampled_from("AB "))))
    if draw(st.booleans()):
        found += [Stop(f"p{number}", f"Platform {number}", 28.853 + number / 5000, 121.125, parent_station="st", zone_id="A") for number in (1, 2)]
        found.append(Stop("st", "Station", 28.853, 121.125, location_type=1))
    return tuple(found)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Lines with loops, waits, seconds, overtaking, times past midnight, frequencies, set-down and pick-up only, rules for changes."""
    places = draw(stops())
    called = [number for number, stop in enumerate(places) if stop.location_type == 0]
    services = {f"c{number}": draw(rules) for number in range(draw(st.integers(1, 3)))}
    paths = draw(st.lists(st.lists(st.sampled_from(called), min_size=2, max_size=6), min_size=1, max_size=4))
    trips, rows, ends, frequencies = [], [], [0], []
    for number in range(draw(st.integers(1, 12))):
        path = draw(st.sampled_from(paths))
        at = draw(st.sampled_from([480, 490, 1380, 1430, 1500, 1870])) * 60 + draw(st.integers(0, 60)) * 60 + draw(st.sampled_from([0, 0, 0, 20, 59]))
        for stop in path:
            wait = draw(st.sampled_from([0, 0, 0, 60, 30]))
            rows.append((stop, at, at + wait, draw(st.sampled_from([0, 0, 0, 0, 1, 2])), draw(st.sampled_from([0, 0, 0, 0, 1, 3]))))
            at += wait + draw(st.sampled_from([0, 60, 120, 300, 310]))
        trips.append(Trip(f"t{number}", draw(st.sampled_from(["r0", "r1"])), draw(st.sampled_from(sorted(services))), headsign=draw(st.sampled_from(["", "North"]))))
        if draw(st.integers(0, 4)) == 0:
            begin = draw(st.integers(450, 1430)) * 60
            frequencies.append(Frequency(f"t{number}", begin, begin + draw(st.integers(1, 90)) * 60, draw(st.integers(5, 30)) * 60, draw(st.booleans())))
        ends.append(len(rows))
    columns = np.array(rows, dtype=np.int32).T
    size = len(rows)
    return Network(
        agencies=(Agency("a", "Agency", timezone=draw(st.sampled_from(ZONES))),),
        stops=places, routes=(Route("r0", "1路", agency_id="a"), Route("r1", "2路", agency_id="a")), services=services, trips=tuple(trips),
        stop_times=StopTimes(
            first=np.array(ends, dtype=np.int32), stop=columns[0], sequence=np.arange(size, dtype=np.int32),
            arrival_s=columns[1], departure_s=columns[2], pickup_type=columns[3].astype(np.uint8), drop_off_type=columns[4].astype(np.uint8),
            timepoint=np.ones(size, np.uint8), headsign=np.full(size, -1, np.int32), shape_dist=np.full(size, np.nan),
        ),
        frequencies=tuple(frequencies),
        transfers=draw(st.lists(transfers(places), max_size=3, unique_by=lambda one: (one.from_stop_id, one.to_stop_id)).map(tuple)),
        fares=(Fare("near", 200, agency_id="a"), Fare("far", 300), Fare("other", 100, agency_id="b")),
        fare_rules=draw(st.lists(fare_rules, max_size=3).map(tuple)),
    )


def transfers(places: tuple[Stop, ...]) -> st.SearchStrategy[Transfer]:
    called = st.sampled_from([stop.stop_id for stop in places if stop.location_type == 0])
    kinds = st.sampled_from([(0, None), (1, None), (2, 240), (2, 90), (2, 0), (3, None)])
    return st.builds(lambda one, other, kind: Transfer(one, other, *kind), called, called, kinds)


fare_rules = st.builds(
    FareRule, st.sampled_from(["near", "far"]), st.sampled_from(["", "r0", "r1"]), st.sampled_from(["", "A", "B"]),
    st.sampled_from(["", "A", "B"]), st.sampled_from(["", "", "A"]),
)


@st.composite
def questions(draw: st.DrawFn, network: Network, changes_from: Changes) -> Question:
    """A place near one or two stops, and another one near others; what can be walked to from there is near both."""
    called = [number for number, stop in enumerate(network.stops) if stop.location_type == 0]
    order = draw(st.permutations(called))
    cut, end = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    walks = st.sampled_from([0, 0, 60, 95, 600])
    changes_to: list[list[tuple[int, int]]] = [[] for _ in changes_from]
    for one, ways in enumerate(changes_from):
        for other, minutes in ways:
            changes_to[other].append((one, minutes))
    return Question(
        near({stop: draw(walks) for stop in order[:cut]}, changes_from), near({stop: draw(walks) for stop in order[cut:cut + end]}, changes_to),
        draw(moments), draw(st.sampled_from([1, 30, 120, 600])),
    )


def near(walks_s: dict[int, int], changes: Changes) -> dict[int, int]:
    """The walks to some stops, and past them to all that can be walked to from there, stop after stop."""
    found = dict(walks_s)
    waiting = list(found)
    for stop in waiting:
        for other, minutes in changes[stop]:
            if other != stop and found[stop] + minutes * 60 < found.get(other, 1 << 20):
                found[other] = found[stop] + minutes * 60
                waiting.append(other)
    return found


@st.composite
def changes(draw: st.DrawFn, network: Network, around: date) -> tuple[frozenset[tuple[int, date]], dict[tuple[int, date], int]]:
    """Cancelled trips and delays in seconds by (trip, service day), around a date."""
    keys = st.tuples(st.integers(0, len(network.trips) - 1), st.sampled_from([date.fromordinal(around.toordinal() + off) for off in (-1, 0, 0, 1)]))
    return draw(st.frozensets(keys, max_size=3)), draw(st.dictionaries(keys, st.sampled_from([30, 60, 600, 3600, 18_000]), max_size=4))
