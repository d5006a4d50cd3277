"""A county as a folder of files becomes a county in our words, or a list of everything that is wrong. Pure.

What each file holds is in docs/county-bundle.md. Nothing of a bundle is taken while anything in it is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.geo import Box
from citizen_app.ops.bundle_facilities import (
    ENTRANCE_OPTIONAL,
    ENTRANCE_REQUIRED,
    FACILITY_OPTIONAL,
    FACILITY_REQUIRED,
    References,
    read_facilities,
)
from citizen_app.ops.bundle_tables import Row, read_csv, read_tables, read_toml
from citizen_app.ops.source import Source, SourceMode
from citizen_app.parking.facility import Facility
from citizen_app.parking.tariff import Tariff
from citizen_app.parking.tariff_format import parse_tariff
from citizen_app.places.county import County, Landmark, Town, Village

REQUIRED_FILES = ("county.toml", "facilities.csv")
FILES = (*REQUIRED_FILES, "towns.csv", "villages.csv", "landmarks.csv", "entrances.csv", "tariffs.toml", "sources.toml")
_COUNTY_KEYS = ("uid", "name", "name_en", "hotline", "map_region", "languages", "demo", "attributions", "bounds")
_SOURCE_KEYS = (
    "uid", "name", "mode", "format", "url", "interval_s", "owner", "licence", "attribution", "allow_private",
    "secret_env", "headers", "settings",
)
_LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class CountyBundle:
    """A county without fault: every reference in it resolves. Facilities, towns and villages by uid or code."""

    county: County
    towns: tuple[Town, ...]
    villages: tuple[Village, ...]
    landmarks: tuple[Landmark, ...]
    facilities: tuple[Facility, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class LoadReport:
    """What a load did: for each kind of thing, how many were added, changed, and retired or removed."""

    loaded_at: datetime
    counts: Mapping[str, Mapping[str, int]]

    @property
    def changed_anything(self) -> bool:
        return any(sum(counts.values()) for counts in self.counts.values())


def parse_bundle(files: Mapping[str, bytes]) -> CountyBundle:
    """The bundle in the files (name -> content; only *.toml and *.csv are looked at).

    Raises InvalidInput with all problems at once, each naming file, row, field and value.
    """
    problems = [problem(name, "file", "", "missing") for name in REQUIRED_FILES if name not in files]
    for name in sorted(set(files) - set(FILES)):
        if name.endswith((".csv", ".toml")):
            problems.append(problem(name, "file", name, f"unknown; known are {', '.join(FILES)}"))
    county, bounds = _county(files.get("county.toml", b""), problems) if "county.toml" in files else (None, None)

    def rows(file: str, required: tuple[str, ...], optional: tuple[str, ...]) -> list[Row] | None:
        return read_csv(file, files[file], required, optional, problems) if file in files else []

    def tables(file: str, name: str) -> list[Row] | None:
        return read_tables(file, files[file], name, problems) if file in files else []

    towns = _towns(rows("towns.csv", ("code", "name"), ("name_en", "lat", "lon", "crs", "note")), bounds)
    villages = _villages(rows("villages.csv", ("code", "name", "town_code"), ("kind", "pinyin", "initials", "note")), towns)
    landmarks = _landmarks(rows("landmarks.csv", ("name", "lat", "lon"), ("crs", "name_en", "kind", "note")), bounds)
    tariffs = _tariffs(tables("tariffs.toml", "tariff"), problems)
    sources = _sources(tables("sources.toml", "source"))
    facilities = read_facilities(
        rows("facilities.csv", FACILITY_REQUIRED, FACILITY_OPTIONAL) or [],
        rows("entrances.csv", ENTRANCE_REQUIRED, ENTRANCE_OPTIONAL) or [],
        bounds, References(towns, tariffs, sources),
    )
    if problems or county is None:
        raise InvalidInput(problems)
    return CountyBundle(
        county, tuple((towns or {}).values()), tuple(villages), tuple(landmarks), tuple(facilities),
        tuple((sources or {}).values()),
    )


def parse_sources(content: bytes) -> list[Source]:
    """The sources of a sources.toml by itself. Raises InvalidInput with all its problems."""
    problems: list[InputProblem] = []
    found = _sources(read_tables("sources.toml", content, "source", problems))
    if problems:
        raise InvalidInput(problems)
    return list((found or {}).values())


def _county(content: bytes, problems: list[InputProblem]) -> tuple[County | None, Box | None]:
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
    languages, attributions = _words(row, "languages", ["zh", "en"]), _words(row, "attributions", [])
    for language in set(languages) - set(_LANGUAGES):
        row.fault("languages", f"expected some of {', '.join(_LANGUAGES)}", language)
    demo = _truth(row, "demo")
    if bounds is None:
        return None, None
    return County(
        uid, name, name_en, hotline, bounds.south, bounds.west, bounds.north, bounds.east, languages, demo, region, attributions
    ), bounds


def _towns(rows: list[Row] | None, bounds: Box | None) -> dict[str, Town] | None:
    if rows is None:
        return None
    found: dict[str, Town] = {}
    for row in rows:
        code, point = row.text("code", required=True), row.point(bounds, required=False)
        _once(row, "code", code, found)
        lat, lon = point or (None, None)
        found[code] = Town(code, row.text("name", required=True), row.text("name_en"), lat, lon)
    return found


def _villages(rows: list[Row] | None, towns: Mapping[str, Town] | None) -> list[Village]:
    found: dict[str, Village] = {}
    for row in rows or []:
        code, town_code = row.text("code", required=True), row.text("town_code", required=True)
        _once(row, "code", code, found)
        if town_code and towns is not None and town_code not in towns:
            row.fault("town_code", "not in towns.csv")
        found[code] = Village(
            code, row.text("name", required=True), town_code, row.text("kind"), row.text("pinyin"), row.text("initials")
        )
    return list(found.values())


def _landmarks(rows: list[Row] | None, bounds: Box | None) -> list[Landmark]:
    found: dict[str, Landmark] = {}
    for row in rows or []:
        name, point = row.text("name", required=True), row.point(bounds)
        _once(row, "name", name, found)
        if point is not None:
            found[name] = Landmark(name, *point, row.text("name_en"), row.text("kind"), row.text("note"))
    return list(found.values())


def _tariffs(rows: list[Row] | None, problems: list[InputProblem]) -> dict[str, Tariff] | None:
    if rows is None:
        return None
    found: dict[str, Tariff] = {}
    for row in rows:
        uid = row.uid("uid")
        _once(row, "uid", uid, found)
        try:
            found[uid] = parse_tariff(row.values)
        except InvalidInput as error:
            problems += [problem(row.name, fault.field, fault.value, fault.message) for fault in error.problems]
            found[uid] = Tariff(uid)    # known, so that its facilities are not called faulty too
    return found


def _sources(rows: list[Row] | None) -> dict[str, Source] | None:
    if rows is None:
        return None
    found: dict[str, Source] = {}
    for row in rows:
        row.known(_SOURCE_KEYS)
        uid = row.uid("uid")
        _once(row, "uid", uid, found)
        mode = row.choice("mode", list(SourceMode), SourceMode.PULL)
        source = Source(
            uid=uid,
            name=row.text("name", required=True),
            mode=SourceMode(mode) if mode in list(SourceMode) else SourceMode.PULL,
            format=row.text("format", required=mode == SourceMode.PULL),
            url=row.text("url", required=mode == SourceMode.PULL),
            interval_s=row.whole("interval_s", 10, 86400) or 60,
            owner=row.text("owner"),
            licence=row.text("licence"),
            attribution=row.text("attribution"),
            allow_private=_truth(row, "allow_private"),
            secret_env=row.text("secret_env", required=mode == SourceMode.PUSH),
            headers=_table(row, "headers"),
            settings=_table(row, "settings"),
        )
        if source.url and not source.url.startswith(("http://", "https://")):
            row.fault("url", "expected http:// or https://")
        for name, value in source.headers.items():
            if not isinstance(value, str) or not value.isprintable():
                row.fault("headers", "expected one line of text", f"{name} = {value}")
        found[uid] = source
    return found


def _once(row: Row, field: str, value: str, found: Mapping[str, object]) -> None:
    if value in found:
        row.fault(field, "stands there twice")


def _words(row: Row, field: str, default: list[str]) -> tuple[str, ...]:
    value = row.values.get(field, default)
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        row.fault(field, "expected a list of texts")
        return ()
    return tuple(value)


def _truth(row: Row, field: str) -> bool:
    value = row.values.get(field, False)
    if not isinstance(value, bool):
        row.fault(field, "expected true or false")
    return value is True


def _table(row: Row, field: str) -> dict[str, Any]:
    value = row.values.get(field, {})
    try:
        json.dumps(value)
    except TypeError:
        row.fault(field, "dates and times must be texts here")
        return {}
    if not isinstance(value, dict):
        row.fault(field, "expected a table")
        return {}
    return value
