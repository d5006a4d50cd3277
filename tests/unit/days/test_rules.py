"""On which dates a rule holds: the precedence, each pattern on known days, and what is true of every rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.days.calendar import DayCalendar, Term, in_term, season_of, term_of
from citizen_app.days.kinds import DayKind, day_kind, is_makeup_day
from citizen_app.days.lunar import lunar_date
from citizen_app.days.rules import (
    Branches,
    Daily,
    DayKinds,
    GregorianDigits,
    LunarDays,
    LunarDigits,
    Never,
    Pattern,
    Rule,
    Season,
    ShortMonth,
    Weekdays,
    YearlyRange,
    dates_between,
    holds,
    next_dates,
)
from tests.unit.days.strategies import DAYS, UNDATED_RULES, rules_near

PLAIN = DayCalendar()
COUNTY = DayCalendar(
    (5, 1), (10, 1), changes=((2027, date(2027, 4, 20), date(2027, 10, 8)),),
    terms=(Term("2026 年秋季", date(2026, 9, 1), date(2027, 1, 29)), Term("2027 年春季", date(2027, 2, 22), date(2027, 7, 2))),
)
NEAR = st.dates(date(2026, 6, 1), date(2027, 6, 1))
WORKDAYS = DayKinds(frozenset({DayKind.WORKDAY}))


def days(pattern: Pattern | Rule, first: str, last: str, calendar: DayCalendar = PLAIN) -> list[str]:
    """The dates of a pattern or rule, as month-day."""
    rule = pattern if isinstance(pattern, Rule) else Rule(pattern)
    return [f"{day:%m-%d}" for day in dates_between(rule, date.fromisoformat(first), date.fromisoformat(last), calendar)]


@pytest.mark.parametrize(("pattern", "first", "last", "expected"), [
    (LunarDigits(frozenset({3, 8})), "2026-11-09", "2026-12-08", ["11-11", "11-16", "11-21", "11-26", "12-01", "12-06"]),
    (LunarDays(frozenset({1, 15})), "2026-11-01", "2026-12-31", ["11-09", "11-23", "12-09", "12-23"]),
    (LunarDays(frozenset({8}), frozenset({1})), "2026-01-01", "2027-12-31", ["02-24", "02-13"]),
    (GregorianDigits(frozenset({1})), "2026-01-01", "2026-02-28", ["01-01", "01-11", "01-21", "01-31", "02-01", "02-11", "02-21"]),
    (GregorianDigits(frozenset({0, 9})), "2027-02-01", "2027-03-01", ["02-09", "02-10", "02-19", "02-20"]),
    (GregorianDigits(frozenset({9})), "2028-02-20", "2028-03-01", ["02-29"]),
    (Weekdays(frozenset({5})), "2026-10-01", "2026-10-20", ["10-03", "10-10", "10-17"]),
    (WORKDAYS, "2026-10-01", "2026-10-12", ["10-08", "10-09", "10-10", "10-12"]),
    (DayKinds(frozenset({DayKind.WEEKEND})), "2026-10-01", "2026-10-12", ["10-11"]),
    (Branches(frozenset({0})), "2000-01-01", "2000-02-01", ["01-07", "01-19", "01-31"]),
    (Never(), "2026-01-01", "2026-12-31", []),
])
def test_dates_of_each_pattern(pattern: Pattern, first: str, last: str, expected: list[str]) -> None:
    assert days(pattern, first, last) == expected


@pytest.mark.parametrize(("short_month", "expected"), [
    (ShortMonth.SKIP, ["01-18", "03-18"]), (ShortMonth.DAY_29, ["01-18", "02-16", "03-18"]),
])
def test_the_thirtieth_of_a_month_of_29_days_is_left_out_or_a_day_early(short_month: ShortMonth, expected: list[str]) -> None:
    """The eleventh month of 2025 and the first of 2026 have thirty days, the twelfth between them, before new year, 29."""
    assert lunar_date(date(2026, 2, 16)).month_length == 29
    assert days(LunarDays(frozenset({30}), short_month=short_month), "2026-01-01", "2026-03-31") == expected
    tens = days(LunarDigits(frozenset({0}), short_month), "2026-01-01", "2026-03-31")
    assert [day for day in tens if day in {"01-18", "02-15", "02-16", "03-18"}] == expected


def test_a_leap_month_counts_as_the_month_of_its_number() -> None:
    assert days(LunarDays(frozenset({1}), frozenset({6})), "2025-01-01", "2025-12-31") == ["06-25", "07-25"]
    assert days(LunarDigits(frozenset({5})), "2025-07-25", "2025-08-22") == ["07-29", "08-08", "08-18"]
    assert days(LunarDays(frozenset({30}), frozenset({6}), ShortMonth.DAY_29), "2025-01-01", "2025-12-31") == ["07-24", "08-22"]


def test_a_market_goes_on_over_lunar_new_year() -> None:
    assert days(LunarDigits(frozenset({3, 8})), "2026-02-10", "2026-02-25") == ["02-10", "02-15", "02-19", "02-24"]


def test_what_is_decided_first_wins() -> None:
    """Removed, added, the bounds of the whole rule, holidays and make-up days, the pattern."""
    holiday, makeup, workday = date(2026, 10, 1), date(2026, 10, 10), date(2026, 10, 12)
    rule = Rule(WORKDAYS, on_holidays=True, on_makeup_days=False)
    assert [holds(rule, day, PLAIN) for day in (holiday, makeup, workday)] == [True, False, True]
    summer = replace(rule, season=Season.SUMMER)
    assert not any(holds(summer, day, PLAIN) for day in (holiday, makeup, workday))
    ended = replace(rule, last=date(2026, 9, 30))
    assert not holds(ended, holiday, PLAIN)
    added = replace(ended, season=Season.SUMMER, added=frozenset({holiday, makeup}))
    assert [holds(added, day, PLAIN) for day in (holiday, makeup, workday)] == [True, True, False]
    assert not holds(replace(added, removed=frozenset({holiday})), holiday, PLAIN)


def test_bounds_are_within_the_rule_and_a_range_may_pass_new_year() -> None:
    bounded = Rule(first=date(2026, 12, 30), last=date(2027, 1, 2))
    assert days(bounded, "2026-12-01", "2027-02-01") == ["12-30", "12-31", "01-01", "01-02"]
    winter = Rule(yearly=(YearlyRange(12, 31, 1, 1), YearlyRange(2, 28, 3, 1)))
    assert days(winter, "2027-12-01", "2028-03-31") == ["12-31", "01-01", "02-28", "02-29", "03-01"]


def test_seasons_change_on_the_counties_days_and_a_year_may_have_its_own() -> None:
    edges = ("2026-04-30", "2026-05-01", "2026-09-30", "2026-10-01", "2027-04-19", "2027-04-20", "2027-10-07", "2027-10-08")
    seasons = [season_of(date.fromisoformat(day), COUNTY) for day in edges]
    assert seasons == [Season.WINTER, Season.SUMMER, Season.SUMMER, Season.WINTER] * 2


def test_terms_have_both_their_days_and_years_without_terms_have_none() -> None:
    found = term_of(date(2027, 1, 29), COUNTY)
    assert found is not None and found.name == "2026 年秋季"
    assert term_of(date(2027, 1, 30), COUNTY) is None
    assert in_term(date(2026, 9, 1), COUNTY) and not in_term(date(2026, 8, 31), COUNTY)
    assert days(Rule(WORKDAYS, in_term=True), "2027-01-27", "2027-02-23", COUNTY) == ["01-27", "01-28", "01-29", "02-22", "02-23"]


def test_a_lunar_rule_ends_with_the_lunar_table_and_its_added_dates_still_hold() -> None:
    after = date(2057, 2, 10)
    rule = Rule(LunarDigits(frozenset(range(10))), added=frozenset({after}))
    assert days(rule, "2057-02-01", "2057-03-01") == ["02-01", "02-02", "02-03", "02-10"]
    assert next_dates(rule, date(2057, 2, 4), 5, PLAIN) == [after]
    assert days(Rule(Daily()), "2057-02-03", "2057-02-05") == ["02-03", "02-04", "02-05"]


def test_next_dates_stop_where_they_are_told_to() -> None:
    rule = Rule(LunarDays(frozenset({8}), frozenset({1})))
    assert next_dates(rule, date(2026, 2, 24), 2, PLAIN) == [date(2026, 2, 24), date(2027, 2, 13)]
    assert next_dates(rule, date(2026, 2, 25), 1, PLAIN, within_days=300) == []
    assert next_dates(rule, date(2026, 2, 24), 0, PLAIN) == []


@given(st.data(), NEAR)
def test_the_decision_and_both_lists_agree(data: st.DataObject, day: date) -> None:
    rule = data.draw(rules_near(day))
    last = day + timedelta(days=90)
    listed = dates_between(rule, day, last, COUNTY)
    assert listed == [one for number in range(91) if holds(rule, one := day + timedelta(days=number), COUNTY)]
    assert next_dates(rule, day, 1000, COUNTY, within_days=90) == listed
    assert next_dates(rule, day, 3, COUNTY, within_days=90) == listed[:3]


@given(st.data(), NEAR)
def test_a_removed_date_never_holds_and_any_other_added_one_always_does(data: st.DataObject, day: date) -> None:
    rule = data.draw(rules_near(day))
    for one in rule.removed:
        assert not holds(rule, one, COUNTY)
    for one in rule.added - rule.removed:
        assert holds(rule, one, COUNTY)


@given(UNDATED_RULES, DAYS, st.sampled_from(["season", "in_term"]))
def test_summer_and_winter_share_the_days_of_a_rule_between_them_as_terms_and_holidays_do(rule: Rule, day: date, name: str) -> None:
    sides = [Season.SUMMER, Season.WINTER] if name == "season" else [True, False]
    halves = [holds(replace(rule, **{name: side}), day, COUNTY) for side in sides]
    assert halves.count(True) == holds(replace(rule, **{name: None}), day, COUNTY)


@given(UNDATED_RULES, DAYS)
def test_a_holiday_or_make_up_day_does_as_the_rule_says_within_its_bounds(rule: Rule, day: date) -> None:
    bare = replace(rule, on_holidays=None, on_makeup_days=None)
    within = holds(replace(bare, pattern=Daily()), day, COUNTY)
    expected = holds(bare, day, COUNTY)
    if day_kind(day) is DayKind.HOLIDAY and rule.on_holidays is not None:
        expected = within and rule.on_holidays
    if is_makeup_day(day) and rule.on_makeup_days is not None:
        expected = within and rule.on_makeup_days
    assert holds(rule, day, COUNTY) is expected


@given(DAYS, st.frozensets(st.integers(0, 9), min_size=1))
def test_a_month_of_thirty_days_is_the_same_whatever_is_said_of_short_ones(day: date, digits: frozenset[int]) -> None:
    skips, moves = (holds(Rule(LunarDigits(digits, short)), day, PLAIN) for short in (ShortMonth.SKIP, ShortMonth.DAY_29))
    lunar = lunar_date(day)
    if lunar.day == lunar.month_length == 29 and 0 in digits:
        assert moves and skips is (9 in digits)
    else:
        assert moves is skips is (lunar.day % 10 in digits)
