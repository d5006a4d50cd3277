"""What is said to the provincial platform: records, what is wrong with one, and what became of it. Pure.

Fields go by the Chinese names of our own list (`province.fields`); only the gateway client writes them as the platform spells
them, so that a record that waits is not bound to a specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from citizen_app.errors import Unavailable


class RecordKind(StrEnum):
    PARKING_STATIC = "parking_static"
    PARKING_DYNAMIC = "parking_dynamic"
    LINE = "line"
    STOP = "stop"
    STOP_SEQUENCE = "stop_sequence"
    TRIP = "trip"
    ALERT = "alert"


class Fault(StrEnum):
    """What can be wrong with a field; `province.words.say_problem` says it."""

    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    TOO_LONG = "too_long"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_IN_TABLE = "not_in_table"
    BAD_FORMAT = "bad_format"
    OUTSIDE = "outside"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    UNKNOWN_FIELD = "unknown_field"
    NO_REMOVALS = "no_removals"


@dataclass(frozen=True)
class Problem:
    """One fault of one field. `value` is what was found, shortened; `limit` what it should have been ("50", "1 2 9")."""

    field: str
    value: str
    fault: Fault
    limit: str = ""


@dataclass(frozen=True)
class Content:
    """What is to be said of one subject ("facility:<uid>", "line:<route_id>"), mapped; nothing of when or how.

    Two of one subject and kind with equal fields say the same.
    """

    kind: RecordKind
    subject: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """A record on its way. `key` is a UUID in hex and stays the same however often it is sent.

    `observed_at` (UTC) is when it became true: the source's clock of a count, the moment of a change. `is_late` (补传) is
    decided when it is sent.
    """

    key: str
    kind: RecordKind
    subject: str
    fields: Mapping[str, Any]
    observed_at: datetime
    is_late: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the platform said of one record. Neither accepted nor refused: send it again.

    `code` and `reason` are the platform's own, "" where it gave none.
    """

    key: str
    accepted: bool
    refused: bool
    code: str = ""
    reason: str = ""


class PlatformUnavailable(Unavailable):
    """Nothing of a request went through, as far as is known. `retry_after_s` is what the platform asked for."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(reason)
