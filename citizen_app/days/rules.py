"""On which dates does something happen: the rules of services, markets and closures, and the one place that decides. Pure.

`holds` is the only decision; "does it run on D" and "on which dates does it run" both ask it.

A day outside the lunar table has no lunar date, and a rule of lunar days does not hold on it: nothing is promised
that nobody can date. Its added dates still hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from citizen_app.days.calendar import DayCalendar, Season, in_term, season_of
from citizen_app.days.kinds import DayKind, day_kind, is_makeup_day
from citizen_app.days.lunar import branch_of, find_lunar

__all__ = [
    "Branches", "Daily", "DayKinds", "GregorianDigits", "LunarDays", "LunarDigits", "Never", "Pattern", "Rule", "Season",
    "ShortMonth", "Weekdays", "YearlyRange", "dates_between", "holds", "next_dates",
]

_DAY = timedelta(days=1)


class ShortMonth(StrEnum):
    """What becomes of the thirtieth in a lunar month of 29 days."""

    SKIP = "skip"
    DAY_29 = "29"


@dataclass(frozen=True)
class Daily:
    """Every day."""


@dataclass(frozen=True)
class Never:
    """No day but those that are added."""


@dataclass(frozen=True)
class Weekdays:
    """Days of the week by the calendar alone, Monday is 0."""

    days: frozenset[int]


@dataclass(frozen=True)
class DayKinds:
    """Kinds of day: a make-up Saturday is a working day, a bridged Monday a holiday."""

    kinds: frozenset[DayKind]


@dataclass(frozen=True)
class LunarDigits:
    """农历逢: the last digit of the lunar day; 0 is 初十, 二十, 三十."""

    digits: frozenset[int]
    short_month: ShortMonth = ShortMonth.SKIP


@dataclass(frozen=True)
class GregorianDigits:
    """公历逢: the last digit of the day of the month; 0 is the 10th, 20th and 30th, and 1 holds on a 31st too."""

    digits: frozenset[int]


@dataclass(frozen=True)
class LunarDays:
    """Fixed days of the lunar month (1..30), of all months or of some (1..12; a leap month counts as its number)."""

    days: frozenset[int]
    months: frozenset[int] = frozenset()
    short_month: ShortMonth = ShortMonth.SKIP


@dataclass(frozen=True)
class Branches:
    """Days of the twelve branches, 子 is 0."""

    branches: frozenset[int]


Pattern = Daily | Never | Weekdays | DayKinds | LunarDigits | GregorianDigits | LunarDays | Branches


@dataclass(frozen=True)
class YearlyRange:
    """From one month and day to another of every year, both within it; may pass new year."""

    from_month: int
    from_day: int
    to_month: int
    to_day: int


@dataclass(frozen=True)
class Rule:
    """A rule of dates. What is decided first wins: removed, added, then everything else together.

    `first` and `last` bound it, both within it. `season`, `in_term` and `yearly` (any of the ranges) narrow it.
    `on_holidays` says of statutory holidays (bridged days included) that it holds (True) or not (False) whatever the
    pattern says; None leaves them to the pattern. `on_makeup_days` says the same of make-up working days (调休).
    """

    pattern: Pattern = Daily()
    season: Season | None = None
    in_term: bool | None = None
    on_holidays: bool | None = None
    on_makeup_days: bool | None = None
    first: date | None = None
    last: date | None = None
    yearly: tuple[YearlyRange, ...] = ()
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()


def holds(rule: Rule, day: date, calendar: DayCalendar) -> bool:
    """Whether a rule holds on a day of the county's calendar: the only decision.

    What is decided first wins: removed dates, added dates (also outside `first` and `last`, as in calendar_dates of
    GTFS), the bounds of the whole rule, statutory holidays and make-up working days, the pattern.
    """
    if day in rule.removed:
        return False
    if day in rule.added:
        return True
    if not _is_within(rule, day, calendar):
        return False
    if rule.on_holidays is not None and day_kind(day) is DayKind.HOLIDAY:
        return rule.on_holidays
    if rule.on_makeup_days is not None and is_makeup_day(day):
        return rule.on_makeup_days
    return _fits(rule.pattern, day)


def dates_between(rule: Rule, first: date, last: date, calendar: DayCalendar) -> list[date]:
    """The dates on which a rule holds, from `first` to `last`, both within it, in order."""
    return [day for day in _days(first, last) if holds(rule, day, calendar)]


def next_dates(rule: Rule, start: date, count: int, calendar: DayCalendar, within_days: int = 400) -> list[date]:
    """The next dates on which a rule holds, `start` itself among them, soonest first.

    At most `count`; fewer when no more lie within so many days. Empty: it does not run any more, as far as is known.
    """
    found: list[date] = []
    for day in _days(start, start + within_days * _DAY):
        if len(found) >= count:
            break
        if holds(rule, day, calendar):
            found.append(day)
    return found


def _days(first: date, last: date) -> Iterator[date]:
    return (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))


def _is_within(rule: Rule, day: date, calendar: DayCalendar) -> bool:
    if (rule.first is not None and day < rule.first) or (rule.last is not None and day > rule.last):
        return False
    if rule.season is not None and season_of(day, calendar) is not rule.season:
        return False
    if rule.in_term is not None and in_term(day, calendar) is not rule.in_term:
        return False
    return not rule.yearly or any(_covers(span, day) for span in rule.yearly)


def _covers(span: YearlyRange, day: date) -> bool:
    first, at, last = (span.from_month, span.from_day), (day.month, day.day), (span.to_month, span.to_day)
    return first <= at <= last if first <= last else at >= first or at <= last


def _fits(pattern: Pattern, day: date) -> bool:
    match pattern:
        case Daily():
            return True
        case Weekdays():
            return day.weekday() in pattern.days
        case DayKinds():
            return day_kind(day) in pattern.kinds
        case GregorianDigits():
            return day.day % 10 in pattern.digits
        case Branches():
            return branch_of(day) in pattern.branches
        case LunarDigits() | LunarDays():
            return _fits_lunar(pattern, day)
        case Never():
            return False


def _fits_lunar(pattern: LunarDigits | LunarDays, day: date) -> bool:
    lunar = find_lunar(day)
    if lunar is None:
        return False
    numbers = [lunar.day]
    if lunar.day == lunar.month_length == 29 and pattern.short_month is ShortMonth.DAY_29:
        numbers.append(30)
    if isinstance(pattern, LunarDigits):
        return any(number % 10 in pattern.digits for number in numbers)
    return (not pattern.months or lunar.month in pattern.months) and any(number in pattern.days for number in numbers)
