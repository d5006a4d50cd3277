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
        return named[0]
    return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY


def is_makeup_day(day: date) -> bool:
    """Whether it is a weekend day on which people work (调休上班)."""
    return day in _table() and _table()[day][0] is DayKind.WORKDAY


def holiday_name(day: date) -> str:
    """The statutory holiday that a day belongs to (春节), bridged days included; "" for every other day."""
    kind, name = _table().get(day, (None, ""))
    return name if kind is DayKind.HOLIDAY else ""


def is_announced(year: int) -> bool:
    """Whether the year's holidays are in the table; without them every weekday counts as a working day (安排未公布)."""
    return year in _years()


def list_holidays() -> list[date]:
    """Every statutory holiday of the table, bridged days included, in order."""
    return sorted(day for day, (kind, _) in _table().items() if kind is DayKind.HOLIDAY)


@cache
def _years() -> frozenset[int]:
    return frozenset(day.year for day in _table())


@cache
def _table() -> dict[date, tuple[DayKind, str]]:
    """What is named of days, in order: kind and name ("春节调休上班" for a make-up day)."""
    with (Path(__file__).parent / "holidays.csv").open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): (DayKind(row["kind"]), row["name"]) for row in csv.DictReader(file)}
