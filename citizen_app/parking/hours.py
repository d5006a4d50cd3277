"""When a facility is open: OpenStreetMap opening_hours through a library, holidays from the county's own table. Pure.

The library's calendar of public holidays knows only the statutory days, not the bridged ones (a week in October is
seven days off, of which it knows one). So `PH` is replaced by the dates of our own table before the library reads
the expression. Weekdays stay weekdays: a make-up working Saturday (调休) is still "Sa".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

from citizen_app.clock import LOCAL, to_local
from citizen_app.days.kinds import list_holidays

_HORIZON = timedelta(days=7)
_SELECTOR = re.compile(r"^((?:(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)(?:-(?:Mo|Tu|We|Th|Fr|Sa|Su))?,?\s*)+)(?=\s|$)(.*)$")


@dataclass(frozen=True)
class Hours:
    """Open or not at a moment, and when that changes (UTC; None when not within a week)."""

    is_open: bool
    next_change_at: datetime | None


def check_hours(expression: str) -> None:
    """Pass for an expression that can be read ("" is one: not known); raise ValueError with the reason else."""
    if not expression:
        return
    try:
        _opening_hours(expression)
    except ParserError as error:
        raise ValueError(f"not opening hours as OpenStreetMap writes them: {str(error).splitlines()[0]}") from error


def hours_at(expression: str, moment: datetime) -> Hours | None:
    """Open or closed at an aware moment; None when the hours are not known."""
    if not expression:
        return None
    hours, local = _opening_hours(expression), to_local(moment)
    change = hours.next_change(local)
    near = change is not None and change - local <= _HORIZON
    return Hours(bool(hours.is_open(local)), change.astimezone(UTC) if change is not None and near else None)


def is_open_throughout(expression: str, start: datetime, end: datetime) -> bool | None:
    """Whether it is open from `start` until `end` without a break; None when the hours are not known."""
    if not expression:
        return None
    hours, at = _opening_hours(expression), to_local(start)
    while bool(hours.is_open(at)):
        change = hours.next_change(at)
        if change is None or change >= end:
            return True
        at = change
    return False


@lru_cache(maxsize=512)
def _opening_hours(expression: str) -> OpeningHours:
    return OpeningHours(_with_our_holidays(expression), timezone=LOCAL)


def _with_our_holidays(expression: str) -> str:
    """The expression with PH written out as dates; a rule for "Sa,PH" becomes one for Sa and one for the dates."""
    if "PH" not in expression:
        return expression
    dates = _holiday_ranges()
    rules = []
    for rule in (part.strip() for part in expression.split(";")):
        match = _SELECTOR.match(rule)
        if match is None or "PH" not in match[1]:
            rules.append(rule)
            continue
        days, rest = match[1].strip().strip(","), match[2].strip()
        weekdays = ",".join(day.strip() for day in days.split(",") if day.strip() not in {"PH", ""})
        rules += [f"{weekdays} {rest}"] if weekdays else []
        rules += [f"{dates} {rest}"]
    return "; ".join(rules)


@lru_cache(maxsize=1)
def _holiday_ranges() -> str:
    """Our holidays as the grammar writes dates: "2026 Oct 01-2026 Oct 07,…"."""
    ranges = []
    for _, group in groupby(enumerate(list_holidays()), key=lambda pair: pair[1] - timedelta(days=pair[0])):
        days = [day for _, day in group]
        ranges.append(f"{days[0]:%Y %b %d}-{days[-1]:%Y %b %d}" if len(days) > 1 else f"{days[0]:%Y %b %d}")
    return ",".join(ranges)
