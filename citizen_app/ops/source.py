"""What a source is, and what became of each of its runs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from citizen_app.errors import InputProblem


class SourceMode(StrEnum):
    PULL = "pull"        # we fetch it
    PUSH = "push"        # it sends signed messages to us
    MANUAL = "manual"    # an attendant counts by hand


@dataclass(frozen=True)
class Source:
    """Where readings come from, as sources.toml and the `source` table have it.

    `secret_env` names the environment variable that holds the source's secret (the push signing key, or
    the value of an authorisation header); secrets are never in the bundle or in the database. `headers` may
    hold "{secret}". `settings` is the adapter's own table (the field map of a mapped source, for instance).
    """

    uid: str
    name: str
    mode: SourceMode = SourceMode.PULL
    format: str = ""
    url: str = ""
    interval_s: int = 60
    owner: str = ""
    licence: str = ""
    attribution: str = ""
    allow_private: bool = False
    secret_env: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One attempt to get readings from a source, whatever became of it. Moments in UTC.

    `outcome` is one word: ok, unchanged, partial (some rows bad), error. `error` is one line, "" when there
    was none. `problems` holds the first twenty. `rows_good` counts readings taken or already known.
    """

    source_uid: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    http_status: int | None = None
    bytes_read: int = 0
    rows_good: int = 0
    rows_bad: int = 0
    problems: tuple[InputProblem, ...] = ()
    error: str = ""
    next_due_at: datetime | None = None


@dataclass(frozen=True)
class SourceState:
    """A source with its newest run and its newest run that brought or confirmed data."""

    source: Source
    last_run: Run | None
    last_good_run: Run | None

    @property
    def next_due_at(self) -> datetime | None:
        return self.last_run.next_due_at if self.last_run else None
