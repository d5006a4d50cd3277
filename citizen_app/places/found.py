"""What was found, in the words of pages and answers: names in the reader's language, and what a result leads to. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from citizen_app.places.search.entry import Entry, EntryKind, Hit


@dataclass(frozen=True)
class Door:
    """An endpoint with its values: what `url_for` takes."""

    endpoint: str
    values: dict[str, str]


def door_of(entry: Entry, sign: str = "") -> Door:
    """Where a result leads. `sign` is the code on a sign by which a stop was found: of several at one place, that one."""
    match entry.kind:
        case EntryKind.STOP:
            return Door("stops.show_stop", {"code": sign or entry.code})
        case EntryKind.LINE:
            return Door("routes.show_route", {"slug": entry.code})
        case EntryKind.VILLAGE:
            return Door("villages.show_village", {"code": entry.code})
        case EntryKind.TOWN:
            return Door("buses.list_lines", {"town": entry.code})
        case EntryKind.PARKING:
            return Door("parking.show_facility", {"uid": entry.code})
        case EntryKind.MARKET:
            return Door("markets.show_market", {"slug": entry.code})
        case _:
            return Door("journeys.show_journeys", {"to": entry.key})


def name_in(entry: Entry, in_english: bool) -> str:
    """The name in the reader's language; the Chinese one where there is no English one."""
    return entry.name_en if in_english and entry.name_en else entry.name


def met_by(hit: Hit) -> str:
    """The other name that the words met, where that is neither the name itself nor only the English one; "" for none."""
    return hit.by if hit.by not in {hit.entry.name, hit.entry.name_en, hit.entry.sign} else ""
