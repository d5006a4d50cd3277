"""On which dates does something happen: the rules of services, markets and closures, and the one place that decides. Pure.

`holds` is the only decision; "does it run on D" and "on which dates does it run" both ask it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from citizen_app.days.kinds import DayKind


class Season(StrEnum):
    SUMMER = "summer"    # 夏令
    WINTER = "winter"    # 冬令


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
