"""A rule as county staff write it in a workbook: 工作日, 周一至周五, 农历逢三、八, 夏令 每天，节假日停. Pure.

The text is read phrase by phrase from the left; commas and spaces between phrases mean nothing. One phrase says which
days (每天 is meant where only a season, a term or a range is given), the others narrow it or make exceptions.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from citizen_app.days import rules
from citizen_app.days.kinds import DayKind
from citizen_app.days.lunar import BRANCHES
from citizen_app.days.rule_words import WEEK, say_rule
from citizen_app.days.rules import Pattern, Rule, Season, ShortMonth, YearlyRange

__all__ = ["parse_rule_text", "say_rule"]

Found = dict[str, Any]

_NUMBERS = {"〇": 0, "零": 0, **{word: number for number, word in enumerate("一二三四五六七八九十", 1)}}
_MONTHS = {"正": 1, "冬": 11, "腊": 12, "十一": 11, "十二": 12, **_NUMBERS}
_KINDS = {
    "工作日": {DayKind.WORKDAY}, "双休日": {DayKind.WEEKEND}, "周末": {DayKind.WEEKEND},
    "非工作日": {DayKind.WEEKEND, DayKind.HOLIDAY}, "休息日": {DayKind.WEEKEND, DayKind.HOLIDAY},
}
_BETWEEN = " ,;.、。和及与()·"
_AND = r"[ ,.、和及与]*"
_TO = r" ?(?:至|到|-|~|—|–) ?"
_STOPS, _RUNS = r"(?:停|除外|不开|不运行|休)(?:开|运|驶|行)?", r"(?:照常|照|也|加)?(?:开|运)行?"
_DAYS_OFF = r"(?:法定)?(?:节假日|假日)"
_LUNAR, _SOLAR = r"(?:农历|阴历|旧历)", r"(?:公历|阳历|新历)"
_WEEKDAY, _DIGIT = r"[一二三四五六日天1-7](?![\d月年])", r"(?:10|[〇零一二三四五六七八九\d]|十(?![一二三四五六七八九]))(?![\d月年])"
_DATE = r"\d{4}[年/.-]\d{1,2}[月/.-]\d{1,2}日?"
_MONTH = r"(?:正|冬|腊|十[一二]?|[一二三四五六七八九]|\d{1,2})月"
_DAY = r"(?:初[一二三四五六七八九十]|(?:二?十|三十|廿|卅)[一二三四五六七八九]?(?![一二三四五六七八九\d月年])|\d{1,2}(?![\d月年])日?)"


def parse_rule_text(text: str) -> Rule:
    """The rule that a text says; the inverse of `say_rule` in Chinese where that names every date.

    Raises ValueError that says in Chinese what is not understood; of an empty text too.
    """
    rest, found = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip(_BETWEEN), Found()
    while rest:
        for phrase, take in _PHRASES:
            match = phrase.match(rest)
            if match:
                take(found, match)
                rest = rest[match.end():].lstrip(_BETWEEN)
                break
        else:
            raise ValueError(f"看不懂“{rest[:20]}”；可以写：每天、工作日、周一至周五、农历逢三、八、农历初一、十五、夏令、节假日停")
    return _rule(found)


def _rule(found: Found) -> Rule:
    short_month = found.pop("short_month", None)
    pattern: Pattern | None = found.pop("pattern", None)
    if pattern is None:
        narrowed = found.keys() & {"season", "in_term", "yearly", "first", "last"} or found.get("on_holidays") is False
        if not narrowed and "added" not in found:
            raise ValueError("没有写是哪些日子；可以写：每天、工作日、周一至周五、农历逢三、八")
        pattern = rules.Daily() if narrowed else rules.Never()
    if short_month is not None:
        if not isinstance(pattern, rules.LunarDigits | rules.LunarDays):
            raise ValueError("“小月三十”只能和农历的日子一起写")
        pattern = replace(pattern, short_month=short_month)
    return Rule(pattern=pattern, **found)


def _put(found: Found, name: str, value: object) -> None:
    if name in found:
        raise ValueError("同一样写了两次；哪些日子、哪个季节、节假日怎样，各只能写一次")
    found[name] = value


def _fixed(name: str, value: object) -> Callable[[Found, re.Match[str]], None]:
    return lambda found, match: _put(found, name, value)


def _numbers(pattern: str, text: str) -> list[int]:
    """Chinese or Arabic numbers, 三十 and 廿九 among them, as the pattern cuts them out."""
    return [_number(word.strip("初月日")) for word in re.findall(pattern, text)]


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word)
    word = word.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return _MONTHS[word]
    return (_NUMBERS[tens] if tens else 1) * 10 + (_NUMBERS[ones] if ones else 0)


def _dates(text: str) -> list[date]:
    return [_date(*map(int, re.findall(r"\d+", one))) for one in re.findall(_DATE, text)]


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"没有 {year}年{month}月{day}日 这一天") from None


def _take_weekdays(found: Found, match: re.Match[str]) -> None:
    days = ["日" if one in "天7" else one for one in re.findall(_WEEKDAY, match[0])]
    numbers = [int(one) - 1 if one.isdecimal() else WEEK.index(one) for one in days]
    if match["to"]:
        first, last = numbers
        numbers = [day % 7 for day in range(first, last + 1 + (7 if last < first else 0))]
    _put(found, "pattern", rules.Weekdays(frozenset(numbers)))


def _take_kinds(found: Found, match: re.Match[str]) -> None:
    """Holidays beside days of another pattern (周六、日及节假日) are those days and the holidays."""
    words = re.findall(rf"{'|'.join(_KINDS)}|{_DAYS_OFF}", match[0])
    kinds = frozenset[DayKind]().union(*(_KINDS.get(word, {DayKind.HOLIDAY}) for word in words))
    if kinds == {DayKind.HOLIDAY} and "pattern" in found:
        _put(found, "on_holidays", True)
    else:
        _put(found, "pattern", rules.DayKinds(kinds))


def _take_digits(found: Found, match: re.Match[str]) -> None:
    digits = frozenset(number % 10 for number in _numbers(_DIGIT, match["digits"]))
    _put(found, "pattern", rules.GregorianDigits(digits) if match["solar"] else rules.LunarDigits(digits))


def _take_odd_or_even(found: Found, match: re.Match[str]) -> None:
    digits = frozenset(range(match["which"] == "单", 10, 2))
    _put(found, "pattern", rules.LunarDigits(digits) if match["lunar"] else rules.GregorianDigits(digits))


def _take_lunar_days(found: Found, match: re.Match[str]) -> None:
    months, days = _numbers(_MONTH, match["months"] or ""), _numbers(_DAY, match["days"])
    if not all(1 <= day <= 30 for day in days) or not all(1 <= month <= 12 for month in months):
        raise ValueError(f"农历没有“{match[0]}”这样的日子")
    _put(found, "pattern", rules.LunarDays(frozenset(days), frozenset(months)))


def _take_branches(found: Found, match: re.Match[str]) -> None:
    _put(found, "pattern", rules.Branches(frozenset(BRANCHES.index(one) for one in match[0] if one in BRANCHES)))


def _take_yearly(found: Found, match: re.Match[str]) -> None:
    """Without days the months are whole: the last one until its end, the 29th of February included."""
    ends = (int(match["m1"]), int(match["d1"] or 1), int(match["m2"]), int(match["d2"] or 0))
    for month, day in (ends[:2], ends[2:]):
        if not 1 <= month <= 12 or day > monthrange(2024, month)[1]:
            raise ValueError(f"没有 {month}月{day}日 这一天")
    if not ends[3]:
        ends = (*ends[:3], monthrange(2024, ends[2])[1])
    found["yearly"] = (*found.get("yearly", ()), YearlyRange(*ends))


def _take_bounds(found: Found, match: re.Match[str]) -> None:
    for name in ("first", "last"):
        if match[name]:
            _put(found, name, _dates(match[name])[0])
    if "first" in found and "last" in found and found["last"] < found["first"]:
        raise ValueError(f"“{match[0]}”的终止日早于起始日")


def _take_dates(name: str) -> Callable[[Found, re.Match[str]], None]:
    return lambda found, match: _put(found, name, frozenset(_dates(match[0])))


_PHRASES: tuple[tuple[re.Pattern[str], Callable[[Found, re.Match[str]], None]], ...] = tuple(
    (re.compile(phrase), take)
    for phrase, take in (
        (rf"(?:不含|除) ?{_DATE}(?:{_AND}{_DATE})*(?:外|除外)?", _take_dates("removed")),
        (rf"(?:另加|加开|增开) ?{_DATE}(?:{_AND}{_DATE})*", _take_dates("added")),
        (rf"(?:自|从)?(?P<first>{_DATE}){_TO}(?P<last>{_DATE})(?:为?止)?", _take_bounds),
        (rf"(?:自|从)?(?P<first>{_DATE})(?P<last>)起", _take_bounds),
        (rf"(?P<first>)(?:至|到)(?P<last>{_DATE})(?:为?止)?", _take_bounds),
        (rf"{_DAYS_OFF}{_STOPS}", _fixed("on_holidays", False)),
        (rf"{_DAYS_OFF}{_RUNS}", _fixed("on_holidays", True)),
        (rf"调休(?:上班|工作)?日?{_STOPS}", _fixed("on_makeup_days", False)),
        (rf"调休(?:上班|工作)?日?{_RUNS}", _fixed("on_makeup_days", True)),
        (r"小月三十日?(?:改|提前到|在)?(?:廿九|二十九|29)日?", _fixed("short_month", ShortMonth.DAY_29)),
        (rf"小月三十日?(?:{_STOPS}|没有|不补)", _fixed("short_month", ShortMonth.SKIP)),
        (r"夏[令季](?:时刻|班次|期间|时)?", _fixed("season", Season.SUMMER)),
        (r"冬[令季](?:时刻|班次|期间|时)?", _fixed("season", Season.WINTER)),
        (rf"上学期间|上学日|学期[内中]|开学期间|寒暑假{_STOPS}", _fixed("in_term", True)),
        (r"寒暑假(?:期间)?", _fixed("in_term", False)),
        (rf"(?:每年)?(?P<m1>\d{{1,2}})月(?P<d1>\d{{1,2}})日{_TO}(?:次年|翌年)?(?P<m2>\d{{1,2}})月(?P<d2>\d{{1,2}})日", _take_yearly),
        (rf"(?:每年)?(?P<m1>\d{{1,2}})月(?P<d1>){_TO}(?:次年|翌年)?(?P<m2>\d{{1,2}})月份?(?P<d2>)(?!\d)", _take_yearly),
        (r"每天|每日|天天", _fixed("pattern", rules.Daily())),
        (r"(?:[仅只][在限]?)?指定日期", _fixed("pattern", rules.Never())),
        (rf"[每逢]?(?:周|星期|礼拜){_WEEKDAY}(?P<to>{_TO})(?:周|星期|礼拜)?{_WEEKDAY}", _take_weekdays),
        (rf"[每逢]?(?:周|星期|礼拜){_WEEKDAY}(?P<to>)(?:{_AND}(?:周|星期|礼拜)?{_WEEKDAY})*", _take_weekdays),
        (rf"(?:(?:{'|'.join(_KINDS)}|{_DAYS_OFF}(?!{_STOPS}|{_RUNS})){_AND})+", _take_kinds),
        (rf"[逢每]?[{BRANCHES}](?:{_AND}[{BRANCHES}])*日", _take_branches),
        (rf"(?:(?P<solar>{_SOLAR})|{_LUNAR})?(?:每月)?逢(?P<digits>{_DIGIT}(?:{_AND}{_DIGIT})*)日?", _take_digits),
        (rf"(?:(?P<lunar>{_LUNAR})|{_SOLAR})?(?:每月)?逢?(?P<which>[单双])[日号]", _take_odd_or_even),
        (rf"(?:{_LUNAR}|(?:每月)?(?=初|廿|[正冬腊]月))(?:每月)?(?P<months>(?:{_MONTH}{_AND})*)(?P<days>{_DAY}(?:{_AND}{_DAY})*)",
         _take_lunar_days),
        (r"开行|运行|发车|开市|营业|赶集", lambda found, match: None),
    )
)
