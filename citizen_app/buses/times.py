"""Times of the service day as people read them. Pure."""

from __future__ import annotations

_DAY_MIN = 24 * 60
_TEXTS = tuple(f"{minute // 60}:{minute % 60:02d}" for minute in range(_DAY_MIN))


def clock_text(seconds: int) -> str:
    """6:30 for seconds of a service day; past 24:00 it is the clock's time of the next morning. Seconds are dropped."""
    return _TEXTS[seconds // 60 % _DAY_MIN]
