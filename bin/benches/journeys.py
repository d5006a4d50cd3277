"""What a journey costs, beside pynigiri in the same run: whole questions, from two stops and a time to Python objects.

    bin/bench journeys [--questions 200] [--rounds 5] [--feeds hdbrts cairns] [--folder var/bench]

Both sides read one feed that leaves no room for interpretation (`_reference.strip`): without transfers, stations, blocks and
shapes, names of stops unique, whole minutes; 2 minutes for a change at a stop, at most 7 transfers, 24 hours. In each round every
question is put to one side and then to the other, the first in turn; of each question counts its quickest round, in processor time,
which on a busy machine is what it would take on a free one (only threads are measured by the clock). "Walks": ways
of 400 m between stops, and chains of them that take no longer than one may, are transfers of the feed for both sides.

pynigiri is installed into --folder by pip the first time, for this bench alone. docs/performance.md says what came out.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import statistics
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benches import _reference as reference
from citizen_app import config
from citizen_app.buses.journeys.journey import Access, Journey, StopAccess
from citizen_app.buses.journeys.planner import Planner
from citizen_app.buses.journeys.rules import Rules
from citizen_app.buses.schedule import build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from citizen_app.geo import distance_m

FEEDS = Path(__file__).resolve().parents[2] / "tests" / "recorded" / "gtfs"
DAYS = {"hdbrts": (date(2026, 6, 17), "Asia/Kolkata"), "cairns": (date(2014, 6, 18), "Australia/Brisbane")}
RULES = Rules(change_min=2, walk_m=0, max_transfers=7, search_h=24)
WALK_M, DETOUR, WALK_M_PER_S = 400, 1.3, 1.2
WINDOW = timedelta(hours=2)
SEED = 20261125
REPEATED = 4
Ask = Callable[["Question"], Any]


@dataclass(frozen=True)
class Question:
    """From stop to stop on a day; `at` is when people leave, or when they must be there."""

    origin: str
    destination: str
    at: datetime


@dataclass(frozen=True)
class Sides:
    """Both engines with one feed. `places` are pynigiri's numbers of the stops; `origins` and `ends` are ours.

    An end is near to what can be walked to it: pynigiri walks after the last ride, but not before the first one.
    """

    planner: Planner
    theirs: reference.Reference
    places: dict[str, Any]
    origins: dict[str, Access]
    ends: dict[str, Access]

    def our_depart_at(self, one: Question) -> list[Journey]:
        return self.planner.depart_at(self.origins[one.origin], self.ends[one.destination], one.at)

    def our_range(self, one: Question) -> list[Journey]:
        return self.planner.depart_between(self.origins[one.origin], self.ends[one.destination], one.at, one.at + WINDOW)

    def our_arrive_by(self, one: Question) -> list[Journey]:
        return self.planner.arrive_by(self.origins[one.origin], self.ends[one.destination], one.at)

    def their_depart_at(self, one: Question) -> list[Any]:
        return self.theirs.depart_at(self.places[one.origin], self.places[one.destination], one.at)

    def their_range(self, one: Question) -> list[Any]:
        return self.theirs.depart_between(self.places[one.origin], self.places[one.destination], one.at, one.at + WINDOW)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--feeds", nargs="+", choices=sorted(DAYS), default=list(DAYS))
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("DATA_DIR") or config.ROOT / "var") / "bench")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    module = reference.install(asked.folder)
    print(f"pynigiri {reference.VERSION}; {asked.questions} questions, each the quickest of {asked.rounds} rounds; ms, median / p95")
    for name in asked.feeds:
        measure_feed(name, module, asked.folder, asked.questions, asked.rounds)


def measure_feed(name: str, module: Any, folder: Path, number: int, rounds: int) -> None:
    day, zone = DAYS[name]
    for title, ways in (("", {}), (f", {WALK_M} m walks", near_ways(FEEDS / f"{name}.zip"))):
        feed = folder / f"{name}{'-walks' if ways else ''}.zip"
        reference.strip(FEEDS / f"{name}.zip", feed, ways)
        sides = read_feed(feed, module, day, ways)
        served = served_stops(feed, sides)
        morning = datetime(day.year, day.month, day.day, 5, tzinfo=ZoneInfo(zone))
        questions = choose(served, sides, morning, number)
        compare(f"{name}{title}, depart at", questions, rounds, sides.our_depart_at, sides.their_depart_at, at_departure)
        compare(f"{name}{title}, range of 2 h", questions, rounds, sides.our_range, sides.their_range, whole)
        late = [Question(one.origin, one.destination, one.at + WINDOW) for one in questions]
        compare_own(f"{name}{title}, arrive by", questions, late, rounds, sides)
        compare_threads(f"{name}{title}, 2 threads", questions, rounds, sides.our_range)


def read_feed(feed: Path, module: Any, day: date, ways: Mapping[tuple[str, str], int]) -> Sides:
    with open_archive(feed) as archive:
        network = read_network(archive).get_network()
    numbers = {stop.stop_id: number for number, stop in enumerate(network.stops)}
    near = {stop_id: [StopAccess(number)] for stop_id, number in numbers.items()}
    for (one, other), minutes in ways.items():
        near[other].append(StopAccess(numbers[one], minutes * 60))
    with quiet():
        span = day - timedelta(days=2), day + timedelta(days=4)
        theirs = reference.Reference(module, feed, *span, max(ways.values(), default=0))
    return Sides(
        Planner(build_schedule(network, DayCalendar()), RULES), theirs, theirs.places(list(numbers)),
        {stop_id: Access((StopAccess(number),)) for stop_id, number in numbers.items()},
        {stop_id: Access(tuple(walks)) for stop_id, walks in near.items()},
    )


@contextmanager
def quiet() -> Iterator[None]:
    """What the reference's loader says goes nowhere."""
    kept, nowhere = [os.dup(1), os.dup(2)], os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        for number, file in enumerate(kept, 1):
            os.dup2(file, number)
            os.close(file)
        os.close(nowhere)


