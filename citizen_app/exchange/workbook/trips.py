"""The rows of 班次 to trips, their calls and their headways. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from citizen_app.buses.network import Frequency, Stop, StopTimes, Trip
from citizen_app.exchange.workbook.cells import name_key, read_text
from citizen_app.exchange.workbook.days import Services
from citizen_app.exchange.workbook.hours import MINUTE_S, read_headway, read_time, read_times, time_text
from citizen_app.exchange.workbook.lines import DIRECTION_IDS, Call, Pattern, Patterns, RouteRow, known_route
from citizen_app.exchange.workbook.places import StopRow
from citizen_app.exchange.workbook.sheets import Row

_MOST_CALLS = 1_000_000
_HEADWAY_COLUMNS = ("首班", "末班", "间隔")


@dataclass(frozen=True)
class Departures:
    """What a row says of its times: single ones, and at most one span "from, until before, shortest, longest gap"."""

    times: tuple[int, ...] = ()
    span: tuple[int, int, int, int] | None = None


@dataclass
class Timetable:
    """Trips in the order of the sheet, with the calls of each beside it."""

    trips: list[Trip] = field(default_factory=list)
    calls: list[tuple[int, Sequence[Call]]] = field(default_factory=list)
    frequencies: list[Frequency] = field(default_factory=list)
    count: int = 0
    ids: Counter[str] = field(default_factory=Counter)
    seen: dict[tuple[object, ...], int] = field(default_factory=dict)

    def add(self, trip_id: str, starts_s: int, calls: Sequence[Call], trip: Trip) -> str:
        """Keep one trip under an id made unique by a number; gives that id."""
        self.ids[trip_id] += 1
        unique = trip_id if self.ids[trip_id] == 1 else f"{trip_id}-{self.ids[trip_id]}"
        self.trips.append(Trip(unique, trip.route_id, trip.service_id, trip.headsign, direction_id=trip.direction_id, note=trip.note))
        self.calls.append((starts_s, calls))
        self.count += len(calls)
        return unique


def read_timetable(
    rows: Sequence[Row], routes: Mapping[str, RouteRow], patterns: Patterns, stops: Mapping[str, StopRow], services: Services
) -> Timetable:
    """All trips. Each line without a row is a fault."""
    timetable = Timetable()
    with_rows = set()
    for row in rows:
        route_id, direction = known_route(row, routes), row.choice("方向")
        with_rows.add(route_id)
        service_id = services.find(row, routes[route_id].route.market if route_id else "")
        departures = _read_departures(row)
        headsign, note = row.text("往"), row.text("备注")
        pattern = patterns.get((route_id, direction))
        if route_id and direction and pattern is None:
            row.fault("方向", "“站序”表里没有这条线路的这个方向")
        if pattern is None or not pattern.is_whole:
            continue
        calls = _read_part(row, pattern, stops)
        if calls and service_id and departures:
            headsign = headsign or stops[calls[-1].stop_id].stop.name
            trip = Trip("", route_id, service_id, headsign, direction_id=DIRECTION_IDS[direction], note=note)
            _add_trips(timetable, row, departures, calls, trip)
        if timetable.count > _MOST_CALLS:
            row.fault("发车时刻", f"班次太多：所有班次的停站加起来超过 {_MOST_CALLS}")
            break
    for route_id, one in routes.items():
        if route_id not in with_rows:
            one.row.fault("线路号", "“班次”表里没有这条线路的班次")
    return timetable


def make_stop_times(timetable: Timetable, stops: Sequence[Stop]) -> StopTimes:
    """The calls of all trips as columns."""
    at = {stop.stop_id: number for number, stop in enumerate(stops)}
    flat = [
        (at[call.stop_id], number, start_s + call.offset_s - calls[0].offset_s, call.pickup_type, call.drop_off_type, call.timepoint)
        for start_s, calls in timetable.calls for number, call in enumerate(calls, 1)
    ]
    table = np.array(flat, dtype=np.int32).reshape(-1, 6)
    stop, sequence, time_s, pickup, drop_off, timepoint = (table[:, column] for column in range(6))
    return StopTimes(
        first=np.cumsum([0, *(len(calls) for _, calls in timetable.calls)], dtype=np.int32),
        stop=stop.copy(), sequence=sequence.copy(), arrival_s=time_s.copy(), departure_s=time_s.copy(),
        pickup_type=pickup.astype(np.uint8), drop_off_type=drop_off.astype(np.uint8), timepoint=timepoint.astype(np.uint8),
        headsign=np.full(len(table), -1, np.int32), shape_dist=np.full(len(table), np.nan),
    )


def _add_trips(timetable: Timetable, row: Row, departures: Departures, calls: Sequence[Call], trip: Trip) -> None:
    if departures.span:
        start_s, end_s, shortest_s, longest_s = departures.span
        span_id = f"{trip.route_id}-{trip.direction_id}-{_digits(start_s)}to{_digits(end_s)}-{trip.service_id}"
        trip_id = timetable.add(span_id, start_s, calls, trip)
        timetable.frequencies.append(Frequency(
            trip_id, start_s, end_s, longest_s, headway_min_s=shortest_s if shortest_s < longest_s else None))
    same = (trip.route_id, trip.direction_id, trip.service_id, tuple(call.stop_id for call in calls))
    for start_s in departures.times:
        key = (start_s, *same)
        if timetable.seen.setdefault(key, row.number) != row.number:
            row.fault("发车时刻", f"{time_text(start_s)} 的班次与第 {timetable.seen[key]} 行重复", time_text(start_s))
            continue
        timetable.add(f"{trip.route_id}-{trip.direction_id}-{_digits(start_s)}-{trip.service_id}", start_s, calls, trip)


def _read_departures(row: Row) -> Departures | None:
    """None when they are wrong or missing, which is a fault."""
    times = row.read("发车时刻", read_times)
    first_s, last_s, headway = row.read("首班", read_time), row.read("末班", read_time), row.read("间隔", read_headway)
    given = [column for column in _HEADWAY_COLUMNS if column in row.cells]
    if "发车时刻" in row.cells:
        if given:
            row.fault(given[0], "已经写了发车时刻；首班、末班、间隔要么三格都写，要么都不写")
            return None
        return Departures(times) if times else None
    if not given:
        row.fault("发车时刻", "写发车时刻，或者写首班、末班、间隔")
        return None
    for column in _HEADWAY_COLUMNS:
        if column not in given:
            row.fault(column, "首班、末班、间隔三格都要写")
    if first_s is None or last_s is None or headway is None:
        return None
    shortest_s, longest_s = headway
    if last_s <= first_s:
        row.fault("末班", f"不晚于首班 {time_text(first_s)}；过了午夜写 24:30 或 次日0:30")
    elif longest_s > last_s - first_s:
        row.fault("间隔", f"比首班到末班的 {(last_s - first_s) // MINUTE_S} 分钟还长")
    else:
        return Departures((last_s,), (first_s, last_s, shortest_s, longest_s))
    return None


def _read_part(row: Row, pattern: Pattern, stops: Mapping[str, StopRow]) -> Sequence[Call]:
    """The calls from 起点站 to 终点站; empty when these are not on the way, which is a fault."""
    calls = pattern.calls
    start, end = 0, len(calls) - 1
    before = len(row.faults)
    if "起点站" in row.cells and (places := _places_of(row, "起点站", calls, stops)):
        start = places[0]
    if "终点站" in row.cells and (places := _places_of(row, "终点站", calls, stops)):
        end = places[-1]
    if len(row.faults) > before:
        return ()
    if start >= end:
        row.fault("终点站" if "终点站" in row.cells else "起点站", "终点站不在起点站后面")
        return ()
    return calls[start:end + 1]


def _places_of(row: Row, column: str, calls: Sequence[Call], stops: Mapping[str, StopRow]) -> list[int]:
    """Where in the calls a stop stands, by its 站号 or, if no 站号 is that, its 站名."""
    text = row.read(column, read_text)
    if text is None:
        return []
    key = name_key(text)
    found = [at for at, call in enumerate(calls) if name_key(call.stop_id) == key]
    found = found or [at for at, call in enumerate(calls) if name_key(stops[call.stop_id].stop.name) == key]
    if not found:
        row.fault(column, "这个方向的站序里没有这一站")
    elif len({calls[at].stop_id for at in found}) > 1:
        row.fault(column, f"有 {len({calls[at].stop_id for at in found})} 个站叫这个名字；请写站号")
        return []
    return found


def _digits(seconds: int) -> str:
    return f"{seconds // 3600:02d}{seconds // 60 % 60:02d}"
