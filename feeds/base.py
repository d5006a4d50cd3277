"""The contract between a source's bytes and our words.

An adapter is a pure function of bytes: it knows one foreign format and none of our storage. It checks
the foreign shape, converts row by row, and gives the good rows back beside the problems of the bad ones.
A payload that is not of the format at all (HTML instead of JSON, a truncated document) raises InvalidInput.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from citizen_app.errors import InputProblem
from citizen_app.parking.occupancy import Reading, SiteDescription

Item = Reading | SiteDescription


@dataclass(frozen=True)
class Parsed:
    """What one payload held: good items in the payload's order, and one problem for each bad value."""

    items: tuple[Item, ...] = ()
    problems: tuple[InputProblem, ...] = ()
    rows: int = 0    # records seen, good and bad


class Adapter(Protocol):
    """One source format. `settings` is the source's own table from sources.toml (see each adapter)."""

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed: ...
