"""A journey in the words of a villager, in the reader's language: 走 6 分钟到 光明村口 → 8:10 乘 集市班线 → 8:42 汛桥."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from citizen_app import words
from citizen_app.buses.csv_table import minutes_text
from citizen_app.buses.day_words import say_rules
from citizen_app.buses.journey_ways import Missed
from citizen_app.buses.journeys.journey import Journey, Ride, Walk
from citizen_app.buses.line_names import Names
from citizen_app.buses.network import Route
from citizen_app.clock import to_local
from citizen_app.days.rules import Daily
from citizen_app.language import gettext, ngettext

_MINUTE_S = 60
_NO_FARE = 0


@dataclass(frozen=True)
class PassedStop:
    """A stop on the way of a ride; `is_about`: the time is estimated."""

    name: str
    clock: str
    is_about: bool


@dataclass(frozen=True)
class Step:
    """One line of a journey. `kind` is walk, ride, off (get off, and wait or walk on) or end.

    Of a ride: the line's `route` and `title`, where it goes (`text`), `every` and `rule` where there is something to say, the
    stops between (`passed`), whether it is the line's last one of the day there, and the first and the last one's time.
    """

    kind: str
    clock: str
    text: str
    wait: str = ""
    note: str = ""
    route: Route | None = None
    title: str = ""
    every: str = ""
    rule: str = ""
    passed: tuple[PassedStop, ...] = ()
    first_last: str = ""
    is_last: bool = False
    missed: str = ""


@dataclass(frozen=True)
class Told:
    """A journey with everything in words. `brief` is the whole of it in one line."""

    departs: str
    arrives: str
    span: str
    brief: str
    lines: tuple[tuple[Route, str], ...]
    changes: str
    waiting: str
    walking: str
    fare: str
    is_about: bool
    steps: tuple[Step, ...]


def tell(names: Names, journey: Journey, destination: str, missed: Sequence[Missed] = ()) -> Told:
    """Say a journey to a place; `missed` as `find_missed` has it."""
    waits = _waits(journey)
    walked_s = sum((leg.arrives_at - leg.departs_at).total_seconds() for leg in journey.legs if isinstance(leg, Walk))
    rides = journey.rides
    return Told(
        departs=words.clock_time(journey.departs_at), arrives=words.clock_time(journey.arrives_at),
        span=words.span(minutes(journey.arrives_at - journey.departs_at)), brief=say_brief(names, journey, destination),
        lines=tuple((ride.route, names.title(ride.route)) for ride in rides),
        changes=say_changes(journey), waiting=_say_span(gettext("等车 %(span)s"), sum(waits.values())),
        walking=_say_span(gettext("走路 %(span)s"), int(walked_s)), fare=say_fare(rides),
        is_about=any(ride.headway_s for ride in rides), steps=tuple(_steps(names, journey, destination, waits, missed)),
    )


def say_brief(names: Names, journey: Journey, destination: str) -> str:
    """走 6 分钟到 光明村口 → 8:10 乘 集1(农历逢三、八) → 8:42 汛桥"""
    parts: list[str] = []
    for leg in journey.legs:
        if isinstance(leg, Walk):
            parts.append(_walk_words(leg, _stop(names, leg.to_stop, destination)))
        else:
            rule = _rule(names, leg)
            parts.append(str(gettext("%(time)s 乘 %(line)s", time=words.clock_time(leg.departs_at), line=names.title(leg.route)))
                         + (f"({rule})" if rule else ""))
            parts.append(f"{words.clock_time(leg.arrives_at)} {_stop(names, leg.alight_stop, destination)}")
    return " → ".join(parts)


def say_changes(journey: Journey) -> str:
    """直达, 换 1 次车, 不用坐车"""
    if not journey.rides:
        return str(gettext("不用坐车"))
    return str(ngettext("换 %(num)d 次车", "换 %(num)d 次车", journey.transfers)) if journey.transfers else str(gettext("直达"))


def say_fare(rides: Sequence[Ride]) -> str:
    """The sum of all rides; a single one whose fare is not known makes it not known. "" without rides."""
    fares = [ride.fare for ride in rides]
    if not rides:
        return ""
    known = [fare for fare in fares if fare is not None]
    if len(known) < len(fares) or len({fare.currency for fare in known}) != 1:
        return str(gettext("票价不清楚"))
    total, currency = sum(fare.price_fen for fare in known), known[0].currency
    if total == _NO_FARE:
        return str(gettext("免费"))
    return str(gettext("%(yuan)s 元", yuan=words.yuan(total))) if currency == "CNY" else f"{words.yuan(total)} {currency}"


def minutes(span: timedelta) -> int:
    """Whole minutes, as two clocks show them."""
    return round(span.total_seconds() / _MINUTE_S)


def _steps(
    names: Names, journey: Journey, destination: str, waits: dict[int, int], missed: Sequence[Missed]
) -> list[Step]:
    steps: list[Step] = []
    number = 0
    for place, leg in enumerate(journey.legs):
        clock = words.clock_time(leg.departs_at)
        if isinstance(leg, Walk):
            steps.append(Step("walk", clock, _walk_words(leg, _stop(names, leg.to_stop, destination))))
            continue
        hanging = next((one for one in missed if one.ride == number), None)
        steps.append(_ride_step(names, leg, clock, _say_missed(hanging) if hanging else ""))
        number += 1
        arrived, here = words.clock_time(leg.arrives_at), _stop(names, leg.alight_stop, destination)
        if place < len(journey.legs) - 1:
            wait_s = waits.get(number, 0)
            wait = str(gettext("等 %(span)s", span=words.span(wait_s // _MINUTE_S))) if wait_s >= _MINUTE_S else ""
            steps.append(Step("off", arrived, str(gettext("%(stop)s 下车", stop=here)), wait=wait))
    last = journey.legs[-1]
    end = names.stop(names.schedule.network.stops[last.alight_stop]) if isinstance(last, Ride) else destination
    steps.append(Step("end", words.clock_time(journey.arrives_at), str(gettext("到 %(place)s", place=end))))
    return steps


def _ride_step(names: Names, ride: Ride, clock: str, missed: str) -> Step:
    stops = ride.alight_call - ride.board_call
    first_last, is_last = _first_and_last(names, ride)
    board = names.stop(names.schedule.network.stops[ride.board_stop])
    towards = names.headsign(ride.headsign)
    return Step(
        "ride", clock, str(gettext("%(stop)s 上车", stop=board)), note=str(ngettext("坐 %(num)d 站", "坐 %(num)d 站", stops)),
        route=ride.route, title=names.title(ride.route), wait=str(gettext("往 %(place)s", place=towards)) if towards else "",
        every=str(gettext("大约每 %(minutes)s 分钟一班", minutes=minutes_text(ride.headway_s, None))) if ride.headway_s else "",
        rule=_rule(names, ride), passed=_passed(names, ride), first_last=first_last, is_last=is_last, missed=missed,
    )


def _first_and_last(names: Names, ride: Ride) -> tuple[str, bool]:
    """首班 6:30 · 末班 17:30 of the line in this direction at this stop on that day, and whether the ride is the last one."""
    schedule = names.schedule
    day = schedule.stop_day(schedule.services_on(ride.service_day), (ride.board_stop,))
    own = day.departure_s[day.line == schedule.line_of_trip[ride.trip]]
    if not len(own):
        return "", False
    first, last = (schedule.moment(ride.service_day, int(one)) for one in (own.min(), own.max()))
    if first == last:
        return str(gettext("一天一班")), True
    said = gettext("首班 %(first)s · 末班 %(last)s", first=words.clock_time(first), last=words.clock_time(last))
    return str(said), ride.departs_at >= last.replace(second=0)


def _passed(names: Names, ride: Ride) -> tuple[PassedStop, ...]:
    """The stops between, with their times as far behind the departure as the timetable has them."""
    calls, stops = names.schedule.network.stop_times, names.schedule.network.stops
    start_s = int(calls.departure_s[ride.board_call])
    return tuple(
        PassedStop(
            names.stop(stops[int(calls.stop[call])]),
            words.clock_time(ride.departs_at + timedelta(seconds=int(calls.arrival_s[call]) - start_s)),
            not calls.timepoint[call],
        )
        for call in range(ride.board_call + 1, ride.alight_call)
    )


def _rule(names: Names, ride: Ride) -> str:
    """On which days this bus runs, "" for every day and where it would be too long."""
    network = names.schedule.network
    rule = network.services[network.trips[ride.trip].service_id]
    return "" if isinstance(rule.pattern, Daily) else say_rules((rule,), names.in_english)


def _say_missed(missed: Missed) -> str:
    if missed.arrives_at is None:
        return str(gettext("只有这一班：没赶上，当天就到不了了。"))
    return str(gettext("没赶上这一班，就要 %(time)s 才到。", time=words.clock_time(missed.arrives_at)))


def _waits(journey: Journey) -> dict[int, int]:
    """Seconds of waiting before each ride but the first, by the ride's number."""
    waits: dict[int, int] = {}
    number, free_at = 0, None
    for leg in journey.legs:
        if isinstance(leg, Ride):
            if number and free_at is not None:
                waits[number] = max(0, int((leg.departs_at - free_at).total_seconds()))
            number += 1
        free_at = leg.arrives_at
    return waits


def _walk_words(walk: Walk, to: str) -> str:
    span = words.span(max(1, minutes(walk.arrives_at - walk.departs_at)))
    return str(gettext("走 %(span)s到 %(place)s", span=span, place=to))


def _say_span(text: str, seconds: int) -> str:
    return text % {"span": words.span(seconds // _MINUTE_S)} if seconds >= _MINUTE_S else ""


def _stop(names: Names, stop: int | None, destination: str) -> str:
    return destination if stop is None else names.stop(names.schedule.network.stops[stop])


def say_day(at: datetime, now: datetime) -> str:
    """The day of a moment where it is not that of `now`: 明天, 11月27日 周五; "" for the same one."""
    day, today = to_local(at).date(), to_local(now).date()
    if day == today:
        return ""
    return words.ahead(day, today) if 0 < (day - today).days <= 2 else words.day_name(day)
