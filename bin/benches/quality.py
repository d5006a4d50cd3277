"""Replay recorded counts through `occupancy.advance` and `quality.judge`, and count what is called what.

    bin/bench quality [--capacity largest|unknown] [--limit NAME=VALUE ...] FILE.csv[.gz] ...

A file has a row for each reading: the lot, the local time, free or occupied spaces, and maybe the capacity. Its times
are taken as the county's clock, since daytime is what matters. docs/quality.md says what came out.

What is known to be frozen, apart from our own judgement: a lot with one single number in the whole file, and any span
in which none of five lots or more moves for two hours of daytime while readings come in. Everything else counts as
honest, so a single sensor that fails among others that work is counted as a false alarm here.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TextIO

from citizen_app.clock import LOCAL, to_local
from citizen_app.parking.facility import Facility, FacilityKind
from citizen_app.parking.limits import LIMIT_NAMES, Limits
from citizen_app.parking.occupancy import Reading, advance, daytime_s, spaces_of
from citizen_app.parking.quality import Quality, judge

LOT, TIME, CAPACITY = ("lot", "SystemCodeNumber"), ("time", "ts", "LastUpdated"), ("capacity", "Capacity")
FREE, OCCUPIED = ("free",), ("occupied", "Occupancy")
STANDSTILL_S, STANDSTILL_LOTS = 7200, 5

Span = tuple[datetime, datetime]


@dataclass
class Outcome:
    """What one file came to. A lot-day is a lot and a local date with at least one reading."""

    readings: int = 0
    by_quality: Counter[Quality] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)
    beyond_capacity: int = 0
    jumps: int = 0
    honest_readings: int = 0
    false_readings: int = 0
    frozen_readings: int = 0
    caught_readings: int = 0
    hidden_readings: int = 0
    days: set[tuple[str, date]] = field(default_factory=set)
    stuck_days: set[tuple[str, date]] = field(default_factory=set)
    frozen_s: defaultdict[tuple[str, date], float] = field(default_factory=lambda: defaultdict(float))
    frozen_days: set[tuple[str, date]] = field(default_factory=set)


def read_lots(path: Path) -> dict[str, list[Reading]]:
    """The readings of each lot, oldest first; rows that say the same moment twice are kept (advance drops them)."""
    lots: dict[str, list[Reading]] = defaultdict(list)
    with _open(path) as file:
        for row in csv.DictReader(file):
            free, occupied = _cell(row, FREE), _cell(row, OCCUPIED)
            observed_at = datetime.fromisoformat(_cell(row, TIME) or "").replace(tzinfo=LOCAL).astimezone(UTC)
            lots[_cell(row, LOT) or ""].append(Reading(
                _cell(row, LOT) or "", observed_at, _whole(free), _whole(occupied), _whole(_cell(row, CAPACITY)),
            ))
    return {lot: sorted(readings, key=lambda one: one.observed_at) for lot, readings in sorted(lots.items())}


def replay(lots: Mapping[str, list[Reading]], largest: bool, limits: Mapping[str, float]) -> Outcome:
    """Judge each reading at the moment it was observed."""
    outcome, standstills = Outcome(), list(find_standstills(lots))
    for lot, readings in lots.items():
        facility = _facility(lot, readings, largest, limits)
        dead = len({spaces_of(reading, facility) for reading in readings}) == 1
        frozen = [(readings[0].observed_at, readings[-1].observed_at)] if dead else standstills
        _replay_lot(outcome, facility, readings, frozen)
    return outcome


def find_standstills(lots: Mapping[str, list[Reading]]) -> Iterator[Span]:
    """Spans in which none of the lots that ever move did so, though at least two readings a lot came in."""
    seen = {reading.observed_at for readings in lots.values() for reading in readings}
    moves = [
        {two.observed_at for one, two in pairwise(readings) if _number(one) != _number(two)}
        for readings in lots.values()
    ]
    if sum(map(bool, moves)) < STANDSTILL_LOTS:
        return
    moments = sorted({*set().union(*moves), max(seen)})
    for start, end in pairwise(moments):
        still_s = daytime_s(start, end, Limits().day_hours)
        if still_s >= STANDSTILL_S and sum(start < moment < end for moment in seen) >= 2:
            yield start, end


def report(path: Path, outcome: Outcome) -> str:
    """The figures of one file as lines of text."""
    honest_days = outcome.days - outcome.frozen_days
    hours = Limits().stuck_after_s
    long_frozen = {day for day, seconds in outcome.frozen_s.items() if seconds >= hours}
    lines = [
        path.name,
        f"  readings {outcome.readings}, lot-days {len(outcome.days)}",
        *(f"  {quality:<11}{_share(count, outcome.readings)}" for quality, count in outcome.by_quality.most_common()),
        *(f"  because {reason}: {_share(count, outcome.readings)}" for reason, count in outcome.by_reason.most_common()),
        f"  beyond 0..capacity: {_share(outcome.beyond_capacity, outcome.readings)}",
        f"  jumps flagged: {_share(outcome.jumps, outcome.readings)}",
        f"  lot-days called stuck: {_share(len(outcome.stuck_days), len(outcome.days))}",
        f"  known frozen for two daytime hours or more: {len(long_frozen)} lot-days,"
        f" called stuck {_share(len(long_frozen & outcome.stuck_days), len(long_frozen))}",
        f"  known frozen readings: called stuck {_share(outcome.caught_readings, outcome.frozen_readings)},"
        f" number not shown {_share(outcome.hidden_readings, outcome.frozen_readings)}",
        f"  false alarms: readings {_share(outcome.false_readings, outcome.honest_readings)},"
        f" lot-days {_share(len(outcome.stuck_days & honest_days), len(honest_days))}",
    ]
    alarms = sorted(outcome.stuck_days & honest_days, key=lambda one: (one[1], one[0]))
    lines += [f"    false alarm: {lot} on {day}" for lot, day in alarms[:20]]
    return "\n".join(lines)


def _replay_lot(outcome: Outcome, facility: Facility, readings: list[Reading], frozen: list[Span]) -> None:
    state, stuck_hours, before = None, Limits().day_hours, readings[0].observed_at
    for reading in readings:
        at = reading.observed_at
        advanced = advance(state, facility, reading, at)
        if advanced is None:
            continue
        state = advanced
        verdict = judge(facility, state, at)
        day = (facility.uid, to_local(at).date())
        is_frozen = any(start < at < end for start, end in frozen)
        is_stuck = verdict.quality is Quality.STUCK
        outcome.readings += 1
        outcome.by_quality[verdict.quality] += 1
        if verdict.quality is Quality.IMPOSSIBLE:
            outcome.by_reason[verdict.reason] += 1
        spaces = state.available_spaces
        if spaces is not None and not 0 <= spaces <= (spaces if facility.capacity is None else facility.capacity):
            outcome.beyond_capacity += 1
        outcome.jumps += state.jumped_at == at
        outcome.days.add(day)
        outcome.honest_readings += not is_frozen
        outcome.false_readings += is_stuck and not is_frozen
        outcome.frozen_readings += is_frozen
        outcome.caught_readings += is_stuck and is_frozen
        outcome.hidden_readings += is_frozen and verdict.available_spaces is None
        if is_stuck:
            outcome.stuck_days.add(day)
        if is_frozen:
            outcome.frozen_days.add(day)
            outcome.frozen_s[day] += daytime_s(before, at, stuck_hours) if at.date() == before.date() else 0
        before = at


def _facility(lot: str, readings: list[Reading], largest: bool, limits: Mapping[str, float]) -> Facility:
    said = [reading.capacity for reading in readings if reading.capacity is not None]
    free = [reading.available_spaces for reading in readings if reading.available_spaces is not None]
    capacity = max(said) if said else max(free) if largest and free and max(free) > 0 else None
    return Facility(lot, lot, 0, 0, FacilityKind.SURFACE, capacity=capacity, limits=limits)


def _number(reading: Reading) -> int | None:
    return reading.available_spaces if reading.occupied is None else reading.occupied


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")    # type: ignore[return-value]
    return path.open(encoding="utf-8", newline="")


def _cell(row: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((row[name] for name in names if row.get(name)), None)


def _whole(text: str | None) -> int | None:
    return None if text is None else int(float(text))


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.2%})" if whole else f"{part}"


def _limit(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    if name not in LIMIT_NAMES:
        raise argparse.ArgumentTypeError(f"{name} is no limit; limits are {', '.join(sorted(LIMIT_NAMES))}")
    return name, float(value)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench quality", description="Count what recorded readings are called.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--capacity", choices=("largest", "unknown"), default="largest",
                        help="what a lot's capacity is where the file does not say: its largest number (default), or unknown")
    parser.add_argument("--limit", action="append", default=[], type=_limit, metavar="NAME=VALUE",
                        help="use another limit, such as stuck_after_s=10800")
    arguments = parser.parse_args()
    for path in arguments.files:
        print(report(path, replay(read_lots(path), arguments.capacity == "largest", dict(arguments.limit))), flush=True)


if __name__ == "__main__":
    main()
