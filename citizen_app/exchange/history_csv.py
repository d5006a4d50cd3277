"""A month of counts as CSV: quarters of an hour of believable counts, and the gaps between them. Pure.

The rows of a car park follow each other without a hole from the start of the span to its end. Where nothing believable was
counted there is one row for the whole gap, with 0 samples and no number of spaces: unknown is not 0. Times are those of
the county's clock, with the offset. `demo` stands in each row, since a file is passed on without the page that it came from.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from citizen_app.buses.csv_table import escape
from citizen_app.clock import LOCAL, to_local
from citizen_app.parking.facility import Facility

COLUMNS = (
    "facility", "name", "name_en", "starts_at", "ends_at", "spaces_min", "spaces_mean", "spaces_max", "samples", "demo",
)
QUARTER = timedelta(minutes=15)
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)


class Quarter(Protocol):
    """Believable counts within 15 minutes; `parking.store.Aggregate` is one."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def spaces_min(self) -> int: ...

    @property
    def spaces_mean(self) -> float: ...

    @property
    def spaces_max(self) -> int: ...

    @property
    def samples(self) -> int: ...


def month_span(month: str, now: datetime) -> tuple[datetime, datetime] | None:
    """From when to when a month such as 2026-03 goes on the county's clock, of the present one to the last full quarter.

    None for what is no month, and for one of which no quarter is over yet.
    """
    found = _MONTH.fullmatch(month)
    if found is None:
        return None
    start = datetime(int(found[1]), int(found[2]), 1, tzinfo=LOCAL)
    end = min(_next_month(start), _last_full_quarter(now))
    return (start, end) if start < end else None


def months_since(oldest: datetime, now: datetime) -> list[str]:
    """The months from that of `oldest` to the present one on the county's clock, newest first."""
    month = to_local(oldest).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = []
    while month_span(f"{month:%Y-%m}", now) is not None:
        months.append(f"{month:%Y-%m}")
        month = _next_month(month)
    return months[::-1]


def heading() -> str:
    """The byte order mark, which Excel needs to read Chinese, and the names of the columns."""
    return "\ufeff" + _text([COLUMNS])


def facility_rows(facility: Facility, quarters: Iterable[Quarter], start: datetime, end: datetime, is_demo: bool) -> str:
    """The rows of one car park for [start, end), both at a quarter of an hour. `quarters` are those in it, oldest first."""
    head = [escape(cell) for cell in (facility.uid, facility.name, facility.name_en)]
    demo = str(is_demo).lower()
    return _text([*head, *row, demo] for row in _spans(quarters, start, end))


def _spans(quarters: Iterable[Quarter], start: datetime, end: datetime) -> Iterator[Sequence[object]]:
    at = start.astimezone(UTC)    # moments of two zones take ten times as long to compare
    for one in quarters:
        if one.starts_at > at:
            yield _gap(at, one.starts_at)
        at = one.starts_at + QUARTER
        yield (_local(one.starts_at), _local(at), one.spaces_min, f"{one.spaces_mean:.1f}", one.spaces_max, one.samples)
    if at < end:
        yield _gap(at, end)


def _gap(start: datetime, end: datetime) -> Sequence[object]:
    return (_local(start), _local(end), "", "", "", 0)


@lru_cache(maxsize=8192)    # two months of quarters: each stands in the rows of every car park
def _local(moment: datetime) -> str:
    return to_local(moment).isoformat()


def _text(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _next_month(month: datetime) -> datetime:
    return (month + timedelta(days=32)).replace(day=1)


def _last_full_quarter(now: datetime) -> datetime:
    local = to_local(now)
    return local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
