"""The lunar calendar against another library, day by day, and what is known of single days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from borax.calendars.lunardate import LunarDate as Borax
from borax.calendars.lunardate import TextUtils

from citizen_app.days.lunar import BRANCHES, branch_of, find_lunar, lunar_date, lunar_range, say_day, say_lunar
from citizen_app.errors import InvalidInput

FIRST, LAST = date(2020, 1, 25), date(2057, 2, 3)


def test_every_day_of_the_table_is_the_day_that_borax_says() -> None:
    """Year, month, day, leap month, length of the month and branch of 13,525 days."""
    day = FIRST
    while day <= LAST:
        ours, theirs = lunar_date(day), Borax.from_solar(day)
        assert (ours.year, ours.month, ours.day, ours.is_leap) == (theirs.year, theirs.month, theirs.day, bool(theirs.leap)), day
        assert BRANCHES[branch_of(day)] == theirs.gz_day[1], day
        tomorrow = Borax.from_solar(day + timedelta(days=1))
        assert (ours.day == ours.month_length) == (tomorrow.day == 1), day
        day += timedelta(days=1)


@pytest.mark.parametrize(("day", "words"), [
    ("2026-02-17", "正月初一"), ("2026-11-25", "十月十七"), ("2026-02-16", "十二月廿九"), ("2025-01-28", "十二月廿九"),
    ("2025-07-24", "六月三十"), ("2025-07-25", "闰六月初一"), ("2025-08-22", "闰六月廿九"), ("2025-08-23", "七月初一"),
    ("2033-12-22", "闰十一月初一"), ("2020-05-23", "闰四月初一"), ("2026-11-23", "十月十五"), ("2026-09-25", "八月十五"),
])
def test_known_days(day: str, words: str) -> None:
    assert say_lunar(lunar_date(date.fromisoformat(day))) == words


def test_days_are_said_as_the_almanac_says_them() -> None:
    assert [say_day(day) for day in range(1, 31)] == [TextUtils.day_cn(day) for day in range(1, 31)]
    assert (say_day(10), say_day(11), say_day(20), say_day(21), say_day(30)) == ("初十", "十一", "二十", "廿一", "三十")


def test_english_writes_month_and_day() -> None:
    assert say_lunar(lunar_date(date(2026, 11, 25)), True) == "10/17"
    assert say_lunar(lunar_date(date(2025, 7, 25)), True) == "leap 6/1"


def test_outside_the_table_the_error_names_its_range() -> None:
    assert lunar_range() == (FIRST, LAST)
    for day in (FIRST - timedelta(days=1), LAST + timedelta(days=1), date.min, date.max):
        assert find_lunar(day) is None
        with pytest.raises(InvalidInput, match=f"{day.isoformat()}.*2020-01-25 至 2057-02-03"):
            lunar_date(day)


def test_leap_months_of_the_table_are_those_of_the_almanac() -> None:
    months = {
        (lunar.year, lunar.month)
        for number in range(FIRST.toordinal(), LAST.toordinal() + 1)
        if (lunar := lunar_date(date.fromordinal(number))).is_leap
    }
    assert {(2020, 4), (2023, 2), (2025, 6), (2028, 5), (2031, 3), (2033, 11), (2036, 6)} <= months
    assert len(months) == 14
