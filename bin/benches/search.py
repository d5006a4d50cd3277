"""What a search costs, beside the plainest way to look through the same names.

    bin/bench search [--entries 10000] [--queries 60] [--rounds 3] [--seed 1]

Invented places with the characters of the county's villages, in 60 invented towns. Each kind of query is asked of the
index, of a plain scan (`text in name` over all names and their pinyin) and of `rapidfuzz.process.extract`, in turn, so that
a busy machine troubles all alike. Of each query the quickest of the index's rounds counts. docs/performance.md says what came out.
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

from rapidfuzz import process

from citizen_app.places.search.characters import sounds_of
from citizen_app.places.search.entry import Entry, EntryKind
from citizen_app.places.search.index import build_index

VILLAGES = Path(__file__).resolve().parents[2] / "feeds" / "demo" / "linhai" / "villages.csv"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
HERE = (28.85, 121.12)
TOWNS = 60


def invent_entries(count: int, chance: random.Random) -> list[Entry]:
    with VILLAGES.open(encoding="utf-8", newline="") as file:
        signs = [sign for row in csv.DictReader(file) for sign in row["name"].removesuffix("村委会").removesuffix("社区")]
    towns = [_entry(EntryKind.TOWN, number, "".join(chance.choices(signs, k=2)) + "镇", chance) for number in range(TOWNS)]
    entries = list(towns)
    for number in range(count - TOWNS):
        town = chance.choice(towns)
        name = "".join(chance.choices(signs, k=chance.choice((2, 2, 2, 3, 3, 4))))
        kind = chance.choices((EntryKind.VILLAGE, EntryKind.STOP, EntryKind.PARKING, EntryKind.LINE), (60, 35, 3, 2))[0]
        ending = {EntryKind.VILLAGE: "村", EntryKind.PARKING: "停车场"}.get(kind, chance.choice(("", "", "路口", "站")))
        entries.append(_entry(kind, number, name + ending, chance, town))
    return entries


def _entry(kind: EntryKind, number: int, name: str, chance: random.Random, town: Entry | None = None) -> Entry:
    reading = read(name)
    return Entry(
        kind, f"{kind}-{number}", name, " ".join(syllable.capitalize() for syllable in reading.split()), town.code if town else "",
        town.name if town else "", town.readings if town else (), f"LH{number:05}" if kind is EntryKind.STOP else "", (reading,),
        lat=28.6 + chance.random() / 2, lon=120.8 + chance.random(), is_served=chance.random() < 0.7,
    )


def read(name: str) -> str:
    return " ".join((sounds_of(sign) or ("?",))[0] for sign in name)


def invent_queries(entries: Sequence[Entry], count: int, chance: random.Random) -> dict[str, list[str]]:
    some = chance.sample([entry for entry in entries if entry.town], count)
    spoken = [entry.readings[0].replace(" ", "") for entry in some]
    towns = [entry.town_readings[0].replace(" ", "").removesuffix("zhen") for entry in some]
    return {
        "name": [entry.name for entry in some],
        "half a name": [entry.name[:2] for entry in some],
        "town and name": [f"{entry.town[:-1]} {entry.name}" for entry in some],
        "pinyin": spoken,
        "initials": ["".join(syllable[0] for syllable in entry.readings[0].split()) for entry in some],
        "pinyin with a slip": [slip(letters, chance) for letters in spoken],
        "town and pinyin with a slip": [slip(town + letters, chance) for town, letters in zip(towns, spoken, strict=True)],
        "a character wrong": [entry.name[0] + chance.choice("龙云天水") + entry.name[2:] for entry in some],
        "one letter or character": [*LETTERS, *(entry.name[0] for entry in some)],
        "nonsense": ["".join(chance.choices(LETTERS, k=chance.randrange(2, 40))) for _ in some],
        "200 characters": ["".join(entry.name for entry in chance.choices(entries, k=60))[:200] for _ in some[:20]],
        "the worst known": ["xi", "shang", "c c c c", "zhong guo cun xi", "村", "路口", "cun cun",
                            "xian xi", "东西 南北 上下", "x x x", "g" * 200],
    }


def slip(letters: str, chance: random.Random) -> str:
    at = chance.randrange(len(letters) - 1)
    return letters[:at] + letters[at + 1] + letters[at] + letters[at + 2:]


def cost_us(ask: Callable[[str], object], text: str, rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time_ns()
        ask(text)
        best = min(best, time.process_time_ns() - start)
    return best / 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench search")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    chance = random.Random(wanted.seed)
    entries = invent_entries(wanted.entries, chance)
    queries = invent_queries(entries, wanted.queries, chance)

    builds = []
    for _ in range(wanted.rounds):
        start = time.process_time()
        index = build_index(entries)
        builds.append(time.process_time() - start)
    tracemalloc.start()
    kept = build_index(entries)
    size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{len(kept)} entries: built in {min(builds):.2f} s, {size / 1e6:.0f} MB kept, {peak / 1e6:.0f} MB at the peak")

    names = [entry.name for entry in entries]
    haystacks = [f"{entry.town}{entry.name} {entry.readings[0].replace(' ', '')}" for entry in entries]
    ways: dict[str, Callable[[str], object]] = {
        "index": lambda text: index.find(text, near=HERE),
        "scan": lambda text: [name for name in haystacks if text in name],
        "extract": lambda text: process.extract(text, names, limit=8),
    }
    print(f"{'processor time in µs':28}{'median':>8}{'p95':>8}{'worst':>8}{'/ scan':>8}{'/ extract':>10}")
    everything: list[float] = []
    for kind, texts in queries.items():
        costs = {way: [] for way in ways}    # type: dict[str, list[float]]
        for text in texts:
            for way, ask in ways.items():
                costs[way].append(cost_us(ask, text, wanted.rounds if way == "index" else 1))
        ours = sorted(costs["index"])
        everything.extend(ours)
        middle = statistics.median(ours)
        ratios = [middle / statistics.median(costs[way]) for way in ("scan", "extract")]
        print(f"{kind:28}{middle:8.0f}{ours[int(0.95 * len(ours))]:8.0f}{ours[-1]:8.0f}{ratios[0]:8.2f}{ratios[1]:10.3f}", flush=True)
    everything.sort()
    print(f"{'all of them':28}{statistics.median(everything):8.0f}{everything[int(0.95 * len(everything))]:8.0f}{everything[-1]:8.0f}")


if __name__ == "__main__":
    main()
