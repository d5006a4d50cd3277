"""A rule in the words of people, in Chinese and in English. Pure; what is said in Chinese `rule_text` can read again.

Dates that are added or removed are named while they are few, else only their number is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from citizen_app.days.kinds import DayKind
from citizen_app.days.lunar import BRANCHES, MONTHS, say_day
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
)

WEEK = "一二三四五六日"
DIGITS = "十一二三四五六七八九"    # 逢十 is the digit 0
MOST_NAMED = 4
_WEEK_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BRANCHES_EN = ("Zi", "Chou", "Yin", "Mao", "Chen", "Si", "Wu", "Wei", "Shen", "You", "Xu", "Hai")
_KINDS = {
    DayKind.WORKDAY: ("工作日", "working days"),
    DayKind.WEEKEND: ("双休日", "weekends"),
    DayKind.HOLIDAY: ("节假日", "public holidays"),
}
_SEASONS = {Season.SUMMER: ("夏令", "summer timetable"), Season.WINTER: ("冬令", "winter timetable")}
_TERMS = {True: ("上学期间", "school terms"), False: ("寒暑假", "school holidays")}
_HOLIDAYS = {True: ("节假日照开", "also on public holidays"), False: ("节假日停", "not on public holidays")}
_MAKEUP = {True: ("调休日照开", "also on make-up working days"), False: ("调休日停", "not on make-up working days")}
_SHORT = ("小月三十改廿九", "on the 29th for the 30th in short months")


def say_rule(rule: Rule, in_english: bool) -> str:
    """农历逢三、八; 夏令 工作日，节假日停; "Lunar days ending in 3 or 8"; "Working days, summer timetable"."""
    before, after = _bounds(rule, in_english), _exceptions(rule, in_english)
    pattern = (_english if in_english else _chinese)(rule.pattern)
    if in_english:
        return ", ".join([pattern[0].upper() + pattern[1:], *before, *after])
    return "，".join([" ".join([*before, pattern]), *after])


def _bounds(rule: Rule, in_english: bool) -> list[str]:
    """What narrows the whole rule: season, term, ranges of the year."""
    words = []
    if rule.season is not None:
        words.append(_SEASONS[rule.season][in_english])
    if rule.in_term is not None:
        words.append(_TERMS[rule.in_term][in_english])
    for span in rule.yearly:
        if in_english:
            words.append(f"{_month_day(span.from_month, span.from_day)} to {_month_day(span.to_month, span.to_day)}")
        else:
            words.append(f"{span.from_month}月{span.from_day}日至{span.to_month}月{span.to_day}日")
    return words


def _exceptions(rule: Rule, in_english: bool) -> list[str]:
    words = []
    if getattr(rule.pattern, "short_month", ShortMonth.SKIP) is ShortMonth.DAY_29:
        words.append(_SHORT[in_english])
    if rule.on_holidays is not None:
        words.append(_HOLIDAYS[rule.on_holidays][in_english])
    if rule.on_makeup_days is not None:
        words.append(_MAKEUP[rule.on_makeup_days][in_english])
    if rule.first is not None and rule.last is not None:
        words.append(_day(rule.first, in_english) + (" to " if in_english else "至") + _day(rule.last, in_english))
    elif rule.first is not None:
        words.append(f"from {_day(rule.first, True)}" if in_english else f"{_day(rule.first, False)}起")
    elif rule.last is not None:
        words.append(f"until {_day(rule.last, True)}" if in_english else f"至{_day(rule.last, False)}止")
    if rule.removed:
        words.append(_named(rule.removed, ("不含", "not on "), ("不含其中 {} 天", "not on {} of them"), in_english))
    if rule.added:
        words.append(_named(rule.added, ("另加", "also on "), ("另加 {} 天", "also on {} more dates"), in_english))
    return words


def _named(days: frozenset[date], named: tuple[str, str], counted: tuple[str, str], in_english: bool) -> str:
    if len(days) > MOST_NAMED:
        return counted[in_english].format(len(days))
    return named[in_english] + (", " if in_english else "、").join(_day(day, in_english) for day in sorted(days))


def _chinese(pattern: Pattern) -> str:
    match pattern:
        case Daily():
            return "每天"
        case Never():
            return "仅指定日期"
        case Weekdays():
            days = sorted(pattern.days)
            return f"周{WEEK[days[0]]}至周{WEEK[days[-1]]}" if _is_run(days) else "周" + "、".join(WEEK[day] for day in days)
        case DayKinds():
            return "及".join(words[0] for kind, words in _KINDS.items() if kind in pattern.kinds)
        case LunarDigits():
            return "农历逢" + "、".join(DIGITS[digit] for digit in _by_day(pattern.digits))
        case GregorianDigits():
            return "公历逢" + "、".join(str(digit) for digit in _by_day(pattern.digits))
        case LunarDays():
            months = "、".join(MONTHS[month - 1] for month in sorted(pattern.months))
            return f"农历{months}" + "、".join(say_day(day) for day in sorted(pattern.days))
        case Branches():
            return "、".join(BRANCHES[branch] for branch in sorted(pattern.branches)) + "日"


def _english(pattern: Pattern) -> str:
    match pattern:
        case Daily():
            return "every day"
        case Never():
            return "only on named dates"
        case Weekdays():
            days = sorted(pattern.days)
            return f"{_WEEK_EN[days[0]]} to {_WEEK_EN[days[-1]]}" if _is_run(days) else ", ".join(_WEEK_EN[day] for day in days)
        case DayKinds():
            return _listed([words[1] for kind, words in _KINDS.items() if kind in pattern.kinds], "and")
        case LunarDigits():
            return f"lunar days ending in {_listed(_by_day(pattern.digits), 'or')}"
        case GregorianDigits():
            return f"days of the month ending in {_listed(_by_day(pattern.digits), 'or')}"
        case LunarDays():
            days = sorted(pattern.days)
            if not pattern.months:
                return f"lunar {'day' if len(days) == 1 else 'days'} {_listed(days, 'and')}"
            months = sorted(pattern.months)
            months_word = "month" if len(months) == 1 else "months"
            return f"{'day' if len(days) == 1 else 'days'} {_listed(days, 'and')} of lunar {months_word} {_listed(months, 'and')}"
        case Branches():
            return f"{_listed([_BRANCHES_EN[one] for one in sorted(pattern.branches)], 'and')} days of the twelve-day cycle"


def _by_day(digits: frozenset[int]) -> list[int]:
    """In the order in which they come within a month: 0 is the tenth, after 9."""
    return sorted(digits, key=lambda digit: digit or 10)


def _is_run(days: Sequence[int]) -> bool:
    return len(days) > 2 and days[-1] - days[0] == len(days) - 1


def _listed(things: Iterable[object], word: str) -> str:
    *many, last = map(str, things)
    return f"{', '.join(many)} {word} {last}" if many else last


def _day(day: date, in_english: bool) -> str:
    if in_english:
        return f"{_month_day(day.month, day.day)} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def _month_day(month: int, day: int) -> str:
    return f"{day} {_MONTHS_EN[month - 1]}"
