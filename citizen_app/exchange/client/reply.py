"""What of a gateway's HTTP answer matters to us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST_PAUSE_S = 86_400.0


@dataclass(frozen=True)
class Reply:
    """`date` is the platform's clock when it answered (UTC, whole seconds), `retry_after_s` the pause that it asks for.

    None: not said.
    """

    status: int
    body: bytes
    date: datetime | None = None
    retry_after_s: float | None = None


def read_reply(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """A Retry-After may be seconds or a date, which is then one of the platform's clock; a day is the most."""
    date = _moment(headers.get("Date", ""))
    after = headers.get("Retry-After", "").strip()
    pause_s = float(after) if after.isascii() and after.isdigit() else None
    until = None if pause_s is not None else _moment(after)
    if until is not None and date is not None:
        pause_s = max(0.0, (until - date).total_seconds())
    return Reply(status, body, date, None if pause_s is None else min(pause_s, _LONGEST_PAUSE_S))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
