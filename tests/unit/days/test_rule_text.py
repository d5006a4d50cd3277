"""Rules as county staff write them, and as pages say them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.days.kinds import DayKind
from citizen_app.days.rule_documents import read_rule, rule_document
from citizen_app.days.rule_text import parse_rule_text, say_rule
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
)
from tests.unit.days.strategies import UNDATED_RULES, rules_near

WORK, REST, FEAST = DayKind.WORKDAY, DayKind.WEEKEND, DayKind.HOLIDAY


def lunar(*digits: int) -> LunarDigits:
    return LunarDigits(frozenset(digits))


def week(*days: int) -> Weekdays:
    return Weekdays(frozenset(days))


@pytest.mark.parametrize(("text", "pattern"), [
    ("每天", Daily()), ("每日", Daily()), (" 每天。", Daily()),
    ("仅指定日期", Never()), ("指定日期", Never()),
    ("工作日", DayKinds(frozenset({WORK}))), ("双休日", DayKinds(frozenset({REST}))), ("周末", DayKinds(frozenset({REST}))),
    ("节假日", DayKinds(frozenset({FEAST}))), ("法定节假日", DayKinds(frozenset({FEAST}))),
    ("工作日及双休日", DayKinds(frozenset({WORK, REST}))), ("双休日、节假日", DayKinds(frozenset({REST, FEAST}))),
    ("周末和节假日", DayKinds(frozenset({REST, FEAST}))), ("非工作日", DayKinds(frozenset({REST, FEAST}))),
    ("周一至周五", week(0, 1, 2, 3, 4)), ("星期一到五", week(0, 1, 2, 3, 4)), ("周1-周5", week(0, 1, 2, 3, 4)),
    ("周一~周五", week(0, 1, 2, 3, 4)), ("周六至周一", week(5, 6, 0)),
    ("周六日", week(5, 6)), ("周六、周日", week(5, 6)), ("周一、三、五", week(0, 2, 4)), ("每周一，周三，周五", week(0, 2, 4)),
    ("逢周天", week(6)), ("周二 周四", week(1, 3)),
    ("农历逢三、八", lunar(3, 8)), ("逢三八", lunar(3, 8)), ("农历逢3、8", lunar(3, 8)), ("农历逢３，８", lunar(3, 8)),
    ("阴历每月逢五、十", lunar(5, 0)), ("农历逢5、10日", lunar(5, 0)), ("逢五十", lunar(5, 0)), ("农历逢双日", lunar(0, 2, 4, 6, 8)),
    ("公历逢5、0", GregorianDigits(frozenset({5, 0}))), ("阳历逢五、十", GregorianDigits(frozenset({5, 0}))),
    ("单日", GregorianDigits(frozenset({1, 3, 5, 7, 9}))),
    ("农历初一、十五", LunarDays(frozenset({1, 15}))), ("初一十五", LunarDays(frozenset({1, 15}))),
    ("每月初一、十五", LunarDays(frozenset({1, 15}))), ("农历每月廿九、三十", LunarDays(frozenset({29, 30}))),
    ("农历二十、廿、二十五", LunarDays(frozenset({20, 25}))), ("农历初十、15日", LunarDays(frozenset({10, 15}))),
    ("农历正月初八", LunarDays(frozenset({8}), frozenset({1}))), ("正月初八", LunarDays(frozenset({8}), frozenset({1}))),
    ("农历十月十五", LunarDays(frozenset({15}), frozenset({10}))), ("农历十一月初十", LunarDays(frozenset({10}), frozenset({11}))),
    ("农历三月、腊月初三、十三", LunarDays(frozenset({3, 13}), frozenset({3, 12}))), ("农历3月3日", LunarDays(frozenset({3}), frozenset({3}))),
    ("子、午日", Branches(frozenset({0, 6}))), ("逢子午日", Branches(frozenset({0, 6}))), ("寅申巳亥日", Branches(frozenset({2, 8, 5, 11}))),
])
def test_days_as_staff_write_them(text: str, pattern: Pattern) -> None:
    assert parse_rule_text(text) == Rule(pattern)


@pytest.mark.parametrize(("text", "rule"), [
    ("夏令", Rule(season=Season.SUMMER)), ("冬令 每天", Rule(season=Season.WINTER)),
    ("夏令 工作日，节假日停", Rule(DayKinds(frozenset({WORK})), season=Season.SUMMER, on_holidays=False)),
    ("工作日 节假日停", Rule(DayKinds(frozenset({WORK})), on_holidays=False)),
    ("周一至周五，节假日除外", Rule(week(0, 1, 2, 3, 4), on_holidays=False)),
    ("周六、日及节假日", Rule(week(5, 6), on_holidays=True)), ("周六日，节假日照开", Rule(week(5, 6), on_holidays=True)),
    ("周一至周五、调休日照开", Rule(week(0, 1, 2, 3, 4), on_makeup_days=True)),
    ("周六日；调休日停开", Rule(week(5, 6), on_makeup_days=False)),
    ("上学期间 工作日", Rule(DayKinds(frozenset({WORK})), in_term=True)), ("寒暑假", Rule(in_term=False)),
    ("工作日（寒暑假停）", Rule(DayKinds(frozenset({WORK})), in_term=True)),
    ("农历逢五、十，小月三十改廿九", Rule(LunarDigits(frozenset({5, 0}), ShortMonth.DAY_29))),
    ("11月1日至3月31日 每天", Rule(yearly=(YearlyRange(11, 1, 3, 31),))),
    ("逢三、八 11月1日至次年3月31日", Rule(lunar(3, 8), yearly=(YearlyRange(11, 1, 3, 31),))),
    ("农历十五 11月至2月", Rule(LunarDays(frozenset({15})), yearly=(YearlyRange(11, 1, 2, 29),))),
    ("每天 2026年11月1日起", Rule(first=date(2026, 11, 1))),
    ("2026-11-01至2027-03-31 每天，不含2027年2月17日", Rule(first=date(2026, 11, 1), last=date(2027, 3, 31), removed=frozenset({date(2027, 2, 17)}))),
    ("另加2026年12月5日、2026年12月6日", Rule(Never(), added=frozenset({date(2026, 12, 5), date(2026, 12, 6)}))),
])
def test_seasons_terms_ranges_and_exceptions(text: str, rule: Rule) -> None:
    assert parse_rule_text(text) == rule


@pytest.mark.parametrize(("text", "what"), [
    ("", "没有写是哪些日子"), ("节假日照开", "没有写是哪些日子"), ("看情况", "看不懂“看情况”"), ("周八", "看不懂“周八”"),
    ("农历逢三、十三", "看不懂“十三”"), ("每天 工作日", "写了两次"), ("夏令 冬令 每天", "写了两次"), ("农历三十一", "看不懂|农历没有"),
    ("农历13月3日", "农历没有"), ("13月1日至2月1日", "没有 13月"), ("2月30日至3月1日", "没有 2月30日"), ("2026年2月29日起", "没有 2026年2月29日"),
    ("每天 2026年3月1日至2026年2月1日", "早于"), ("每天 小月三十改廿九", "只能和农历"), ("每天，不含其中 12 天", "看不懂“不含其中 12 天”"),
    ("三、八", "看不懂"), ("周一至", "看不懂"), ("寒暑假照开", "看不懂“照开”"),
])
def test_what_is_not_understood_is_named(text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        parse_rule_text(text)


@given(st.text("每天工作日周一至五农历逢三八、，0123456789月年初十廿子午夏令节假停照开另加不含-（ ", max_size=20))
def test_any_text_is_a_rule_or_a_fault_with_a_message(text: str) -> None:
    try:
        assert isinstance(parse_rule_text(text), Rule)
    except ValueError as error:
        assert str(error)


@given(UNDATED_RULES)
def test_what_is_said_of_a_rule_is_read_as_the_same_rule(rule: Rule) -> None:
    assert parse_rule_text(say_rule(rule, False)) == rule


@given(rules_near(date(2026, 11, 25)))
def test_named_dates_come_back_too(rule: Rule) -> None:
    assert parse_rule_text(say_rule(rule, False)) == rule


@given(rules_near(date(2026, 11, 25), 12))
def test_english_words_hold_no_chinese_and_the_document_comes_back(rule: Rule) -> None:
    assert say_rule(rule, True).isascii()
    text = json.dumps(rule_document(rule))
    assert read_rule(json.loads(text)) == rule
    assert json.dumps(rule_document(read_rule(json.loads(text)))) == text


@pytest.mark.parametrize(("rule", "chinese", "english"), [
    (Rule(lunar(3, 8)), "农历逢三、八", "Lunar days ending in 3 or 8"),
    (Rule(lunar(5, 0)), "农历逢五、十", "Lunar days ending in 5 or 0"),
    (Rule(DayKinds(frozenset({WORK}))), "工作日", "Working days"),
    (Rule(season=Season.SUMMER), "夏令 每天", "Every day, summer timetable"),
    (Rule(week(0, 1, 2, 3, 4), on_holidays=False), "周一至周五，节假日停", "Mon to Fri, not on public holidays"),
    (Rule(LunarDays(frozenset({8}), frozenset({1}))), "农历正月初八", "Day 8 of lunar month 1"),
    (Rule(LunarDays(frozenset({1, 15}))), "农历初一、十五", "Lunar days 1 and 15"),
    (Rule(Branches(frozenset({0, 6}))), "子、午日", "Zi and Wu days of the twelve-day cycle"),
    (Rule(Never(), added=frozenset({date(2026, 12, 5)})), "仅指定日期，另加2026年12月5日", "Only on named dates, also on 5 Dec 2026"),
    (Rule(removed=frozenset(date(2026, 12, day) for day in range(1, 8))), "每天，不含其中 7 天", "Every day, not on 7 of them"),
    (Rule(yearly=(YearlyRange(11, 1, 3, 31),), last=date(2027, 1, 31)), "11月1日至3月31日 每天，至2027年1月31日止",
     "Every day, 1 Nov to 31 Mar, until 31 Jan 2027"),
])
def test_words_for_people(rule: Rule, chinese: str, english: str) -> None:
    assert (say_rule(rule, False), say_rule(rule, True)) == (chinese, english)
