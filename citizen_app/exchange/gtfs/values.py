"""Single values of GTFS, read and written. Pure.

What cannot be read is a ValueError here; who reads a row knows what to make of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

Value = TypeVar("Value")

MAX_TIME_S = 72 * 3600    # no bus is on the road for longer; 999:00:00 is a slip
_TIME = re.compile(r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_WITHOUT_HUNDREDTHS = frozenset((
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
))


class Memo(dict[str, Value], Generic[Value]):
    """What texts mean, each worked out once: columns of millions of rows hold a few thousand different texts.

    A text that cannot be read is not kept, so that no file of nonsense fills the memory.
    """

    def __init__(self, read: Callable[[str], Value], otherwise: Value) -> None:
        super().__init__()
        self._read, self._otherwise = read, otherwise

    def __missing__(self, text: str) -> Value:
        try:
            value = self._read(text.strip())
        except ValueError:
            return self._otherwise
        if len(self) < 1_000_000:
            self[text] = value
        return value


def read_time_s(text: str) -> int:
    """Seconds of the service day of H:MM:SS or HH:MM:SS, which may pass 24:00:00."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("expected a time such as 6:05:00 or 25:10:00")
    hours, minutes, seconds = map(int, found.groups())
    time_s = hours * 3600 + minutes * 60 + seconds
    if time_s > MAX_TIME_S:
        raise ValueError(f"later than {MAX_TIME_S // 3600}:00:00")
    return time_s


def write_time(time_s: int) -> str:
    return f"{time_s // 3600:02}:{time_s // 60 % 60:02}:{time_s % 60:02}"


def read_whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError("expected a whole number")
    return int(text)


def read_decimal(text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise ValueError("expected a decimal number")
    return float(text)


def write_decimal(value: float) -> str:
    """The shortest text that is read as the very same number, without an exponent."""
    text = repr(float(value))
    return np.format_float_positional(value, trim="-") if "e" in text else text.removesuffix(".0")


def read_date(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError("expected a date such as 20260501")
    return date(*map(int, found.groups()))


def write_date(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def read_price_fen(text: str) -> int:
    """Hundredths of the currency, rounded to the nearest."""
    if not _DECIMAL.fullmatch(text) or Decimal(text) < 0 or Decimal(text) > 10_000_000:
        raise ValueError("expected a price such as 2.50")
    return round(Decimal(text) * 100)


def write_price(price_fen: int, currency: str) -> str:
    price = Decimal(price_fen) / 100
    return f"{price:.0f}" if currency in _WITHOUT_HUNDREDTHS and price == price.to_integral_value() else f"{price:.2f}"


def clean_text(text: str) -> str:
    """Text for people: no line ends, no unprintable characters, every run of white space one space."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())


def is_zone(name: str) -> bool:
    """Whether a name is that of a time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True
