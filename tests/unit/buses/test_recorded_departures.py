"""Two real feeds: what leaves where and when is what an independent reading of the raw files says, row by row."""

from __future__ import annotations

import csv
import io
import math
import random
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from citizen_app.buses.departures import list_departures
from citizen_app.buses.schedule import build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network

FEEDS = Path(__file__).parents[2] / "recorded" / "gtfs"
# The zones and the span of dates as their agency.txt and calendar.txt say, and some days more on both sides.
SPANS = {
    "hdbrts": ("Asia/Kolkata", date(2026, 4, 25), date(2026, 10, 28)),
    "cairns": ("Australia/Brisbane", date(2014, 5, 24), date(2014, 12, 31)),
}
SPECIAL = {"cairns": [date(2014, 6, 9), date(2014, 10, 6), date(2014, 12, 25), date(2014, 12, 26), date(2014, 6, 10)]}
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class RawFeed:
    """The files as they are, with nothing of ours in between."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
        self.trips = {row["trip_id"]: row for row in self.rows("trips.txt")}
        self.frequencies: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.rows("frequencies.txt"):
            self.frequencies[row["trip_id"]].append(row)
        calls: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.rows("stop_times.txt"):
            calls[row["trip_id"]].append(row)
        self.at_stop: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.points = {row["stop_id"]: (float(row["stop_lat"]), float(row["stop_lon"])) for row in self.rows("stops.txt")}
        for trip_id, rows in calls.items():
            rows.sort(key=lambda row: int(row["stop_sequence"]))
            self.fill_blank_times(rows)
            for row in rows[:-1]:
                if row.get("pickup_type") != "1":
                    self.at_stop[row["stop_id"]] += [(trip_id, seconds) for seconds in self.seconds(trip_id, rows[0], row)]

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        return iter(csv.DictReader(io.StringIO(self.files.get(name, ""))))

    def fill_blank_times(self, rows: list[dict[str, str]]) -> None:
        """Between two calls with times the others lie in proportion to the straight way from stop to stop."""
        timed = [place for place, row in enumerate(rows) if row["departure_time"].strip()]
        for before, after in pairwise(timed):
            ways = [0.0]
            for one, other in pairwise(rows[before:after + 1]):
                ways.append(ways[-1] + straight_way(self.points[one["stop_id"]], self.points[other["stop_id"]]))
            start, end = parse_time(rows[before]["departure_time"]), parse_time(rows[after]["arrival_time"])
            for place in range(before + 1, after):
                rows[place]["departure_time"] = f"0:0:{start + round((end - start) * ways[place - before] / ways[-1])}"

    def seconds(self, trip_id: str, first: dict[str, str], row: dict[str, str]) -> list[int]:
        own = parse_time(row["departure_time"])
        starts = [
            start for one in self.frequencies.get(trip_id, [])
            for start in range(parse_time(one["start_time"]), parse_time(one["end_time"]), int(one["headway_secs"]))
        ]
        return [own - parse_time(first["departure_time"]) + start for start in starts] if starts else [own]

    def services(self, day: date) -> set[str]:
        text = f"{day:%Y%m%d}"
        found = {
            row["service_id"] for row in self.rows("calendar.txt")
            if row[WEEK[day.weekday()]] == "1" and row["start_date"] <= text <= row["end_date"]
        }
        for row in self.rows("calendar_dates.txt"):
            if row["date"] == text:
                (found.add if row["exception_type"] == "1" else found.discard)(row["service_id"])
        return found

    def departures(self, stop_id: str, after: datetime, until: datetime, zone: ZoneInfo) -> list[tuple[datetime, str, str]]:
        found = []
        for offset in range(-3, (until - after).days + 4):
            day = after.astimezone(zone).date() + timedelta(days=offset)
            services = self.services(day)
            zero = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC) - timedelta(hours=12)
            for trip_id, seconds in self.at_stop.get(stop_id, []):
                at = zero + timedelta(seconds=seconds)
                if self.trips[trip_id]["service_id"] in services and after <= at < until:
                    found.append((at, trip_id, self.trips[trip_id]["route_id"]))
        return sorted(found)


def straight_way(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The angle between two points of the earth."""
    (lat1, lon1), (lat2, lon2) = (map(math.radians, point) for point in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * math.asin(math.sqrt(half))


def parse_time(text: str) -> int:
    hours, minutes, seconds = text.strip().split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


@pytest.mark.parametrize("name", SPANS)
def test_departures_of_200_stops_and_dates_are_those_of_the_raw_files(name: str) -> None:
    zone_name, first_day, last_day = SPANS[name]
    zone, raw, chance = ZoneInfo(zone_name), RawFeed(FEEDS / f"{name}.zip"), random.Random(20261125)
    with open_archive(FEEDS / f"{name}.zip") as archive:
        schedule = build_schedule(read_network(archive).get_network(), DayCalendar())
    stops = [row["stop_id"] for row in raw.rows("stops.txt")]
    # Half of them at stops that a bus passes late at night, so that times past 24:00 surely are among them.
    late = sorted({stop for stop, calls in raw.at_stop.items() for _, seconds in calls if seconds >= 24 * 3600})
    compared = overnight = 0
    for number in range(200):
        stop_id = chance.choice(late if number % 2 and late else stops)
        day = chance.choice(SPECIAL.get(name, [])) if name in SPECIAL and number % 4 == 0 else first_day + timedelta(days=chance.randrange((last_day - first_day).days))
        after = datetime(day.year, day.month, day.day, chance.choice([0, 0, 5, 17, 23]), chance.randrange(60), tzinfo=zone).astimezone(UTC)
        until = after + timedelta(hours=chance.choice([1, 7, 26, 50]))
        index = next(index for index, stop in enumerate(schedule.network.stops) if stop.stop_id == stop_id)
        ours = list_departures(schedule, [index], after, until)
        named = sorted((one.departs_at, schedule.network.trips[one.trip].trip_id, one.route.route_id) for one in ours)
        assert named == raw.departures(stop_id, after, until, zone), f"{stop_id} from {after} until {until}"
        compared += len(ours)
        overnight += sum(one.departure_s >= 24 * 3600 for one in ours)
    assert compared > 1000
    assert overnight > 20 or not late
