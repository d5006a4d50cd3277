"""Which kind of day is it: working day, weekend or statutory holiday. Pure.

The table beside this file holds the announced holidays and make-up working days (调休); outside its years only
the weekday is known, and `is_announced` says so.
"""

from __future__ import annotations

import csv
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path


class DayKind(StrEnum):
    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


def day_kind(day: date) -> DayKind:
    """The kind of a day of the county's calendar. A working Saturday is a WORKDAY, a bridged Monday a HOLIDAY."""
    named = _table().get(day)
    if named is not None:
        return named
    return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY


def is_announced(year: int) -> bool:
    """Whether the year's holidays are in the table; without them every weekday counts as a working day."""
    return year in {day.year for day in _table()}


def list_holidays() -> list[date]:
    """Every statutory holiday of the table, bridged days included, in order."""
    return sorted(day for day, kind in _table().items() if kind is DayKind.HOLIDAY)


@cache
def _table() -> dict[date, DayKind]:
    with (Path(__file__).parent / "holidays.csv").open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): DayKind(row["kind"]) for row in csv.DictReader(file)}
