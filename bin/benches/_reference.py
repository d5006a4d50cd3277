"""The reference of the bench of journeys: pynigiri, installed for the bench alone, and feeds under rules that both sides share.

Its pitfalls: without its settings said one by one it takes others than these or crashes, it links stops of one name and stops within
100 m, and it never comes back from a window that ends before it begins. Its legs name no trip.
"""

from __future__ import annotations

import csv
import importlib
import io
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

VERSION = "0.1.5"
Rows = list[dict[str, str]]

_LEFT_OUT = {"parent_station", "block_id", "shape_id", "shape_dist_traveled", "location_type"}
_FILES = ("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt", "calendar.txt", "calendar_dates.txt")


def install(folder: Path) -> Any:
    """The module, from a folder that no other program uses; pip brings it there the first time."""
    home = folder / f"pynigiri-{VERSION}"
    if not home.exists():
        subprocess.run([
            sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(home), f"pynigiri=={VERSION}",
        ], check=True)
    sys.path.append(str(home))
    return importlib.import_module("pynigiri")


def strip(feed: Path, copy: Path, ways: Mapping[tuple[str, str], int]) -> None:
    """A feed with nothing in it that the two sides would read differently: unique names, whole minutes, no blank times.

    `ways` are minutes on foot from stop to stop, which become its transfers.
    """
    with zipfile.ZipFile(feed) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for name in _FILES:
            if name in old.namelist():
                rows = read_rows(old, name)
                if name == "stops.txt":
                    rows = [{**row, "stop_name": row["stop_id"]} for row in rows]
                if name == "stop_times.txt":
                    rows = _whole_minutes(rows)
                new.writestr(name, _write(rows))
        if ways:
            new.writestr("transfers.txt", _write([
                {"from_stop_id": one, "to_stop_id": other, "transfer_type": "2", "min_transfer_time": str(minutes * 60)}
                for (one, other), minutes in ways.items()
            ]))


def read_rows(archive: zipfile.ZipFile, name: str) -> Rows:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def _write(rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, [field for field in rows[0] if field not in _LEFT_OUT], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _whole_minutes(rows: Rows) -> Rows:
    """Calls in order, seconds dropped; a blank time lies evenly between its neighbours."""
    of_trip: dict[str, Rows] = defaultdict(list)
    for row in rows:
        of_trip[row["trip_id"]].append(row)
    for calls in of_trip.values():
        calls.sort(key=lambda row: int(row["stop_sequence"]))
        known = [place for place, row in enumerate(calls) if row["departure_time"].strip()]
        for before, after in pairwise(known):
            first, last = _minute(calls[before]["departure_time"]), _minute(calls[after]["arrival_time"])
            for place in range(before + 1, after):
                at = _text(first + (last - first) * (place - before) // (after - before))
                calls[place].update(arrival_time=at, departure_time=at)
        for place in known:
            calls[place].update({field: _text(_minute(calls[place][field])) for field in ("arrival_time", "departure_time")})
    return [row for calls in of_trip.values() for row in calls]


def _minute(text: str) -> int:
    hours, minutes, _ = text.split(":")
    return int(hours) * 60 + int(minutes)


def _text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}:00"


class Reference:
    """pynigiri with one feed, asked as the rules say: 2 minutes for a change at a stop, at most 7 transfers and 24 hours."""

    def __init__(self, module: Any, feed: Path, first: date, last: date, longest_walk_min: int) -> None:
        """It joins footpaths to chains by itself; those that are longer than the feed's own are left out."""
        self.module = module
        config = module.LoaderConfig()
        config.link_stop_distance = 0
        options = module.FinalizeOptions()
        options.adjust_footpaths = False
        options.max_footpath_length = longest_walk_min + 1
        source = module.TimetableSource("feed", str(feed), config)
        self.timetable = module.load_timetable([source], first.isoformat(), last.isoformat(), options)

    def places(self, stop_ids: Sequence[str]) -> dict[str, Any]:
        return {stop_id: self.timetable.find_location(stop_id) for stop_id in stop_ids}

    def depart_at(self, origin: Any, destination: Any, at: datetime) -> list[Any]:
        return self._ask(origin, destination, int(at.timestamp()) // 60)

    def depart_between(self, origin: Any, destination: Any, start: datetime, end: datetime) -> list[Any]:
        return self._ask(origin, destination, (int(start.timestamp()) // 60, int(end.timestamp()) // 60))

    def _ask(self, origin: Any, destination: Any, start_time: Any) -> list[Any]:
        """Whole journeys as Python objects, each leg with its stops and minutes."""
        query = self.module.Query()
        query.start_time = start_time
        query.start_match_mode = query.dest_match_mode = self.module.LocationMatchMode.EXACT
        query.use_start_footpaths = False
        query.start = [self.module.Offset(origin, 0, 0)]
        query.destination = [self.module.Offset(destination, 0, 0)]
        query.max_transfers = 7
        query.max_travel_time = 24 * 60
        query.min_connection_count = 0
        query.extend_interval_earlier = query.extend_interval_later = False
        return [
            (one.departure_time(), one.arrival_time(), one.transfers, [
                (int(getattr(leg, "from")), int(leg.to), leg.dep_time, leg.arr_time) for leg in one.legs
            ])
            for one in self.module.route(self.timetable, query)
        ]
