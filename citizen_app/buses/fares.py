"""What a ride on one route costs, by the fares of GTFS (version 1). Pure.

A fare applies where one of its rules does: by route, by the zones of the first and last stop, and by all zones passed
through. A fare without rules applies everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from citizen_app.buses.network import Fare, Network, Route, Stop
from citizen_app.buses.schedule import Schedule


@dataclass(frozen=True)
class FareTable:
    """The fares of one direction: `fares[i][j]` is that from stop i to the stop j after it, None where none is known.

    Rows are as long as `stops`; what lies at and before the stop itself is None.
    """

    direction_id: int | None
    headsign: str
    stops: tuple[Stop, ...]
    fares: tuple[tuple[Fare | None, ...], ...]

    @property
    def flat_fare(self) -> Fare | None:
        """The fare when every ride costs the same; None when they differ or one is not known."""
        prices = {fare for place, row in enumerate(self.fares) for fare in row[place + 1:]}
        return prices.pop() if len(prices) == 1 else None


def fare_between(schedule: Schedule, route: Route, from_stop: Stop, to_stop: Stop) -> Fare | None:
    """The cheapest fare from one stop to another without a change; None when no trip goes that way or no fare is given.

    A station stands for its platforms.
    """
    fares = _Fares(schedule.network, route)
    begins, ends = set(schedule.stop_indices(from_stop)), set(schedule.stop_indices(to_stop))
    found = []
    for line in schedule.lines_of(route):
        for stops in (schedule.patterns[index].stops for index in line.patterns):
            for place, stop in enumerate(stops):
                further = next((at for at in range(place + 1, len(stops)) if stops[at] in ends), None)
                if stop in begins and further is not None:
                    found.append(fares.cheapest(_zones(schedule, stops[place:further + 1])))
    return min((fare for fare in found if fare is not None), key=_price, default=None)


def fare_table(schedule: Schedule, route: Route) -> list[FareTable]:
    """The fares between all stops of the longest sequence of stops of each direction."""
    tables, fares = [], _Fares(schedule.network, route)
    for line in schedule.lines_of(route):
        stops = max((schedule.patterns[index].stops for index in line.patterns), key=len, default=())
        zones = _zones(schedule, stops)
        known: dict[tuple[str, ...], Fare | None] = {}
        rows: list[tuple[Fare | None, ...]] = []
        for place in range(len(stops)):
            row: list[Fare | None] = [None] * (place + 1)
            for further in range(place + 1, len(stops)):
                passed = tuple(zones[place:further + 1])
                ride = (passed[0], passed[-1], *sorted(set(passed)))
                if ride not in known:
                    known[ride] = fares.cheapest(passed)
                row.append(known[ride])
            rows.append(tuple(row))
        there = tuple(schedule.network.stops[stop] for stop in stops)
        tables.append(FareTable(line.direction_id, line.headsign, there, tuple(rows)))
    return tables


def _zones(schedule: Schedule, stops: tuple[int, ...]) -> tuple[str, ...]:
    """The zones of some stops; a platform without one lies in that of its station."""
    found = []
    for stop in (schedule.network.stops[index] for index in stops):
        station = schedule.find_stop(stop.parent_station) if stop.parent_station and not stop.zone_id else None
        found.append(station.zone_id if station else stop.zone_id)
    return tuple(found)


class _Fares:
    """The fares that may apply on a route, their rules by the zones of the first and last stop ("" is any)."""

    def __init__(self, network: Network, route: Route) -> None:
        with_rules = {rule.fare_id for rule in network.fare_rules}
        of_agency = [fare for fare in network.fares if fare.agency_id in {"", route.agency_id}]
        self._everywhere = [fare for fare in of_agency if fare.fare_id not in with_rules]
        contained: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        for rule in network.fare_rules:
            if rule.route_id in {"", route.route_id}:
                contained[rule.fare_id, rule.route_id, rule.origin_id, rule.destination_id].update({rule.contains_id} - {""})
        fares = {fare.fare_id: fare for fare in of_agency}
        self._by_ends: dict[tuple[str, str], list[tuple[Fare, set[str]]]] = defaultdict(list)
        for (fare_id, _, origin, destination), zones in contained.items():
            if fare_id in fares:
                self._by_ends[origin, destination].append((fares[fare_id], zones))

    def cheapest(self, zones: tuple[str, ...]) -> Fare | None:
        """For a ride through these zones. Rules that differ only in contains_id belong together: all of these, no others."""
        found, passed = list(self._everywhere), set(zones)
        for ends in {(origin, destination) for origin in (zones[0], "") for destination in (zones[-1], "")}:
            found += [fare for fare, contained in self._by_ends.get(ends, ()) if not contained or contained == passed]
        return min(found, key=_price, default=None)


def _price(fare: Fare) -> tuple[int, str]:
    return fare.price_fen, fare.fare_id
