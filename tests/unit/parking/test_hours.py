"""Opening hours against a slow oracle that walks through time; midnight, holidays, and what is refused."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citizen_app.clock import LOCAL, to_local
from citizen_app.days.kinds import DayKind, day_kind
from citizen_app.parking.hours import check_hours, hours_at, is_open_throughout

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Rule = tuple[frozenset[str], list[tuple[int, int]]]    # days or PH; spans in minutes after midnight, () for off


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def is_open(expression: str, text: str) -> bool | None:
    hours = hours_at(expression, local(text))
    return None if hours is None else hours.is_open


def changes(expression: str, text: str) -> str | None:
    hours = hours_at(expression, local(text))
    assert hours is not None
    return None if hours.next_change_at is None else f"{to_local(hours.next_change_at):%m-%d %H:%M}"


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def written(rules: list[Rule]) -> str:
    return "; ".join(
        f"{','.join(sorted(days, key=(*DAYS, 'PH').index))} {','.join(f'{clock(a)}-{clock(b)}' for a, b in spans) or 'off'}"
        for days, spans in rules
    )


def spans_of(rules: list[Rule], day: date) -> list[tuple[int, int]]:
    """The spans that begin on a day: those of the last rule that names it, as a weekday or as a holiday."""
    found: list[tuple[int, int]] = []
    for days, spans in rules:
        if DAYS[day.weekday()] in days or ("PH" in days and day_kind(day) is DayKind.HOLIDAY):
            found = spans
    return found


def oracle(rules: list[Rule], moment: datetime) -> bool:
    minute = moment.hour * 60 + moment.minute
    today, yesterday = spans_of(rules, moment.date()), spans_of(rules, moment.date() - DAY)
    return any(a <= minute < b for a, b in today) or any(a <= minute + 1440 < b for a, b in yesterday)


HALF_HOUR = 30 * MINUTE    # every border below lies on one


def next_half_hour(moment: datetime) -> datetime:
    return moment - timedelta(minutes=moment.minute % 30) + HALF_HOUR


@st.composite
def one_span(draw: st.DrawFn, midnight: bool) -> list[tuple[int, int]]:
    """No span (off), one, or two that do not touch; with `midnight` the last may end on the next day."""
    last = 56 if midnight else 47
    cuts = sorted(draw(st.sets(st.integers(0, last), min_size=0, max_size=4)))
    pairs = [(a * 30, b * 30) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return [(a, b) for a, b in pairs if a < 1440 and b - a < 1440]


def rules(midnight: bool, names: tuple[str, ...]) -> st.SearchStrategy[list[Rule]]:
    return st.lists(
        st.tuples(st.frozensets(st.sampled_from(names), min_size=1), one_span(midnight)), min_size=1, max_size=3,
    )


# Around National Day and Mid-Autumn: working days, holidays, a working Sunday and Saturday; half of it over midnight.
MOMENTS = st.datetimes(datetime(2026, 9, 18), datetime(2026, 10, 13)).map(
    lambda one: one.replace(second=0, microsecond=0, tzinfo=LOCAL)
)


@given(rules(False, (*DAYS, "PH")), MOMENTS)
@settings(max_examples=300)
def test_weekdays_and_holidays_agree_with_the_oracle(found: list[Rule], moment: datetime) -> None:
    hours = hours_at(written(found), moment)
    assert hours is not None and hours.is_open == oracle(found, moment)


@given(st.frozensets(st.sampled_from((*DAYS, "PH")), min_size=1), one_span(True), MOMENTS)
@settings(max_examples=300)
def test_spans_over_midnight_agree_with_the_oracle(days: frozenset[str], spans: list[tuple[int, int]], moment: datetime) -> None:
    hours = hours_at(written([(days, spans)]), moment)
    assert hours is not None and hours.is_open == oracle([(days, spans)], moment)


@given(rules(False, (*DAYS, "PH")), MOMENTS)
@settings(max_examples=150)
def test_the_next_change_is_the_first_moment_that_differs_within_a_week(found: list[Rule], moment: datetime) -> None:
    hours = hours_at(written(found), moment)
    assert hours is not None
    walk = (next_half_hour(moment) + count * HALF_HOUR for count in range(7 * 48 + 1))
    first = next((one for one in walk if oracle(found, one) != hours.is_open), None)
    assert hours.next_change_at == (None if first is None or first > moment + 7 * DAY else first)


@given(rules(False, (*DAYS, "PH")), MOMENTS, st.integers(0, 2 * 1440))
@settings(max_examples=150)
def test_open_throughout_is_open_at_every_minute(found: list[Rule], start: datetime, minutes: int) -> None:
    end = start + minutes * MINUTE
    walk = (next_half_hour(start) + count * HALF_HOUR for count in range(2 * 48))
    every = oracle(found, start) and all(oracle(found, one) for one in walk if one < end)
    assert is_open_throughout(written(found), start, end) is every


def test_round_the_clock_never_changes() -> None:
    assert is_open("24/7", "2026-05-20 03:00") is True
    assert changes("24/7", "2026-05-20 03:00") is None
    assert is_open_throughout("24/7", local("2026-05-20 03:00"), local("2027-05-20 03:00")) is True


def test_friday_night_goes_on_until_saturday_at_two() -> None:
    friday = "Fr 18:00-02:00"
    assert is_open(friday, "2026-05-22 23:59") and is_open(friday, "2026-05-23 01:59")
    assert not is_open(friday, "2026-05-23 02:00") and not is_open(friday, "2026-05-22 01:00")
    assert changes(friday, "2026-05-22 20:00") == "05-23 02:00"
    assert is_open_throughout(friday, local("2026-05-22 19:00"), local("2026-05-23 02:00")) is True
    assert is_open_throughout(friday, local("2026-05-22 19:00"), local("2026-05-23 02:01")) is False


def test_the_nights_in_and_after_a_holiday_go_on_until_they_end() -> None:
    mall = "09:30-02:00; PH 09:00-02:00"
    assert is_open(mall, "2026-10-02 01:30") and not is_open(mall, "2026-10-02 02:30")
    assert is_open(mall, "2026-10-01 09:10") and not is_open(mall, "2026-10-08 09:10")
    assert is_open(mall, "2026-10-08 01:30") and not is_open(mall, "2026-10-08 02:30")


def test_a_comma_adds_holiday_hours_without_cutting_the_night_before() -> None:
    mall = "09:30-02:00, PH 09:00-09:30"
    assert is_open(mall, "2026-10-01 01:30") and is_open(mall, "2026-10-01 09:10") and not is_open(mall, "2026-10-08 09:10")
    office = "Mo-Fr 07:00-18:00, Sa,PH 09:00-12:00"
    assert [is_open(office, f"2026-10-{day} 10:00") for day in ("02", "03", "04", "10", "11")] == [True] * 4 + [False]
    assert is_open(office, "2026-10-02 07:30") is True


def test_a_later_rule_takes_the_whole_day_even_what_the_night_before_left_of_it() -> None:
    """So the grammar has it; a comma adds to the day instead."""
    assert is_open("Fr 18:00-02:00; Sa 10:00-12:00", "2026-05-23 01:00") is False
    assert is_open("Fr 18:00-02:00, Sa 10:00-12:00", "2026-05-23 01:00") is True
    assert is_open("18:00-02:00; PH off", "2026-10-01 01:00") is False


@pytest.mark.parametrize("day", ["2026-10-01", "2026-10-07", "2026-02-15", "2026-02-23", "2026-06-19", "2025-10-06"])
def test_bridged_days_are_holidays_as_announced(day: str) -> None:
    assert is_open("Mo-Su 08:00-18:00; PH off", f"{day} 12:00") is False
    assert is_open("Mo-Su 08:00-18:00; PH 10:00-16:00", f"{day} 09:00") is False
    assert is_open("Mo-Fr 08:00-18:00; Sa,Su,PH 10:00-22:00", f"{day} 21:00") is True


def test_a_working_saturday_is_still_a_saturday() -> None:
    assert is_open("Mo-Fr 08:00-18:00; PH off", "2026-10-10 12:00") is False
    assert is_open("Sa 08:00-18:00; PH off", "2026-10-10 12:00") is True


def test_holidays_that_change_nothing_are_not_searched_for_thousands_of_years() -> None:
    began = time.perf_counter()
    assert changes("Mo-Su 00:00-24:00; PH 00:00-24:00", "2026-05-20 03:00") is None
    assert is_open_throughout("Mo-Su 00:00-24:00; PH 00:00-24:00", local("2026-01-01 00:00"), local("2026-12-31 00:00"))
    assert time.perf_counter() - began < 1


def test_a_change_later_than_a_week_is_not_told() -> None:
    assert changes("2026 Dec 01-2026 Dec 31 08:00-18:00", "2026-11-20 12:00") is None
    assert changes("2026 Dec 01-2026 Dec 31 08:00-18:00", "2026-11-24 08:00") == "12-01 08:00"


def test_the_zone_of_the_moment_does_not_matter_and_changes_are_in_utc() -> None:
    hours = hours_at("07:00-22:00", datetime(2026, 5, 20, 13, 59, tzinfo=UTC))
    assert hours is not None and hours.is_open
    assert hours.next_change_at == datetime(2026, 5, 20, 14, 0, tzinfo=UTC)
    assert hours.next_change_at.tzinfo is UTC


@pytest.mark.parametrize("expression", ["", "  "])
def test_no_expression_means_not_known(expression: str) -> None:
    check_hours(expression)
    assert hours_at(expression, local("2026-05-20 12:00")) is None
    assert is_open_throughout(expression, local("2026-05-20 12:00"), local("2026-05-20 13:00")) is None


def test_hours_that_call_themselves_unknown_are_not_known() -> None:
    assert is_open("08:00-20:00 unknown", "2026-05-20 12:00") is None
    assert is_open("Mo-Fr 08:00-20:00 \"PH; SH: ask\"", "2026-05-20 12:00") is True


@pytest.mark.parametrize("expression", [
    "nine to five", "Mo-Fr 25:00-26:00 x", "周一至周五 8:00-18:00",
    "Jan-Mar PH 10:00-12:00", "PH +1 day 08:00-10:00", "PH Mo-Fr 08:00-10:00", "SH 08:00-10:00", "08:00-18:00 || PH off",
])
def test_what_cannot_be_read_is_refused_and_never_passed_over_in_silence(expression: str) -> None:
    with pytest.raises(ValueError, match="."):
        check_hours(expression)


@pytest.mark.parametrize("expression", [
    "24/7", "07:00-22:00", "Mo-Fr 06:00-22:00; Sa,Su,PH 06:00-23:00", "PH closed", "PH", "Fr 18:00-02:00", "off",
    "Mo-Sa 07:30-19:30; PH off", "PH,Sa 08:00-12:00 \"only the west gate\"", "Mo-Su,PH 04:30-20:00", "sunrise-sunset",
    "09:30-02:00, PH 09:00-09:30", "Oct 01,Nov 05 08:00-10:00", "Mo 08:00-10:00 \"a\", Tu,PH 09:00-10:00",
])
def test_what_facilities_really_write_can_be_read(expression: str) -> None:
    check_hours(expression)
