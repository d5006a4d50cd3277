"""Rules of dates as calendar.txt and calendar_dates.txt. Pure.

What GTFS can say is said as it is. What it cannot (lunar days, kinds of day, seasons, terms) becomes the single dates of a
window; outside the window such a service does not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import Daily, Never, Rule, Weekdays, dates_between
from citizen_app.exchange.gtfs.services import DAYS
from citizen_app.exchange.gtfs.sheets import Sheet, sheet
from citizen_app.exchange.gtfs.values import write_date

_RUNS, _DOES_NOT_RUN = "1", "2"


@dataclass(frozen=True)
class Calendars:
    """Both files, and the first and last date of all; `is_cut` when a service might run outside the window too."""

    weekly: Sheet
    dates: Sheet
    first: date
    last: date
    is_cut: bool


def expand(services: Mapping[str, Rule], calendar: DayCalendar, first: date, last: date) -> Calendars:
    """The services of a network, those that have to be within a window of dates, both within it."""
    weekly: list[tuple[str, ...]] = []
    exceptions: list[tuple[str, date, str]] = []
    bounds: list[date] = []
    is_cut = False
    for service_id, rule in sorted(services.items()):
        added, removed = rule.added - rule.removed, rule.removed
        days = _plain_days(rule)
        if days is None:
            added, removed = frozenset(dates_between(rule, first, last, calendar)), frozenset()
            is_cut = True
        elif not isinstance(rule.pattern, Never):
            start = rule.first or min(first, rule.last or first)
            end = rule.last or max(last, start)
            is_cut = is_cut or rule.first is None or rule.last is None
            weekly.append((service_id, *("1" if day in days else "0" for day in range(7)), write_date(start), write_date(end)))
            bounds += [start, end]
        if not added and not removed and (not weekly or weekly[-1][0] != service_id):
            removed = frozenset({first})    # a service must be named somewhere
        exceptions += [(service_id, day, _RUNS) for day in added] + [(service_id, day, _DOES_NOT_RUN) for day in removed]
        bounds += added
    return Calendars(
        sheet(" ".join(f"{name}*" for name in ("service_id", *DAYS, "start_date", "end_date")), weekly),
        sheet("service_id* date* exception_type*", [
            (service_id, write_date(day), kind) for service_id, day, kind in sorted(exceptions)
        ]),
        min(bounds, default=first), max(bounds, default=last), is_cut,
    )


def _plain_days(rule: Rule) -> frozenset[int] | None:
    """The days of the week of a rule that GTFS can say; None for any other one."""
    if (rule.season, rule.in_term, rule.on_holidays, rule.on_makeup_days) != (None, None, None, None) or rule.yearly:
        return None
    if isinstance(rule.pattern, Weekdays):
        return rule.pattern.days
    if isinstance(rule.pattern, Daily):
        return frozenset(range(7))
    return frozenset() if isinstance(rule.pattern, Never) else None
