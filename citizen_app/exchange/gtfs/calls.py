"""stop_times.txt: read in columns, since there may be millions of rows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.network import Stop, StopTimes, Trip
from citizen_app.exchange.gtfs.call_checks import check_times
from citizen_app.exchange.gtfs.interpolation import fill_gaps
from citizen_app.exchange.gtfs.records import Feed
from citizen_app.exchange.gtfs.shapes import read_decimals
from citizen_app.exchange.gtfs.table import Chunk
from citizen_app.exchange.gtfs.values import Memo, clean_text, read_time_s, read_whole

FILE = "stop_times.txt"
BLANK, BAD = -1, -2
_REQUIRED = ("trip_id", "stop_id", "stop_sequence")
_WANTED = ("arrival_time", "departure_time", "pickup_type", "drop_off_type", "timepoint", "stop_headsign", "shape_dist_traveled")
_TYPE_BAD = 255
_NOT_SAID = 2

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class _Meaning:
    """What a column's texts mean: `read` never fails, it gives `bad`, which is a problem or (as 0) a warning."""

    read: Memo[int]
    kind: type[Any]
    bad: int
    message: str
    is_warning: bool = False


def read_stop_times(feed: Feed, trips: Sequence[Trip], stops: Sequence[Stop]) -> StopTimes:
    """The calls of all trips, sorted; times that were blank are interpolated. Meaningless once there are problems."""
    headsigns: dict[str, int] = {"": BLANK}
    meanings = _meanings(trips, stops, headsigns)
    is_lost = feed.is_broken("trips.txt") or feed.is_broken("stops.txt")    # then every row would be a fault
    chunks = () if is_lost else feed.chunks(FILE, _REQUIRED, _WANTED)
    parts = [_read_chunk(feed, chunk, meanings) for chunk in chunks]
    empty = _read_chunk(feed, Chunk((), dict.fromkeys(_REQUIRED, ())), meanings)
    calls: Columns = {}
    for name in empty:    # one after the other, so that only one column is there twice
        calls[name] = np.concatenate([empty[name], *(part.pop(name) for part in parts)])
    _sort(calls)
    check_times(feed.faults, calls)
    if feed.faults.problem_count:
        return _stop_times(calls, len(trips), ())
    positions = np.array([(stop.lat, stop.lon) for stop in stops], dtype=np.float64).reshape(-1, 2)[calls["stop_id"]]
    timepoint = calls["timepoint"]
    timepoint[timepoint == _NOT_SAID] = 1
    timepoint[calls["arrival_time"] == BLANK] = 0
    fill_gaps(calls["arrival_time"], calls["departure_time"], calls["shape_dist_traveled"], positions[:, 0], positions[:, 1])
    return _stop_times(calls, len(trips), _number_headsigns(calls, list(headsigns)[1:]))


def _meanings(trips: Sequence[Trip], stops: Sequence[Stop], headsigns: dict[str, int]) -> dict[str, _Meaning]:
    def find(known: Mapping[str, int]) -> Callable[[str], int]:
        return lambda text: known.get(text, BAD)

    def time_s(text: str) -> int:
        return read_time_s(text) if text else BLANK

    def one_of(most: int, default: int) -> Memo[int]:
        allowed = {"": default, **{str(number): number for number in range(most + 1)}}
        return Memo(lambda text: allowed.get(text, _TYPE_BAD), _TYPE_BAD)

    def headsign(text: str) -> int:
        return headsigns.setdefault(clean_text(text), len(headsigns) - 1)

    trip_numbers = {trip.trip_id: number for number, trip in enumerate(trips)}
    stop_numbers = {stop.stop_id: number for number, stop in enumerate(stops)}
    times = _Meaning(Memo(time_s, BAD), np.int32, BAD, "expected a time such as 6:05:00 or 25:10:00, at most 72:00:00")
    types = _Meaning(one_of(3, 0), np.uint8, _TYPE_BAD, "expected 0, 1, 2 or 3; taken as 0", True)
    return {
        "trip_id": _Meaning(Memo(find(trip_numbers), BAD), np.int32, BAD, "is not in trips.txt"),
        "stop_id": _Meaning(Memo(find(stop_numbers), BAD), np.int32, BAD, "is not in stops.txt"),
        "stop_sequence": _Meaning(
            Memo(lambda text: max(BAD, read_whole(text)), BAD), np.int32, BAD, "expected a whole number from 0"
        ),
        "arrival_time": times,
        "departure_time": times,
        "pickup_type": types,
        "drop_off_type": types,
        "timepoint": _Meaning(one_of(1, _NOT_SAID), np.uint8, _TYPE_BAD, "expected 0 or 1; taken as 0", True),
        "stop_headsign": _Meaning(Memo(headsign, BLANK), np.int32, BAD, ""),
    }


