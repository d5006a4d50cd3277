"""The rows of 线路 and 站序 to routes, agencies and the calls of each direction. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from citizen_app.buses.network import Agency, Route, RouteKind, Translation
from citizen_app.exchange.workbook.cells import name_key, read_code, read_count, read_minutes
from citizen_app.exchange.workbook.days import MarketRow
from citizen_app.exchange.workbook.places import LANGUAGE, StopRow
from citizen_app.exchange.workbook.sheets import Row

KINDS = {
    "城乡公交": RouteKind.TOWN, "微公交": RouteKind.MICRO, "集市班线": RouteKind.MARKET, "火车站接驳": RouteKind.STATION,
    "城市公交": RouteKind.URBAN,
}
DIRECTION_IDS = {"去": 0, "回": 1, "环": 0}


@dataclass(frozen=True)
class RouteRow:
    route: Route
    row: Row


@dataclass(frozen=True)
class Call:
    """One stop of one direction, `offset_s` from its first stop. GTFS: type 0 is regular, 1 not possible."""

    stop_id: str
    offset_s: int
    pickup_type: int
    drop_off_type: int
    timepoint: int


@dataclass(frozen=True)
class Pattern:
    """The calls of a line in one direction. `is_whole`: nothing was wrong with them. `row` is that of its first call."""

    calls: tuple[Call, ...]
    is_whole: bool
    row: Row


Patterns = Mapping[tuple[str, str], Pattern]


def read_routes(rows: Sequence[Row], markets: Mapping[str, MarketRow]) -> tuple[dict[str, RouteRow], list[Agency], list[Translation]]:
    """The lines by 线路号 in the order of the sheet, their operators, their English names."""
    routes: dict[str, RouteRow] = {}
    numbers: dict[str, int] = {}
    translations = []
    by_market = {name_key(word): slug for slug, one in markets.items() for word in (slug, one.market.name)}
    operators = {id(row): (row.text("运营单位"), row.text("电话")) for row in rows}
    agencies = _agencies(list(operators.values()))
    for row in rows:
        route_id, name, english, kind = row.read("线路号", read_code), row.text("线路名称"), row.text("英文名"), row.choice("类型")
        named, desc = row.text("集市"), row.text("备注")
        market = by_market.get(name_key(named), "")
        if english and "线路名称" not in row.cells:
            row.fault("线路名称", "写了英文名，也要写线路名称")
        if named and not market:
            row.fault("集市", "“集市”表里没有这个集市")
        if operators[id(row)][1] and not operators[id(row)][0]:
            row.fault("运营单位", "写了电话，也要写运营单位")
        if route_id is None:
            continue
        if numbers.setdefault(name_key(route_id), row.number) != row.number:
            row.fault("线路号", f"与第 {numbers[name_key(route_id)]} 行重复")
            continue
        agency_id = agencies[operators[id(row)]].agency_id if operators[id(row)][0] else ""
        routes[route_id] = RouteRow(Route(
            route_id, route_id, name, agency_id, desc=desc, sort_order=len(routes) + 1, kind=KINDS.get(kind, RouteKind.OTHER),
            market=market,
        ), row)
        if english:
            translations.append(Translation("routes", "route_long_name", LANGUAGE, english, record_id=route_id))
    return routes, list(dict.fromkeys(agencies.values())), translations


def read_patterns(rows: Sequence[Row], routes: Mapping[str, RouteRow], stops: Mapping[str, StopRow]) -> dict[tuple[str, str], Pattern]:
    """The calls by line and direction, in the order of 序号."""
    numbered: dict[tuple[str, str], dict[int, tuple[Call | None, Row]]] = defaultdict(dict)
    broken: set[tuple[str, str]] = set()
    for row in rows:
        route_id, direction, number = known_route(row, routes), row.choice("方向"), row.read("序号", read_count)
        call = _read_call(row, stops)
        if not route_id or not direction:
            continue
        calls = numbered[route_id, direction]
        if call is None or number is None:
            broken.add((route_id, direction))
        if number in calls:
            row.fault("序号", f"与第 {calls[number][1].number} 行重复")
        elif number is not None:
            calls[number] = call, row
    return {key: _pattern(calls, key in broken) for key, calls in numbered.items() if calls}


def known_route(row: Row, routes: Mapping[str, RouteRow]) -> str:
    """The line of a row, "" when there is none such (a fault) or it is empty."""
    route_id = row.read("线路号", read_code)
    if route_id is None or route_id in routes:
        return route_id or ""
    row.fault("线路号", "“线路”表里没有这条线路")
    return ""


def _read_call(row: Row, stops: Mapping[str, StopRow]) -> Call | None:
    stop_id, offset_s = row.read("站号", read_code), row.read("分钟", read_minutes)
    only, approximate = row.choice("上下客"), row.choice("估时")
    if stop_id is not None and stop_id not in stops:
        row.fault("站号", "“站点”表里没有这个站号")
    if stop_id is None or stop_id not in stops or offset_s is None:
        return None
    return Call(stop_id, offset_s, int(only == "只下"), int(only == "只上"), int(not approximate))


def _pattern(numbered: Mapping[int, tuple[Call | None, Row]], is_broken: bool) -> Pattern:
    ordered = [numbered[number] for number in sorted(numbered)]
    calls = [call for call, _ in ordered if call is not None]
    first_row, last_row = ordered[0][1], ordered[-1][1]
    before = len(first_row.faults)
    if not is_broken:
        for number, (expected, (_, row)) in zip(sorted(numbered), enumerate(ordered, 1), strict=True):
            if number != expected:
                row.fault("序号", f"缺少第 {expected} 站")
                break
    if calls and ordered[0][0] is not None:
        if 1 in numbered and calls[0].offset_s:
            first_row.fault("分钟", "首站应该是 0")
        if calls[0].pickup_type:
            first_row.fault("上下客", "首站不能只下")
    if calls and ordered[-1][0] is not None and calls[-1].drop_off_type:
        last_row.fault("上下客", "末站不能只上")
    if sorted(numbered) == list(range(1, len(numbered) + 1)):
        _check_minutes(ordered)
    if len(ordered) < 2 and not is_broken:
        first_row.fault("序号", "一个方向至少要有两站")
    return Pattern(tuple(calls), not is_broken and len(first_row.faults) == before, first_row)


def _check_minutes(ordered: Sequence[tuple[Call | None, Row]]) -> None:
    known = [(call, row) for call, row in ordered if call is not None]
    for (before, earlier), (call, row) in pairwise(known):
        if call.offset_s < before.offset_s:
            row.fault("分钟", f"比上一站（第 {earlier.number} 行，{before.offset_s / 60:g} 分钟）还早")
        elif call.stop_id == before.stop_id:
            row.fault("站号", f"与上一站（第 {earlier.number} 行）是同一站")


def _agencies(operators: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Agency]:
    """An operator by its name; one that gives several telephones is several, since a passenger calls that of the line."""
    phones: dict[str, list[str]] = {}
    for name, phone in operators:
        if name:
            phones.setdefault(name, [])
            if phone and phone not in phones[name]:
                phones[name].append(phone)
    found = {}
    for name, phone in operators:
        if name and len(phones[name]) < 2:
            found[name, phone] = Agency(name, name, lang="zh", phone="".join(phones[name]))
        elif name:
            found[name, phone] = Agency(f"{name} {phone}".strip(), name, lang="zh", phone=phone)
    return found
