"""The published network as the province has it: lines, stops, sequences of stops, trips with the days on which they run. Pure.

Times are those of the service day: 24:10 is ten past midnight. Money is in yuan. Numbers (编号) are the identifiers of the
feed; a sequence of stops is known by its line, direction and a digest of its stops, so that another one has another number.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np

from citizen_app.buses.fares import fare_table
from citizen_app.buses.lines import Line, PatternOfStops
from citizen_app.buses.network import Frequency, Network, Route, Stop
from citizen_app.buses.schedule import Schedule
from citizen_app.days.rule_words import say_rule
from citizen_app.days.rules import Never, Rule, dates_between
from citizen_app.exchange.province.config import Province
from citizen_app.exchange.province.parking import code_of, given, position_fields
from citizen_app.exchange.province.spec import OPERATION
from citizen_app.exchange.record import Content, RecordKind


def line_records(schedule: Schedule, province: Province) -> list[Content]:
    """线路, one a route that has trips, in the order of the network."""
    return [_line(schedule, route, province) for route in schedule.network.routes if schedule.lines_of(route)]


def stop_records(network: Network, province: Province) -> list[Content]:
    """站点, one a stop or platform at which a trip calls, in the order of the network."""
    called = set(np.unique(network.stop_times.stop).tolist())
    return [_stop(stop, province) for index, stop in enumerate(network.stops) if index in called]


def stop_sequence_records(schedule: Schedule, province: Province) -> list[Content]:
    """站序, one for each different sequence of stops of a line in one direction, the lines in their order."""
    stops = schedule.network.stops
    return [
        Content(RecordKind.STOP_SEQUENCE, f"sequence:{number}", {
            OPERATION: province.codes["operation"]["put"],
            "编号": number,
            "线路编号": schedule.route_of(line).route_id,
            "方向": code_of(province, "direction", "none" if line.direction_id is None else str(line.direction_id)),
            "站序": [{"序号": place, "站点编号": stops[stop].stop_id} for place, stop in enumerate(pattern.stops, 1)],
        })
        for number, line, pattern in _sequences(schedule)
    ]


def trip_records(schedule: Schedule, province: Province, first: date, last: date) -> Iterator[Content]:
    """班次 with the rule of its days in words and as the dates from `first` to `last`; trips by line and sequence.

    A trip that is repeated carries its intervals (间隔), and as 时刻 those of its first run. One that runs on none of the dates has
    its words only.
    """
    network, calendar = schedule.network, schedule.calendar
    words = {one: say_rule(rule, in_english=False) for one, rule in network.services.items()}
    dates = {
        one: [day.isoformat() for day in dates_between(rule, first, last, calendar)] for one, rule in network.services.items()
    }
    repeated: dict[str, list[Frequency]] = defaultdict(list)
    for frequency in network.frequencies:
        repeated[frequency.trip_id].append(frequency)
    for number, line, pattern in _sequences(schedule):
        for index in np.unique(schedule.runs.trip[pattern.runs]).tolist():
            trip = network.trips[index]
            frequencies = repeated.get(trip.trip_id, [])
            yield Content(RecordKind.TRIP, f"trip:{trip.trip_id}", given({
                OPERATION: province.codes["operation"]["put"],
                "编号": trip.trip_id,
                "线路编号": schedule.route_of(line).route_id,
                "站序编号": number,
                "时刻": _times(network, index, frequencies),
                "间隔": [_interval(one) for one in frequencies],
                "运行日规则": words[trip.service_id],
                "运行日期": dates[trip.service_id],
            }))


def reported_days(today: date) -> tuple[date, date]:
    """The dates that trips are reported with: this month and the two after it, so that they change when a month begins."""
    month = today.year * 12 + today.month + 2
    return today.replace(day=1), date.fromordinal(date(month // 12, month % 12 + 1, 1).toordinal() - 1)


def _line(schedule: Schedule, route: Route, province: Province) -> Content:
    agencies = {one.agency_id: one.name for one in schedule.network.agencies}
    operator = agencies.get(route.agency_id, "") or (next(iter(agencies.values())) if len(agencies) == 1 else "")
    return Content(RecordKind.LINE, f"line:{route.route_id}", given({
        OPERATION: province.codes["operation"]["put"],
        "编号": route.route_id,
        "名称": " ".join(filter(None, (route.short_name, route.long_name))),
        "类型": code_of(province, "line_kind", route.kind or "other"),
        "运营商": operator,
        "首末班": "；".join(filter(None, (_first_and_last(schedule, line) for line in schedule.lines_of(route)))),
        "票价": _fare(schedule, route),
        "有效期": _validity(schedule, route),
    }))


def _stop(stop: Stop, province: Province) -> Content:
    return Content(RecordKind.STOP, f"stop:{stop.stop_id}", given({
        OPERATION: province.codes["operation"]["put"],
        "编号": stop.stop_id,
        "名称": stop.name,
        "村代码": stop.village_code,
        **position_fields(stop.lat, stop.lon, province),
    }))


def _sequences(schedule: Schedule) -> Iterator[tuple[str, Line, PatternOfStops]]:
    """Every sequence of stops with its number; those that differ in the headsign only, where a route has no directions, are one."""
    seen: set[str] = set()
    for line in schedule.lines:
        for pattern in (schedule.patterns[index] for index in line.patterns):
            if pattern.stops:
                number = _sequence_number(schedule, line, pattern)
                if number in seen:
                    number = f"{number}-{line.index}"
                seen.add(number)
                yield number, line, pattern


def _sequence_number(schedule: Schedule, line: Line, pattern: PatternOfStops) -> str:
    stop_ids = "\n".join(schedule.network.stops[stop].stop_id for stop in pattern.stops)
    direction = "" if line.direction_id is None else line.direction_id
    return f"{schedule.route_of(line).route_id}-{direction}-{hashlib.sha256(stop_ids.encode()).hexdigest()[:8]}"


def _first_and_last(schedule: Schedule, line: Line) -> str:
    """6:00-17:40: when the first and the last run of a direction leave, whatever day it is; "" without any."""
    calls, runs = schedule.network.stop_times, schedule.runs
    of_line = [schedule.patterns[index].runs for index in line.patterns if schedule.patterns[index].stops]
    if not of_line:
        return ""
    numbers = np.concatenate(of_line)
    leaves = calls.departure_s[calls.first[runs.trip[numbers]]] + runs.shift_s[numbers]
    return f"{_clock(int(leaves.min()))}-{_clock(int(leaves.max()))}"


def _fare(schedule: Schedule, route: Route) -> str:
    """2.00 or 1.00-4.00; "" where no fare is known."""
    prices = {fare.price_fen for table in fare_table(schedule, route) for row in table.fares for fare in row if fare}
    return "-".join(dict.fromkeys(f"{price / 100:.2f}" for price in (min(prices), max(prices)))) if prices else ""


def _validity(schedule: Schedule, route: Route) -> str:
    """2026-01-01至2026-12-31: from the first date that a service of the line may have to the last; 长期 without an end."""
    info = schedule.network.feed_info
    bounds = [_bounds(schedule.network.services[one]) for one in schedule.services_of(route)]
    starts, ends = [start for start, _ in bounds if start], [end for _, end in bounds if end]
    first = min(starts) if starts and len(starts) == len(bounds) else info.start_date
    last = max(ends) if ends and len(ends) == len(bounds) else info.end_date
    if first is None and last is None:
        return "长期"
    return f"{first or ''}至{last or '长期'}"


def _bounds(rule: Rule) -> tuple[date | None, date | None]:
    if isinstance(rule.pattern, Never) and rule.added:
        return min(rule.added), max(rule.added)
    return rule.first, rule.last


def _times(network: Network, trip: int, frequencies: Iterable[Frequency]) -> list[str]:
    """When it leaves each stop, and reaches the last one."""
    calls = network.stop_times
    start, end = int(calls.first[trip]), int(calls.first[trip + 1])
    times = [*calls.departure_s[start:end - 1].tolist(), int(calls.arrival_s[end - 1])]
    begins_s = min((one.start_s for one in frequencies), default=times[0])
    return [_clock(time + begins_s - times[0]) for time in times]


def _interval(frequency: Frequency) -> Mapping[str, Any]:
    least_s = frequency.headway_s if frequency.headway_min_s is None else frequency.headway_min_s
    return {
        "起": _clock(frequency.start_s), "止": _clock(frequency.end_s),
        "最短分钟": round(least_s / 60, 1), "最长分钟": round(frequency.headway_s / 60, 1),
    }


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
