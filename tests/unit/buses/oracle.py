"""Small sound networks for property tests, and what is true of them worked out the slow way, call by call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st

from citizen_app.buses.network import Agency, Frequency, Network, Route, Stop, StopTimes, Trip
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import Daily, LunarDigits, Never, Rule, Weekdays, holds

CALENDAR = DayCalendar()
FIRST_DAY, LAST_DAY = date(2026, 1, 20), date(2026, 3, 10)    # the end of two months and lunar new year
ZONES = ("Asia/Shanghai", "Asia/Kolkata", "Europe/Berlin")
moments = st.datetimes(datetime(2026, 1, 21), datetime(2026, 3, 8), timezones=st.just(UTC))
days = st.dates(FIRST_DAY, LAST_DAY)

rules = st.one_of(
    st.just(Rule(Daily())), st.just(Rule(LunarDigits(frozenset({0, 5})))),
    st.builds(Rule, st.builds(Weekdays, st.frozensets(st.integers(0, 6))), removed=st.frozensets(days, max_size=2)),
    st.builds(Rule, st.just(Never()), added=st.frozensets(days, max_size=3)),
    st.builds(Rule, st.just(Daily()), first=days, last=days),
)


@dataclass(frozen=True)
class Passing:
    """One vehicle at one call on one service day."""

    trip: int
    call: int
    stop: int
    place: int
    seconds: int
    is_boarding: bool
    frequency: int


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Two routes, up to six stops of which two may be platforms of a station, loops, frequencies, calls that set down only."""
    stops = (*(Stop(f"s{number}", f"Stop {number}") for number in range(4)),
             Stop("p1", "Platform 1", parent_station="st"), Stop("p2", "Platform 2", parent_station="st"),
             Stop("st", "Station", location_type=1))
    services = {f"c{number}": draw(rules) for number in range(draw(st.integers(1, 3)))}
    shapes = draw(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=6), min_size=1, max_size=3))
    trips, paths, frequencies = [], [], []
    for number in range(draw(st.integers(1, 8))):
        path, start = draw(st.sampled_from(shapes)), draw(st.integers(0, 2800)) * 60
        gaps = draw(st.sampled_from([[300] * len(path), list(range(60, 60 + 60 * len(path), 60))]))
        paths.append([(stop, start + sum(gaps[:place])) for place, stop in enumerate(path)])
        trips.append(Trip(
            f"t{number}", draw(st.sampled_from(["r0", "r1"])), draw(st.sampled_from(sorted(services))),
            headsign=draw(st.sampled_from(["", "North", "South"])), direction_id=draw(st.sampled_from([0, 1, None])),
            note=draw(st.sampled_from(["", "", "note"])),
        ))
        if draw(st.integers(0, 3)) == 0:
            begin = draw(st.integers(0, 1600)) * 60
            frequencies.append(Frequency(
                f"t{number}", begin, begin + draw(st.integers(0, 90)) * 60, draw(st.integers(5, 30)) * 60, draw(st.booleans()),
            ))
    flat = [call for path in paths for call in path]
    size = len(flat)
    pickups = draw(st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=size, max_size=size))
    waits = draw(st.lists(st.sampled_from([0, 0, 30]), min_size=size, max_size=size))
    times = np.array([seconds for _, seconds in flat], dtype=np.int32)
    return Network(
        agencies=(Agency("a", "Agency", timezone=draw(st.sampled_from(ZONES))),),
        stops=stops, routes=(Route("r0", "1路"), Route("r1", "2路")), services=services, trips=tuple(trips),
        stop_times=StopTimes(
            first=np.cumsum([0, *map(len, paths)], dtype=np.int32), stop=np.array([stop for stop, _ in flat], dtype=np.int32),
            sequence=np.arange(size, dtype=np.int32), arrival_s=times, departure_s=times + np.array(waits, dtype=np.int32),
            pickup_type=np.array(pickups, dtype=np.uint8), drop_off_type=np.zeros(size, np.uint8),
            timepoint=np.ones(size, np.uint8), headsign=np.full(size, -1, np.int32), shape_dist=np.full(size, np.nan),
        ),
        frequencies=tuple(frequencies),
    )


def passings(network: Network, services: frozenset[str] | set[str]) -> Iterator[Passing]:
    """Every call of every run with these services, trip by trip; at the last call the arrival."""
    calls: Any = network.stop_times
    for number, trip in enumerate(network.trips):
        if trip.service_id not in services:
            continue
        first, end = int(calls.first[number]), int(calls.first[number + 1])
        mine = [(which, one) for which, one in enumerate(network.frequencies) if one.trip_id == trip.trip_id]
        starts = [(-1, int(calls.departure_s[first]))]
        if mine:
            starts = [(which, start) for which, one in mine for start in range(one.start_s, one.end_s, one.headway_s)]
        for which, start in starts:
            shift = start - int(calls.departure_s[first])
            for call in range(first, end):
                is_end = call == end - 1
                seconds = int(calls.arrival_s[call] if is_end else calls.departure_s[call]) + shift
                boards = not is_end and calls.pickup_type[call] != 1
                yield Passing(number, call, int(calls.stop[call]), call - first, seconds, boards, which)


def services_on(network: Network, day: date) -> frozenset[str]:
    return frozenset(key for key, rule in network.services.items() if holds(rule, day, CALENDAR))


def moment(network: Network, day: date, seconds: int) -> datetime:
    noon = datetime.combine(day, time(12), ZoneInfo(network.agencies[0].timezone))
    return noon.astimezone(UTC) - timedelta(hours=12) + timedelta(seconds=seconds)


def line_key(network: Network, trip: int) -> tuple[str, object]:
    """The route with its direction, or with what stands on the bus where it has none."""
    one, calls = network.trips[trip], network.stop_times
    if one.direction_id is not None:
        return one.route_id, one.direction_id
    return one.route_id, one.headsign or network.stops[int(calls.stop[calls.first[trip + 1] - 1])].name
