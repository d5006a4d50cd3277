"""A workbook to a network: everything in it, or everything that is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citizen_app.buses.network import FeedInfo, Network, Translation
from citizen_app.days.calendar import DayCalendar
from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.exchange.workbook.days import Services, read_days, read_markets
from citizen_app.exchange.workbook.fares import read_fares
from citizen_app.exchange.workbook.layout import CALLS, DAYS, FARES, MARKETS, ROUTES, SHEETS, STOPS, TRIPS
from citizen_app.exchange.workbook.lines import DIRECTION_IDS, Patterns, read_patterns, read_routes
from citizen_app.exchange.workbook.places import LANGUAGE, Places, StopRow, read_stops
from citizen_app.exchange.workbook.sheets import read_sheets
from citizen_app.exchange.workbook.trips import Timetable, make_stop_times, read_timetable
from citizen_app.geo import Box
from citizen_app.places.county import Town, Village


@dataclass(frozen=True)
class Reading:
    """A workbook that can be taken. `warnings` name what is right but looks forgotten."""

    network: Network
    warnings: tuple[InputProblem, ...]


def read_workbook(
    content: bytes, towns: Sequence[Town] = (), villages: Sequence[Village] = (), bounds: Box | None = None,
    calendar: DayCalendar = DayCalendar(),
) -> Network:
    """The network of a workbook. Raises InvalidInput with every fault, in Chinese, in the order of the sheets."""
    return inspect_workbook(content, towns, villages, bounds, calendar).network


def inspect_workbook(
    content: bytes, towns: Sequence[Town] = (), villages: Sequence[Village] = (), bounds: Box | None = None,
    calendar: DayCalendar = DayCalendar(),
) -> Reading:
    """The same, with the warnings.

    `calendar` says to which season an added date (增开日期) belongs where a row of 班次 is for one season only.
    """
    faults: list[InputProblem] = []
    sheets = read_sheets(content, faults)
    rows, places = sheets.rows, Places(towns, villages, bounds)
    stops, stop_names = read_stops(rows[STOPS.name], places)
    days, markets = read_days(rows[DAYS.name]), read_markets(rows[MARKETS.name], places, sheets.is_demo)
    routes, agencies, route_names = read_routes(rows[ROUTES.name], markets)
    patterns = read_patterns(rows[CALLS.name], routes, stops)
    services = Services(days, markets, calendar)
    timetable = read_timetable(rows[TRIPS.name], routes, patterns, stops, services)
    fares, fare_rules = read_fares(rows[FARES.name], routes, patterns, stops)
    if faults:
        raise InvalidInput(sorted(faults, key=_place))
    network = Network(
        agencies=tuple(agencies),
        stops=tuple(one.stop for one in stops.values()),
        routes=tuple(one.route for one in routes.values()),
        services=services.asked,
        trips=tuple(timetable.trips),
        stop_times=make_stop_times(timetable, [one.stop for one in stops.values()]),
        frequencies=tuple(timetable.frequencies),
        fares=tuple(fares),
        fare_rules=tuple(fare_rules),
        translations=(*stop_names, *route_names, *_headsigns(timetable, stops, stop_names)),
        feed_info=FeedInfo(lang="zh"),
        markets=tuple(one.market for one in markets.values()),
        is_demo=sheets.is_demo,
    )
    return Reading(network, tuple(_warnings(stops, patterns, timetable, services)))


def _headsigns(timetable: Timetable, stops: Mapping[str, StopRow], names: Sequence[Translation]) -> list[Translation]:
    """English headsigns: a headsign that is a stop's name has that stop's English name, the last stop of a trip first."""
    english = {one.record_id: one.translation for one in names}
    by_name: dict[str, str] = {}
    for stop_id, translation in english.items():
        by_name.setdefault(stops[stop_id].stop.name, translation)
    found: dict[str, str] = {}
    for trip, (_, calls) in zip(timetable.trips, timetable.calls, strict=True):
        last = calls[-1].stop_id
        own = english.get(last, "") if stops[last].stop.name == trip.headsign else ""
        if translation := own or by_name.get(trip.headsign, ""):
            found.setdefault(trip.headsign, translation)
    return [Translation("trips", "trip_headsign", LANGUAGE, name, field_value=headsign) for headsign, name in found.items()]


def _warnings(stops: Mapping[str, StopRow], patterns: Patterns, timetable: Timetable, services: Services) -> list[InputProblem]:
    used = {call.stop_id for pattern in patterns.values() for call in pattern.calls}
    runs = {(trip.route_id, trip.direction_id) for trip in timetable.trips}
    unused = [problem(one.row.place, "站号", code, "没有线路停这一站") for code, one in stops.items() if code not in used]
    for (route_id, direction), pattern in patterns.items():
        if (route_id, DIRECTION_IDS[direction]) not in runs:
            unused.append(problem(pattern.row.place, "方向", direction, f"{route_id} 的这个方向没有班次"))
    for key, day in services.days.items():
        if key not in services.used:
            unused.append(problem(day.row.place, "名称", day.name, "没有班次用这个运行日"))
    return unused


def _place(fault: InputProblem) -> tuple[int, int]:
    """Sheets in the order of the layout, rows by their numbers."""
    names = [sheet.name for sheet in SHEETS]
    sheet, _, rest = fault.row.partition(" 第 ")
    number = rest.removesuffix(" 行")
    return names.index(sheet) if sheet in names else -1, int(number) if number.isdigit() else 0
