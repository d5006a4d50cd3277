"""The places of a bundle: county.toml, towns.csv, villages.csv, landmarks.csv. Pure; None for a file that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

from citizen_app.errors import InputProblem
from citizen_app.geo import Box
from citizen_app.ops.bundle_calendar import CALENDAR_KEYS, read_calendar
from citizen_app.ops.bundle_row import Row
from citizen_app.ops.bundle_tables import read_toml
from citizen_app.places.county import County, Landmark, Town, Village

_COUNTY_KEYS = (
    "uid", "name", "name_en", "hotline", "map_region", "languages", "demo", "attributions", "bounds", *CALENDAR_KEYS,
)
_LANGUAGES = ("zh", "en")


def read_county(content: bytes, problems: list[InputProblem]) -> tuple[County | None, Box | None]:
    document = read_toml("county.toml", content, problems)
    if document is None:
        return None, None
    row = Row("county.toml", document, problems)
    row.known(_COUNTY_KEYS)
    table = document.get("bounds")
    sides = Row("county.toml bounds", table if isinstance(table, dict) else {}, problems)
    sides.known(("south", "west", "north", "east"))
    south, west, north, east = (sides.decimal(side, required=True) for side in ("south", "west", "north", "east"))
    bounds = None
    if south is not None and west is not None and north is not None and east is not None:
        if south < north and west < east:
            bounds = Box(south, west, north, east)
        else:
            sides.fault("south", "expected south < north and west < east", f"{south}, {west}, {north}, {east}")
    uid, name, name_en = row.uid("uid"), row.text("name", required=True), row.text("name_en")
    hotline, region = row.text("hotline"), row.text("map_region")
    languages, attributions = row.texts("languages", ["zh", "en"]), row.texts("attributions", [])
    for language in set(languages) - set(_LANGUAGES):
        row.fault("languages", f"expected some of {', '.join(_LANGUAGES)}", language)
    demo, calendar = row.truth("demo"), read_calendar(document, problems)
    if bounds is None:
        return None, None
    return County(
        uid, name, name_en, hotline, bounds.south, bounds.west, bounds.north, bounds.east, languages, demo, region, attributions,
        calendar,
    ), bounds


def read_towns(rows: list[Row] | None, bounds: Box | None) -> dict[str, Town] | None:
    if rows is None:
        return None
    found: dict[str, Town] = {}
    for row in rows:
        code, point = row.text("code", required=True), row.point(bounds, required=False)
        row.once("code", code, found)
        lat, lon = point or (None, None)
        found[code] = Town(code, row.text("name", required=True), row.text("name_en"), lat, lon)
    return found


def read_villages(rows: list[Row] | None, towns: Mapping[str, Town] | None) -> list[Village]:
    found: dict[str, Village] = {}
    for row in rows or []:
        code, town_code = row.text("code", required=True), row.text("town_code", required=True)
        row.once("code", code, found)
        if town_code and towns is not None and town_code not in towns:
            row.fault("town_code", "not in towns.csv")
        found[code] = Village(
            code, row.text("name", required=True), town_code, row.text("kind"), row.text("pinyin"), row.text("initials")
        )
    return list(found.values())


def read_landmarks(rows: list[Row] | None, bounds: Box | None) -> list[Landmark]:
    found: dict[str, Landmark] = {}
    for row in rows or []:
        name, point = row.text("name", required=True), row.point(bounds)
        row.once("name", name, found)
        if point is not None:
            found[name] = Landmark(name, *point, row.text("name_en"), row.text("kind"), row.text("note"))
    return list(found.values())
