"""A day of a car park or a line, minute by minute, as it is kept: spans such as "_420g930d90", from midnight in the county. Pure.

An ordinary day has a few spans, one that changes with each minute has 1440 at most. What is written down is only ever extended.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from citizen_app.clock import LOCAL, to_local
from citizen_app.exchange.access_rate.numbers import Module, Numbers, Standing, module_of, numbers_of

DAY_MINUTES = 1440
_SPAN = re.compile(r"(\D)(\d+)", re.ASCII)


@dataclass(frozen=True)
class Day:
    """`day` is a date of the county's calendar, `spans` how `subject` stood from its first minute on."""

    day: date
    subject: str
    spans: str


def place_of(moment: datetime) -> tuple[date, int]:
    """The county's date of a moment, and the minute of that day."""
    local = to_local(moment)
    return local.date(), local.hour * 60 + local.minute


def moment_of(day: date, minute: int) -> datetime:
    """When a minute of a day of the county begins, UTC."""
    return (datetime.combine(day, time(), LOCAL) + timedelta(minutes=minute)).astimezone(UTC)


def extend(spans: str, minute: int, standing: Standing, count: int = 1) -> str:
    """The day with `count` minutes more from `minute` on; what was not registered before it is said so.

    Raises ValueError for a minute that is written down already, and past the end of the day.
    """
    read = list(_read(spans))
    length = sum(one for _, one in read)
    if minute < length or minute + count > DAY_MINUTES:
        raise ValueError(f"minute {minute} and {count} more do not follow {length}")
    read += [(Standing.ABSENT, minute - length)] * (minute > length) + [(standing, count)]
    joined: list[tuple[Standing, int]] = []
    for one, minutes in read:
        if joined and joined[-1][0] is one:
            joined[-1] = (one, joined[-1][1] + minutes)
        else:
            joined.append((one, minutes))
    return "".join(f"{one}{minutes}" for one, minutes in joined)


def standing_at(spans: str, minute: int) -> Standing:
    """How it stood at a minute; not registered where nothing is written down."""
    return next((one for one, start, end in _places(spans) if start <= minute < end), Standing.ABSENT)


def count_minutes(spans: str, start: int = 0, end: int = DAY_MINUTES) -> Counter[Standing]:
    """The minutes in [start, end) of the day by how it stood."""
    counts = Counter[Standing]()
    for one, begins, ends in _places(spans):
        counts[one] += max(0, min(ends, end) - max(begins, start))
    return counts


def count_days(days: Iterable[Day], start: datetime, end: datetime) -> dict[Module, Numbers]:
    """The minutes of [start, end), both taken to the whole minute, of all that is in `days`."""
    (first, from_minute), (last, to_minute) = place_of(start), place_of(end)
    counts = {module: Counter[Standing]() for module in Module}
    for one in days:
        if first <= one.day <= last:
            begins = from_minute if one.day == first else 0
            ends = to_minute if one.day == last else DAY_MINUTES
            counts[module_of(one.subject)].update(count_minutes(one.spans, begins, ends))
    return {module: numbers_of(count) for module, count in counts.items()}


def missing_since(days: Iterable[Day], moment: datetime) -> datetime:
    """Since when one subject that is missing at `moment` has been so for the same cause; minutes in which it was closed do not end it.

    `days` are days of that subject, newest first, beginning with that of the moment; the answer does not go past the oldest one.
    """
    day, minute = place_of(moment)
    since, cause = moment_of(day, minute), Standing.ABSENT
    for one in days:
        places = [place for place in _places(one.spans) if place[1] <= minute]
        if cause is Standing.ABSENT:
            cause = places[-1][0] if places else cause
        elif one.day != day or not places or places[-1][2] != DAY_MINUTES:
            return since
        for standing, start, _ in reversed(places):
            if standing is cause:
                since = moment_of(one.day, start)
            elif standing is not Standing.CLOSED:
                return since
        day = one.day - timedelta(days=1)
        minute = DAY_MINUTES
    return since


def _read(spans: str) -> Iterator[tuple[Standing, int]]:
    for letter, minutes in _SPAN.findall(spans):
        yield Standing(letter), int(minutes)


def _places(spans: str) -> Iterator[tuple[Standing, int, int]]:
    start = 0
    for standing, minutes in _read(spans):
        yield standing, start, start + minutes
        start += minutes