def served_stops(feed: Path, sides: Sides) -> list[str]:
    """Stops at which any trip calls, in the order of the feed."""
    with zipfile.ZipFile(feed) as archive:
        called = {row["stop_id"] for row in reference.read_rows(archive, "stop_times.txt")}
    return [stop_id for stop_id in sides.origins if stop_id in called]


def choose(stops: Sequence[str], sides: Sides, morning: datetime, number: int) -> list[Question]:
    """Between any two stops, unless one walks to the other; from five in the morning to eleven at night."""
    chance = random.Random(SEED)
    found: list[Question] = []
    while len(found) < number:
        origin, destination = chance.sample(stops, 2)
        if sides.origins[origin].stops[0].stop not in {one.stop for one in sides.ends[destination].stops}:
            found.append(Question(origin, destination, morning + timedelta(minutes=chance.randrange(18 * 60))))
    return found


def near_ways(feed: Path) -> dict[tuple[str, str], int]:
    """Minutes between stops that are near one another, closed over chains: the reference closes them in any case."""
    with zipfile.ZipFile(feed) as archive:
        rows = reference.read_rows(archive, "stops.txt")
    points = sorted((float(row["stop_lat"]), float(row["stop_lon"]), row["stop_id"]) for row in rows)
    near: dict[str, dict[str, int]] = {stop_id: {} for _, _, stop_id in points}
    for number, (lat, lon, one) in enumerate(points):
        for lat2, lon2, other in points[number + 1:]:
            if (lat2 - lat) * 110_000 > WALK_M:
                break
            if (way_m := distance_m(lat, lon, lat2, lon2)) <= WALK_M:
                near[one][other] = near[other][one] = minutes_on_foot(way_m)
    most = minutes_on_foot(WALK_M)
    return {(one, other): minutes for one in near for other, minutes in chains(near, one, most).items() if other != one}


def minutes_on_foot(way_m: float) -> int:
    return max(RULES.change_min, math.ceil(way_m * DETOUR / WALK_M_PER_S / 60))


