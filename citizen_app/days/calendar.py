"""What only the county decides about days: when summer and winter timetables change, when school is on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Season(StrEnum):
    SUMMER = "summer"    # 夏令
    WINTER = "winter"    # 冬令


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


def season_of(day: date, calendar: DayCalendar) -> Season:
    """Whose timetable is in force: summer from its first day until the day before winter's, winter on every other day."""
    for year, summer_from, winter_from in calendar.changes:
        if year == day.year:
            return Season.SUMMER if summer_from <= day < winter_from else Season.WINTER
    is_summer = calendar.summer_from <= (day.month, day.day) < calendar.winter_from
    return Season.SUMMER if is_summer else Season.WINTER


def term_of(day: date, calendar: DayCalendar) -> Term | None:
    """The school term that a day lies in; None in the holidays, and of years whose terms nobody has entered."""
    return next((term for term in calendar.terms if term.first <= day <= term.last), None)


def in_term(day: date, calendar: DayCalendar) -> bool:
    return term_of(day, calendar) is not None
