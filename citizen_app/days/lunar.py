"""The lunar calendar of a day, from a table of months beside this file; and the twelve branches. Pure.

The table begins on 2020-01-25 and ends on 2057-02-03. A day outside it has no lunar date here, and none is guessed.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

from citizen_app.errors import InvalidInput, problem

BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
MONTHS = ("正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月")
_DIGITS = "一二三四五六七八九十"
_A_RAT_DAY = date(2000, 1, 7)    # 甲子


@dataclass(frozen=True)
class LunarDate:
    """`year` is the one that began with the lunar new year before the day; a leap month has the number of the one before it."""

    year: int
    month: int
    day: int
    is_leap: bool
    month_length: int


def lunar_date(day: date) -> LunarDate:
    """The lunar date of a day of the county's calendar. Raises InvalidInput outside the table, naming its range."""
    found = find_lunar(day)
    if found is None:
        first, last = lunar_range()
        raise InvalidInput([problem("农历", "日期", day, f"只知道 {first} 至 {last} 的农历")])
    return found


@lru_cache(maxsize=4096)
def find_lunar(day: date) -> LunarDate | None:
    """As `lunar_date`; None outside the table."""
    starts, months = _table()
    index = bisect_right(starts, day) - 1
    if index < 0:
        return None
    year, month, is_leap, length = months[index]
    number = (day - starts[index]).days + 1
    return LunarDate(year, month, number, is_leap, length) if number <= length else None


@cache
def lunar_range() -> tuple[date, date]:
    """The first and the last day of which the lunar date is known."""
    starts, months = _table()
    return starts[0], starts[-1] + timedelta(days=months[-1][3] - 1)


def branch_of(day: date) -> int:
    """The branch of a day, 子 is 0; it goes on in twelves whatever the month. Known of every day."""
    return (day - _A_RAT_DAY).days % 12


def say_day(number: int) -> str:
    """初一, 初十, 十五, 二十, 廿九, 三十 for 1 to 30."""
    tens, ones = divmod(number - 1, 10)
    if ones == 9:
        return ("初十", "二十", "三十")[tens]
    return ("初", "十", "廿")[tens] + _DIGITS[ones]


def say_lunar(lunar: LunarDate, in_english: bool = False) -> str:
    """十月十五, 闰六月初一; in English 10/15, leap 6/1. Without the word for "lunar"."""
    if in_english:
        return f"{'leap ' if lunar.is_leap else ''}{lunar.month}/{lunar.day}"
    return f"{'闰' if lunar.is_leap else ''}{MONTHS[lunar.month - 1]}{say_day(lunar.day)}"


@cache
def _table() -> tuple[list[date], list[tuple[int, int, bool, int]]]:
    """The first day of each month in order, and beside it (year, month, is a leap month, days)."""
    with (Path(__file__).parent / "lunar_months.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    starts = [date.fromisoformat(row["solar_first_day"]) for row in rows]
    months = [(int(row["lunar_year"]), int(row["lunar_month"]), row["is_leap"] == "1", int(row["days"])) for row in rows]
    return starts, months
