"""What importing a network costs: time beside the npm package `gtfs` in the same run, and memory for a very large feed.

    bin/bench network [--gtfs FILE] [--rounds 5] [--calls 1400000] [--node FOLDER]

Each import is a process of its own from its start to its end, ours and theirs in turn, so that a busy machine troubles both
alike. Ours: the service with an empty database, the feed read, compared and kept as a draft; once without and once with the
checks that go with an import. Theirs: importGtfs into an SQLite file. --node is a folder with the package installed; without
it npm installs it into a temporary one. docs/performance.md says what came out.

The large feed is invented: 40,000 trips of 35 calls by 600 lines and 4,000 stops. Its memory is that of the process and all
that it starts, added up twenty times a second.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"private": True, "type": "module", "dependencies": {"gtfs": "4.18.2"}, "overrides": {"better-sqlite3": "^12"}}
THEIRS = """import { importGtfs } from 'gtfs';
await importGtfs({ agencies: [{ path: process.argv[2] }], sqlitePath: process.argv[3], verbose: false });
"""
OURS = ("bare", "checked")
NAMES = {"theirs": "npm gtfs into SQLite", "bare": "ours, kept as a draft", "checked": "ours, with all checks"}
CALLS_A_TRIP, LINES, STOPS = 35, 600, 4000


@dataclass(frozen=True)
class Cost:
    """Of one process and all that it started."""

    wall_s: float
    processor_s: float
    peak_bytes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gtfs", type=Path, default=ROOT / "tests" / "recorded" / "gtfs" / "hdbrts.zip")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=1_400_000)
    parser.add_argument("--node", type=Path)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    if asked.child:
        import_once(asked.gtfs, Path(asked.child[0]), asked.child[1] == "checked")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compare(asked.gtfs, asked.rounds, asked.node or install(folder / "node"), folder)
        large = folder / "large.zip"
        large.write_bytes(make_large(asked.calls))
        for kind in OURS:
            cost = ours(large, folder, kind)
            times = f"{cost.wall_s:.1f} s, processor {cost.processor_s:.1f} s"
            print(f"{asked.calls:,} calls, {NAMES[kind]}: {times}, peak {cost.peak_bytes / 1e6:,.0f} MB")


def compare(feed: Path, rounds: int, node: Path, folder: Path) -> None:
    """Both importers in turn; the middle of the rounds."""
    costs: dict[str, list[Cost]] = {"theirs": [], "bare": [], "checked": []}
    for _ in range(rounds):
        database = folder / "theirs.sqlite"
        database.unlink(missing_ok=True)
        costs["theirs"].append(run(["node", str(node / "import.js"), str(feed), str(database)]))
        for kind in OURS:
            costs[kind].append(ours(feed, folder, kind))
    print(f"{f'{feed.name}, {rounds} rounds':<24}{'wall':>16}{'ratio':>8}{'processor':>12}{'ratio':>8}{'peak':>10}")
    base_wall, base_processor, _ = middle(costs["theirs"])
    for kind, found in costs.items():
        wall, processor, peak = middle(found)
        times = f"{wall:>14.2f} s{wall / base_wall:>8.2f}{processor:>10.2f} s{processor / base_processor:>8.2f}"
        print(f"{NAMES[kind]:<24}{times}{peak / 1e6:>7.0f} MB")


def middle(costs: list[Cost]) -> tuple[float, float, float]:
    return (
        statistics.median(cost.wall_s for cost in costs), statistics.median(cost.processor_s for cost in costs),
        statistics.median(cost.peak_bytes for cost in costs),
    )


def ours(feed: Path, folder: Path, kind: str) -> Cost:
    with tempfile.TemporaryDirectory(dir=folder) as data:
        prepare(Path(data))
        return run([sys.executable, str(ROOT / "bin" / "bench"), "network", "--gtfs", str(feed), "--child", data, kind])


def prepare(data: Path) -> None:
    """An empty database."""
    from flask_migrate import upgrade

    with make_app(data).app_context():
        upgrade()


def import_once(feed: Path, data: Path, is_checked: bool) -> None:
    from citizen_app import clock
    from citizen_app.buses import actions
    from citizen_app.exchange.actions import inspect_network
    from citizen_app.exchange.gtfs.archive import open_archive
    from citizen_app.exchange.gtfs.reader import read_network

    with make_app(data).app_context():
        with open_archive(feed) as archive:
            network = read_network(archive).get_network()
        findings = inspect_network(network, clock.now()) if is_checked else ()
        version = actions.import_network(network, feed.name, clock.now(), findings)
        if version.summary["calls"] != len(network.stop_times.stop):
            raise SystemExit("the draft does not hold every call")


def make_app(data: Path) -> Flask:
    from citizen_app import config, create_app

    return create_app({
        "DATA_DIR": data, "SQLALCHEMY_DATABASE_URI": config.database_url("", data), "REDIS_URL": f"unix://{data}/nobody.sock",
        "START_BACKGROUND": False, "SECRET_KEY": "bench",
    })


def run(command: list[str]) -> Cost:
    """Run a command to its end, and look twenty times a second at the memory of all its processes."""
    before, began, peak = os.times(), time.perf_counter(), 0
    with tempfile.TemporaryFile() as said:
        started = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        watched = psutil.Process(started.pid)
        while started.poll() is None:
            peak = max(peak, memory_of(watched))
            time.sleep(0.05)
        wall_s, after = time.perf_counter() - began, os.times()
        if started.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {started.returncode}\n{said.read().decode()[-2000:]}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall_s, spent, peak)


def memory_of(process: psutil.Process) -> int:
    """Resident bytes of a process and its children; 0 once it is gone."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def install(folder: Path) -> Path:
    """The npm package and its SQLite, as built for this Node. better-sqlite3 13 does not run on Node 20."""
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps(PACKAGES))
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
    (folder / "import.js").write_text(THEIRS)
    return folder


