"""A difference between two versions in words for staff, a line each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from citizen_app.buses.difference import Change, Difference, MarketChange, RouteChange, StopChange

_ZH: Mapping[str, str] = {
    "route": "线路", "stop": "站点", "market": "集市", "trips": "班次", "retimed": "改时", "changed_trips": "其他变更",
    "dates": "运行日期", "moved": "移动", "m": "米", "changed": "变更", "added": "新增", "removed": "删除", "others": "其他",
    "nothing": "没有变化", "colon": "：", "comma": "、", "semicolon": "；", "more": "……另有 {} 项",
    "short_name": "线路号", "long_name": "线路名", "name": "名称", "code": "站牌号", "kind": "类型", 
    "color": "颜色", "text_color": "文字颜色", "route_type": "交通方式", "rule": "日期规则", "town_code": "乡镇", "village_code": "村",
    "lat": "纬度", "lon": "经度", "desc": "说明", "zone_id": "票价区", "position": "定位方式", "note": "备注",
    "opens_s": "开市时间", "closes_s": "收市时间", "agencies": "运营单位", "fares": "票价", "fare_rules": "票价规则",
    "transfers": "换乘", "translations": "译名",
}
_EN: Mapping[str, str] = {
    "route": "line", "stop": "stop", "market": "market", "trips": "trips", "retimed": "retimed", "changed_trips": "otherwise changed",
    "dates": "dates", "moved": "moved", "m": "m", "changed": "changed", "added": "added", "removed": "removed", "others": "other",
    "nothing": "no difference", "colon": ": ", "comma": ", ", "semicolon": "; ", "more": "… and {} more",
    "fare_rules": "fare rules",
}
_MOST = 50    # of a kind; what is more is counted


def describe(difference: Difference, language: str = "zh", most: int = _MOST) -> list[str]:
    """Lines like "线路 101：班次 +2 −1 改时 3；运行日期 +4 −0", in "zh" or "en"; first how many of each kind."""
    words = _ZH if language == "zh" else _EN
    if not difference:
        return [words["nothing"]]
    lines = [_totals(difference, words)]
    for kind, changes in (("route", difference.routes), ("stop", difference.stops), ("market", difference.markets)):
        for change in changes[:most]:
            said = words["semicolon"].join(_parts(change, words))
            lines.append(f"{words[kind]} {change.name}{words['colon']}{said}")
        if len(changes) > most:
            lines.append(words["more"].format(len(changes) - most))
    if difference.others:
        names = words["comma"].join(words.get(name, name) for name in difference.others)
        lines.append(f"{words['others']}{words['colon']}{names}")
    return lines


def _totals(difference: Difference, words: Mapping[str, str]) -> str:
    parts = []
    for kind, changes in (("route", difference.routes), ("stop", difference.stops), ("market", difference.markets)):
        if changes:
            numbers = [sum(one.change is change for one in changes) for change in (Change.ADDED, Change.REMOVED, Change.CHANGED)]
            parts.append(f"{words[kind]} +{numbers[0]} −{numbers[1]} {words['changed']} {numbers[2]}")
    trips = [change.trips for change in difference.routes]
    if any(trips):
        added, removed, retimed, changed = (
            sum(getattr(one, name) for one in trips) for name in ("added", "removed", "retimed", "changed")
        )
        parts.append(f"{words['trips']} +{added} −{removed} {words['retimed']} {retimed} {words['changed_trips']} {changed}")
    return words["semicolon"].join(parts)


def _parts(change: RouteChange | StopChange | MarketChange, words: Mapping[str, str]) -> Iterator[str]:
    if change.change is not Change.CHANGED:
        yield words[change.change]
    if isinstance(change, RouteChange):
        yield from _trip_parts(change, words)
    if isinstance(change, StopChange) and change.moved_m is not None:
        yield f"{words['moved']} {change.moved_m:.0f} {words['m']}"
    names = [name for name in change.fields if name not in {"lat", "lon"} or getattr(change, "moved_m", None) is None]
    if names:
        yield f"{words['changed']} {words['comma'].join(words.get(name, name) for name in names)}"


def _trip_parts(change: RouteChange, words: Mapping[str, str]) -> Iterator[str]:
    trips = change.trips
    if trips:
        said = f"{words['trips']} +{trips.added} −{trips.removed}"
        said += f" {words['retimed']} {trips.retimed}" if trips.retimed else ""
        yield said + (f" {words['changed_trips']} {trips.changed}" if trips.changed else "")
    if change.dates_added or change.dates_removed:
        yield f"{words['dates']} +{len(change.dates_added)} −{len(change.dates_removed)}"
