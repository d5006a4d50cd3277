"""Which stops a village has: what staff say, else what the network says, else by name within the town. Pure.

Villages have no positions of their own, so names decide, and every link says how sure it is. Of villages with one name
only that in the stop's town is meant; a stop whose town is not known is linked to none.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from citizen_app.buses.naming import codes_of
from citizen_app.buses.network import Stop
from citizen_app.buses.schedule import Schedule
from citizen_app.errors import NotFound
from citizen_app.places.county import Village

Corrections = tuple[tuple[str, tuple[str, ...]], ...]    # village code, codes of its stops (none: it has no stop)

_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_COMMITTEE = re.compile(r"(村民委员会|村民委员|村委会|村委|居民委员会|居委会|居委)$")
_KIND = re.compile(r"(社区|村|居|社)$")
_SPOT = re.compile(r"(路口|村口|口|公交站|车站|站|村部|文化礼堂|礼堂|大会堂|[东西南北])$")
_SHORTEST = 2    # of one character only the whole name says something
_STATION = 1


class Certainty(StrEnum):
    """How sure a link is, surest first."""

    CORRECTED = "corrected"    # staff wrote it
    GIVEN = "given"            # the network names the village
    SAME = "same"              # the stop is called as the village is: 光明村
    BARE = "bare"              # the same but for what kind of place it is: 光明
    PART = "part"              # the village's name and where in it the stop lies: 光明路口
    SHARED = "shared"          # several villages of the town could be meant


@dataclass(frozen=True)
class VillageStop:
    """A stop of a village. `stop` is an index into the network's stops: a stop, or a station in place of its platforms.

    `calls` are where buses call there: the stop itself or the platforms; empty when none does.
    """

    stop: int
    certainty: Certainty
    calls: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Villages:
    """The links of one version. `links` by village code, the surest first; villages without any stop are not in it.

    `gone` are the stop codes that corrections name and this version does not have, by village code.
    """

    links: Mapping[str, tuple[VillageStop, ...]]
    gone: Mapping[str, tuple[str, ...]]
    _of_stop: Mapping[int, tuple[str, ...]]

    def stops_of(self, village_code: str) -> tuple[int, ...]:
        """The stops and platforms (indices) of a village at which buses call, the surest first; empty where none does."""
        return tuple(call for one in self.links.get(village_code, ()) for call in one.calls)

    def is_served(self, village_code: str) -> bool:
        return any(one.calls for one in self.links.get(village_code, ()))

    def villages_of(self, stop: int) -> tuple[str, ...]:
        """The codes of the villages that have this stop (an index), in order of the codes."""
        return self._of_stop.get(stop, ())


def link_villages(schedule: Schedule, villages: Sequence[Village], corrections: Corrections = ()) -> Villages:
    """The links of all villages in one version of the network.

    A correction stands in place of everything else that is known of its village; when all the stops that it names are gone,
    the village is linked as if there were none.
    """
    found = _propose(schedule.network.stops, villages)
    known = {village.code for village in villages}
    gone = {}
    for village_code, codes in corrections:
        indices, missing = _find_stops(schedule, codes)
        if missing:
            gone[village_code] = missing
        if village_code in known and (indices or not codes):
            found[village_code] = dict.fromkeys(indices, Certainty.CORRECTED)
    called = set(np.unique(schedule.network.stop_times.stop).tolist())
    links = {code: _sorted(schedule, stops, called) for code, stops in sorted(found.items()) if stops}
    of_stop: dict[int, list[str]] = defaultdict(list)
    for code, stops_of in links.items():
        for one in stops_of:
            of_stop[one.stop].append(code)
    return Villages(links, gone, {stop: tuple(codes) for stop, codes in of_stop.items()})


def find_gone(stops: Sequence[Stop], corrections: Corrections) -> list[str]:
    """The stop codes that corrections name and that none of these stops has, in order, each once."""
    known = set(codes_of(stops))
    return sorted({code for _, codes in corrections for code in codes if code not in known})


def _propose(stops: Sequence[Stop], villages: Iterable[Village]) -> dict[str, dict[int, Certainty]]:
    """What the stops themselves and their names say: village code to stops."""
    known: set[str] = set()
    by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_stem: dict[tuple[str, str], list[str]] = defaultdict(list)
    for village in villages:
        known.add(village.code)
        for key in dict.fromkeys((_plain(village.name), _proper(village.name))):
            by_name[village.town_code, key].append(village.code)
        by_stem[village.town_code, _stem(village.name)].append(village.code)
    numbers = {stop.stop_id: index for index, stop in enumerate(stops)}
    found: dict[str, dict[int, Certainty]] = defaultdict(dict)
    for index, stop in enumerate(stops):
        if stop.location_type > _STATION:
            continue
        place = numbers.get(stop.parent_station, index) if stop.location_type == 0 else index
        if stop.village_code in known:
            found[stop.village_code][place] = Certainty.GIVEN
        elif stop.town_code:
            codes, certainty = _match(stop, by_name, by_stem)
            for code in codes:
                found[code].setdefault(place, certainty)
    return found


def _match(
    stop: Stop, by_name: Mapping[tuple[str, str], list[str]], by_stem: Mapping[tuple[str, str], list[str]]
) -> tuple[Sequence[str], Certainty]:
    """The villages of a stop's town that its name means in the nearest sense in which it means any."""
    town, name = stop.town_code, _plain(stop.name)
    spots = [_stem(without) for without in _without_spots(name)]
    senses = (
        (Certainty.SAME, by_name.get((town, name))),
        (Certainty.BARE, by_stem.get((town, _stem(name)))),
        *((Certainty.PART, by_stem.get((town, stem))) for stem in spots if len(stem) >= _SHORTEST),
    )
    for certainty, codes in senses:
        if codes:
            return codes, certainty if len(codes) == 1 else Certainty.SHARED
    return (), Certainty.SHARED


