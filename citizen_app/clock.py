"""The only reader of the present time. Everything else takes `now` as an argument.

Times are aware datetimes in UTC everywhere inside; `LOCAL` is only for showing and for calendar rules.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def monotonic_s() -> float:
    """Seconds on a clock that never goes back; for measuring spans, never for naming moments."""
    return time.monotonic()


def to_local(moment: datetime) -> datetime:
    """The same moment on the county's clock. Raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(LOCAL)
