"""What staff say of names: what else places are called, and how names are read. Pure.

A reading is the syllables in pinyin without tones, parted by spaces: "tian tai".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from citizen_app.places.county import Village
from citizen_app.places.search.entry import Entry, EntryKind

READING = re.compile(r"[a-z]+( [a-z]+)*")
_BETWEEN = re.compile(r" *[–—-] *")
_OFFICE = re.compile(r"村?(村民委员会|村委会)$")


@dataclass(frozen=True)
class Alias:
    """Another name of what `kind` and `code` say, as in `Entry.key`."""

    kind: EntryKind
    code: str
    name: str


@dataclass(frozen=True)
class Names:
    """The readings of each name that is known, the right one first, and all other names of places."""

    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[Alias, ...] = ()


def village_name(name: str) -> str:
    """What people call a village: 光明村 for 光明村委会; a community keeps its name."""
    return _OFFICE.sub("村", name)


def own_readings(villages: Iterable[Village]) -> dict[str, str]:
    """How the parts of villages' names are read as far as the county says so: 五孔岙 of 五孔岙村委会 is "wu kong ao"."""
    found: dict[str, str] = {}
    for village in villages:
        reading = village.pinyin.strip().lower()
        stem = _OFFICE.sub("", village.name)
        for name in (village.name, stem):
            if READING.fullmatch(reading) and len(reading.split()) == len(name):
                found.setdefault(name, reading)
    return found


def give_names(entries: Sequence[Entry], names: Names) -> list[Entry]:
    """The entries with their readings, those of their towns, and their other names beside those that they have already."""
    aliases: dict[str, list[str]] = {}
    for alias in names.aliases:
        aliases.setdefault(f"{alias.kind}:{alias.code}", []).append(alias.name)

    def read(name: str) -> tuple[str, ...]:
        """Of "客运中心 – 小芝" that of its parts, one after the other."""
        known = names.readings.get(name)
        if known is None and _BETWEEN.search(name):
            parts = [names.readings.get(part, ()) for part in _BETWEEN.split(name)]
            known = (" ".join(part[0] for part in parts),) if all(parts) else ()
        return known or ()

    return [
        replace(
            entry, readings=entry.readings or read(entry.name), town_readings=entry.town_readings or read(entry.town),
            aliases=tuple(
                (name, known or read(name))
                for name, known in (*entry.aliases, *((name, ()) for name in aliases.get(entry.key, ())))
            ),
        )
        for entry in entries
    ]
