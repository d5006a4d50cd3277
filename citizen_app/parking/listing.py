"""The list of car parks as a reader asked for it: filtered, sorted, and what to take instead. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from citizen_app.geo import distance_m
from citizen_app.parking.board import Entry
from citizen_app.parking.facility import FacilityKind, SpaceKind
from citizen_app.parking.quality import Level, Quality

HEIGHTS_CM = (180, 190, 200, 210, 220, 250, 300, 350, 400)
INSTEAD_WITHIN_M = 3000
_UNDER_THE_SKY = {FacilityKind.SURFACE, FacilityKind.ON_STREET, FacilityKind.PARK_AND_RIDE}
_WITHOUT_NUMBER = 2


class Sort(StrEnum):
    NEAR = "near"
    FREE = "free"
    NAME = "name"


@dataclass(frozen=True)
class Wish:
    """What the reader asked for; the address of the page holds all of it.

    `place` names a landmark to measure from. The reader's own position never comes here: the phone
    measures from it by itself.
    """

    sort: Sort = Sort.FREE
    open_now: bool = False
    has_space: bool = False
    charging: bool = False
    disabled: bool = False
    height_cm: int | None = None
    place: str = ""

    @property
    def filters(self) -> int:
        """How many filters are on."""
        return sum((self.open_now, self.has_space, self.charging, self.disabled, self.height_cm is not None))


@dataclass(frozen=True)
class Row:
    """One line of the list. `instead` is the nearest one with spaces, for one that is full or closed."""

    entry: Entry
    away_m: float | None
    instead: Instead | None


@dataclass(frozen=True)
class Instead:
    entry: Entry
    away_m: float


def parse_wish(args: Mapping[str, str]) -> Wish:
    """The query of the page's address as a wish. What is not understood is as if it were not there."""
    height = args.get("height", "")
    return Wish(
        sort=Sort(args["sort"]) if args.get("sort") in set(Sort) else Sort.FREE,
        open_now=args.get("open") == "1",
        has_space=args.get("space") == "1",
        charging=args.get("charging") == "1",
        disabled=args.get("disabled") == "1",
        height_cm=int(height) if height.isascii() and height.isdigit() and int(height) in HEIGHTS_CM else None,
        place=args.get("place", "")[:40],
    )


def list_rows(entries: Sequence[Entry], wish: Wish, origin: tuple[float, float] | None, in_english: bool) -> list[Row]:
    """The entries that fit the wish, in its order; `origin` is (lat, lon) of the place to measure from.

    Sorted by most free, live counts come first, then late ones, then those without a number, closed ones last.
    Sorting by nearness without an origin falls back to that.
    """
    rows = [
        Row(
            entry,
            distance_m(*origin, entry.facility.lat, entry.facility.lon) if origin else None,
            find_instead(entry, entries) if needs_instead(entry) else None,
        )
        for entry in entries
        if fits(entry, wish)
    ]
    if wish.sort is Sort.NAME:
        return sorted(rows, key=lambda row: name_key(row.entry, in_english))
    if wish.sort is Sort.NEAR and origin:
        return sorted(rows, key=lambda row: row.away_m or 0.0)
    return sorted(rows, key=lambda row: (*free_key(row.entry), name_key(row.entry, in_english)))


def fits(entry: Entry, wish: Wish) -> bool:
    facility, availability = entry.facility, entry.availability
    return (
        (not wish.open_now or availability.quality is not Quality.CLOSED)
        and (not wish.has_space or bool(availability.available_spaces))
        and (not wish.charging or bool(facility.capacity_by_kind.get(SpaceKind.CHARGING)))
        and (not wish.disabled or bool(facility.capacity_by_kind.get(SpaceKind.DISABLED)))
        and (wish.height_cm is None or lets_in(entry, wish.height_cm))
    )


def lets_in(entry: Entry, height_cm: int) -> bool:
    """Whether a car of that height surely gets in: an unknown limit is none only where there is no roof."""
    limit = entry.facility.max_height_cm
    return entry.facility.kind in _UNDER_THE_SKY if limit is None else limit >= height_cm


def needs_instead(entry: Entry) -> bool:
    return entry.availability.level in {Level.FULL, Level.CLOSED}


def find_instead(entry: Entry, entries: Sequence[Entry]) -> Instead | None:
    """The nearest other one whose live count shows spaces, None when there is none within 3 km."""
    here = entry.facility
    found = [
        Instead(other, away)
        for other in entries
        if other.facility.uid != here.uid
        and other.availability.quality is Quality.LIVE
        and other.availability.available_spaces
        and other.availability.level is not Level.FULL
        and (away := distance_m(here.lat, here.lon, other.facility.lat, other.facility.lon)) <= INSTEAD_WITHIN_M
    ]
    return min(found, key=lambda one: (one.away_m, one.entry.facility.uid), default=None)


def free_key(entry: Entry) -> tuple[int, int]:
    rank = {Quality.LIVE: 0, Quality.DELAYED: 1, Quality.CLOSED: 3}.get(entry.availability.quality, _WITHOUT_NUMBER)
    return rank, -(entry.availability.available_spaces or 0)


def name_key(entry: Entry, in_english: bool) -> bytes:
    """Chinese names by pinyin: the common characters of GB 18030 are laid out in that order."""
    facility = entry.facility
    return (facility.name_en or facility.name if in_english else facility.name).casefold().encode("gb18030")
