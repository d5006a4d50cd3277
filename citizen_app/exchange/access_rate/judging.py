"""How a car park and a line stand at a moment, from what is known of them then. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from citizen_app.exchange.access_rate.numbers import Standing
from citizen_app.parking.closures import is_closed_at, state_at
from citizen_app.parking.facility import Facility
from citizen_app.parking.limits import limits_of
from citizen_app.parking.occupancy import Occupancy
from citizen_app.parking.quality import Quality, judge


@dataclass(frozen=True)
class Report:
    """A count that the platform has accepted. Moments UTC. `is_known`: it says something; a count that pages do not show does not."""

    observed_at: datetime
    accepted_at: datetime
    is_known: bool = True


@dataclass(frozen=True)
class Trouble:
    """What stands between a record and the platform: INVALID, REFUSED, UNSENT or NEVER, and since when (UTC) it does."""

    standing: Standing
    since: datetime


def is_expected(facility: Facility, moment: datetime) -> bool:
    """Whether it is open by its own hours and closures, or these are not known."""
    return not is_closed_at(facility.opening_hours, facility.closures, moment)


def expected_spans(facility: Facility, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, bool]]:
    """The time from `start` to `end` in spans in which it is expected or not."""
    while start < end:
        state = state_at(facility.opening_hours, facility.closures, start)
        until = end if state.next_change_at is None else min(end, state.next_change_at)
        yield start, until, state.is_open is not False
        start = until


def allowance(facility: Facility, late_after_s: float) -> timedelta:
    """How old the newest count that the platform has may be."""
    limits = limits_of(facility)
    if facility.counted_by_hand:
        return timedelta(seconds=max(limits.stale_after_s, late_after_s))
    return timedelta(seconds=max(limits.delayed_after_s or 2.0 * facility.update_interval_s, late_after_s))


def is_on_time(report: Report, facility: Facility, moment: datetime, late_after_s: float) -> bool:
    """Whether at `moment` the platform has this as a valid count on time."""
    in_time = report.accepted_at - report.observed_at <= timedelta(seconds=late_after_s)
    fresh = report.accepted_at <= moment and moment - report.observed_at <= allowance(facility, late_after_s)
    return report.is_known and in_time and fresh


def judge_facility(
    facility: Facility, state: Occupancy | None, held: Report | None, static: Trouble | None, count: Trouble | None,
    moment: datetime, late_after_s: float,
) -> Standing:
    """How a car park stands. `held`: the newest count that the platform has.

    `static`: what its facts are held up by; `count`: its newest count that our checks or the platform refused, by its moment.
    """
    if not is_expected(facility, moment):
        return Standing.CLOSED
    fault = _fault(facility, state, moment)
    if fault is not None:
        return fault
    if static is not None:
        return static.standing
    if held is not None and is_on_time(held, facility, moment, late_after_s):
        return Standing.ON_TIME
    assert state is not None
    if count is not None and (held is None or count.since > held.observed_at):
        return count.standing
    if held is None or held.observed_at < state.observed_at:
        return Standing.UNSENT
    if moment - held.observed_at > allowance(facility, late_after_s):
        return Standing.SOURCE_DOWN
    return Standing.LATE if held.is_known else Standing.UNSENT


def judge_past(
    facility: Facility, expected: bool, reports: Iterable[Report], before: Standing, moment: datetime, late_after_s: float
) -> Standing:
    """How a car park stood at a minute in which nobody counted and so nobody sent, from what the platform had then.

    What was missing before goes on for the same cause; else it is unsent.
    """
    if not expected:
        return Standing.CLOSED
    if any(is_on_time(one, facility, moment, late_after_s) for one in reports):
        return Standing.ON_TIME
    return Standing.UNSENT if before in {Standing.ON_TIME, Standing.CLOSED, Standing.ABSENT} else before


def judge_line(parts: Collection[tuple[str, str]], troubles: Mapping[tuple[str, str], Trouble]) -> Standing:
    """How a line stands: as the worst of its records, each a kind and a subject."""
    found = {troubles[part].standing for part in parts if part in troubles} if troubles else set()
    return next((one for one in _WORST_FIRST if one in found), Standing.ON_TIME)


_WORST_FIRST = (Standing.NEVER, Standing.INVALID, Standing.REFUSED, Standing.UNSENT)


def _fault(facility: Facility, state: Occupancy | None, moment: datetime) -> Standing | None:
    """What is wrong with the count itself, None for one that pages show, or that says closed."""
    found = judge(facility, state, moment)
    if state is None:
        return Standing.NEVER
    if found.quality is Quality.STALE:
        return Standing.SOURCE_DOWN
    if found.quality is Quality.STUCK:
        return Standing.STUCK
    return Standing.INVALID if found.quality in {Quality.IMPOSSIBLE, Quality.UNKNOWN} else None
