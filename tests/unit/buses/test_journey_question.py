"""A question about journeys is read from any address without failing, and written back as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.journey_question import (
    Question,
    When,
    day_of,
    day_span,
    moment_of,
    parse_clock,
    parse_day,
    parse_question,
)

TODAY = date(2026, 11, 25)
FIELDS = ("from", "to", "when", "date", "time", "by", "back")
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
days = st.dates(date(2020, 1, 1), date(2056, 12, 31))
names = st.sampled_from(["", "stop:LH0123", "光明村", "village:331082100217", "landmark:市一医院", "gmc"])


@given(st.dictionaries(st.sampled_from(FIELDS), st.text() | st.sampled_from(["both", "leave", "8:30", "2026-11-26"])), st.dates())
def test_any_address_is_read_and_each_fault_names_a_field_that_is_in_it(args: dict[str, str], today: date) -> None:
    question = parse_question(args, today)
    assert {one.field for one in question.faults} <= set(args)
    for field, value in (("time", question.at), ("by", question.by), ("back", question.back), ("date", question.day)):
        assert value is None or question.fault(field) is None


@given(names, names, st.sampled_from(When), st.none() | days, *[st.none() | clocks] * 3)
def test_what_is_written_into_an_address_is_read_from_it(
    origin: str, destination: str, when: When, day: date | None, at: time | None, by: time | None, back: time | None
) -> None:
    written = Question(origin, destination, when, day, at, by, back).arguments()
    read = parse_question(written, TODAY)
    assert read.arguments() == written and read.faults == ()
    assert (read.origin, read.destination, read.when) == (origin, destination, when)


@pytest.mark.parametrize(("text", "at"), [
    ("8:30", time(8, 30)), ("08：30", time(8, 30)), ("0830", time(8, 30)), ("8点", time(8)), ("8点半", time(8, 30)), ("20点5分", None),
    ("20点05分", time(20, 5)), ("8", time(8)), ("24:00", None), ("8:60", None), ("nine", None), ("", None), ("-1:00", None),
])
def test_a_time_may_be_written_as_people_do(text: str, at: time | None) -> None:
    assert parse_clock(text) == at


@pytest.mark.parametrize(("text", "day"), [
    ("2026-11-26", date(2026, 11, 26)), ("2026/1/2", date(2026, 1, 2)), ("20261126", date(2026, 11, 26)),
    ("11月26日", date(2026, 11, 26)), ("2月5号", date(2027, 2, 5)), ("2月29日", date(2028, 2, 29)), ("2026-02-30", None),
    ("1999-01-01", None), ("tomorrow", None), ("2026年12月1日", date(2026, 12, 1)),
])
def test_a_date_may_be_written_as_people_do_and_without_a_year_is_the_next_one(text: str, day: date | None) -> None:
    assert parse_day(text, TODAY) == day


def test_a_wrong_value_is_a_fault_of_its_field_and_the_rest_of_the_question_stands() -> None:
    question = parse_question({"from": "光明村", "to": "汛桥", "when": "leave", "date": "someday", "time": "8:30"}, TODAY)
    assert question.fault("date") is not None and question.fault("time") is None
    assert (question.origin, question.destination, question.at, question.day) == ("光明村", "汛桥", time(8, 30), None)
    assert parse_question({"when": "soon"}, TODAY).fault("when") is not None


def test_times_that_a_question_does_not_need_are_not_read() -> None:
    assert parse_question({"when": "now", "time": "nine", "date": "never"}, TODAY) == Question()


def test_half_past_midnight_belongs_to_the_evening_before() -> None:
    assert day_of(datetime(2026, 11, 25, 16, 30, tzinfo=UTC)) == date(2026, 11, 25)
    assert day_of(datetime(2026, 11, 25, 19, 0, tzinfo=UTC)) == date(2026, 11, 26)
    start, end = day_span(TODAY)
    assert day_of(start) == TODAY and day_of(end) == date(2026, 11, 26) and (end - start).total_seconds() == 86_400
    assert moment_of(TODAY, time(8, 10)) == datetime(2026, 11, 25, 0, 10, tzinfo=UTC)
