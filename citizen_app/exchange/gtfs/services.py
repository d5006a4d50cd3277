"""calendar.txt and calendar_dates.txt as rules of dates. Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from citizen_app.days.rules import Never, Rule, Weekdays
from citizen_app.exchange.gtfs.records import Feed, Record

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_services(feed: Feed) -> dict[str, Rule]:
    """The rule of each service_id, sorted. One that is in calendar_dates.txt only never runs but on its added dates."""
    weekly = _read_weekly(feed)
    added: dict[str, set[date]] = defaultdict(set)
    removed: dict[str, set[date]] = defaultdict(set)
    for record in feed.records("calendar_dates.txt", ("service_id", "date", "exception_type")):
        service_id, day = record.ident("service_id", required=True), record.date("date", required=True)
        exception = record.ident("exception_type")
        if exception not in {"1", "2"}:
            record.error("exception_type", "expected 1 (runs) or 2 (does not run)")
        elif service_id and day is not None:
            mine, other = (added, removed) if exception == "1" else (removed, added)
            if day in mine[service_id]:
                record.warn("date", "stands there twice")
            if day in other[service_id]:
                record.warn("date", "both runs and does not run; it does not run")
            mine[service_id].add(day)
    services = {}
    for service_id in sorted({*weekly, *added, *removed}):
        pattern, first, last = weekly.get(service_id, (Never(), None, None))
        services[service_id] = Rule(
            pattern, first=first, last=last, added=frozenset(added[service_id]), removed=frozenset(removed[service_id])
        )
    return services


def _read_weekly(feed: Feed) -> dict[str, tuple[Weekdays | Never, date | None, date | None]]:
    weekly: dict[str, tuple[Weekdays | Never, date | None, date | None]] = {}
    for record in feed.records("calendar.txt", ("service_id", *DAYS, "start_date", "end_date")):
        service_id = record.ident("service_id", required=True)
        days = frozenset(number for number, name in enumerate(DAYS) if _runs(record, name))
        first, last = record.date("start_date", required=True), record.date("end_date", required=True)
        if first is not None and last is not None and last < first:
            record.error("end_date", "is before start_date")
        if feed.once(record, "service_id", service_id, weekly):
            weekly[service_id] = (Weekdays(days), first, last)
    return weekly


def _runs(record: Record, name: str) -> bool:
    value = record.ident(name)
    if value not in {"0", "1"}:
        record.error(name, "expected 1 (runs) or 0 (does not run)")
    return value == "1"
