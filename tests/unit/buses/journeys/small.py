"""A few stops in a row, and planners over buses that a test writes down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from citizen_app.buses.journeys.journey import Access, Journey, StopAccess
from citizen_app.buses.journeys.planner import Planner
from citizen_app.buses.journeys.rules import Rules
from citizen_app.buses.network import Network, Stop
from citizen_app.buses.schedule import build_schedule
from citizen_app.days.calendar import DayCalendar
from tests.networks import make_network

DAY = date(2026, 3, 11)    # a Wednesday; 正月廿三 of the lunar calendar
LOCAL = ZoneInfo("Asia/Shanghai")
A, B, C, D, E = range(5)
# About 11 km from one to the next, but D and E, which are some 220 m apart.
STOPS = (
    Stop("a", "A", 28.0, 121.0), Stop("b", "B", 28.1, 121.0), Stop("c", "C", 28.2, 121.0), Stop("d", "D", 28.3, 121.0),
    Stop("e", "E", 28.302, 121.0),
)
Call = tuple[str, str] | tuple[str, str, str]


def trip(route: str, *calls: Call, service: str = "daily") -> tuple[str, str, list[tuple[str, int, int]]]:
    """A trip of a line: calls are stop and time, or stop, arrival and departure."""
    return route, service, [(call[0], seconds(call[1]), seconds(call[-1])) for call in calls]


def seconds(text: str) -> int:
    hours, minutes, *rest = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + sum(rest)


def network(trips: Mapping[str, tuple[str, str, Sequence[tuple[str, int, int]]]], **fields: Any) -> Network:
    return make_network(trips, **{"stops": STOPS, **fields})


def planner(trips: Mapping[str, tuple[str, str, Sequence[tuple[str, int, int]]]], rules: Rules = Rules(), **fields: Any) -> Planner:
    return planner_of(network(trips, **fields), rules)


def planner_of(one: Network, rules: Rules = Rules()) -> Planner:
    return Planner(build_schedule(one, DayCalendar()), rules)


def at(text: str, day: date = DAY) -> datetime:
    """A time of the county's clock; past 24:00 on the days after."""
    return (datetime(day.year, day.month, day.day, tzinfo=LOCAL) + timedelta(seconds=seconds(text))).astimezone(UTC)


def stop(*numbers: int) -> Access:
    return Access(tuple(StopAccess(number) for number in numbers))


def said(journeys: Sequence[Journey]) -> list[str]:
    """Each journey in a line: where and when each leg begins and ends, rides with the number of their trip."""
    return [" ".join(_leg(leg) for leg in journey.legs) for journey in journeys]


def _leg(leg: Any) -> str:
    if hasattr(leg, "trip"):
        return f"{clock(leg.departs_at)} {name(leg.board_stop)}-{name(leg.alight_stop)} {clock(leg.arrives_at)}"
    return f"{clock(leg.departs_at)} {name(leg.from_stop)}~{name(leg.to_stop)} {clock(leg.arrives_at)}"


def name(number: int | None) -> str:
    return "." if number is None else "ABCDE"[number]


def clock(moment: datetime) -> str:
    local = moment.astimezone(LOCAL)
    days = (local.date() - DAY).days
    return f"{local:%H:%M}" + (f"{days:+}" if days else "")
