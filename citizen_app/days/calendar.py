"""What only the county decides about days: when summer and winter timetables change, when school is on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Term:
    """A school term, both days within it."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class DayCalendar:
    """`summer_from` and `winter_from` are (month, day) of every year; `changes` gives a year's own dates where they differ.

    `changes`: (year, summer_from date, winter_from date).
    """

    summer_from: tuple[int, int] = (5, 1)
    winter_from: tuple[int, int] = (10, 1)
    changes: tuple[tuple[int, date, date], ...] = ()
    terms: tuple[Term, ...] = ()
