"""One version of the network made ready for pages: everything that is looked up, sorted once. Pure.

What depends on the day is cached by the services in force, so that equal days share it. Nothing here changes after it was
built but those caches, which are bounded and safe to use from many threads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.lines import Line, Lines, PatternOfStops, group_lines
from citizen_app.buses.naming import Named, Translations, codes_of, slugs_of
from citizen_app.buses.network import Network, Route, Stop
from citizen_app.buses.runs import Boardings, Numbers, Runs, expand_runs, list_boardings
from citizen_app.clock import LOCAL
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import Rule, holds
from citizen_app.errors import NotFound
from citizen_app.places.market import Market

Rest = ParamSpec("Rest")
Made = TypeVar("Made")

SEARCHED_DAYS = 400
_KEPT_DAYS = 2048
_KEPT_STOPS = 2048
_KEPT_SETS = 64
_KEPT_SHAPES = 256
_NOON = time(12)
_DAY_S = 86_400
_CLOCK_CHANGE_S = 3600
_HALF_DAY = timedelta(hours=12)


@dataclass(frozen=True, eq=False)
class StopDay:
    """The boardings at some stops with some services in force, by time.

    `line` are indices into the lines; `of_line` has the places of each line's boardings in these columns.
    """

    departure_s: Numbers
    run: Numbers
    call: Numbers
    line: Numbers
    of_line: Mapping[int, Sequence[int]]


class Schedule:
    """`lines` are routes in one direction, `patterns` their sequences of stops, `runs` every run of a vehicle.

    `zone` is the time zone in which the feed counts its service days.
    """

    def __init__(self, network: Network, calendar: DayCalendar, runs: Runs, boardings: Boardings, lines: Lines) -> None:
        self.network, self.calendar = network, calendar
        self.runs, self.boardings = runs, boardings
        self.lines: tuple[Line, ...] = lines.lines
        self.patterns: tuple[PatternOfStops, ...] = lines.patterns
        self.line_of_trip, self.headsigns = lines.of_trip, lines.headsigns
        self.zone = ZoneInfo(network.agencies[0].timezone) if network.agencies else LOCAL
        self._index_names()
        self._index_routes()
        numbers = {service_id: index for index, service_id in enumerate(network.services)}
        of_trip = np.array([numbers[trip.service_id] for trip in network.trips], dtype=np.int32)
        self.service_of_run: Numbers = of_trip[runs.trip]
        self._shared = lru_cache(_KEPT_SETS)(_itself)
        self._services_on = lru_cache(_KEPT_DAYS)(self._find_services)
        self._next_days = lru_cache(_KEPT_STOPS)(self._find_next_days)
        self._stop_day = lru_cache(_KEPT_STOPS)(self._make_stop_day)
        self._services_in_force = lru_cache(_KEPT_SETS)(self._mark_services)
        self._services_at = lru_cache(_KEPT_STOPS)(self._find_services_at)
        self._stop_words = lru_cache(2)(self._translate_stops)
        self._made = lru_cache(_KEPT_SHAPES)(self._make)

    def _index_names(self) -> None:
        network = self.network
        self._slugs = dict(zip((route.route_id for route in network.routes), slugs_of(network.routes), strict=True))
        self._routes = {self._slugs[route.route_id]: route for route in network.routes}
        codes = codes_of(network.stops)
        self._codes = dict(zip((stop.stop_id for stop in network.stops), codes, strict=True))
        self._stops = {code: index for index, code in enumerate(codes) if code}
        self._stop_numbers = {stop.stop_id: index for index, stop in enumerate(network.stops)}
        self._markets = {market.slug: market for market in network.markets}
        self._translations = Translations(network.translations)
        self._platforms: dict[str, list[int]] = defaultdict(list)
        for index, stop in enumerate(network.stops):
            if stop.parent_station and stop.location_type == 0:
                self._platforms[stop.parent_station].append(index)

    def _index_routes(self) -> None:
        self._route_numbers = {route.route_id: index for index, route in enumerate(self.network.routes)}
        self._lines_of: dict[int, list[Line]] = defaultdict(list)
        for line in self.lines:
            self._lines_of[line.route].append(line)

    # Looking up

    def route_by_slug(self, slug: str) -> Route:
        """Raises NotFound."""
        if slug not in self._routes:
            raise NotFound(f"there is no line {slug}")
        return self._routes[slug]

    def slug_of(self, route: Route) -> str:
        return self._slugs[route.route_id]

    def stop_by_code(self, code: str) -> Stop:
        """The stop or station with this code (its stop_id where it has none of its own). Raises NotFound."""
        if code not in self._stops:
            raise NotFound(f"there is no stop {code}")
        return self.network.stops[self._stops[code]]

    def code_of(self, stop: Stop) -> str:
        """What stands in the address of a stop; "" for entrances and nodes."""
        return self._codes[stop.stop_id]

    def stop_index(self, stop: Stop) -> int:
        return self._stop_numbers[stop.stop_id]

    def find_stop(self, stop_id: str) -> Stop | None:
        number = self._stop_numbers.get(stop_id)
        return None if number is None else self.network.stops[number]

    def stop_indices(self, stop: Stop) -> tuple[int, ...]:
        """Where buses call: the stop itself, or the platforms of a station (and the station, if buses call at it)."""
        own = self.stop_index(stop)
        if stop.location_type != 1:
            return (own,)
        first = self.boardings.first
        return (*((own,) if first[own] != first[own + 1] else ()), *self._platforms.get(stop.stop_id, ()))

    def market_by_slug(self, slug: str) -> Market:
        """Raises NotFound."""
        if slug not in self._markets:
            raise NotFound(f"there is no market {slug}")
        return self._markets[slug]

    def lines_of(self, route: Route) -> list[Line]:
        """The route's directions, 0 before 1 before none; empty when no trip runs on it."""
        return list(self._lines_of.get(self._route_numbers[route.route_id], ()))

    def route_of(self, line: Line) -> Route:
        return self.network.routes[line.route]

    def services_of(self, route: Route) -> frozenset[str]:
        return frozenset[str]().union(*(line.services for line in self.lines_of(route)))

    def overnight_days(self, stops: tuple[int, ...]) -> int:
        """How many service days before a date may still have departures at these stops on it."""
        bounds, departure_s = self.boardings.first, self.boardings.departure_s
        latest = [int(departure_s[bounds[stop + 1] - 1]) for stop in stops if bounds[stop] != bounds[stop + 1]]
        return (max(latest, default=0) + _CLOCK_CHANGE_S) // _DAY_S

    def services_at(self, stops: tuple[int, ...]) -> dict[int, frozenset[str]]:
        """The lines (indices) on which people may get on at these stops, with the services that do so there."""
        return self._services_at(stops)

    def rules_of(self, services: frozenset[str], today: date) -> tuple[Rule, ...]:
        """The different rules of some services that may still hold today or later."""
        rules = (self.network.services[one] for one in sorted(services))
        return tuple(dict.fromkeys(rule for rule in rules if may_hold_from(rule, today)))

    def name(self, table: str, record: Named, field: str, in_english: bool) -> str:
        """A field of a record as GTFS calls it ("stops", stop, "stop_name"), translated where the feed does so."""
        return self._translations.name(table, record, field, in_english)

    def stop_name(self, stop: Stop, in_english: bool) -> str:
        return self.name("stops", stop, "stop_name", in_english)

    def headsign_text(self, headsign: str, in_english: bool) -> str:
        """A headsign in the language: its own translation, else that of the stop of the same name, else as it is."""
        found = self._translations.find("trips", "", "trip_headsign", headsign, in_english)
        found = found or self._translations.find("stop_times", "", "stop_headsign", headsign, in_english)
        return found or self._stop_words(in_english).get(headsign, headsign)

    def _translate_stops(self, in_english: bool) -> dict[str, str]:
        return {stop.name: self.stop_name(stop, in_english) for stop in self.network.stops}

    def spelled(self, table: str, text: str) -> str:
        """A code of `stops`, a slug of `routes` or `markets` as it is written, when the text is one but for case; else the text."""
        tables: dict[str, Mapping[str, Any]] = {"stops": self._stops, "routes": self._routes, "markets": self._markets}
        known = tables[table]
        if text in known:
            return text
        found = [one for one in known if one.casefold() == text.casefold()]
        return found[0] if len(found) == 1 else text

    # Days

    def today(self, now: datetime) -> date:
        """The date of a moment on the clock of the feed."""
        return now.astimezone(self.zone).date()

    def moment(self, service_day: date, seconds: int) -> datetime:
        """Seconds of a service day as UTC; they are counted from noon minus 12 h."""
        noon = datetime.combine(service_day, _NOON, self.zone).astimezone(UTC)
        return noon - _HALF_DAY + timedelta(seconds=seconds)

    def services_on(self, day: date) -> frozenset[str]:
        """The service_ids in force on a date."""
        return self._services_on(day)

    def next_days(self, services: frozenset[str], start: date, count: int) -> tuple[date, ...]:
        """The first dates from `start` on on which any of the services is in force; looks 400 days ahead."""
        return self._next_days(services, start, count)

    def stop_day(self, services: frozenset[str], stops: tuple[int, ...]) -> StopDay:
        """The boardings at some stops when these services are in force."""
        return self._stop_day(services, stops)

    def runs_with(self, runs: Numbers, services: frozenset[str]) -> Numbers:
        """Those of the runs whose service is among these."""
        kept: Numbers = runs[self._services_in_force(services)[self.service_of_run[runs]]]
        return kept

    def once(self, make: Callable[Concatenate[Schedule, Rest], Made], *key: Rest.args, **_none: Rest.kwargs) -> Made:
        """`make(self, *key)`, kept for who asks again; it must depend on nothing else and its result must not be changed."""
        made: Made = self._made(make, key)
        return made

    def _make(self, make: Callable[..., Any], key: tuple[Any, ...]) -> Any:
        return make(self, *key)

    def _find_services(self, day: date) -> frozenset[str]:
        return self._shared(frozenset(one for one, rule in self.network.services.items() if holds(rule, day, self.calendar)))

    def _find_next_days(self, services: frozenset[str], start: date, count: int) -> tuple[date, ...]:
        rules = [rule for one in sorted(services) if may_hold_from(rule := self.network.services[one], start)]
        found: list[date] = []
        last = min(start.toordinal() + SEARCHED_DAYS, date.max.toordinal() + 1)
        for day in map(date.fromordinal, range(start.toordinal(), last if rules else 0)):
            if any(holds(rule, day, self.calendar) for rule in rules):
                found.append(day)
                if len(found) == count:
                    break
        return tuple(found)

    def _find_services_at(self, stops: tuple[int, ...]) -> dict[int, frozenset[str]]:
        service_ids = list(self.network.services)
        found: dict[int, set[str]] = defaultdict(set)
        for stop in stops:
            run = self.boardings.run[self.boardings.first[stop]:self.boardings.first[stop + 1]]
            both = np.stack([self.line_of_trip[self.runs.trip[run]], self.service_of_run[run]], axis=1)
            for line, service in np.unique(both, axis=0).tolist():
                found[line].add(service_ids[service])
        return {line: frozenset(services) for line, services in sorted(found.items())}

    def _mark_services(self, services: frozenset[str]) -> NDArray[np.bool_]:
        return np.array([one in services for one in self.network.services], dtype=np.bool_)

    def _make_stop_day(self, services: frozenset[str], stops: tuple[int, ...]) -> StopDay:
        all_of = self.boardings
        at = np.concatenate([np.arange(all_of.first[stop], all_of.first[stop + 1]) for stop in stops] or [np.arange(0)])
        at = at[self._services_in_force(services)[self.service_of_run[all_of.run[at]]]]
        at = at[np.argsort(all_of.departure_s[at], kind="stable")]
        departure_s, run = all_of.departure_s[at], all_of.run[at]
        line = self.line_of_trip[self.runs.trip[run]]
        of_line: dict[int, list[int]] = defaultdict(list)
        for place, one in enumerate(line.tolist()):
            of_line[one].append(place)
        return StopDay(departure_s, run, all_of.call[at], line, dict(of_line))


def build_schedule(network: Network, calendar: DayCalendar) -> Schedule:
    """Everything that pages look up, sorted; about a second for a million calls."""
    runs = expand_runs(network)
    return Schedule(network, calendar, runs, list_boardings(network, runs), group_lines(network, runs))


def may_hold_from(rule: Rule, day: date) -> bool:
    """False when the rule surely holds on no date from `day` on."""
    return rule.last is None or rule.last >= day or any(one >= day for one in rule.added)


def _itself(services: frozenset[str]) -> frozenset[str]:
    """Remembered, it gives one object for all equal sets."""
    return services
