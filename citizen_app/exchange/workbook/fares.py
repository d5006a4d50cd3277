"""The rows of 票价 to fares: one price for a line, or one from zone to zone. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from citizen_app.buses.network import Fare, FareRule
from citizen_app.exchange.workbook.cells import narrow, read_price_fen
from citizen_app.exchange.workbook.lines import Patterns, RouteRow, known_route
from citizen_app.exchange.workbook.places import StopRow
from citizen_app.exchange.workbook.sheets import Row


def read_fares(
    rows: Sequence[Row], routes: Mapping[str, RouteRow], patterns: Patterns, stops: Mapping[str, StopRow]
) -> tuple[list[Fare], list[FareRule]]:
    """Fares of one ride, paid on the bus. What is said of one direction between zones holds for the other unless that is said too."""
    zones = _zones(patterns, stops)
    fares: dict[str, Fare] = {}
    prices: dict[tuple[str, str, str], tuple[int, Row]] = {}
    zoned: dict[str, bool] = {}
    for row in rows:
        route_id, price_fen = known_route(row, routes), row.read("票价", read_price_fen)
        origin, destination = narrow(row.text("起片区")), narrow(row.text("讫片区"))
        row.text("备注")
        for column, zone, other in (("起片区", origin, "讫片区"), ("讫片区", destination, "起片区")):
            if other in row.cells and column not in row.cells:
                row.fault(column, f"写了{other}，也要写{column}")
            elif zone and route_id in zones and zone not in zones[route_id]:
                row.fault(column, "这条线路的站点里没有这个片区")
        if not route_id:
            continue
        key = (route_id, origin, destination)
        if key in prices:
            row.fault("线路号", f"与第 {prices[key][1].number} 行重复")
        elif zoned.setdefault(route_id, bool(origin)) != bool(origin):
            row.fault("起片区", "这条线路已有全程一票价，不能再分片区" if origin else "这条线路已分片区，不能再写全程一票价")
        elif price_fen is not None:
            prices[key] = price_fen, row
    rules = []
    for (route_id, origin, destination), (price_fen, _) in prices.items():
        fare = Fare(f"{route_id}-{price_fen / 100:g}", price_fen, transfers=0)
        fares[fare.fare_id] = fare
        rules.append(FareRule(fare.fare_id, route_id, origin, destination))
        if (route_id, destination, origin) not in prices:
            rules.append(FareRule(fare.fare_id, route_id, destination, origin))
    return list(fares.values()), rules


def _zones(patterns: Patterns, stops: Mapping[str, StopRow]) -> dict[str, set[str]]:
    """The zones that each line stops in; only of lines all whose calls are right."""
    zones: dict[str, set[str]] = {}
    for (route_id, _), pattern in patterns.items():
        zones.setdefault(route_id, set()).update(stops[call.stop_id].stop.zone_id for call in pattern.calls)
    broken = {route_id for (route_id, _), pattern in patterns.items() if not pattern.is_whole}
    return {route_id: found for route_id, found in zones.items() if route_id not in broken}

