"""What the JSON API says of the things of the network, as the schemas write it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from citizen_app.buses.board import Departure
from citizen_app.buses.fares import fare_table
from citizen_app.buses.grid import Column, Grid, make_grids
from citizen_app.buses.kinds_of_day import running_dates, services_of_day
from citizen_app.buses.market_days import MarketLine, Ride, list_market_lines, next_market_days
from citizen_app.buses.network import Route, Stop
from citizen_app.buses.schedule import Schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.lunar import find_lunar, say_lunar
from citizen_app.days.rule_words import say_rule
from citizen_app.days.today import describe_day
from citizen_app.places.market import Market

Row = dict[str, Any]
_DATES = 10


def describe_route(schedule: Schedule, route: Route) -> Row:
    """A line as it stands in a list; `name` is what stands on the bus."""
    agency = next((one for one in schedule.network.agencies if one.agency_id == route.agency_id), None)
    return {
        **_both(schedule, "routes", route, "short_name", "route_short_name"),
        **_both(schedule, "routes", route, "long_name", "route_long_name"),
        "slug": schedule.slug_of(route), "route_id": route.route_id, "kind": str(route.kind), "color": route.color,
        "market": route.market, "operator": agency.name if agency else "", "phone": agency.phone if agency else "",
    }


def describe_timetable(schedule: Schedule, route: Route, day: date) -> Row:
    """A line with its timetable of a date, its next dates and its fare where there is one for all rides."""
    grids = make_grids(schedule, route, services_of_day(schedule, route, day))
    flat = {table.flat_fare for table in fare_table(schedule, route)} if schedule.network.fares else set()
    fare = flat.pop() if len(flat) == 1 else None
    return {
        **describe_route(schedule, route),
        "date": day,
        "runs": bool(grids),
        "next_dates": running_dates(schedule, route, day, _DATES),
        "flat_fare": {"price_fen": fare.price_fen, "currency": fare.currency} if fare else None,
        "directions": [_grid(schedule, grid) for grid in grids],
    }


def _grid(schedule: Schedule, grid: Grid) -> Row:
    return {
        **_headsign(schedule, grid.headsign),
        "direction_id": grid.direction_id,
        "stops": [
            {**describe_stop(schedule, row.stop), "is_timepoint": row.is_timepoint, "set_down_only": row.set_down_only}
            for row in grid.rows
        ],
        "trips": [_column(column) for column in grid.columns],
        "notes": [{"mark": mark, "text": text} for mark, text in grid.notes],
    }


def _column(column: Column) -> Row:
    return {"times_s": list(column.cells), "every_s": column.every_s, "every_min_s": column.every_min_s, "note": column.note}


def describe_stop(schedule: Schedule, stop: Stop) -> Row:
    """A stop or station as it stands in a list."""
    return {
        **_both(schedule, "stops", stop, "name", "stop_name"),
        "code": schedule.code_of(stop), "stop_id": stop.stop_id, "lat": stop.lat, "lon": stop.lon,
        "is_station": stop.location_type == 1, "position": str(stop.position), "town_code": stop.town_code,
    }


def describe_stop_fully(schedule: Schedule, stop: Stop, today: date) -> Row:
    """A stop with the lines on which people may get on there and, for a station, its platforms."""
    indices = schedule.stop_indices(stop)
    lines = [(schedule.lines[line], services) for line, services in schedule.services_at(indices).items()]
    return {
        **describe_stop(schedule, stop),
        "platforms": [describe_stop(schedule, schedule.network.stops[index]) for index in indices if stop.location_type == 1],
        "lines": [
            {
                **describe_route(schedule, schedule.route_of(line)), **_headsign(schedule, line.headsign),
                "direction_id": line.direction_id, "next_date": next(iter(schedule.next_days(services, today, 1)), None),
            }
            for line, services in lines
        ],
    }


def describe_departure(schedule: Schedule, one: Departure) -> Row:
    stop = schedule.network.stops[int(schedule.network.stop_times.stop[one.call])]
    return {
        **vars(one), **_headsign(schedule, one.headsign),
        **_both(schedule, "routes", one.route, "short_name", "route_short_name"),
        "slug": schedule.slug_of(one.route), "stop": schedule.code_of(stop), "trip_id": schedule.network.trips[one.trip].trip_id,
    }


def describe_market(market: Market, today: date, calendar: DayCalendar) -> Row:
    """A market with its rule in words and its next dates."""
    return {
        **vars(market),
        "rule": say_rule(market.rule, False),
        "rule_en": say_rule(market.rule, True),
        "next_dates": [
            {"date": day, "lunar": say_lunar(lunar) if (lunar := find_lunar(day)) else ""}
            for day in next_market_days(market, today, _DATES, calendar)
        ],
    }


def describe_market_fully(schedule: Schedule, market: Market, today: date) -> Row:
    """A market with the lines that run for it, on its next date."""
    days = next_market_days(market, today, 1, schedule.calendar)
    lines = list_market_lines(schedule, market, days[0]) if days else []
    return {
        **describe_market(market, today, schedule.calendar),
        "lines_on": days[0] if days else None,
        "lines": [_market_line(schedule, line, days[0]) for line in lines],
    }


def _market_line(schedule: Schedule, line: MarketLine, day: date) -> Row:
    return {
        **describe_route(schedule, line.route), "stop": schedule.code_of(line.stop),
        "there": list(_rides(schedule, line.there, day)), "back": list(_rides(schedule, line.back, day)),
    }


def _rides(schedule: Schedule, rides: Iterable[Ride], day: date) -> Iterable[Row]:
    for ride in rides:
        moments: dict[str, datetime] = {
            "departs_at": schedule.moment(day, ride.departs_s), "arrives_at": schedule.moment(day, ride.arrives_s),
        }
        ends = {"from_stop": schedule.code_of(ride.from_stop), "to_stop": schedule.code_of(ride.to_stop)}
        yield {**moments, **ends, "headway_s": ride.headway_s, "headway_min_s": ride.headway_min_s}


def describe_date(day: date, calendar: DayCalendar, markets: Iterable[Market]) -> Row:
    """What kind of day a date is, and the markets held on it."""
    info = describe_day(day, calendar)
    lunar = info.lunar
    return {
        "date": day, "kind": str(info.kind), "holiday_name": info.holiday_name, "is_makeup": info.is_makeup,
        "is_announced": info.is_announced, "season": str(info.season),
        "lunar": {**vars(lunar), "text": say_lunar(lunar), "text_en": say_lunar(lunar, True)} if lunar else None,
        "markets": [{"slug": market.slug, "name": market.name, "name_en": market.name_en} for market in markets],
    }


def _headsign(schedule: Schedule, headsign: str) -> Row:
    return {"headsign": schedule.headsign_text(headsign, False), "headsign_en": schedule.headsign_text(headsign, True)}


def _both(schedule: Schedule, table: str, record: Route | Stop, name: str, field: str) -> Row:
    """A name in Chinese and in English, "" where the feed has no other in English."""
    chinese, english = (schedule.name(table, record, field, in_english) for in_english in (False, True))
    return {name: chinese, f"{name}_en": english if english != chinese else ""}
