"""The table of holidays against an independent one, and what is known of years that are not announced."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from citizen_app.days import kinds
from citizen_app.days.kinds import DayKind, day_kind, is_announced, list_holidays

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
