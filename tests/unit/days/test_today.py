"""What a page knows of a day."""

from __future__ import annotations

from datetime import date

import pytest

from citizen_app.days.calendar import DayCalendar
from citizen_app.days.kinds import DayKind
from citizen_app.days.lunar import LunarDate
from citizen_app.days.rules import Season
from citizen_app.days.today import DayInfo, describe_day


def test_an_ordinary_day() -> None:
    assert describe_day(date(2026, 11, 25), DayCalendar()) == DayInfo(
        date(2026, 11, 25), LunarDate(2026, 10, 17, False, 30), DayKind.WORKDAY, "", False, True, Season.WINTER
    )


@pytest.mark.parametrize(("day", "kind", "name", "is_makeup"), [
    (date(2026, 10, 1), DayKind.HOLIDAY, "国庆节", False), (date(2026, 10, 10), DayKind.WORKDAY, "", True),
    (date(2026, 10, 11), DayKind.WEEKEND, "", False),
])
def test_days_around_a_holiday(day: date, kind: DayKind, name: str, is_makeup: bool) -> None:
    found = describe_day(day, DayCalendar())
    assert (found.kind, found.holiday_name, found.is_makeup) == (kind, name, is_makeup)


def test_of_a_far_day_it_is_said_what_is_not_known() -> None:
    found = describe_day(date(2060, 10, 1), DayCalendar())
    assert (found.lunar, found.is_announced, found.holiday_name, found.kind) == (None, False, "", DayKind.WORKDAY)
