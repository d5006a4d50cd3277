"""The demonstration county as entries of the search, made from its tables as they are shipped."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from citizen_app.places.search.entry import Entry, EntryKind
from citizen_app.places.search.index import Index, build_index
from citizen_app.places.search.readings import read_name

COUNTY = Path(__file__).resolve().parents[4] / "feeds" / "demo" / "linhai"
OVERRIDES = {
    "天台": "tian tai", "长潭": "chang tan", "长甸": "chang dian", "长坝": "chang ba", "长石岭脚": "chang shi ling jiao", "赤缪": "chi miao",
    "东溪单": "dong xi shan", "更楼": "geng lou", "方家弄": "fang jia long", "巷弄": "xiang long", "解": "xie",
}
ALIASES = {"LH0201": ("汽车站", "bus station"), "LH0241": ("高铁站",), "LH0109": ("中医院",)}
_OTHER_SPELLING = re.compile(r"作“([^”（]+)(?:（[^”]*）)?”")


def read(name: str) -> tuple[str, ...]:
    return read_name(name, OVERRIDES)


@cache
def county_entries() -> tuple[Entry, ...]:
    towns = {row["code"]: row for row in rows_of("towns.csv")}
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in load_workbook(COUNTY / "buses.xlsx", read_only=True)}
    codes = {row["name"]: code for code, row in towns.items()}
    served = {(codes[row[7]], row[8]) for row in sheets["站点"][1:] if row[0] and row[8]}
    entries = [
        Entry(EntryKind.TOWN, code, row["name"], row["name_en"], sign="", readings=read(row["name"]), lat=float(row["lat"]),
              lon=float(row["lon"]), is_served=True)
        for code, row in towns.items()
    ]
    for row in rows_of("villages.csv"):
        name = re.sub("村?村委会$", "村", row["name"])
        entries.append(Entry(
            EntryKind.VILLAGE, row["code"], name, readings=read(name), is_served=(row["town_code"], row["name"]) in served,
            **in_town(row["town_code"], towns),
        ))
    for code, name, name_en, lat, lon, _, _, town, _, _, note in (row[:11] for row in sheets["站点"][1:] if row[0]):
        others = (*(_OTHER_SPELLING.findall(note or "")), *ALIASES.get(code, ()))
        entries.append(Entry(
            EntryKind.STOP, code, name, name_en or "", sign=code, readings=read(name), lat=lat, lon=lon, is_served=True,
            aliases=tuple((other, read(other)) for other in others), **in_town(codes[town], towns),
        ))
    for row in sheets["线路"][1:]:
        if row[0]:
            entries.append(Entry(EntryKind.LINE, str(row[0]), row[1], row[2] or "", sign=str(row[0]), readings=read(row[1]), is_served=True))
    for row in sheets["集市"][1:]:
        if row[0]:
            entries.append(Entry(
                EntryKind.MARKET, row[1], row[0], row[2], readings=read(row[0]), lat=row[8], lon=row[9], **in_town(codes[row[3]], towns)
            ))
    for row in rows_of("facilities.csv"):
        entries.append(Entry(
            EntryKind.PARKING, row["uid"], row["name"], row["name_en"], readings=read(row["name"]), lat=float(row["lat"]),
            lon=float(row["lon"]), **in_town(row["town_code"], towns),
        ))
    entries.extend(
        Entry(EntryKind.LANDMARK, row["name"], row["name"], row["name_en"], readings=read(row["name"]), lat=float(row["lat"]),
              lon=float(row["lon"]))
        for row in rows_of("landmarks.csv")
    )
    return tuple(entries)


def in_town(code: str, towns: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {"town_code": code, "town": towns[code]["name"], "town_readings": read(towns[code]["name"])}


def rows_of(name: str) -> list[dict[str, str]]:
    with (COUNTY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def county_index() -> Index:
    return build_index(county_entries())


@cache
def keys_by_label() -> dict[str, str]:
    """The keys as the queries' file writes them: `village:光明村@汛桥`, `line:106`, `landmark:紫阳街`."""
    found: dict[str, str] = {}
    for entry in county_entries():
        town = re.sub("(镇|街道)$", "", entry.town)
        name = entry.code if entry.kind is EntryKind.LINE else entry.name
        for label in (f"{entry.kind}:{name}@{town}", f"{entry.kind}:{name}"):
            found.setdefault(label, entry.key)
    return found
