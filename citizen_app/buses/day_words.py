"""Days in a few words: by a simple rule that says exactly these dates where there is one, else the next of them. Pure.

A line may run by several services at once ("daily" and "working days"); what matters to people is on which days its
timetable is the same, so the dates are described and not the services.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from citizen_app.days.calendar import DayCalendar
from citizen_app.days.kinds import DayKind
from citizen_app.days.rule_text import say_rule
from citizen_app.days.rules import Daily, DayKinds, Rule, Weekdays, holds

_MOST_DATES = 3
_LONGEST = 60           # letters; a Chinese sign counts for two
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIMPLE = (
    Rule(Daily()),
    Rule(DayKinds(frozenset({DayKind.WORKDAY}))),
    Rule(DayKinds(frozenset({DayKind.WEEKEND, DayKind.HOLIDAY}))),
    Rule(DayKinds(frozenset({DayKind.WEEKEND}))),
    Rule(DayKinds(frozenset({DayKind.HOLIDAY}))),
    Rule(DayKinds(frozenset({DayKind.WORKDAY, DayKind.WEEKEND}))),
)


def say_days(
    dates: Sequence[date], start: date, days: int, rules: Iterable[Rule], calendar: DayCalendar, in_english: bool
) -> str:
    """What the dates (in order, of `days` days from `start`) have in common; `rules` are those that may say it.

    So may the days that are left out (除农历初一、十五外每天). A rule that says them only from the first to the last of
    them is said with both.
    """
    if not dates:
        return ""
    rules = tuple(rules)
    known, candidates = frozenset(dates), list(_candidates(dates, rules))
    for rule in candidates:
        if _dates_of(rule, start, start + timedelta(days=days - 1), calendar) == known:
            return _short(say_rule(rule, in_english)) or say_dates(dates, in_english)
    all_days = frozenset(start + timedelta(days=number) for number in range(days))
    for rule in (*_SIMPLE[1:], *rules):
        if all_days - _dates_of(rule, start, start + timedelta(days=days - 1), calendar) == known:
            said = say_rule(rule, in_english)
            return f"Every day except: {said}" if in_english else f"除{said}外每天"
    for rule in candidates:
        if len(dates) > _MOST_DATES and _dates_of(rule, dates[0], dates[-1], calendar) == known:
            said, first, last = say_rule(rule, in_english), _day(dates[0], in_english), _day(dates[-1], in_english)
            return f"{said}, {first} to {last}" if in_english else f"{said}（{first}至{last}）"
    return say_dates(dates, in_english)


def say_rules(rules: Iterable[Rule], in_english: bool) -> str:
    """The different rules in a row; "" where that would be longer than anyone reads."""
    return _short(("; " if in_english else "；").join(dict.fromkeys(say_rule(rule, in_english) for rule in rules)))


def say_dates(dates: Sequence[date], in_english: bool) -> str:
    """The first three dates, and whether there are more: 11月24日、11月25日、11月26日等."""
    named = (", " if in_english else "、").join(_day(day, in_english) for day in dates[:_MOST_DATES])
    return named + (" …" if in_english else "等") if len(dates) > _MOST_DATES else named


def _candidates(dates: Sequence[date], rules: Iterable[Rule]) -> Iterator[Rule]:
    yield from _SIMPLE
    yield Rule(Weekdays(frozenset(day.weekday() for day in dates)))
    yield from rules


def _dates_of(rule: Rule, first: date, last: date, calendar: DayCalendar) -> frozenset[date]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return frozenset(day for day in days if holds(rule, day, calendar))


def _short(text: str) -> str:
    return text if sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) <= _LONGEST else ""


def _day(day: date, in_english: bool) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}" if in_english else f"{day.month}月{day.day}日"
