"""What somebody asks of journeys, as it stands in the address bar: from, to, and when. Pure.

Reading never fails: what cannot be understood is a fault of its field, and the rest of the question stands. `arguments` is
the way back, so that every link holds the whole question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

from citizen_app.clock import LOCAL, to_local
from citizen_app.errors import InputProblem, problem

FIRST_YEAR, LAST_YEAR = 2020, 2056
NIGHT_ENDS = time(3)            # a bus at half past midnight belongs to the evening before
THERE_BY, BACK_AFTER = time(8, 30), time(11)    # what the form for there and back begins with
LONGEST = 60
_DAY = timedelta(days=1)
_Value = TypeVar("_Value")
_CLOCK = re.compile(r"(\d{1,2})(?:[:点时]([0-5]\d|半|)分?)?|(\d{2})([0-5]\d)", re.ASCII)
_DATE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?|(\d{4})(\d{2})(\d{2})", re.ASCII)


class When(StrEnum):
    NOW = "now"
    LEAVE = "leave"
    ARRIVE = "arrive"
    BOTH = "both"        # there and back


@dataclass(frozen=True)
class Question:
    """`origin` and `destination` are keys of places ("stop:LH0123") or what was typed, "" for none. Times are the county's.

    `day` None is today; `at` is when to leave or to arrive, `by` when to be there and `back` from when on to go home; None is
    not said. `faults` are what could not be understood, by the fields of the address.
    """

    origin: str = ""
    destination: str = ""
    when: When = When.NOW
    day: date | None = None
    at: time | None = None
    by: time | None = None
    back: time | None = None
    faults: tuple[InputProblem, ...] = ()

    def fault(self, field: str) -> InputProblem | None:
        return next((one for one in self.faults if one.field == field), None)

    def turned(self) -> Question:
        """The same question for the way back."""
        return Question(self.destination, self.origin, self.when, self.day, self.at, self.by, self.back)

    def arguments(self) -> dict[str, str]:
        """What stands in the address: only what matters for this kind of question."""
        found = {"from": self.origin, "to": self.destination}
        if self.when is not When.NOW:
            found["when"] = str(self.when)
            found["date"] = self.day.isoformat() if self.day else ""
        if self.when in {When.LEAVE, When.ARRIVE}:
            found["time"] = _clock_text(self.at)
        if self.when is When.BOTH:
            found |= {"by": _clock_text(self.by), "back": _clock_text(self.back)}
        return {name: value for name, value in found.items() if value}


def parse_question(args: Mapping[str, str], today: date) -> Question:
    """Read an address. A date without a year is the next one of that name. Never raises."""
    reading, wish = _Reading(args), _clean(args.get("when", ""))
    when = When(wish) if wish in set(When) else When.NOW
    if wish and wish not in set(When):
        reading.faults.append(problem("query", "when", wish, "expected now, leave, arrive or both"))
    is_timed, is_both = when in {When.LEAVE, When.ARRIVE}, when is When.BOTH
    clock = "expected a time such as 8:30"
    return Question(
        _clean(args.get("from", "")), _clean(args.get("to", "")), when,
        reading.read("date", lambda text: parse_day(text, today), "expected a date such as 2026-11-24", when is not When.NOW),
        reading.read("time", parse_clock, clock, is_timed),
        reading.read("by", parse_clock, clock, is_both), reading.read("back", parse_clock, clock, is_both),
        tuple(reading.faults),
    )


class _Reading:
    """The values of an address one after another, with their faults."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.args, self.faults = args, list[InputProblem]()

    def read(self, field: str, parse: Callable[[str], _Value | None], message: str, is_needed: bool) -> _Value | None:
        text = _clean(self.args.get(field, "")) if is_needed else ""
        found = parse(text) if text else None
        if text and found is None:
            self.faults.append(problem("query", field, text, message))
        return found


def parse_clock(text: str) -> time | None:
    """8:30, 08：30, 0830, 8点, 8点半; None for anything else."""
    found = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if found is None:
        return None
    hour, minute = (found[1], found[2] or "0") if found[1] else (found[3], found[4])
    return time(int(hour), 30 if minute == "半" else int(minute)) if int(hour) < 24 else None


def parse_day(text: str, today: date) -> date | None:
    """2026-11-24, 2026/11/24, 20261124, 11月24日; None for anything else and for years beyond the lunar calendar."""
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if found is None:
        return None
    year, month, day = (found[1], found[2], found[3]) if found[2] else (found[4], found[5], found[6])
    years = (int(year),) if year else range(today.year, today.year + 9)    # 29 February comes once in eight years at the latest
    for one in years:
        try:
            named = date(one, int(month), int(day))
        except ValueError:
            continue
        if (year or named >= today) and FIRST_YEAR <= named.year <= LAST_YEAR:
            return named
    return None


def day_of(moment: datetime) -> date:
    """The day that people mean at a moment: until three at night it is still the evening before."""
    local = to_local(moment)
    return local.date() if local.time() >= NIGHT_ENDS else local.date() - _DAY


def day_span(day: date) -> tuple[datetime, datetime]:
    """From three in the morning to three in the next, UTC."""
    return moment_of(day, NIGHT_ENDS), moment_of(day + _DAY, NIGHT_ENDS)


def moment_of(day: date, at: time) -> datetime:
    """A time of the county's clock as UTC."""
    return datetime.combine(day, at, LOCAL).astimezone(UTC)


def _clean(text: str) -> str:
    """Without control characters and needless spaces, at most LONGEST letters."""
    shown = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    return " ".join(shown.split())[:LONGEST].strip()


def _clock_text(at: time | None) -> str:
    return at.strftime("%H:%M") if at else ""
