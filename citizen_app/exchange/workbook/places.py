"""The rows of 站点 to stops, and where things lie: coordinates, towns, villages. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from citizen_app import geo
from citizen_app.buses.network import Position, Stop, Translation
from citizen_app.exchange.workbook.cells import name_key, narrow, read_code, read_number
from citizen_app.exchange.workbook.sheets import Row
from citizen_app.places.county import Town, Village

LANGUAGE = "en"
_TO_WGS84: Mapping[str, Callable[[float, float], geo.Point]] = {
    "GCJ-02": geo.gcj02_to_wgs84, "BD-09": geo.bd09_to_wgs84, "WGS-84": lambda lat, lon: (lat, lon),
}
_POSITIONS = {"实测": Position.SURVEYED, "估计": Position.ESTIMATED}
Names = tuple[Mapping[str, Sequence[str]], ...]    # codes by the code itself, by the whole name, by the name's stem
_STEM = re.compile(r"(街道办事处|街道|镇|乡|村民委员会|村委会|居民委员会|居委会|社区|村)$")


@dataclass(frozen=True)
class Places:
    """What a workbook's places are held against. `bounds` None: anywhere."""

    towns: Sequence[Town] = ()
    villages: Sequence[Village] = ()
    bounds: geo.Box | None = None

    @cached_property
    def town_names(self) -> Names:
        return _index([(town.code, town.name) for town in self.towns])

    @cached_property
    def village_names(self) -> Names:
        return _index([(village.code, village.name) for village in self.villages])

    @cached_property
    def village_by_code(self) -> Mapping[str, Village]:
        return {village.code: village for village in self.villages}


@dataclass(frozen=True)
class StopRow:
    stop: Stop
    row: Row


def read_stops(rows: Sequence[Row], places: Places) -> tuple[dict[str, StopRow], list[Translation]]:
    """The stops by 站号 in the order of the sheet, and their English names."""
    stops: dict[str, StopRow] = {}
    translations = []
    for row in rows:
        code, name = row.read("站号", read_code), row.text("站名")
        lat, lon = read_point(row, places)
        town_code, village_code = read_town(row, places), ""
        if village := _read_village(row, places, town_code):
            town_code, village_code = village.town_code, village.code
        position = _POSITIONS.get(row.choice("坐标来源"), Position.UNKNOWN)
        if position and lat is None and not {"纬度", "经度"} & row.cells.keys():
            row.fault("坐标来源", "没有写坐标")
        zone, desc, english = narrow(row.text("片区")), row.text("备注"), row.text("英文名")
        if code is None:
            continue
        if code in stops:
            row.fault("站号", f"与第 {stops[code].row.number} 行重复")
            continue
        stops[code] = StopRow(Stop(
            code, name, lat, lon, code=code, desc=desc, zone_id=zone, town_code=town_code, village_code=village_code,
            position=position,
        ), row)
        if english:
            translations.append(Translation("stops", "stop_name", LANGUAGE, english, record_id=code))
    return stops, translations


def read_point(row: Row, places: Places) -> tuple[float | None, float | None]:
    """WGS-84; (None, None) when it is not given or wrong."""
    system = row.choice("坐标系") or "WGS-84"
    lat, lon = row.read("纬度", read_number), row.read("经度", read_number)
    for column, other in (("纬度", "经度"), ("经度", "纬度")):
        if column not in row.cells and other in row.cells:
            row.fault(column, f"写了{other}，也要写{column}")
    if lat is None or lon is None:
        return None, None
    if abs(lat) > 90 or abs(lon) > 180:
        row.fault("纬度", "纬度和经度好像写反了" if abs(lon) <= 90 else "不是坐标", f"{lat}, {lon}")
        return None, None
    lat, lon = _TO_WGS84[system](lat, lon)
    if places.bounds is not None and not places.bounds.contains(lat, lon):
        row.fault("纬度", "不在县的范围内", f"{lat:.5f}, {lon:.5f}")
        return None, None
    return round(lat, 6), round(lon, 6)


def read_town(row: Row, places: Places) -> str:
    """The code of the town of 乡镇, "" when it is empty or unknown (a fault)."""
    text = row.text("乡镇")
    if not text:
        return ""
    found = _named(text, places.town_names)
    if len(found) == 1:
        return found[0]
    row.fault("乡镇", f"有 {len(found)} 个乡镇叫这个名字；请写代码" if found else "县里没有这个乡镇街道")
    return ""


def _read_village(row: Row, places: Places, town_code: str) -> Village | None:
    text = row.text("村")
    if not text:
        return None
    found = _named(text, places.village_names)
    there = [one for one in (places.village_by_code[code] for code in found) if town_code in {"", one.town_code}]
    if len(there) == 1:
        return there[0]
    if there:
        row.fault("村", f"有 {len(there)} 个村社叫这个名字；请写代码，或同时写乡镇")
    else:
        row.fault("村", "不在所写的乡镇" if found else "县里没有这个村社")
    return None


def _named(text: str, names: Names) -> Sequence[str]:
    """Codes that a text means: the code itself, the whole name, else the name without what kind of place it is."""
    by_code, by_name, by_stem = names
    return by_code.get(name_key(text)) or by_name.get(name_key(text)) or by_stem.get(_stem(text)) or ()


def _index(names: Sequence[tuple[str, str]]) -> Names:
    index: tuple[dict[str, list[str]], ...] = {}, {}, {}
    for code, name in names:
        for by_key, key in zip(index, (name_key(code), name_key(name), _stem(name)), strict=True):
            by_key.setdefault(key, []).append(code)
    return index


def _stem(name: str) -> str:
    return _STEM.sub("", name_key(name)) or name_key(name)