def _read_chunk(feed: Feed, chunk: Chunk, meanings: Mapping[str, _Meaning]) -> Columns:
    """The rows whose trip, stop and sequence are good, as numbers."""
    count = len(chunk.rows)
    calls: Columns = {"row": np.array(chunk.rows, dtype=np.int32)}
    good = np.ones(count, dtype=bool)
    for name, meaning in meanings.items():
        texts = chunk.columns.get(name)
        if texts is None:
            calls[name] = np.full(count, meaning.read[""], dtype=meaning.kind)
            continue
        values = np.fromiter(map(meaning.read.__getitem__, texts), meaning.kind, count)
        bad = values == meaning.bad
        if name == "stop_sequence":
            bad |= values < 0
        if bad.any():
            _name_bad(feed, chunk, name, meaning, bad)
            values[bad] = 0 if meaning.is_warning else meaning.bad
            if name in _REQUIRED:
                good &= ~bad
        calls[name] = values
    dist = chunk.columns.get("shape_dist_traveled")
    calls["shape_dist_traveled"] = np.full(count, np.nan) if dist is None else read_decimals(dist)
    return calls if good.all() else {name: values[good] for name, values in calls.items()}


def _name_bad(feed: Feed, chunk: Chunk, name: str, meaning: _Meaning, bad: NDArray[np.bool_]) -> None:
    say = feed.faults.warn if meaning.is_warning else feed.faults.error
    for index in np.flatnonzero(bad).tolist():
        say(FILE, chunk.rows[index], name, chunk.columns[name][index], meaning.message)


def _sort(calls: Columns) -> None:
    """By trip, then by sequence; rows of equal ones stay in the order of the file."""
    trip, sequence = calls["trip_id"].astype(np.int64), calls["stop_sequence"]
    place = (trip << 32) + sequence
    if np.all(place[1:] >= place[:-1]):
        return
    order = np.argsort(place, kind="stable").astype(np.int32)
    for name in calls:
        calls[name] = calls[name][order]


def _number_headsigns(calls: Columns, headsigns: Sequence[str]) -> tuple[str, ...]:
    """Number the headsigns anew in the order of their first call, so that equal networks have equal numbers."""
    numbers = calls["stop_headsign"]
    used, firsts = np.unique(numbers[numbers >= 0], return_index=True)
    by_call = used[np.argsort(firsts)]
    anew = np.full(len(headsigns) + 1, BLANK, dtype=np.int32)    # the last one is what -1 finds
    anew[by_call] = np.arange(len(by_call))
    calls["stop_headsign"] = anew[numbers]
    return tuple(headsigns[number] for number in by_call)


def _stop_times(calls: Columns, trip_count: int, headsigns: tuple[str, ...]) -> StopTimes:
    first = np.zeros(trip_count + 1, dtype=np.int32)
    np.cumsum(np.bincount(calls["trip_id"], minlength=trip_count), out=first[1:])
    return StopTimes(
        first, calls["stop_id"], calls["stop_sequence"], calls["arrival_time"], calls["departure_time"], calls["pickup_type"],
        calls["drop_off_type"], calls["timepoint"], calls["stop_headsign"], calls["shape_dist_traveled"], headsigns,
    )
