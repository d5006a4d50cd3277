"""What the home page says of the buses: how many lines run today, and the markets with the last way home. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from citizen_app.buses.market_days import list_market_lines, markets_on
from citizen_app.buses.route_days import runs_on
from citizen_app.buses.schedule import Schedule
from citizen_app.places.market import Market


@dataclass(frozen=True)
class MarketToday:
    """A market held on the day. `last_back_s` is the last way home with a market line, in seconds of the day, None for none."""

    market: Market
    last_back_s: int | None


@dataclass(frozen=True)
class BusesToday:
    lines_running: int
    markets: tuple[MarketToday, ...]


def buses_today(schedule: Schedule, day: date) -> BusesToday:
    """The lines and markets of a day of the county's calendar."""
    services = schedule.services_on(day)
    markets = [MarketToday(market, _last_back(schedule, market, day)) for market in markets_on(schedule, day)]
    running = sum(runs_on(schedule, route, services) for route in schedule.network.routes)
    return BusesToday(running, tuple(markets))


def _last_back(schedule: Schedule, market: Market, day: date) -> int | None:
    return max((line.back[-1].departs_s for line in list_market_lines(schedule, market, day) if line.back), default=None)