def make_large(calls: int) -> bytes:
    """A feed of so many calls, in the order that files have them: trip after trip."""
    made = io.BytesIO()
    trips = calls // CALLS_A_TRIP
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in large_files(trips).items():
            with archive.open(name, "w") as file:
                file.writelines(f"{line}\n".encode() for line in lines)
    return made.getvalue()


def large_files(trips: int) -> dict[str, Iterator[str]]:
    """Stops along parallel streets; each line runs along one of them, all day."""
    day = (f"s{day},{','.join('1' if day == weekday else '0' for weekday in range(7))},20260101,20361231" for day in range(7))
    return {
        "agency.txt": iter(("agency_id,agency_name,agency_url,agency_timezone", "a,Large,https://large.example,Asia/Shanghai")),
        "calendar.txt": headed("service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date", day),
        "stops.txt": headed("stop_id,stop_name,stop_lat,stop_lon", (
            f"stop-{stop},Stop {stop},{28.5 + stop // 100 * 0.01:.6f},{120.8 + stop % 100 * 0.005:.6f}" for stop in range(STOPS)
        )),
        "routes.txt": headed("route_id,agency_id,route_short_name,route_long_name,route_type", (
            f"line-{line},a,{line},Street {line % 40},3" for line in range(LINES)
        )),
        "trips.txt": headed("route_id,service_id,trip_id,trip_headsign,direction_id", (
            f"line-{trip % LINES},s{trip % 7},trip-{trip},Street {trip % 40},{trip % 2}" for trip in range(trips)
        )),
        "stop_times.txt": headed(
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,timepoint",
            (call_line(trip, call) for trip in range(trips) for call in range(CALLS_A_TRIP)),
        ),
    }


def headed(header: str, lines: Iterator[str]) -> Iterator[str]:
    yield header
    yield from lines


def call_line(trip: int, call: int) -> str:
    """Every fifth call has a time."""
    minute = 300 + trip * 7 % 1000 + 2 * call
    at = f"{minute // 60:02}:{minute % 60:02}:00"
    times = f"{at},{at}" if call % 5 == 0 or call == CALLS_A_TRIP - 1 else ","
    stop = trip % 40 * 100 + trip % LINES // 40 * 4 + (call if trip % 2 else CALLS_A_TRIP - call)
    return f"trip-{trip},{times},stop-{stop},{call + 1},{int(call % 5 == 0)}"


if __name__ == "__main__":
    main()
