"""The opening hours of one day as spans, for people. Pure; the grammar itself is in `hours`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from citizen_app.clock import LOCAL
from citizen_app.parking.hours import hours_at

_DAY = timedelta(days=1)


def day_spans(expression: str, day: date) -> tuple[tuple[datetime, datetime], ...] | None:
    """When it is open on that local day: (from, to) in order, cut at midnight; () closed all day, None not known."""
    start = datetime.combine(day, time(), LOCAL)
    if hours_at(expression, start) is None:
        return None
    return tuple(_open_spans(expression, start, start + _DAY))


def is_whole_day(spans: tuple[tuple[datetime, datetime], ...]) -> bool:
    return len(spans) == 1 and spans[0][1] - spans[0][0] == _DAY


def _open_spans(expression: str, moment: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while moment < end:
        hours = hours_at(expression, moment)
        if hours is None:
            return
        change = hours.next_change_at
        until = end if change is None or change > end else change
        if hours.is_open:
            yield moment, until
        if until <= moment:
            return
        moment = until
