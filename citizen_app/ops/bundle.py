"""A county as a folder of files becomes a county in our words, or a list of everything that is wrong. Pure.

What each file holds is in docs/county-bundle.md. Nothing of a bundle is taken while anything in it is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.ops.bundle_facilities import (
    ENTRANCE_OPTIONAL,
    ENTRANCE_REQUIRED,
    FACILITY_OPTIONAL,
    FACILITY_REQUIRED,
    References,
    read_facilities,
)
from citizen_app.ops.bundle_names import ALIAS_COLUMNS, OPTIONAL, READING_COLUMNS, read_aliases, read_corrections
from citizen_app.ops.bundle_places import read_county, read_landmarks, read_towns, read_villages
from citizen_app.ops.bundle_row import Row
from citizen_app.ops.bundle_sources import read_sources, read_tariffs
from citizen_app.ops.bundle_tables import read_csv, read_tables
from citizen_app.ops.source import Source
from citizen_app.parking.facility import Facility
from citizen_app.places.county import County, Landmark, Town, Village
from citizen_app.places.names import Alias
from citizen_app.places.search.entry import EntryKind

REQUIRED_FILES = ("county.toml", "facilities.csv")
FILES = (
    *REQUIRED_FILES, "towns.csv", "villages.csv", "landmarks.csv", "entrances.csv", "tariffs.toml", "sources.toml", "aliases.csv",
    "readings.csv",
)
OTHER_FILES = ("province.toml",)    # of the county as well, but for another room: how it reports to the province


@dataclass(frozen=True)
class CountyBundle:
    """A county without fault: every reference in it resolves. Facilities, towns and villages by uid or code.

    `aliases` and `corrections` (of readings) are None where the bundle has no file of them: then those that are there stay.
    """

    county: County
    towns: tuple[Town, ...]
    villages: tuple[Village, ...]
    landmarks: tuple[Landmark, ...]
    facilities: tuple[Facility, ...]
    sources: tuple[Source, ...]
    aliases: tuple[Alias, ...] | None = None
    corrections: Mapping[str, str] | None = None


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
    for name in sorted(set(files) - {*FILES, *OTHER_FILES}):
        if name.endswith((".csv", ".toml")):
            problems.append(problem(name, "file", name, f"unknown; known are {', '.join((*FILES, *OTHER_FILES))}"))
    county, bounds = read_county(files.get("county.toml", b""), problems) if "county.toml" in files else (None, None)

    def rows(file: str, required: tuple[str, ...], optional: tuple[str, ...]) -> list[Row] | None:
        return read_csv(file, files[file], required, optional, problems) if file in files else []

    def tables(file: str, name: str) -> list[Row] | None:
        return read_tables(file, files[file], name, problems) if file in files else []

    towns = read_towns(rows("towns.csv", ("code", "name"), ("name_en", "lat", "lon", "crs", "note")), bounds)
    villages = read_villages(rows("villages.csv", ("code", "name", "town_code"), ("kind", "pinyin", "initials", "note")), towns)
    landmarks = read_landmarks(rows("landmarks.csv", ("name", "lat", "lon"), ("crs", "name_en", "kind", "note")), bounds)
    tariffs = read_tariffs(tables("tariffs.toml", "tariff"), problems)
    sources = read_sources(tables("sources.toml", "source"))
    facilities = read_facilities(
        rows("facilities.csv", FACILITY_REQUIRED, FACILITY_OPTIONAL) or [],
        rows("entrances.csv", ENTRANCE_REQUIRED, ENTRANCE_OPTIONAL) or [],
        bounds, References(towns, tariffs, sources),
    )
    known = {
        EntryKind.TOWN: towns or {}, EntryKind.VILLAGE: {one.code for one in villages},
        EntryKind.LANDMARK: {one.name for one in landmarks}, EntryKind.PARKING: {one.uid for one in facilities},
    }
    aliases = read_aliases(rows("aliases.csv", ALIAS_COLUMNS, OPTIONAL), {} if problems else known)
    corrections = read_corrections(rows("readings.csv", READING_COLUMNS, OPTIONAL))
    if problems or county is None:
        raise InvalidInput(problems)
    return CountyBundle(
        county, tuple((towns or {}).values()), tuple(villages), tuple(landmarks), tuple(facilities),
        tuple((sources or {}).values()),
        tuple(aliases) if "aliases.csv" in files else None, corrections if "readings.csv" in files else None,
    )


def parse_sources(content: bytes) -> list[Source]:
    """The sources of a sources.toml by itself. Raises InvalidInput with all its problems."""
    problems: list[InputProblem] = []
    found = read_sources(read_tables("sources.toml", content, "source", problems))
    if problems:
        raise InvalidInput(problems)
    return list((found or {}).values())