def _without_spots(name: str) -> Iterable[str]:
    """光明村口东: 光明村口, then 光明村, then 光明."""
    shorter = _SPOT.sub("", name)
    while shorter and shorter != name:
        if name.endswith("村口"):
            yield name[:-1]
        yield shorter
        name, shorter = shorter, _SPOT.sub("", shorter)


def _sorted(schedule: Schedule, stops: Mapping[int, Certainty], called: set[int]) -> tuple[VillageStop, ...]:
    """The surest first, else in the order of the network, of a correction in that of whoever wrote it."""
    order = list(Certainty)
    links = [
        VillageStop(index, certainty, tuple(one for one in schedule.stop_indices(schedule.network.stops[index]) if one in called))
        for index, certainty in stops.items()
    ]
    return tuple(sorted(links, key=lambda one: order.index(one.certainty)))


def _find_stops(schedule: Schedule, codes: Iterable[str]) -> tuple[list[int], tuple[str, ...]]:
    """The stops with these codes, and the codes that none has."""
    indices, missing = [], []
    for code in codes:
        try:
            indices.append(schedule.stop_index(schedule.stop_by_code(code)))
        except NotFound:
            missing.append(code)
    return indices, tuple(missing)


def _plain(name: str) -> str:
    """Without case, spaces, what stands in brackets, and the differences between full and half width."""
    return _BRACKETS.sub("", "".join(unicodedata.normalize("NFKC", name).casefold().split()))


def _proper(name: str) -> str:
    """光明村 for 光明村委会 and 光明村村民委员会."""
    plain = _plain(name)
    rest = _COMMITTEE.sub("", plain)
    if rest == plain or not rest:
        return plain
    return rest if _KIND.search(rest) or "村" not in plain[len(rest):] else f"{rest}村"


def _stem(name: str) -> str:
    """光明 for 光明村, 光明社区 and 光明村委会; the whole name where nothing else would be left."""
    rest = _COMMITTEE.sub("", _plain(name)) or _plain(name)
    return _KIND.sub("", rest) or rest
