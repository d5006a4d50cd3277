"""A car park is closed on the days of its market, and says so; hours and market days together say when that changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.clock import LOCAL
from citizen_app.days.rules import Daily, LunarDays, LunarDigits, Rule, Weekdays
from citizen_app.parking.board import Entry
from citizen_app.parking.closures import Closure, closure_at, is_closed_at, parse_closures, state_at, without_closures
from citizen_app.parking.listing import find_instead, needs_instead
from citizen_app.parking.occupancy import OpeningStatus
from citizen_app.parking.opening import day_spans
from citizen_app.parking.quality import Level, Quality, judge
from tests.factories import make_facility, make_occupancy

MARKET = Closure(Rule(LunarDigits(frozenset({3, 8}))), "杜桥集市", "duqiao", 5 * 3600 + 1800, 11 * 3600 + 1800, "Duqiao Market")
FACILITY = make_facility(opening_hours="04:30-20:00", closures=(MARKET,))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


# 26 November 2026 is 十月十八, a market day; the days beside it are not.

def test_a_market_closes_it_and_is_named() -> None:
    now = local("2026-11-26 08:00")
    one = judge(FACILITY, make_occupancy(observed_at=now), now)
    assert (one.quality, one.level, one.reason, one.available_spaces) == (Quality.CLOSED, Level.CLOSED, "market", None)
    assert one.closure == MARKET
    assert (one.raw_spaces, one.opening_status) == (40, OpeningStatus.CLOSED)
    assert (one.opens_at, one.closes_at) == (local("2026-11-26 11:30"), None)
    assert needs_instead(Entry(FACILITY, one))
    other = make_facility("other", lon=121.123)
    found = find_instead(Entry(FACILITY, one), [Entry(other, judge(other, make_occupancy("other", now), now))])
    assert found is not None and found.entry.facility is other


def test_the_market_comes_first_even_without_a_count_or_before_the_hours() -> None:
    facility = make_facility(opening_hours="09:00-20:00", closures=(MARKET,))
    for now in (local("2026-11-26 08:00"), local("2026-11-26 10:00")):
        one = judge(facility, None, now)
        assert (one.quality, one.reason, one.opens_at) == (Quality.CLOSED, "market", local("2026-11-26 11:30"))


@pytest.mark.parametrize(("now", "is_open", "change"), [
    ("2026-11-25 23:00", False, "2026-11-26 04:30"), ("2026-11-26 05:00", True, "2026-11-26 05:30"),
    ("2026-11-26 05:30", False, "2026-11-26 11:30"), ("2026-11-26 11:30", True, "2026-11-26 20:00"),
    ("2026-11-25 08:00", True, "2026-11-25 20:00"),
])
def test_hours_and_market_together_say_what_comes_next(now: str, is_open: bool, change: str) -> None:
    state = state_at("04:30-20:00", (MARKET,), local(now))
    assert (state.is_open, state.next_change_at) == (is_open, local(change))


def test_it_closes_soon_when_the_market_is_near() -> None:
    now = local("2026-11-26 05:00")
    one = judge(FACILITY, make_occupancy(observed_at=now), now)
    assert one.quality is Quality.LIVE and one.closes_at == local("2026-11-26 05:30")
    assert Entry(FACILITY, one).closes_soon


def test_round_the_clock_it_closes_for_the_market_and_opens_after_it() -> None:
    assert state_at("24/7", (MARKET,), local("2026-11-25 12:00")).next_change_at == local("2026-11-26 05:30")
    assert state_at("24/7", (MARKET,), local("2026-11-26 06:00")).next_change_at == local("2026-11-26 11:30")


def test_where_the_hours_are_not_known_the_market_still_closes_it() -> None:
    before, during = (state_at("", (MARKET,), local(text)) for text in ("2026-11-26 05:00", "2026-11-26 06:00"))
    assert (before.is_open, before.next_change_at) == (None, local("2026-11-26 05:30"))
    assert (during.is_open, during.next_change_at) == (False, local("2026-11-26 11:30"))
    assert state_at("", (), local("2026-11-26 06:00")).next_change_at is None


def test_a_closure_of_whole_days_and_markets_that_touch_are_one_span() -> None:
    new_year = Closure(Rule(LunarDays(frozenset({1, 2}), frozenset({1}))), "春节")
    state = state_at("24/7", (new_year,), local("2026-02-17 09:00"))
    assert (state.is_open, state.next_change_at) == (False, local("2026-02-19 00:00"))
    for_ever = state_at("24/7", (Closure(Rule(Daily()), "修缮"),), local("2026-02-17 09:00"))
    assert (for_ever.is_open, for_ever.next_change_at) == (False, None)


@pytest.mark.parametrize(("day", "expected"), [
    (date(2026, 11, 25), [("04:30", "20:00")]), (date(2026, 11, 26), [("04:30", "05:30"), ("11:30", "20:00")]),
])
def test_the_hours_of_a_day_leave_the_market_out(day: date, expected: list[tuple[str, str]]) -> None:
    spans = day_spans("04:30-20:00", day)
    assert spans is not None
    assert [(f"{start.astimezone(LOCAL):%H:%M}", f"{end.astimezone(LOCAL):%H:%M}") for start, end in without_closures(spans, (MARKET,), day)] == expected


_STARTS = st.integers(0, 23)
CLOSURES = st.lists(st.builds(
    lambda digits, weekday, start, hours: Closure(
        Rule(LunarDigits(digits)) if digits else Rule(Weekdays(frozenset({weekday}))), "集市", "", start * 3600, min(24, start + hours) * 3600
    ),
    st.frozensets(st.integers(0, 9), max_size=3), st.integers(0, 6), _STARTS, st.integers(1, 24),
), max_size=3)
HOURS = st.sampled_from(["", "24/7", "04:30-20:00", "Mo-Fr 18:00-02:00", "Sa,PH 08:00-12:00", "off"])


@given(HOURS, CLOSURES, st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)))
def test_nothing_changes_before_the_next_change(expression: str, closures: list[Closure], moment: datetime) -> None:
    """Looked at every half hour; at the change itself it is the other way round."""
    state = state_at(expression, closures, moment)
    is_closed = is_closed_at(expression, closures, moment)
    assert (state.is_open is False) == is_closed
    assert state.closure == closure_at(closures, moment)
    end = state.next_change_at or moment + timedelta(days=7)
    at = moment.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=30)
    while at < end:
        if at > moment:
            assert is_closed_at(expression, closures, at) == is_closed, at
        at += timedelta(minutes=30)
    if state.next_change_at is not None:
        assert is_closed_at(expression, closures, state.next_change_at) != is_closed


def test_closures_are_read_as_staff_write_them() -> None:
    assert parse_closures(" ") == ()
    assert parse_closures(
        "农历逢三、八 05:30-11:30 杜桥集市 market=duqiao en=Duqiao Market; 正月初一 全天 春节（演示）;周三，周日 5:30－11:00 东塍集市"
    ) == (
        MARKET,
        Closure(Rule(LunarDays(frozenset({1}), frozenset({1}))), "春节（演示）"),
        Closure(Rule(Weekdays(frozenset({2, 6}))), "东塍集市", "", 19800, 39600),
    )
    assert [one.hours_text for one in parse_closures("每天 00:00-24:00 修缮; 每天 全天 修缮")] == ["0:00–24:00", ""]


@pytest.mark.parametrize(("text", "what"), [
    ("农历逢三、八 杜桥集市", "日子 时间 原因"), ("农历逢三、八 05:30-11:30", "没有写关闭的原因"), ("看情况 全天 集市", "看不懂“看情况”"),
    ("逢三八 11:30-05:30 集市", "不是一天里的时间段"), ("逢三八 05:60-06:00 集市", "不是一天里的时间段"), ("逢三八 05:30-25:00 集市", "不是一天里的时间段"),
    ("冬令 全天 集市", "夏令冬令"), ("上学期间 全天 学校", "学期"), ("逢三八 全天 集市 market=杜桥", "集市代码"), ("逢三八 全天 集市 market=", "集市代码"),
])
def test_a_closure_that_cannot_be_read_says_why(text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        parse_closures(text)
