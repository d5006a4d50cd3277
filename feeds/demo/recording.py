"""The recorded days that the demonstration replays. Pure but for reading its own data file, once.

Four weeks of ten car parks in Málaga in 2024 (recorded/SOURCES.md: javi-aranda/malaga-parking-data, CC BY 4.0).
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "recorded" / "malaga_2024.csv"
_WEEK = timedelta(days=7)
_A_MONDAY = datetime(1970, 1, 5)


@dataclass(frozen=True)
class Week:
    """One recorded week: its Monday, and for each lot the free spaces at the recorded times (that town's clock)."""

    monday: datetime
    times: tuple[datetime, ...]
    free: dict[str, tuple[int, ...]]


@lru_cache(maxsize=1)
def weeks() -> tuple[Week, ...]:
    """The recorded weeks, oldest first."""
    rows: dict[datetime, list[tuple[datetime, dict[str, int]]]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            moment = datetime.fromisoformat(row.pop("local_time"))
            rows.setdefault(_monday(moment), []).append((moment, {lot: int(free) for lot, free in row.items()}))
    return tuple(
        Week(monday, tuple(moment for moment, _ in taken), {lot: tuple(one[lot] for _, one in taken) for lot in taken[0][1]})
        for monday, taken in sorted(rows.items())
    )


@lru_cache(maxsize=1)
def most_free() -> dict[str, int]:
    """For each lot the most free spaces that it ever showed; what stands for its capacity."""
    return {lot: max(max(week.free[lot]) for week in weeks()) for lot in weeks()[0].free}


def free_share(lot: str, local: datetime, shift_weeks: int = 0) -> float:
    """The share of free spaces, 0..1, that a lot showed on the same weekday at the same time of day.

    `local` is a moment on the county's clock. The last recorded value holds until the next; nothing is interpolated.
    The recorded weeks follow each other for ever; `shift_weeks` begins with another of them.
    """
    naive = local.replace(tzinfo=None)
    week = weeks()[((_monday(naive) - _A_MONDAY) // _WEEK + shift_weeks) % len(weeks())]
    position = bisect_right(week.times, week.monday + (naive - _monday(naive))) - 1
    return week.free[lot][max(0, position)] / most_free()[lot]


def _monday(moment: datetime) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=moment.weekday())
