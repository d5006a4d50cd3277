"""A month as a calendar shows it: weeks from Monday, with nothing where another month's days would be. Pure."""

from __future__ import annotations

import re
from calendar import Calendar
from datetime import date, timedelta

_FIRST_YEAR, _LAST_YEAR = 2020, 2056    # of which the lunar calendar is known


def month_of(text: str) -> date | None:
    """The first day of "2026-12"; None for anything else, and for years whose lunar days are not known."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    if not found:
        return None
    year, month = int(found[1]), int(found[2])
    return date(year, month, 1) if _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 else None


def month_text(day: date) -> str:
    """2026-12"""
    return f"{day:%Y-%m}"


def weeks_of(first: date) -> list[list[date | None]]:
    """The weeks of the month of a day; None outside of it."""
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    return [[day if day.month == first.month else None for day in week] for week in weeks]


def month_before(first: date) -> str:
    """The month before as text; "" before the first one that is known."""
    before = first.replace(day=1) - timedelta(days=1)
    return month_text(before) if before.year >= _FIRST_YEAR else ""


def month_after(first: date) -> str:
    """The month after as text; "" after the last one that is known."""
    after = first.replace(day=28) + timedelta(days=4)
    return month_text(after) if after.year <= _LAST_YEAR else ""
