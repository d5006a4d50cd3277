"""Stops and car parks with their positions, small enough for a phone, which measures from them by itself. Pure.

The document is JSON in columns, in the order of the stops. Names and sets of lines are written once: 0 takes the next one of
the list, another number is how many back in it one was that came before. Positions are whole numbers of 1/100,000 degree
(1.1 m), towns are numbers in the list of towns; of both stand the differences to the stop before.
`static/js/near_page.js` reads it as `read_index` does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeVar

from citizen_app.geo import distance_m

WALK_M_PER_MIN = 72 / 1.3    # 1.2 m/s, on ways that are 1.3 times as long as the straight line
FARTHEST_WALK_M = 5000
VAGUE_M = 500                # a position that may be farther off than this is said to be so
_PER_DEGREE = 100_000
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class NearStop:
    """A stop or station with its lines as they stand on signs. `lat`, `lon` WGS-84."""

    code: str
    name: str
    lat: float
    lon: float
    town: str = ""
    lines: tuple[str, ...] = ()
    is_estimated: bool = False


@dataclass(frozen=True)
class NearParking:
    """A car park. Its free spaces are never in the index, since they change by the minute."""

    uid: str
    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class NearIndex:
    """All stops and car parks in one language. `version` moves with every change of `document`."""

    stops: tuple[NearStop, ...] = ()
    parking: tuple[NearParking, ...] = ()
    document: bytes = b"{}"
    version: str = ""


def make_index(stops: Sequence[NearStop], parking: Sequence[NearParking]) -> NearIndex:
    """The index with its document in UTF-8."""
    towns = list(dict.fromkeys(one.town for one in stops))
    lines = list(dict.fromkeys(line for one in stops for line in one.lines))
    number_of = {line: number for number, line in enumerate(lines)}
    names, name_of = _share([one.name for one in stops])
    sets, set_of = _share([tuple(number_of[line] for line in one.lines) for one in stops])
    plain = {
        "towns": towns, "lines": lines, "names": names, "sets": [list(one) for one in sets],
        "stops": {
            "code": [one.code for one in stops], "name": name_of, "set": set_of, **_places(stops),
            "town": _steps([towns.index(one.town) for one in stops]),
            "rough": "".join("1" if one.is_estimated else "0" for one in stops),
        },
        "parking": {"code": [one.uid for one in parking], "name": [one.name for one in parking], **_places(parking)},
    }
    document = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    return NearIndex(tuple(stops), tuple(parking), document, hashlib.sha256(document).hexdigest()[:10])


def read_index(document: bytes) -> tuple[list[NearStop], list[NearParking]]:
    """The stops and car parks of a document, their positions rounded as the document has them."""
    plain = json.loads(document)
    stops, parking = plain["stops"], plain["parking"]
    names, sets = _unshare(plain["names"], stops["name"]), _unshare(plain["sets"], stops["set"])
    columns = zip(
        stops["code"], names, *_read_places(stops), accumulate(stops["town"]), sets, stops["rough"], strict=True,
    )
    return [
        NearStop(code, name, lat, lon, plain["towns"][town], tuple(plain["lines"][one] for one in lines), rough == "1")
        for code, name, lat, lon, town, lines, rough in columns
    ], [NearParking(*row) for row in zip(parking["code"], parking["name"], *_read_places(parking), strict=True)]


def nearest(
    lat: float, lon: float, things: Iterable[Thing], most: int, place_of: Callable[[Thing], tuple[float, float]]
) -> list[tuple[float, Thing]]:
    """The nearest things to a point with their distance in metres, nearest first."""
    found = [(distance_m(lat, lon, *place_of(one)), number, one) for number, one in enumerate(things)]
    return [(away_m, one) for away_m, _, one in sorted(found, key=lambda one: one[:2])[:most]]


def walk_min(away_m: float) -> int | None:
    """About how many minutes a straight line is on foot, at least one; None for what nobody walks."""
    return max(1, -int(-away_m // WALK_M_PER_MIN)) if away_m <= FARTHEST_WALK_M else None


def _places(things: Sequence[NearStop] | Sequence[NearParking]) -> dict[str, list[int]]:
    lat, lon = ([round(getattr(one, name) * _PER_DEGREE) for one in things] for name in ("lat", "lon"))
    return {"lat": _steps(lat), "lon": _steps(lon)}


def _read_places(columns: dict[str, Any]) -> tuple[list[float], list[float]]:
    lat, lon = ([number / _PER_DEGREE for number in accumulate(columns[name])] for name in ("lat", "lon"))
    return lat, lon


def _steps(numbers: Sequence[int]) -> list[int]:
    """Each number's difference to the one before, the first one's to 0."""
    return [number - before for number, before in zip(numbers, [0, *numbers], strict=False)]


def _share(values: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """Each value once, and for each place 0 for the next of them or how many back it is."""
    shared: dict[Any, int] = {}
    marks = []
    for value in values:
        marks.append(len(shared) - shared[value] if value in shared else 0)
        shared.setdefault(value, len(shared))
    return list(shared), marks


def _unshare(shared: Sequence[Any], marks: Sequence[int]) -> list[Any]:
    found, taken = [], 0
    for mark in marks:
        taken += not mark
        found.append(shared[taken - (mark or 1)])
    return found
