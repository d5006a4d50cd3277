"""Single foreign values to ours: numbers, degrees, moments, texts. Pure.

What is not clearly the thing that is expected raises BadValue; nothing is guessed. "1.000" is one thousand in one country
and one in another, so it is neither until the source's settings say what groups its digits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

MOST_SPACES = 1_000_000
EPOCHS = {"epoch_s": 1.0, "epoch_ms": 1000.0}
_WHOLE = re.compile(r"[+-]?\d{1,15}(?:\.0{1,2})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*", re.ASCII)
_FIRST_NUMBER = re.compile(r"(?<![\w.,:])[+-]?\d++(?:[.,']\d++)*+(?!\s*%|:\d)", re.ASCII)    # no clock, no percentage
_ISO = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d", re.ASCII)


class BadValue(ValueError):
    """A value that cannot be read; the text says what was expected."""


def plain(raw: Any) -> Any:
    """The value itself: of an XML element that also has attributes its text, of one that says it is nil None."""
    if isinstance(raw, Mapping):
        if "#text" in raw:
            return raw["#text"]
        if raw.get("@nil") in {"true", "1"}:
            return None
    return raw


def shown(raw: Any) -> str:
    """A value as a problem names it; never a whole structure."""
    if isinstance(raw, Mapping):
        return "(a table)"
    if isinstance(raw, list):
        return "(a list)"
    return "" if raw is None else str(raw)


def text_of(raw: Any) -> str:
    """A single value as text: 3.0 is "3", as spreadsheets mean it; None is "". Raises BadValue."""
    if raw is None:
        return ""
    if isinstance(raw, (Mapping, list, bytes)):
        raise BadValue("expected a single value")
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, float) and math.isfinite(raw) and raw == int(raw):
        raw = int(raw)
    return str(raw).strip().encode("utf-8", "replace").decode().replace("\0", "")


def ref_of(raw: Any) -> str:
    """What identifies a car park. Raises BadValue."""
    if isinstance(raw, (bool, Mapping, list)):
        raise BadValue("expected what identifies the car park")
    ref = text_of(raw)
    if not ref or len(ref) > 128 or not ref.isprintable() or not str(raw).strip().isprintable():
        raise BadValue("expected what identifies the car park, at most 128 characters")
    return ref


def whole_number(raw: Any, thousands: str = "") -> int:
    """An int from a number or its text; "12.0" is 12. `thousands` groups the digits of a text. Raises BadValue."""
    if isinstance(raw, (bool, Mapping, list)):
        raise BadValue("expected a whole number")
    text = text_of(raw).replace("\u00a0", " ")
    grouped = _GROUPED.fullmatch(text)
    if grouped and not thousands:
        raise BadValue("expected a whole number; say in `thousands` what groups the digits")
    if grouped and grouped[1] == thousands:
        text = text.replace(thousands, "")
    if not _WHOLE.fullmatch(text):
        raise BadValue("expected a whole number")
    number = int(text.split(".")[0])
    if abs(number) > MOST_SPACES:
        raise BadValue(f"expected a number of spaces up to {MOST_SPACES}")
    return number


def first_number(raw: Any) -> Any:
    """The first number in a text ("12 freie Plätze", "14:05 Uhr: 448 / 548" is 448), the text itself if there is none."""
    found = _FIRST_NUMBER.search(raw) if isinstance(raw, str) else None
    return found[0] if found else raw


def degrees(raw: Any, most: float) -> float:
    """A latitude (`most` 90) or longitude (180). Raises BadValue."""
    try:
        value = math.nan if isinstance(raw, bool) else float(text_of(raw))
    except ValueError:
        value = math.nan
    if not -most <= value <= most:
        raise BadValue(f"expected degrees from -{most:.0f} to {most:.0f}")
    return value


def moment_of(raw: Any, time_format: str, zone: ZoneInfo) -> datetime:
    """A moment in UTC; a time without a zone is taken in `zone`. Raises BadValue."""
    text = text_of(raw)
    try:
        if isinstance(raw, datetime):
            moment = raw    # a spreadsheet's own
        elif time_format in EPOCHS:
            moment = datetime.fromtimestamp(float(text) / EPOCHS[time_format], UTC)
        elif time_format == "iso":
            if not _ISO.match(text):
                raise BadValue("expected a date and time as in ISO 8601")
            moment = datetime.fromisoformat(text)
        else:
            moment = datetime.strptime(text, time_format)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except BadValue:
        raise
    except (ValueError, OverflowError, OSError) as error:
        raise BadValue(f"expected a time as {time_format}") from error
    if not 1971 <= moment.year <= 9000:
        raise BadValue("expected a time of these years")
    return moment
