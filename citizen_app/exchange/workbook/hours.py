"""Times of day and headways as staff write them. Pure; times are seconds of the service day and may pass 24:00.

Every function raises ValueError with a sentence in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from citizen_app.exchange.workbook.cells import narrow

MINUTE_S, DAY_S = 60, 86_400
_MOST_TIMES = 400
_LONGEST_HEADWAY_MIN = 720
_TIME = re.compile(r"(次日|翌日|第二天)?(\d{1,2})(?::(\d{2})(?::(\d{2}))?|[点时](?:(\d{1,2})分?|(半)|整)?)")
_SEPARATES = re.compile(r"[\s、,;/|]+")
_HEADWAY = re.compile(r"(?:每隔?|约|间隔)*(\d{1,3})(?:[-~至到—–](\d{1,3}))?(?:分钟?)?(?:[/每一1]*[班趟])?")


def read_time(cell: object) -> int:
    """A time of Excel's, a part of a day (0.25 is 6:00), or a text: 6:00, 6点半, 24:30, 次日0:30. Whole minutes only."""
    if isinstance(cell, time):
        seconds = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    elif isinstance(cell, timedelta):
        seconds = cell.total_seconds()
    elif isinstance(cell, datetime):
        seconds = _after_midnight(cell)
    elif isinstance(cell, float) and 0 <= cell < 2 and (cell == 0 or not cell.is_integer()):
        seconds = cell * DAY_S
    elif isinstance(cell, str):
        return _read_word(narrow(cell).replace(" ", ""))
    else:
        raise ValueError(f"“{cell}”不是时刻；写成 6:30")
    minutes = round(seconds / MINUTE_S)
    if abs(seconds - minutes * MINUTE_S) > 1:
        raise ValueError("时刻只写到分，不写秒")
    return _within_two_days(minutes * MINUTE_S, time_text(minutes * MINUTE_S))


def read_times(cell: object) -> tuple[int, ...]:
    """A list of times, each later than the one before it."""
    if not isinstance(cell, str):
        return (read_time(cell),)
    text = re.sub(r"(次日|翌日|第二天)\s+", r"\1", narrow(cell))
    times = tuple(_read_word(word) for word in _SEPARATES.split(text) if word)
    if not times:
        raise ValueError("没有时刻；写成 6:00 7:10")
    if len(times) > _MOST_TIMES:
        raise ValueError(f"一格最多 {_MOST_TIMES} 个时刻")
    for before, after in pairwise(times):
        if after == before:
            raise ValueError(f"{time_text(after)} 写了两次")
        if after < before:
            raise ValueError(f"{time_text(after)} 写在 {time_text(before)} 后面；请按先后写，过了午夜写 24:30 或 次日0:30")
    return times


def read_headway(cell: object) -> tuple[int, int]:
    """Shortest and longest seconds from bus to bus: 15, "15分钟/班", "10-15分钟/班", "每15分钟一班"."""
    if isinstance(cell, datetime | date | time | timedelta):
        raise ValueError("Excel 把这一格变成了日期或时间；请写成 10-15分钟/班")
    text = str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
    found = _HEADWAY.fullmatch(narrow(text).replace(" ", ""))
    if found is None:
        raise ValueError("看不懂的间隔；写成 15分钟/班 或 10-15分钟/班")
    shortest = int(found[1])
    longest = int(found[2] or shortest)
    if not 1 <= shortest <= longest <= _LONGEST_HEADWAY_MIN:
        raise ValueError(f"间隔应在 1 到 {_LONGEST_HEADWAY_MIN} 分钟之间，短的写在前面")
    return shortest * MINUTE_S, longest * MINUTE_S


def time_text(seconds: int) -> str:
    """6:00, 24:30."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}"


def times_text(times: Iterable[int]) -> str:
    """A list that `read_times` reads back."""
    return " ".join(map(time_text, times))


def _read_word(word: str) -> int:
    found = _TIME.fullmatch(word)
    if found is None:
        raise ValueError(f"“{word[:20]}”不是时刻；写成 6:30")
    next_day, hour, minute, second, spoken, half = found.groups()
    minutes = 30 if half else int(minute or spoken or 0)
    if int(second or 0):
        raise ValueError(f"“{word}”：时刻只写到分，不写秒")
    if minutes > 59 or (next_day and int(hour) > 23):
        raise ValueError(f"“{word}”不是时刻；写成 6:30")
    return _within_two_days((int(hour) * 60 + minutes) * MINUTE_S + (DAY_S if next_day else 0), word)


def _after_midnight(moment: datetime) -> float:
    """Excel keeps 24:30 as half past midnight of its first day: 1900-01-01, or 1904-01-02 where it counts from 1904."""
    day = {date(1900, 1, 1): 1, date(1904, 1, 2): 1, date(1904, 1, 1): 0, date(1899, 12, 30): 0}.get(moment.date())
    if day is None:
        raise ValueError("这是日期，不是时刻；写成 6:30")
    return day * DAY_S + (moment - datetime.combine(moment.date(), time())).total_seconds()


def _within_two_days(seconds: int, word: str) -> int:
    if not 0 <= seconds < 2 * DAY_S:
        raise ValueError(f"“{word}”超过了次日 24 点")
    return seconds
