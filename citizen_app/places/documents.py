"""The county as a JSON document, and back. Pure; one mapper for the database, Redis and the disk.

An earlier and a later release read each other's documents: a field that is missing has its default, one that is not
known is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from citizen_app.days.calendar import DayCalendar
from citizen_app.days.calendar_documents import calendar_document, read_calendar
from citizen_app.places.county import County


def county_document(county: County) -> dict[str, Any]:
    """All fields; the calendar only where it is not the usual one, so that a release without it can read the document."""
    document = dict(vars(county))
    document["languages"], document["attributions"] = list(county.languages), list(county.attributions)
    calendar = document.pop("calendar")
    if calendar != DayCalendar():
        document["calendar"] = calendar_document(calendar)
    return document


def read_county(document: Mapping[str, Any]) -> County:
    """The inverse of `county_document`."""
    names = {one.name for one in fields(County)}
    values = {name: value for name, value in document.items() if name in names}
    for name in ("languages", "attributions"):
        if name in values:
            values[name] = tuple(values[name])
    if "calendar" in values:
        values["calendar"] = read_calendar(values["calendar"])
    return County(**values)
