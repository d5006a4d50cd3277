"""Market days as a calendar to subscribe to (RFC 5545). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from icalendar import Calendar, Event

from citizen_app.clock import LOCAL

_NO_SUMMER_TIME_SINCE = date(1992, 1, 1)


@dataclass(frozen=True)
class MarketDay:
    """One day on which the market is held; `words` is its lunar date."""

    day: date
    words: str


@dataclass(frozen=True)
class Subscription:
    """What all days share. `host` ends the identifiers; `made_at` (UTC) is when the timetable was published.

    `opens_s` and `closes_s` are seconds of the local day; without both of them the days are whole days.
    """

    slug: str
    name: str
    host: str
    url: str
    made_at: datetime
    place: str = ""
    opens_s: int | None = None
    closes_s: int | None = None


def write_calendar(subscription: Subscription, days: Sequence[MarketDay]) -> bytes:
    """The file. A day keeps its identifier whenever and however often it is written, so that a phone replaces it."""
    return write_calendars(subscription.name, [(subscription, days)])


def write_calendars(name: str, markets: Sequence[tuple[Subscription, Sequence[MarketDay]]]) -> bytes:
    """Several markets in one file, with the identifiers that their days have in the files of each."""
    calendar = Calendar()
    calendar.add("prodid", "-//citizen travel//markets//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", LOCAL.key)
    calendar.add("refresh-interval", timedelta(days=1), parameters={"value": "DURATION"})
    for subscription, days in markets:
        for one in days:
            calendar.add_component(_event(subscription, one))
    calendar.add_missing_timezones(first_date=_NO_SUMMER_TIME_SINCE)
    return bytes(calendar.to_ical())


def _event(subscription: Subscription, one: MarketDay) -> Event:
    event = Event()
    event.add("uid", f"{subscription.slug}-{one.day:%Y%m%d}@{subscription.host}")
    event.add("dtstamp", subscription.made_at)
    event.add("summary", subscription.name)
    event.add("description", one.words)
    event.add("url", subscription.url)
    event.add("transp", "TRANSPARENT")
    if subscription.place:
        event.add("location", subscription.place)
    if subscription.opens_s is None or subscription.closes_s is None:
        event.add("dtstart", one.day)
        event.add("dtend", one.day + timedelta(days=1))
    else:
        event.add("dtstart", _moment(one.day, subscription.opens_s))
        event.add("dtend", _moment(one.day, subscription.closes_s))
    return event


def _moment(day: date, seconds: int) -> datetime:
    return datetime.combine(day, time(), LOCAL) + timedelta(seconds=seconds)
