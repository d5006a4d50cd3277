"""The hours of one day as spans."""

from __future__ import annotations

from datetime import date

from citizen_app.clock import to_local
from citizen_app.parking.opening import day_spans, is_whole_day

TUESDAY = date(2026, 11, 24)


def words(expression: str, day: date = TUESDAY) -> list[str] | None:
    spans = day_spans(expression, day)
    return None if spans is None else [f"{to_local(a):%H:%M}-{to_local(b):%H:%M}" for a, b in spans]


def test_a_day_may_have_two_spans() -> None:
    assert words("Mo-Su 07:00-12:00,14:00-22:00") == ["07:00-12:00", "14:00-22:00"]


def test_hours_over_midnight_are_cut_there() -> None:
    assert words("Mo-Su 18:00-02:00") == ["00:00-02:00", "18:00-00:00"]


def test_round_the_clock_is_one_whole_day() -> None:
    spans = day_spans("24/7", TUESDAY)
    assert spans is not None and is_whole_day(spans)


def test_a_day_off_has_no_span_and_unknown_hours_have_none() -> None:
    assert words("We 08:00-18:00") == []
    assert words("") is None
