"""The raw timetable, read once more and plainly: what the oracle and the replay stand on.

Nothing here is shared with the journey engine. A feed is read from its files, calendar included; of a network only the calls,
trips and rules are read. Stops are numbers in the order of the feed, moments are seconds since 1970.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from citizen_app.buses.network import Network
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import holds

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Point = tuple[float, float]


@dataclass(frozen=True)
class Call:
    """A vehicle at a stop, in seconds of the service day, or since 1970 in a run."""

    stop: int
    arrival_s: int
    departure_s: int
    boards: bool
    alights: bool


@dataclass(frozen=True)
class TripRow:
    trip_id: str
    service_id: str
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class FrequencyRow:
    start_s: int
    end_s: int
    headway_s: int
    exact_times: bool


@dataclass(frozen=True)
class TransferRow:
    from_stop: int
    to_stop: int
    transfer_type: int
    min_transfer_s: int | None


@dataclass(frozen=True)
class Run:
    """One vehicle on one service day; `headway_s` where people are only promised a gap."""

    trip_id: str
    service_day: date
    calls: tuple[Call, ...]
    headway_s: int | None


@dataclass
class Timetable:
    """`platforms`: the stops of a station. `services_on` says which services are in force on a date."""

    stop_ids: list[str]
    points: list[Point | None]
    zone: ZoneInfo
    trips: dict[str, TripRow]
    frequencies: Mapping[str, list[FrequencyRow]]
    services_on: Callable[[date], set[str]]
    transfers: list[TransferRow] = field(default_factory=list)
    platforms: Mapping[int, list[int]] = field(default_factory=dict)

    def midnight(self, day: date) -> int:
        """Where the seconds of a service day are counted from: noon minus twelve hours."""
        return int(datetime.combine(day, time(12), self.zone).timestamp()) - 12 * 3600

    def runs_on(self, day: date) -> Iterator[Run]:
        services = self.services_on(day)
        for trip in self.trips.values():
            if trip.service_id in services:
                yield from self.runs_of(trip, day)

    def runs_of(self, trip: TripRow, day: date) -> Iterator[Run]:
        """All runs of a trip as if it ran on that day."""
        if not trip.calls:
            return
        zero, first_s = self.midnight(day), trip.calls[0].departure_s
        starts: list[tuple[int, int | None]] = [
            (start_s, None if one.exact_times else one.headway_s)
            for one in self.frequencies.get(trip.trip_id, ())
            for start_s in range(one.start_s, one.end_s, one.headway_s)
        ]
        for start_s, headway_s in starts if trip.trip_id in self.frequencies else [(first_s, None)]:
            shift = zero + start_s - first_s
            calls = tuple(Call(one.stop, one.arrival_s + shift, one.departure_s + shift, one.boards, one.alights) for one in trip.calls)
            yield Run(trip.trip_id, day, calls, headway_s)

    def latest_s(self) -> int:
        """The latest second of the service day at which a vehicle is anywhere."""
        latest = 0
        for trip in self.trips.values():
            if trip.calls:
                length_s = trip.calls[-1].arrival_s - trip.calls[0].departure_s
                latest = max([latest, trip.calls[-1].arrival_s, *(one.end_s + length_s for one in self.frequencies.get(trip.trip_id, ()))])
        return latest


def of_network(network: Network, calendar: DayCalendar) -> Timetable:
    numbers = {stop.stop_id: number for number, stop in enumerate(network.stops)}
    columns = network.stop_times
    trips = {}
    for number, trip in enumerate(network.trips):
        calls = tuple(
            Call(int(columns.stop[at]), int(columns.arrival_s[at]), int(columns.departure_s[at]), int(columns.pickup_type[at]) != 1, int(columns.drop_off_type[at]) != 1)
            for at in range(int(columns.first[number]), int(columns.first[number + 1]))
        )
        trips[trip.trip_id] = TripRow(trip.trip_id, trip.service_id, calls)
    frequencies: dict[str, list[FrequencyRow]] = defaultdict(list)
    for one in network.frequencies:
        frequencies[one.trip_id].append(FrequencyRow(one.start_s, one.end_s, one.headway_s, one.exact_times))
    platforms: dict[int, list[int]] = defaultdict(list)
    for number, stop in enumerate(network.stops):
        if stop.parent_station and stop.location_type == 0:
            platforms[numbers[stop.parent_station]].append(number)
    return Timetable(
        stop_ids=list(numbers),
        points=[None if stop.lat is None or stop.lon is None else (stop.lat, stop.lon) for stop in network.stops],
        zone=ZoneInfo(network.agencies[0].timezone),
        trips=trips,
        frequencies=dict(frequencies),
        services_on=lambda day: {key for key, rule in network.services.items() if holds(rule, day, calendar)},
        transfers=[
            TransferRow(numbers[one.from_stop_id], numbers[one.to_stop_id], one.transfer_type, one.min_transfer_s)
            for one in network.transfers if not (one.from_route_id or one.to_route_id or one.from_trip_id or one.to_trip_id)
        ],
        platforms=dict(platforms),
    )


def of_feed(path: Path) -> Timetable:
    """The files of a GTFS feed as they are; the two recorded feeds have neither transfers nor frequencies nor stations in use."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}

    def rows(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(files.get(name, ""))))

    assert not rows("frequencies.txt") and not rows("transfers.txt")
    stops = rows("stops.txt")
    numbers = {row["stop_id"]: number for number, row in enumerate(stops)}
    points = [(float(row["stop_lat"]), float(row["stop_lon"])) for row in stops]
    of_trip: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows("stop_times.txt"):
        of_trip[row["trip_id"]].append(row)
    trips = {
        row["trip_id"]: TripRow(row["trip_id"], row["service_id"], _calls(of_trip[row["trip_id"]], numbers, points))
        for row in rows("trips.txt")
    }
    week, exceptions = rows("calendar.txt"), rows("calendar_dates.txt")

    def services_on(day: date) -> set[str]:
        text = f"{day:%Y%m%d}"
        found = {row["service_id"] for row in week if row[WEEK[day.weekday()]] == "1" and row["start_date"] <= text <= row["end_date"]}
        for row in exceptions:
            if row["date"] == text:
                (found.add if row["exception_type"] == "1" else found.discard)(row["service_id"])
        return found

    zone = ZoneInfo(rows("agency.txt")[0]["agency_timezone"])
    return Timetable(list(numbers), list(points), zone, trips, {}, services_on)


