"""The answer of the page of journeys: one way, there and back, or why there is none, in words and with links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from citizen_app import language, web, words
from citizen_app.buses import views
from citizen_app.buses.day_words import say_rules
from citizen_app.buses.journey_places import NearStop, Place, walk_m, walk_min
from citizen_app.buses.journey_question import (
    BACK_AFTER,
    THERE_BY,
    Question,
    When,
    day_of,
    day_span,
    moment_of,
)
from citizen_app.buses.journey_ways import Ends, Ways, find_missed, ways_arriving, ways_leaving
from citizen_app.buses.journeys.journey import Journey
from citizen_app.buses.no_way import NoWay, Reason, explain
from citizen_app.buses.store import Published
from citizen_app.buses.telling_views import Told, say_day, tell
from citizen_app.buses.there_and_back import ThereAndBack, WayHome, there_and_back
from citizen_app.clock import to_local
from citizen_app.days.rules import Daily
from citizen_app.language import gettext

SOON = timedelta(hours=2)    # what leaves later is not waited for
_MINUTE = timedelta(minutes=1)
Names = tuple[str, str]    # what the two places are called


def url_of(question: Question, *, day: date | None = None, at: datetime | None = None, when: When | None = None) -> str:
    """The page of the same question on another day, or at another moment."""
    wish = question
    if day is not None:
        wish = replace(wish, day=day, at=None, when=When.LEAVE if wish.when is When.NOW else wish.when)
    if at is not None:
        local = to_local(at)
        wish = replace(wish, day=local.date(), at=local.time().replace(second=0, microsecond=0))
    return page_url(replace(wish, when=when or wish.when).arguments())


def page_url(arguments: Mapping[str, str]) -> str:
    """The page of a question."""
    values: dict[str, Any] = dict(arguments)
    return url_for("journeys.show_journeys", **values)


def answer(published: Published, question: Question, origin: Place, destination: Place, names: Names) -> dict[str, Any]:
    """Everything that the page says of a whole question. `kind`: ways, both, none, foot (so near that no bus is worth it)."""
    ends = Ends(origin.access, destination.access)
    near_m = walk_m(origin.entry, destination.entry)
    on_foot = {"minutes": walk_min(near_m), "metres": near_m} if near_m is not None else None
    said = {"title": names, "on_foot": on_foot, "path": page_url(question.arguments())}
    if question.when is When.BOTH and on_foot:
        return {"kind": "foot", **said, **_titled(question.day or views.today())}
    if question.when is When.BOTH:
        day = question.day or views.today()
        found = there_and_back(published.planner, ends, day, question.by or THERE_BY, question.back or BACK_AFTER)
        if found.there.journeys:
            return {"kind": "both", **said, **_both(published, question, (origin, destination), found, names)}
        return {"kind": "none", **said, **_none(published, question, origin, destination, day)}
    at = moment_asked(question)
    ways = (ways_arriving if question.when is When.ARRIVE else ways_leaving)(published.planner, ends, at)
    if on_foot:
        ways = replace(ways, journeys=tuple(one for one in ways.journeys if _is_worth(one, on_foot["minutes"])))
    if on_foot and (ways.is_next_day or not ways.journeys):
        return {"kind": "foot", **said, **_titled(ways.day)}
    if ways.journeys:
        return {"kind": "ways", **said, **_ways(published, question, ends, ways, names, at)}
    return {"kind": "none", **said, **_none(published, question, origin, destination, ways.day), **_gone(ways.last)}


def _is_worth(journey: Journey, walk_minutes: int) -> bool:
    """Whether a bus is faster than the way on foot."""
    return bool(journey.rides) and journey.arrives_at - journey.departs_at < walk_minutes * _MINUTE


def moment_asked(question: Question) -> datetime:
    """When to leave or to be there, UTC; without a time now, on another day as early or as late as the day goes."""
    now = web.page_now().replace(second=0, microsecond=0)
    day = question.day or views.today()
    if question.at is not None and question.when is not When.NOW:
        return moment_of(day, question.at)
    if question.when is When.ARRIVE:
        return day_span(day)[1]
    return now if question.when is When.NOW or day == day_of(now) else day_span(day)[0]


def _ways(published: Published, question: Question, ends: Ends, ways: Ways, names: Names, at: datetime) -> dict[str, Any]:
    now = web.page_now()
    told = [_tell(published, ends, one, names[1]) for one in ways.journeys]
    gone = _gone(ways.last if ways.is_next_day else None)
    when_words, waits = _when_words(question, at), ways.journeys[0].departs_at - now
    day = to_local(at).date() if when_words else ways.day
    stands = question if question.when is not When.NOW else replace(question, when=When.LEAVE)
    return {
        **_titled(day), "when_words": when_words, "best": told[0], "others": told[1:],
        "day_word": say_day(ways.journeys[0].departs_at, at), "on_day": which_day(ways.day), "is_late": ways.is_late,
        "is_next_day": ways.is_next_day, **gone,
        "both_url": page_url(replace(question, when=When.BOTH, day=ways.day).arguments()),
        "last": _last(published, ends, ways.last, names[1]) if ways.last and not gone["gone"] and ways.last.rides else None,
        "first": words.clock_time(ways.first.departs_at) if ways.first and ways.first.rides else "",
        "earlier_url": url_of(stands, at=ways.earlier, when=When.LEAVE) if ways.earlier else "",
        "later_url": url_of(stands, at=ways.later, when=When.LEAVE) if ways.later else "",
        "leaves_in": words.wait(waits.total_seconds()) if ways.journeys[0].rides and timedelta() <= waits <= SOON else "",
    }


def _both(
    published: Published, question: Question, places: tuple[Place, Place], found: ThereAndBack, names: Names
) -> dict[str, Any]:
    day, ends = found.there.day, Ends(places[0].access, places[1].access)
    home, next_home = ends.turned(), found.next_home
    if found.way_home in {WayHome.GONE, WayHome.NONE} and next_home is None:
        next_home = explain(published.planner, published.schedule, places[1], places[0], day).journey
    there = [_tell(published, ends, one, names[1]) for one in found.there.journeys]
    return {
        **_titled(day), "on_day": which_day(day), "best": there[0], "others": there[1:],
        "is_late": found.there.is_late, "by": (question.by or THERE_BY).strftime("%H:%M").lstrip("0"),
        "stay": words.span(int(found.stay / _MINUTE)) if found.stay else "", "way_home": str(found.way_home),
        "back": [_tell(published, home, one, names[0]) for one in found.back],
        "last": _last(published, home, found.last, names[0]) if found.last else None,
        "back_after": words.clock_time(found.back_after),
        "spare": words.span(int((found.last.departs_at - found.back_after) / _MINUTE)) if found.last else "",
        "next_home": _next_home(published, home, next_home, names[0]) if next_home else None,
    }


def _next_home(published: Published, home: Ends, journey: Journey, name: str) -> dict[str, Any]:
    return {"day": words.day_name(journey.departs_at), "told": _tell(published, home, journey, name)}


def _titled(day: date) -> dict[str, Any]:
    return {"asked_day": day, "lunar": words.lunar(day, with_month=False)}


def _last(published: Published, ends: Ends, journey: Journey, to: str) -> dict[str, Any]:
    """The last way of a day: when it leaves, from where with which lines, and the whole of it."""
    first = journey.rides[0] if journey.rides else None
    names = views.names_of(published)
    stop = names.stop(published.schedule.network.stops[first.board_stop]) if first else ""
    return {
        "clock": words.clock_time(first.departs_at if first else journey.departs_at), "told": _tell(published, ends, journey, to),
        "stop": stop, "lines": [names.title(ride.route) for ride in journey.rides],
        "is_gone": journey.departs_at < web.page_now(),
    }


def _gone(last: Journey | None) -> dict[str, Any]:
    """When the last one of the day leaves or has left, where nothing is left of the day."""
    has_gone = last is not None and last.departs_at < web.page_now()
    return {"gone": words.clock_time(last.departs_at) if last else "", "has_gone": has_gone}


def _none(published: Published, question: Question, origin: Place, destination: Place, day: date) -> dict[str, Any]:
    why = explain(published.planner, published.schedule, origin, destination, day)
    field = "from" if why.reason is Reason.NO_STOP_AT_ORIGIN else "to"
    return {
        "reason": str(why.reason), **_titled(day), "next_day": why.next_day,
        "next_url": url_of(question, day=why.next_day) if why.next_day else "", "rules": _rules(published, why),
        "near": [_near(question, field, one, published) for one in why.near],
    }


def _rules(published: Published, why: NoWay) -> list[dict[str, Any]]:
    """The lines of the next way that do not run every day, with the days on which they do."""
    network, names, found = published.schedule.network, views.names_of(published), []
    for ride in why.journey.rides if why.journey else ():
        rule = network.services[network.trips[ride.trip].service_id]
        said = "" if isinstance(rule.pattern, Daily) else say_rules((rule,), language.in_english())
        if said:
            found.append({"title": names.title(ride.route), "route": ride.route, "rule": said})
    return found


def _near(question: Question, field: str, one: NearStop, published: Published) -> dict[str, Any]:
    code = published.schedule.code_of(one.stop)
    return {
        "name": views.names_of(published).stop(one.stop), "away_m": one.away_m,
        "url": page_url({**question.arguments(), field: f"stop:{code}"}),
    }


def _tell(published: Published, ends: Ends, journey: Journey, to: str) -> Told:
    missed = find_missed(published.planner, ends, journey)
    return tell(views.names_of(published), journey, to, missed)


def which_day(day: date) -> str:
    """今天, 明天, 11月27日"""
    today = views.today()
    return words.ahead(day, today) if 0 <= (day - today).days <= 1 else words.month_day(day)


def _when_words(question: Question, at: datetime) -> str:
    """8:30 前到, 8:30 以后走, "" for the whole of a day."""
    if question.when is not When.NOW and question.at is None and at in day_span(day_of(at - _MINUTE)):
        return ""
    clock = words.clock_time(at)
    if question.when is When.ARRIVE:
        return str(gettext("%(time)s 前到", time=clock))
    return str(gettext("%(time)s 以后走", time=clock))
