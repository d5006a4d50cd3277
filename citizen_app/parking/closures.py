"""When a car park is closed by rule although its hours say open: the days of a market that is held on it. Pure.

A rule here knows no county: seasons and school terms are refused when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from citizen_app.clock import LOCAL, to_local
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rule_text import parse_rule_text
from citizen_app.days.rules import Rule, holds
from citizen_app.parking.hours import Hours, hours_at

Spans = tuple[tuple[datetime, datetime], ...]

DAY_S = 86_400
_HORIZON = timedelta(days=7)
_DAY = timedelta(days=1)
_CALENDAR = DayCalendar()
_CLOCK = r"([0-9]{1,2})[:：]([0-9]{2})"
_HOURS = re.compile(rf"(?:^|\s)(?:{_CLOCK}\s*[-－–—~～至]\s*{_CLOCK}|全天)(?:\s|$)")
_MARKET = re.compile(r"(?:^|\s)market=(\S*)")
_ENGLISH = re.compile(r"(?:^|\s)en=(.*)$")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Closure:
    """Closed on the days of `rule`, from `start_s` until `end_s` of the local day; both None: the whole day.

    `reason` is what it is closed for, as in "今天是杜桥集市". `market` is the slug of that market, "" for none.
    """

    rule: Rule
    reason: str
    market: str = ""
    start_s: int | None = None
    end_s: int | None = None
    reason_en: str = ""

    @property
    def hours_text(self) -> str:
        """5:30–11:30; "" for the whole day."""
        if self.start_s is None or self.end_s is None:
            return ""
        return "–".join(f"{second // 3600}:{second // 60 % 60:02d}" for second in (self.start_s, self.end_s))


@dataclass(frozen=True)
class State:
    """Open or not at a moment by hours and closures together; None: the hours are not known, and no closure is on.

    `next_change_at` is UTC, None when not within a week. `closure` is the one that is on.
    """

    is_open: bool | None
    next_change_at: datetime | None
    closure: Closure | None = None


def parse_closures(text: str) -> tuple[Closure, ...]:
    """A cell such as "农历逢三、八 05:30-11:30 杜桥集市 market=duqiao; 农历正月初一 全天 春节 en=New year".

    One closure is: the days as in days.rule_text, the hours or 全天, the reason. Raises ValueError that says what is wrong.
    """
    return tuple(_parse(part) for part in re.split("[;；]", text) if part.strip())


def state_at(expression: str, closures: Sequence[Closure], moment: datetime) -> State:
    """Hours and closures at an aware moment; a change is a change of both together. Raises ValueError as `hours_at`."""
    if not closures:
        hours = hours_at(expression, moment)
        return State(hours.is_open, hours.next_change_at) if hours else State(None, None)
    closure = closure_at(closures, moment)
    is_open = False if closure else _is_open(hours_at(expression, moment))
    for at in _edges(expression, closures, moment):
        then = False if closure_at(closures, at) else _is_open(hours_at(expression, at))
        if (then is False) is not (is_open is False):
            return State(is_open, at, closure)
    return State(is_open, None, closure)


def is_closed_at(expression: str, closures: Sequence[Closure], moment: datetime) -> bool:
    """As `state_at(…).is_open is False`, without looking ahead."""
    if closure_at(closures, moment) is not None:
        return True
    hours = hours_at(expression, moment)
    return hours is not None and not hours.is_open


def closure_at(closures: Sequence[Closure], moment: datetime) -> Closure | None:
    """The closure that is on at an aware moment, the first one of several."""
    day = to_local(moment).date()
    return next((one for one in closures for start, end in _spans(one, day) if start <= moment < end), None)


def without_closures(spans: Spans, closures: Sequence[Closure], day: date) -> Spans:
    """The spans of a local day, less what is closed on it."""
    for start, end in sorted(span for one in closures for span in _spans(one, day)):
        spans = tuple(
            piece
            for first, last in spans
            for piece in ((first, min(last, start)), (max(first, end), last))
            if piece[0] < piece[1]
        )
    return spans


def _is_open(hours: Hours | None) -> bool | None:
    return None if hours is None else hours.is_open


def _edges(expression: str, closures: Sequence[Closure], moment: datetime) -> Iterator[datetime]:
    """Every moment within a week at which hours or a closure change, soonest first, UTC."""
    at: datetime | None = moment
    while at is not None:
        hours, edge = hours_at(expression, at), _next_edge(closures, at)
        coming = [one for one in (hours.next_change_at if hours else None, edge) if one is not None and one > at]
        at = min(coming, default=None)
        if at is None or at - moment > _HORIZON:
            return
        yield at.astimezone(UTC)


def _next_edge(closures: Sequence[Closure], moment: datetime) -> datetime | None:
    """When the next closure begins or ends, within a week."""
    day, end = to_local(moment).date(), to_local(moment + _HORIZON).date()
    while day <= end:
        edges = [edge for one in closures for span in _spans(one, day) for edge in span if edge > moment]
        if edges:
            return min(edges)
        day += _DAY
    return None


def _spans(closure: Closure, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The span of a closure on a local day, if it has one then."""
    if holds(closure.rule, day, _CALENDAR):
        midnight = datetime.combine(day, time(), LOCAL)
        start_s, end_s = closure.start_s or 0, DAY_S if closure.end_s is None else closure.end_s
        yield midnight + timedelta(seconds=start_s), midnight + timedelta(seconds=end_s)


def _parse(text: str) -> Closure:
    rest, english = _cut(_ENGLISH, text.strip())
    rest, market = _cut(_MARKET, rest)
    if market is not None and not _SLUG.fullmatch(market):
        raise ValueError(f"market={market}：集市代码只用 a-z 0-9 - _")
    hours = _HOURS.search(rest)
    if hours is None:
        raise ValueError("要写“日子 时间 原因”，如：农历逢三、八 05:30-11:30 杜桥集市；整天关闭写“全天”")
    rule = parse_rule_text(rest[:hours.start()])
    if rule.season is not None or rule.in_term is not None:
        raise ValueError("关闭的日子不能按夏令冬令或学期写；请写月日，如 5月1日至9月30日")
    reason = rest[hours.end():].strip()
    if not reason:
        raise ValueError("没有写关闭的原因")
    start_s, end_s = _day_span(hours)
    return Closure(rule, reason, market or "", start_s, end_s, (english or "").strip())


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str | None]:
    match = pattern.search(text)
    return (text, None) if match is None else (f"{text[:match.start()]} {text[match.end():]}".strip(), match[1])


def _day_span(match: re.Match[str]) -> tuple[int | None, int | None]:
    if match[1] is None:
        return None, None
    start_m, end_m = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    if int(match[2]) > 59 or int(match[4]) > 59 or not 0 <= start_m < end_m <= 1440:
        raise ValueError(f"“{match[0].strip()}”不是一天里的时间段")
    return start_m * 60, end_m * 60
