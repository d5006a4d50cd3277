"""What can be found, and what an answer to a search is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EntryKind(StrEnum):
    TOWN = "town"
    VILLAGE = "village"
    STOP = "stop"
    LINE = "line"
    PARKING = "parking"
    MARKET = "market"
    LANDMARK = "landmark"


class Match(StrEnum):
    """How the words met the entry, best first."""

    EXACT = "exact"
    PREFIX = "prefix"
    PART = "part"
    FUZZY = "fuzzy"


@dataclass(frozen=True)
class Entry:
    """One place, line or stop. `lat`, `lon` are WGS-84, None where not known.

    `code` with `kind` names it in addresses ("stop:LH0123"): a town's or village's code, a stop's code, a line's slug, a
    facility's uid, a market's slug, a landmark's name. `sign` is a number or code that stands on a sign ("106", "LH0123").
    `readings` are ways to read `name`, each the syllables in pinyin without tones parted by spaces ("guang ming cun"), the
    right one first. `aliases` are other names with their readings. `is_served`: a bus stops there.
    """

    kind: EntryKind
    code: str
    name: str
    name_en: str = ""
    town_code: str = ""
    town: str = ""
    town_readings: tuple[str, ...] = ()
    sign: str = ""
    readings: tuple[str, ...] = ()
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lat: float | None = None
    lon: float | None = None
    is_served: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.code}"


@dataclass(frozen=True)
class Hit:
    """`by` is the name or alias that the words met."""

    entry: Entry
    match: Match
    by: str


@dataclass(frozen=True)
class Answer:
    """`understood` is what was searched for in the end (simplified characters, trimmed).

    Without hits, `spellings` are the names nearest to it, nearest first.
    """

    understood: str
    hits: tuple[Hit, ...] = ()
    spellings: tuple[str, ...] = ()