def chains(near: dict[str, dict[str, int]], start: str, most: int) -> dict[str, int]:
    """The shortest chains of ways from a stop, up to so many minutes."""
    found = {start: 0}
    waiting = [start]
    for here in waiting:
        for other, minutes in near[here].items():
            there = found[here] + minutes
            if there <= most and there < found.get(other, most + 1):
                found[other] = there
                waiting.append(other)
    return found


def at_departure(journeys: Sequence[Any]) -> set[tuple[int, ...]]:
    return {(arrival, transfers) for _, arrival, transfers in map(triple, journeys)}


def whole(journeys: Sequence[Any]) -> set[tuple[int, ...]]:
    return set(map(triple, journeys))


def triple(one: Any) -> tuple[int, int, int]:
    """Departure and arrival in minutes since 1970, and transfers, of a journey of either side."""
    if isinstance(one, Journey):
        return int(one.departs_at.timestamp()) // 60, int(one.arrives_at.timestamp()) // 60, one.transfers
    return one[0], one[1], one[2]


def compare(title: str, questions: Sequence[Question], rounds: int, ours: Ask, theirs: Ask, key: Callable[[Any], Any]) -> None:
    equal = sum(key(ours(one)) == key(theirs(one)) for one in questions)
    mine, other = in_turn(questions, questions, rounds, ours, theirs)
    slower = sum(us > them for us, them in zip(mine, other, strict=True))
    ratios = f"ratio {statistics.median(mine) / statistics.median(other):.2f} / {p95(mine) / p95(other):.2f}"
    print(f"{title:<34}ours {span(mine)}  theirs {span(other)}  {ratios}  slower on {slower}, equal on {equal} of {len(questions)}")


def compare_own(title: str, early: Sequence[Question], late: Sequence[Question], rounds: int, sides: Sides) -> None:
    by, at = in_turn(late, early, rounds, sides.our_arrive_by, sides.our_depart_at)
    ratios = f"ratio {statistics.median(by) / statistics.median(at):.2f} / {p95(by) / p95(at):.2f}"
    print(f"{title:<34}ours {span(by)}  our depart at {span(at)}  {ratios}")


def in_turn(ours: Sequence[Question], theirs: Sequence[Question], rounds: int, we: Ask, they: Ask) -> tuple[list[float], list[float]]:
    """Milliseconds of processor time of each question's quickest round on both sides, after one round that is not counted."""
    mine, other = [math.inf] * len(ours), [math.inf] * len(theirs)
    for number in range(rounds + 1):
        for place, (us, them) in enumerate(zip(ours, theirs, strict=True)):
            if number % 2:
                took = milliseconds(we, us), milliseconds(they, them)
            else:
                took = milliseconds(they, them), milliseconds(we, us)
                took = took[1], took[0]
            if number:
                mine[place], other[place] = min(mine[place], took[0]), min(other[place], took[1])
    return mine, other


def milliseconds(ask: Ask, question: Question) -> float:
    began_ns = time.thread_time_ns()
    ask(question)
    return (time.thread_time_ns() - began_ns) / 1e6


def compare_threads(title: str, questions: Sequence[Question], rounds: int, ask: Ask) -> None:
    """The same questions, several times each, through one thread and through two, in turn; the quickest of the rounds."""
    took = {1: math.inf, 2: math.inf}
    questions = [*questions] * REPEATED
    for _ in range(rounds):
        for threads in (1, 2):
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(ask, questions[:threads]))
                began = time.perf_counter()
                list(pool.map(lambda part: [ask(one) for one in part], [questions[start::threads] for start in range(threads)]))
                took[threads] = min(took[threads], time.perf_counter() - began)
    print(f"{title:<34}{took[1] / took[2]:.2f} times as many ranges as one thread")


def span(times: Sequence[float]) -> str:
    return f"{statistics.median(times):7.3f} / {p95(times):7.3f}"


def p95(times: Sequence[float]) -> float:
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]


if __name__ == "__main__":
    main()
