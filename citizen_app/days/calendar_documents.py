"""The county's own calendar of days as a JSON document and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from citizen_app.days.calendar import DayCalendar, Term


def calendar_document(calendar: DayCalendar) -> dict[str, Any]:
    """Plain JSON types, always the same for equal calendars."""
    return {
        "summer_from": list(calendar.summer_from),
        "winter_from": list(calendar.winter_from),
        "changes": [[year, summer.isoformat(), winter.isoformat()] for year, summer, winter in calendar.changes],
        "terms": [[term.name, term.first.isoformat(), term.last.isoformat()] for term in calendar.terms],
    }


def read_calendar(document: Mapping[str, Any]) -> DayCalendar:
    """The inverse of `calendar_document`."""
    summer_from, winter_from = document["summer_from"], document["winter_from"]
    return DayCalendar(
        summer_from=(summer_from[0], summer_from[1]),
        winter_from=(winter_from[0], winter_from[1]),
        changes=tuple((year, date.fromisoformat(one), date.fromisoformat(two)) for year, one, two in document["changes"]),
        terms=tuple(Term(name, date.fromisoformat(one), date.fromisoformat(two)) for name, one, two in document["terms"]),
    )
