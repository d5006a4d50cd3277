"""The county's own days in county.toml: [seasons], [[season_change]] and [[term]]. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from citizen_app.days.calendar import DayCalendar, Term
from citizen_app.errors import InputProblem
from citizen_app.ops.bundle_row import Row

CALENDAR_KEYS = ("seasons", "season_change", "term")


def read_calendar(document: Mapping[str, Any], problems: list[InputProblem]) -> DayCalendar:
    """What is not given is as usual: summer from 1 May, winter from 1 October, no terms known."""
    usual = DayCalendar()
    table = document.get("seasons", {})
    row = Row("county.toml seasons", table if isinstance(table, dict) else {}, problems)
    if not isinstance(table, dict):
        row.fault("seasons", "expected a table [seasons]", table)
    row.known(("summer_from", "winter_from"))
    summer, winter = _month_day(row, "summer_from", usual.summer_from), _month_day(row, "winter_from", usual.winter_from)
    if not summer < winter:
        row.fault("winter_from", "must come after summer_from in the year")
    return DayCalendar(summer, winter, _changes(document, problems), _terms(document, problems))


def _changes(document: Mapping[str, Any], problems: list[InputProblem]) -> tuple[tuple[int, date, date], ...]:
    found: dict[int, tuple[int, date, date]] = {}
    for row in _tables(document, "season_change", problems):
        row.known(("year", "summer_from", "winter_from"))
        year, summer, winter = row.whole("year", 2000, 2100), _date(row, "summer_from"), _date(row, "winter_from")
        if year is None or summer is None or winter is None:
            if "year" not in row.values:
                row.fault("year", "must not be empty")
            continue
        for name, day in (("summer_from", summer), ("winter_from", winter)):
            if day.year != year:
                row.fault(name, f"not a day of {year}")
        if not summer < winter:
            row.fault("winter_from", "must come after summer_from")
        if year in found:
            row.fault("year", "stands there twice")
        found[year] = (year, summer, winter)
    return tuple(found[year] for year in sorted(found))


def _terms(document: Mapping[str, Any], problems: list[InputProblem]) -> tuple[Term, ...]:
    found: list[Term] = []
    for row in _tables(document, "term", problems):
        row.known(("name", "first", "last"))
        name, first, last = row.text("name", required=True), _date(row, "first"), _date(row, "last")
        if first is None or last is None:
            continue
        if last < first:
            row.fault("last", "before first")
        for other in found:
            if first <= other.last and other.first <= last:
                row.fault("first", f"overlaps {other.name}")
        found.append(Term(name, first, last))
    return tuple(sorted(found, key=lambda term: term.first))


def _tables(document: Mapping[str, Any], name: str, problems: list[InputProblem]) -> list[Row]:
    found = document.get(name, [])
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        Row("county.toml", document, problems).fault(name, f"expected tables as [[{name}]]")
        return []
    return [Row(f"county.toml {name} {number}", table, problems) for number, table in enumerate(found, 1)]


def _date(row: Row, field: str) -> date | None:
    """A date, written as "2027-04-20" or as TOML has dates, without quotes."""
    value = row.values.get(field, "")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        row.fault(field, "expected a date such as 2027-04-20")
        return None


def _month_day(row: Row, field: str, usual: tuple[int, int]) -> tuple[int, int]:
    """A day of every year, written as "05-01"; the usual one where nothing stands."""
    text = row.text(field)
    if not text:
        return usual
    match = re.fullmatch(r"([0-9]{2})-([0-9]{2})", text)
    try:
        day = date(2023, int(match[1]), int(match[2])) if match else None    # a year without 29 February
    except ValueError:
        day = None
    if day is None:
        row.fault(field, 'expected month and day such as "05-01"')
        return usual
    return day.month, day.day
