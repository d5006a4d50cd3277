"""What staff say of names: aliases.csv and readings.csv, in the bundle and by themselves, and written out again. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from citizen_app.buses.csv_table import write_csv
from citizen_app.errors import InputProblem, InvalidInput
from citizen_app.ops.bundle_row import Row
from citizen_app.ops.bundle_tables import read_csv
from citizen_app.places.names import READING, Alias
from citizen_app.places.search.entry import EntryKind

ALIAS_COLUMNS = ("kind", "code", "name")
READING_COLUMNS = ("name", "reading")
OPTIONAL = ("note",)
_LONGEST = 100
_BEGINS = re.compile(r"\w")


def read_aliases(rows: list[Row] | None, known: Mapping[EntryKind, Collection[str]]) -> list[Alias]:
    """The other names in rows. `known` are the codes of each kind that can be checked; stops and lines come with the network."""
    found: dict[str, Alias] = {}
    for row in rows or []:
        kind, code, name = row.choice("kind", list(EntryKind)), row.text("code", required=True), _name(row)
        if kind not in list(EntryKind):
            continue
        alias = Alias(EntryKind(kind), code, name)
        if alias.kind in known and code and code not in known[alias.kind]:
            row.fault("code", f"there is no {kind} of this code")
        row.once("name", f"{kind}:{code} {name}", found)
        if row.is_good:
            found[f"{kind}:{code} {name}"] = alias
    return list(found.values())


def read_corrections(rows: list[Row] | None) -> dict[str, str]:
    """How names, or words within names, are read: one syllable in pinyin without tone for each character."""
    found: dict[str, str] = {}
    for row in rows or []:
        name, reading = _name(row), " ".join(row.text("reading", required=True).lower().split())
        row.once("name", name, found)
        if reading and not READING.fullmatch(reading):
            row.fault("reading", 'expected pinyin without tones, parted by spaces, such as "tian tai"')
        elif reading and len(reading.split()) != len(name):
            row.fault("reading", f"expected {len(name)} syllables, one for each character of {name}")
        if row.is_good:
            found[name] = reading
    return found


def parse_aliases(content: bytes, known: Mapping[EntryKind, Collection[str]]) -> list[Alias]:
    """An aliases.csv by itself. Raises InvalidInput with all its problems."""
    problems: list[InputProblem] = []
    found = read_aliases(read_csv("aliases.csv", content, ALIAS_COLUMNS, OPTIONAL, problems), known)
    if problems:
        raise InvalidInput(problems)
    return found


def parse_corrections(content: bytes) -> dict[str, str]:
    """A readings.csv by itself. Raises InvalidInput with all its problems."""
    problems: list[InputProblem] = []
    found = read_corrections(read_csv("readings.csv", content, READING_COLUMNS, OPTIONAL, problems))
    if problems:
        raise InvalidInput(problems)
    return found


def write_aliases(aliases: Iterable[Alias]) -> str:
    """An aliases.csv as a spreadsheet opens it; `parse_aliases` reads it back."""
    return write_csv([ALIAS_COLUMNS, *((one.kind, one.code, one.name) for one in aliases)])


def write_corrections(corrections: Mapping[str, str]) -> str:
    """A readings.csv as a spreadsheet opens it; `parse_corrections` reads it back."""
    return write_csv([READING_COLUMNS, *sorted(corrections.items())])


def _name(row: Row) -> str:
    name = row.text("name", required=True)
    if len(name) > _LONGEST:
        row.fault("name", f"longer than {_LONGEST} characters")
    elif name and not _BEGINS.match(name):
        row.fault("name", "expected a character, a letter or a digit at the beginning")
    return name
