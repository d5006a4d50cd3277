"""How something stands at one minute, and the numbers that are made of many such minutes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Module(StrEnum):
    PARKING = "parking"
    LINES = "lines"


class Standing(StrEnum):
    """How a car park or a line stands at a minute; the letter is how it is kept."""

    ON_TIME = "g"
    CLOSED = "-"         # registered, not expected
    ABSENT = "_"         # not registered
    SOURCE_DOWN = "d"    # its source has brought nothing new for longer than the allowance
    STUCK = "s"          # its count has not moved for too long
    INVALID = "i"        # an impossible count, none, or a record that our checks do not let out
    REFUSED = "r"        # the platform says that a record is wrong
    UNSENT = "u"         # it waits, or no sender ran
    LATE = "l"           # the platform has it, accepted too long after it was observed
    NEVER = "n"          # nothing has ever come in, or was ever said
    UNMEASURED = "?"     # nobody counted this minute


MISSING = (
    Standing.SOURCE_DOWN, Standing.STUCK, Standing.INVALID, Standing.REFUSED, Standing.UNSENT, Standing.LATE, Standing.NEVER,
    Standing.UNMEASURED,
)
_ACCEPTED = (Standing.ON_TIME, Standing.LATE)
_VALID = (*_ACCEPTED, Standing.REFUSED, Standing.UNSENT)
_SUBJECTS = {"facility": Module.PARKING, "line": Module.LINES}


@dataclass(frozen=True)
class Numbers:
    """How many car parks or lines at an instant, or how many of their minutes in a period. `missing` has the causes that occur."""

    registered: int
    expected: int
    valid: int
    accepted: int
    on_time: int
    missing: Mapping[Standing, int] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """0..1; None where nothing is expected."""
        return self.on_time / self.expected if self.expected else None

    def __add__(self, other: Numbers) -> Numbers:
        causes = {cause: self.missing.get(cause, 0) + other.missing.get(cause, 0) for cause in MISSING}
        return Numbers(
            self.registered + other.registered, self.expected + other.expected, self.valid + other.valid,
            self.accepted + other.accepted, self.on_time + other.on_time, {cause: count for cause, count in causes.items() if count},
        )


NO_NUMBERS = Numbers(0, 0, 0, 0, 0)


def numbers_of(counts: Mapping[Standing, int]) -> Numbers:
    """The numbers of so many that stand so."""
    missing = {cause: counts[cause] for cause in MISSING if counts.get(cause)}
    on_time = counts.get(Standing.ON_TIME, 0)
    expected = on_time + sum(missing.values())
    return Numbers(
        expected + counts.get(Standing.CLOSED, 0), expected, sum(counts.get(one, 0) for one in _VALID),
        sum(counts.get(one, 0) for one in _ACCEPTED), on_time, missing,
    )


def module_of(subject: str) -> Module:
    """"facility:<uid>" is of the car parks, "line:<route_id>" of the lines. Raises KeyError for anything else."""
    return _SUBJECTS[subject.partition(":")[0]]


def say_percent(numbers: Numbers) -> str:
    """"99.98", cut and never rounded up, so that 100 stands only where nothing is missing; "" without a rate."""
    if not numbers.expected:
        return ""
    hundredths = numbers.on_time * 10_000 // numbers.expected
    return "100" if hundredths == 10_000 else f"{hundredths // 100}.{hundredths % 100:02d}"
