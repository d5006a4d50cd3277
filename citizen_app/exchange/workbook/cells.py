"""One cell to one value: texts, names, numbers, money, dates. Pure.

A cell comes as Excel keeps it: a text, a number, a date or a time. Every function raises ValueError with a sentence in Chinese
for the person who keeps the workbook. Full-width digits and punctuation mean the same as narrow ones.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

_LONGEST_TEXT = 500
_LONGEST_CODE = 32
_LONGEST_SPAN_DAYS = 400
_CODE = re.compile(r"[\w\-.()+—]+")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_EXCEL_DAY_0 = date(1899, 12, 30)
_HIGHEST_FEN = 100_000
_SEPARATES = re.compile(r"[\s、,;]+")


def narrow(text: str) -> str:
    """Full-width digits, letters and punctuation as narrow ones, white space as single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def name_key(text: str) -> str:
    """What two writings of one name have in common: no white space, narrow, small letters."""
    return narrow(text).replace(" ", "").casefold()


def read_text(cell: object) -> str:
    """On one line, trimmed; a whole number without a point. A date or time is refused: Excel made it out of something else."""
    if isinstance(cell, datetime | date | time | timedelta):
        raise ValueError("Excel 把这一格变成了日期或时间；请把格式设成“文本”再写一遍")
    if isinstance(cell, bool):
        raise ValueError("Excel 把这一格变成了真假值；请把格式设成“文本”再写一遍")
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = " ".join(("" if cell is None else str(cell)).split())
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"太长，最多 {_LONGEST_TEXT} 个字")
    if any(unicodedata.category(char) in {"Cc", "Cs", "Co"} for char in text):
        raise ValueError("里面有不能显示的字符")
    return text


def read_code(cell: object) -> str:
    """A number on a sign, which also stands in addresses: letters (Chinese too), digits, - _ . ( ) +."""
    code = narrow(read_text(cell))
    if len(code) > _LONGEST_CODE:
        raise ValueError(f"太长，最多 {_LONGEST_CODE} 个字")
    if not _CODE.fullmatch(code) or not code.strip("."):
        raise ValueError("只能用汉字、字母、数字和 - _ . ( ) +，中间不能有空格")
    return code


def read_number(cell: object) -> float:
    """A finite number."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = float(cell)
    else:
        try:
            number = float(narrow(read_text(cell)))
        except ValueError:
            raise ValueError("不是数字") from None
    if not abs(number) < 1e9:
        raise ValueError("不是数字")
    return number


def read_count(cell: object) -> int:
    """A whole number from 1."""
    number = read_number(cell)
    if not number.is_integer() or number < 1:
        raise ValueError("应该是 1、2、3……")
    return int(number)


def read_minutes(cell: object) -> int:
    """Minutes, whole or decimal, to seconds."""
    minutes = read_number(cell)
    if not 0 <= minutes <= 24 * 60:
        raise ValueError("应该是 0 到 1440 之间的分钟数")
    return round(minutes * 60)


def read_price_fen(cell: object) -> int:
    """"2元", "¥2.5", 2 or 免费 to fen."""
    text = narrow(read_text(cell)).replace(" ", "")
    if text == "免费":
        return 0
    try:
        fen = Decimal(text.removeprefix("¥").removesuffix("元")) * 100
    except InvalidOperation:
        raise ValueError("不是票价；写成 2元 或 2.5") from None
    if not fen.is_finite() or not 0 <= fen <= _HIGHEST_FEN or fen != int(fen):
        raise ValueError(f"票价应在 0 到 {_HIGHEST_FEN // 100} 元之间，最多到分")
    return int(fen)


def read_date(cell: object) -> date:
    """A date of Excel's, its number, or a text: 2026-10-1, 2026/10/1, 2026年10月1日, 20261001."""
    if isinstance(cell, datetime):
        return _sensible(cell.date())
    if isinstance(cell, date):
        return _sensible(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool) and float(cell).is_integer():
        if 30_000 < cell < 80_000:
            return _sensible(_EXCEL_DAY_0 + timedelta(days=int(cell)))
        cell = str(int(cell))
    if not isinstance(cell, str):
        raise ValueError("不是日期；写成 2026-10-1")
    text = narrow(cell).replace(" ", "")
    found = _DATE.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if found is None:
        raise ValueError(f"“{text}”不是日期；写成 2026-10-1")
    try:
        return _sensible(date(*map(int, found.groups())))
    except ValueError:
        raise ValueError(f"“{text}”：没有这一天，或不在 2000 年到 2100 年之间") from None


def read_dates(cell: object) -> frozenset[date]:
    """One or more dates, apart by blanks or commas; 至 between two takes all from one to the other."""
    if not isinstance(cell, str):
        return frozenset({read_date(cell)})
    days: set[date] = set()
    for word in _SEPARATES.split(re.sub(r"\s*[至到~]\s*", "至", narrow(cell))):
        if not word:
            continue
        first, has_end, last = word.partition("至")
        start = end = read_date(first)
        if has_end:
            end = read_date(last)
        if not 0 <= (end - start).days <= _LONGEST_SPAN_DAYS:
            raise ValueError(f"“{word}”：后一天早于前一天，或超过 {_LONGEST_SPAN_DAYS} 天")
        days.update(start + timedelta(days=number) for number in range((end - start).days + 1))
    return frozenset(days)


def _sensible(day: date) -> date:
    if not 2000 <= day.year <= 2100:
        raise ValueError("不在 2000 年到 2100 年之间")
    return day
