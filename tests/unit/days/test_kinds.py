"""The table of holidays against an independent one, and what is known of years that are not announced."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from citizen_app.days import kinds
from citizen_app.days.kinds import DayKind, day_kind, holiday_name, is_announced, is_makeup_day, list_holidays

TABLE = Path(kinds.__file__).with_name("holidays.csv")


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_is_of_the_kind_that_the_state_council_announced(year: int) -> None:
    """chinesecalendar says working day or not; a day off that is no weekend by the week is a holiday in both."""
    day = date(year, 1, 1)
    while day.year == year:
        kind = day_kind(day)
        assert (kind is DayKind.WORKDAY) == chinese_calendar.is_workday(day), day
        named = chinese_calendar.get_holiday_detail(day)[1] is not None and chinese_calendar.is_holiday(day)
        assert (kind is DayKind.HOLIDAY) == named, day
        day += timedelta(days=1)


# What chinesecalendar calls a holiday; it gives the days around it, and those that make up for them, the same name.
NAMES = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明节", "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节", "National Day": "国庆节", "Mid-autumn Festival": "中秋节",
}


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_holidays_have_their_names_and_make_up_days_are_known_as_such(year: int) -> None:
    for number in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
        day = date.fromordinal(number)
        is_off, name = chinese_calendar.get_holiday_detail(day)
        assert holiday_name(day) == (NAMES[name] if is_off and name else ""), day
        assert is_makeup_day(day) == (not is_off and day.weekday() >= 5), day


@pytest.mark.parametrize(("day", "kind"), [
    ("2026-10-01", DayKind.HOLIDAY), ("2026-10-05", DayKind.HOLIDAY), ("2026-10-10", DayKind.WORKDAY),
    ("2026-10-11", DayKind.WEEKEND), ("2026-10-12", DayKind.WORKDAY), ("2026-02-14", DayKind.WORKDAY),
])
def test_days_around_a_holiday(day: str, kind: DayKind) -> None:
    assert day_kind(date.fromisoformat(day)) is kind


def test_of_a_year_that_is_not_announced_only_the_weekday_is_known() -> None:
    assert [is_announced(year) for year in (2023, 2024, 2025, 2026, 2027)] == [False, True, True, True, False]
    assert day_kind(date(2027, 10, 1)) is DayKind.WORKDAY    # a Friday
    assert day_kind(date(2027, 10, 2)) is DayKind.WEEKEND


def test_the_table_is_in_order_names_each_day_once_and_says_nothing_that_the_week_says() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    days = [date.fromisoformat(row["date"]) for row in rows]
    assert days == sorted(set(days))
    assert all(row["name"] and row["kind"] in {"holiday", "workday"} for row in rows)
    assert all(day.weekday() >= 5 for day, row in zip(days, rows, strict=True) if row["kind"] == "workday")
    assert list_holidays() == [day for day, row in zip(days, rows, strict=True) if row["kind"] == "holiday"]
