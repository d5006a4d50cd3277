"""What the JSON API says of journeys, as the schemas write it. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from citizen_app.buses.descriptions import describe_stop
from citizen_app.buses.journey_places import Place
from citizen_app.buses.journeys.journey import Journey, Ride, Walk
from citizen_app.buses.journeys.reach import Reach
from citizen_app.buses.network import Fare
from citizen_app.buses.schedule import Schedule

Row = dict[str, Any]


def describe_place(place: Place) -> Row:
    entry = place.entry
    return {
        "key": entry.key, "kind": str(entry.kind), "name": entry.name, "name_en": entry.name_en, "town_code": entry.town_code,
        "lat": entry.lat, "lon": entry.lon, "stops": len(place.access.stops),
    }


def describe_journey(schedule: Schedule, journey: Journey) -> Row:
    return {
        "departs_at": journey.departs_at, "arrives_at": journey.arrives_at, "transfers": journey.transfers,
        "fare": sum_fares([ride.fare for ride in journey.rides]), "legs": [_leg(schedule, leg) for leg in journey.legs],
    }


def describe_reach(schedule: Schedule, reach: Reach) -> list[Row]:
    """The stops that are reached, the soonest first."""
    rows = []
    for index, stop in enumerate(schedule.network.stops):
        arrives_at = reach.time(index)
        if arrives_at is not None and schedule.code_of(stop):
            named = describe_stop(schedule, stop)
            kept = {name: named[name] for name in ("code", "name", "name_en", "town_code")}
            rows.append({**kept, "arrives_at": arrives_at, "transfers": int(reach.transfers[index])})
    return sorted(rows, key=lambda row: (row["arrives_at"], row["code"]))


def sum_fares(fares: list[Fare | None]) -> Row | None:
    """The sum of some fares; None for none, where one is not known, and for different currencies."""
    known = [fare for fare in fares if fare is not None]
    if not known or len(known) < len(fares) or len({fare.currency for fare in known}) > 1:
        return None
    return {"price_fen": sum(fare.price_fen for fare in known), "currency": known[0].currency}


def _leg(schedule: Schedule, leg: Walk | Ride) -> Row:
    moments = {"departs_at": leg.departs_at, "arrives_at": leg.arrives_at}
    if isinstance(leg, Walk):
        ends = {"from_stop": _code(schedule, leg.from_stop), "to_stop": _code(schedule, leg.to_stop)}
        return {"kind": "walk", **ends, **moments, "distance_m": leg.distance_m}
    return {
        "kind": "ride", "from_stop": _code(schedule, leg.board_stop), "to_stop": _code(schedule, leg.alight_stop), **moments,
        "route_id": leg.route.route_id, "slug": schedule.slug_of(leg.route), "short_name": leg.route.short_name,
        "headsign": schedule.headsign_text(leg.headsign, False), "headsign_en": schedule.headsign_text(leg.headsign, True),
        "trip_id": schedule.network.trips[leg.trip].trip_id, "service_day": leg.service_day, "headway_s": leg.headway_s,
        "fare": sum_fares([leg.fare]), "calls": _calls(schedule, leg),
    }


def _calls(schedule: Schedule, ride: Ride) -> list[Row]:
    calls, stops = schedule.network.stop_times, schedule.network.stops
    start_s = int(calls.departure_s[ride.board_call])
    return [
        {
            "code": _code(schedule, int(calls.stop[call])), "name": stops[int(calls.stop[call])].name,
            "arrives_at": ride.departs_at + timedelta(seconds=int(calls.arrival_s[call]) - start_s),
        }
        for call in range(ride.board_call + 1, ride.alight_call)
    ]


def _code(schedule: Schedule, stop: int | None) -> str | None:
    return None if stop is None else schedule.code_of(schedule.network.stops[stop])
