"""When a facility is open: OpenStreetMap opening_hours through a library, holidays from the county's own table. Pure.

The library's calendar knows 18 of the 89 days off of 2024 to 2026 (one of seven in October). So `PH` is replaced by the
dates of our own table before the library reads the expression; in years that are not announced yet there is none.
Weekdays stay weekdays: a make-up working Saturday (调休) is still "Sa".

As the grammar has it, a rule after ";" takes its whole calendar days: with "Fr 18:00-02:00; Sa 10:00-12:00" Friday's
night ends at midnight. A comma in place of the semicolon adds to the day.
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
_SEARCH_DAYS = 30    # without a limit, the library looks for a change of "Mo-Su 00:00-24:00; PH 00:00-24:00" for 9 s
_DAY = r"(?:PH|(?:Mo|Tu|We|Th|Fr|Sa|Su)(?:-(?:Mo|Tu|We|Th|Fr|Sa|Su))?)"
_SELECTOR = re.compile(rf"^({_DAY}(?:\s*,\s*{_DAY})*)(?:\s+([\d(\"cdosu].*))?$")    # hours, a comment, or a word such as off
_SEPARATOR = re.compile(r'(;|(?<=[\d"]),(?=\s*[A-Z]))')    # a comma after a time and before a day begins another rule
_COMMENT = re.compile(r'"[^"]*"')
_UNREAD = re.compile(r"\b(PH|SH)\b")


@dataclass(frozen=True)
class Hours:
    """Open or not at a moment, and when that changes (UTC; None when not within a week)."""

    is_open: bool
    next_change_at: datetime | None


def check_hours(expression: str) -> None:
    """Pass for an expression that can be read ("" is one: not known); raise ValueError with the reason else."""
    if expression.strip():
        _opening_hours(expression)


def hours_at(expression: str, moment: datetime) -> Hours | None:
    """Open or closed at an aware moment; None when the hours are not known. Raises ValueError as `check_hours`."""
    if not expression.strip():
        return None
    hours, local = _opening_hours(expression), to_local(moment)
    if hours.is_unknown(local):
        return None
    change = hours.next_change(local)
    near = change is not None and change - local <= _HORIZON
    return Hours(bool(hours.is_open(local)), change.astimezone(UTC) if change is not None and near else None)


def is_open_throughout(expression: str, start: datetime, end: datetime) -> bool | None:
    """Whether it is open from `start` until `end` without a break; None when the hours are not known."""
    if not expression.strip():
        return None
    hours, at = _opening_hours(expression), to_local(start)
    while not hours.is_unknown(at):
        if not hours.is_open(at):
            return False
        at = hours.next_change(at) or at + _HORIZON
        if at >= end:
            return True
    return None


@lru_cache(maxsize=512)
def _opening_hours(expression: str) -> OpeningHours:
    try:
        return OpeningHours(_with_our_holidays(expression), timezone=LOCAL, max_interval_days=_SEARCH_DAYS)
    except ParserError as error:
        raise ValueError(f"not opening hours as OpenStreetMap writes them: {str(error).splitlines()[0]}") from error


def _with_our_holidays(expression: str) -> str:
    """The expression with PH written out as dates; a rule for "Sa,PH" becomes one for Sa and one for the dates.

    Raises ValueError for PH anywhere else, and for school holidays, of which there is no table: a library without a
    calendar would pass over both in silence.
    """
    separator, found = "", ""
    for index, part in enumerate(_SEPARATOR.split(expression)):
        rule = part.strip()
        if index % 2:
            separator = f"{rule} "
            continue
        match = _SELECTOR.match(rule)
        if match is None or "PH" not in match[1]:
            found += separator + rule
            continue
        weekdays = ",".join(day.strip() for day in match[1].split(",") if day.strip() != "PH")
        for days in (weekdays, _holiday_ranges()):
            if days:
                found += f"{separator}{days} {match[2] or ''}".rstrip()
                separator = separator or "; "
    unread = _UNREAD.search(_COMMENT.sub("", found))
    if unread and unread[1] == "SH":
        raise ValueError("SH: school holidays are not known here; write the dates")
    if unread:
        raise ValueError("PH is understood at the start of a rule only, as in \"Sa,PH 08:00-12:00\"")
    return found


@lru_cache(maxsize=1)
def _holiday_ranges() -> str:
    """Our holidays as the grammar writes dates: "2026 Oct 01-2026 Oct 07,…"."""
    ranges = []
    for _, group in groupby(enumerate(list_holidays()), key=lambda pair: pair[1] - timedelta(days=pair[0])):
        days = [day for _, day in group]
        ranges.append(f"{days[0]:%Y %b %d}-{days[-1]:%Y %b %d}" if len(days) > 1 else f"{days[0]:%Y %b %d}")
    return ",".join(ranges)
