"""The list of villages and their stops that staff look through and correct in a spreadsheet. Pure.

A row a village. What is changed in its `stops` becomes a correction; `checked` with yes also keeps what was right, and with
auto gives the village back to what the network and the names say. `proposed` is what stood there when the list was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from citizen_app.buses.schedule import Schedule
from citizen_app.buses.villages import Certainty, Corrections, Villages
from citizen_app.errors import InputProblem, InvalidInput, NotFound
from citizen_app.geo import distance_m
from citizen_app.ops.bundle_row import Row
from citizen_app.ops.bundle_tables import read_csv
from citizen_app.places.county import Town, Village

REQUIRED = ("village_code", "stops")
OPTIONAL = ("town", "village", "proposed", "checked", "certainty", "metres_from_town", "gone")
COLUMNS = ("town", "village", "village_code", "stops", "checked", "certainty", "metres_from_town", "gone", "proposed")
YES = "yes"
AUTO = "auto"
_NONE = {"", "无", "none"}
_WORDS = {YES: {"yes", "y", "是", "对"}, AUTO: {"auto", "自动"}}
_APART = re.compile(r"[;；\n]")


def review_rows(
    schedule: Schedule, villages: Villages, places: Sequence[Village], towns: Sequence[Town], corrections: Corrections
) -> list[list[str]]:
    """The heading and a row for each village in order of the codes.

    `stops` has the code and the name of each stop, the surest first. `certainty` and `metres_from_town` (how far the stop is
    from the town's point, where both are known) are in the same order. `gone` are codes that a correction names in vain.
    """
    town_of = {town.code: town for town in towns}
    corrected = {code for code, _ in corrections}
    rows = [list(COLUMNS)]
    for village in sorted(places, key=lambda one: one.code):
        town = town_of.get(village.town_code)
        links = villages.links.get(village.code, ())
        is_fixed = village.code in corrected and all(one.certainty is Certainty.CORRECTED for one in links)
        stops = "; ".join(_say_stop(schedule, one.stop) for one in links) or ("无" if is_fixed else "")
        rows.append([
            town.name if town else village.town_code, village.name, village.code, stops, YES if is_fixed else "",
            "; ".join(one.certainty for one in links), "; ".join(_say_metres(schedule, one.stop, town) for one in links),
            "; ".join(villages.gone.get(village.code, ())), stops,
        ])
    return rows


def read_review(
    file: str, content: bytes, schedule: Schedule, places: Sequence[Village]
) -> dict[str, tuple[str, ...] | None]:
    """What the list corrects, by village code: the codes of its stops, None for what the network and the names say.

    A row that was neither changed nor checked corrects nothing. Raises InvalidInput with every fault.
    """
    problems: list[InputProblem] = []
    known = {village.code for village in places}
    corrections: dict[str, tuple[str, ...] | None] = {}
    seen: set[str] = set()
    for row in read_csv(file, content, REQUIRED, OPTIONAL, problems) or ():
        code = _unescaped(row.text("village_code", required=True))
        if code and code not in known:
            row.fault("village_code", "the county has no such village")
        row.once("village_code", code, seen)
        seen.add(code)
        checked, stops = _read_checked(row), _read_stops(row, schedule)
        is_changed = "proposed" not in row.values or _plain_list(row.text("stops")) != _plain_list(row.text("proposed"))
        if checked == AUTO and is_changed and "proposed" in row.values:
            row.fault("checked", "auto, and other stops than proposed: only one of them can be meant")
        elif row.is_good and (checked or is_changed):
            corrections[code] = None if checked == AUTO else stops
    if problems:
        raise InvalidInput(problems)
    return corrections


def changes(wanted: Mapping[str, tuple[str, ...] | None], corrections: Corrections) -> dict[str, tuple[str, ...] | None]:
    """Those that are not so already."""
    known = dict(corrections)
    return {code: stops for code, stops in wanted.items() if known.get(code) != stops}


def _read_checked(row: Row) -> str:
    said = row.text("checked").casefold()
    found = next((word for word, names in _WORDS.items() if said in names), "")
    if said and not found:
        row.fault("checked", "expected yes, auto or nothing")
    return found


def _read_stops(row: Row, schedule: Schedule) -> tuple[str, ...]:
    """The codes in a cell such as "LH0101 揽胜门; LH0102 哲商小学"; the names are for people only."""
    codes: list[str] = []
    for part in _plain_list(row.text("stops")):
        code = part.split()[0]
        try:
            schedule.stop_by_code(code)
        except NotFound:
            row.fault("stops", "the published network has no stop with this code", part)
            continue
        if code in codes:
            row.fault("stops", "stands there twice", part)
        codes.append(code)
    return tuple(codes)


def _plain_list(cell: str) -> list[str]:
    parts = [part.strip() for part in _APART.split(_unescaped(cell))]
    return [part for part in parts if part and part.casefold() not in _NONE]


def _unescaped(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking a cell for a formula."""
    return cell.removeprefix("'")


def _say_stop(schedule: Schedule, index: int) -> str:
    stop = schedule.network.stops[index]
    return f"{schedule.code_of(stop)} {re.sub(r'[;；]', ' ', stop.name)}"


def _say_metres(schedule: Schedule, index: int, town: Town | None) -> str:
    stop = schedule.network.stops[index]
    if town is None or None in (stop.lat, stop.lon, town.lat, town.lon):
        return "?"
    return str(round(distance_m(stop.lat or 0.0, stop.lon or 0.0, town.lat or 0.0, town.lon or 0.0)))
