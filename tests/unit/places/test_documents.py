"""The county's document comes back whole, and documents of other releases are read."""

from __future__ import annotations

import json
from datetime import date

from citizen_app.days.calendar import DayCalendar, Term
from citizen_app.places.county import County
from citizen_app.places.documents import county_document, read_county

PLAIN = County("green", "绿县", "Green County", "0000", 29.0, 103.0, 30.0, 104.0, ("zh",), True, "绿市", ("someone",))
CALENDAR = DayCalendar(
    (4, 20), (10, 8), ((2027, date(2027, 5, 2), date(2027, 10, 9)),), (Term("秋季", date(2026, 9, 1), date(2027, 1, 29)),)
)


def test_a_county_with_its_own_days_comes_back_whole() -> None:
    county = County(**{**vars(PLAIN), "calendar": CALENDAR})
    assert read_county(json.loads(json.dumps(county_document(county)))) == county


def test_a_county_with_the_usual_days_has_the_document_of_a_release_that_knew_no_days() -> None:
    document = county_document(PLAIN)
    assert "calendar" not in document
    assert read_county(json.loads(json.dumps(document))) == PLAIN


def test_what_a_later_release_adds_is_passed_over() -> None:
    assert read_county({**county_document(PLAIN), "altitude_m": 30}) == PLAIN