def _calls(rows: list[dict[str, str]], numbers: Mapping[str, int], points: list[Point]) -> tuple[Call, ...]:
    rows.sort(key=lambda row: int(row["stop_sequence"]))
    stops = [numbers[row["stop_id"]] for row in rows]
    arrivals, departures = ([_seconds(row[name]) for row in rows] for name in ("arrival_time", "departure_time"))
    timed = [place for place, seconds in enumerate(departures) if seconds is not None]
    for before, after in pairwise(timed):    # between two calls with times the others lie in proportion to the straight way
        ways = [0.0]
        for one, other in pairwise(stops[before:after + 1]):
            ways.append(ways[-1] + metres(points[one], points[other]))
        start, end = departures[before] or 0, arrivals[after] or 0
        for place in range(before + 1, after):
            arrivals[place] = departures[place] = start + round((end - start) * ways[place - before] / ways[-1])
    return tuple(
        Call(stop, arrival or 0, departure or 0, row.get("pickup_type") != "1", row.get("drop_off_type") != "1")
        for stop, arrival, departure, row in zip(stops, arrivals, departures, rows, strict=True)
    )


def _seconds(text: str) -> int | None:
    if not text.strip():
        return None
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def metres(one: Point, other: Point) -> float:
    """The straight way between two points, by the angle between their directions from the middle of the earth."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(lat), math.radians(lon)) for lat, lon in (one, other))
    along = [math.cos(lat1) * math.cos(lon1) - math.cos(lat2) * math.cos(lon2), math.cos(lat1) * math.sin(lon1) - math.cos(lat2) * math.sin(lon2), math.sin(lat1) - math.sin(lat2)]
    return 6_371_008.8 * 2 * math.asin(math.hypot(*along) / 2)


def minute_of(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def moment_of(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def local_days(timetable: Timetable, first_s: int, last_s: int) -> list[date]:
    """Every service day whose vehicles may be on the road between two moments."""
    back = timetable.latest_s() // 86400 + 2
    first, last = (datetime.fromtimestamp(at, timetable.zone).date() for at in (first_s, last_s))
    return [first + timedelta(days=number) for number in range(-back, (last - first).days + 2)]
