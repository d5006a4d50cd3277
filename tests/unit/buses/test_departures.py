"""Departures against a slow oracle on any small network, and by hand where days and nights meet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.board import Departure
from citizen_app.buses.departures import list_departures, list_departures_on, stop_board
from citizen_app.buses.network import Agency, Frequency, Network, Route, Stop, Trip
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.clock import LOCAL
from citizen_app.days.rules import LunarDigits, Rule, Weekdays, holds
from citizen_app.errors import NotFound
from tests import networks as makers
from tests.networks import calls, make_network
from tests.unit.buses import oracle
from tests.unit.buses.oracle import CALENDAR, moments, services_on

HOUR = 3600
DAY = timedelta(days=1)
STATION = (4, 5)
groups = st.sampled_from([(0,), (1,), (4,), STATION])


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL).astimezone(UTC)    # type: ignore[misc, arg-type]


def made(trips: dict[str, tuple[str, str, list[makers.Call]]] | None = None, **fields: object) -> Schedule:
    return build_schedule(make_network(trips, **fields), CALENDAR)


def times(departures: tuple[Departure, ...] | list[Departure]) -> list[str]:
    return [f"{one.departs_at.astimezone(LOCAL):%d %H:%M}" for one in departures]


@given(oracle.networks(), groups, moments, st.timedeltas(timedelta(), timedelta(days=3)))
def test_the_departures_of_any_span_are_those_of_every_run_of_every_service_day(
    network: Network, stops: tuple[int, ...], after: datetime, span: timedelta
) -> None:
    found = list_departures(build_schedule(network, CALENDAR), stops, after, after + span)
    expected = []
    for offset in range(-5, 6):
        day = after.date() + offset * DAY
        for one in oracle.passings(network, services_on(network, day)):
            at = oracle.moment(network, day, one.seconds)
            if one.is_boarding and one.stop in stops and after <= at < after + span:
                expected.append((at, one.trip, one.call, day, one.seconds))
    assert sorted((one.departs_at, one.trip, one.call, one.service_day, one.departure_s) for one in found) == sorted(expected)
    assert [one.departs_at for one in found] == sorted(one.departs_at for one in found)


@given(oracle.networks(), groups, oracle.days)
def test_the_last_of_a_line_is_the_one_after_which_no_other_leaves_on_its_service_day(
    network: Network, stops: tuple[int, ...], day: date
) -> None:
    found = list_departures_on(build_schedule(network, CALENDAR), stops, day)
    on_day = [one for one in oracle.passings(network, services_on(network, day)) if one.is_boarding and one.stop in stops]
    for departure in found:
        of_line = [one.seconds for one in on_day if oracle.line_key(network, one.trip) == oracle.line_key(network, departure.trip)]
        assert departure.is_last == (departure.departure_s == max(of_line))
        assert departure.is_first == (departure.departure_s == min(of_line))
    assert len(found) == len(on_day)


@given(oracle.networks(), st.sampled_from(["s0", "s1", "p1", "st"]), moments)
def test_a_board_says_when_each_line_goes_and_on_which_day_it_runs_next(network: Network, code: str, now: datetime) -> None:
    schedule = build_schedule(network, CALENDAR)
    board = stop_board(schedule, code, now)
    stops = schedule.stop_indices(board.stop)
    today = schedule.today(now)
    seen = set()
    for line in board.lines:
        def is_mine(trip: int, line: object = line) -> bool:
            one = schedule.lines[int(schedule.line_of_trip[trip])]
            return (schedule.route_of(one), one.direction_id, one.headsign) == (line.route, line.direction_id, line.headsign)  # type: ignore[attr-defined]

        services = {
            network.trips[one.trip].service_id
            for one in oracle.passings(network, set(network.services)) if one.is_boarding and one.stop in stops and is_mine(one.trip)
        }
        seen.add((line.route.route_id, line.direction_id, line.headsign))
        end = max([now, *(one.departs_at for one in line.coming)]) + timedelta(seconds=1)
        assert list(line.coming) == [one for one in list_departures(schedule, stops, now, end) if is_mine(one.trip)]
        mine_today = [one for one in list_departures_on(schedule, stops, today) if is_mine(one.trip)]
        assert line.runs_today == bool(mine_today)
        assert [line.first_today, line.last_today] == ([mine_today[0], mine_today[-1]] if mine_today else [None, None])
        start = today if any(one.departs_at >= now for one in mine_today) else today + DAY
        ahead = [
            day for day in (start + offset * DAY for offset in range(400))
            if any(holds(network.services[one], day, CALENDAR) for one in services)
        ]
        assert line.next_day == (ahead[0] if ahead else None)
        assert list(line.next_dates) == sorted(set(line.next_dates))
    assert len(seen) == len(board.lines)
    everything = [one for line in board.lines for one in line.coming]
    assert board.next == min(everything, key=lambda one: (one.departs_at, one.trip, one.call), default=None)


@given(makers.networks(), moments)
def test_no_network_whose_references_resolve_makes_a_board_fail(network: Network, now: datetime) -> None:
    schedule = build_schedule(network, CALENDAR)
    for stop in network.stops:
        if schedule.code_of(stop):
            assert stop_board(schedule, schedule.code_of(stop), now).stop == stop


def test_a_span_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    schedule = made()
    assert times(list_departures(schedule, [0], local(2026, 11, 25, 6), local(2026, 11, 25, 8))) == ["25 06:00", "25 07:00"]
    assert stop_board(schedule, "Lzong", local(2026, 11, 25, 8)).next == list_departures(schedule, [0], local(2026, 11, 25, 8), local(2026, 11, 26))[0]


def test_a_bus_after_midnight_belongs_to_the_day_before_and_is_last_of_that_day() -> None:
    schedule = made({"a": ("101", "daily", calls(22 * HOUR, "zong", "xun")), "b": ("101", "daily", calls(24 * HOUR + 1200, "zong", "xun"))})
    board = stop_board(schedule, "Lzong", local(2026, 11, 30, 23, 50))
    assert times(board.lines[0].coming) == ["01 00:20", "01 22:00"]
    assert board.next is not None and board.next.service_day == date(2026, 11, 30) and board.next.is_last
    assert board.last is not None and times([board.last]) == ["01 00:20"]
    after_midnight = stop_board(schedule, "Lzong", local(2026, 12, 1, 0, 10))
    assert times(after_midnight.lines[0].coming) == ["01 00:20", "01 22:00", "02 00:20", "02 22:00"]
    assert after_midnight.next == board.next


def test_a_departure_at_24_00_is_that_of_the_next_date_at_midnight() -> None:
    schedule = made({"a": ("101", "daily", calls(24 * HOUR, "zong", "xun"))}, services={"daily": Rule(last=date(2026, 2, 28)), "workdays": Rule()})
    assert times(list_departures(schedule, [0], local(2026, 2, 28, 12), local(2026, 3, 2))) == ["01 00:00"]
    assert list_departures(schedule, [0], local(2026, 3, 1, 0, 1), local(2026, 3, 9)) == []


def test_times_of_more_than_two_days_are_still_found() -> None:
    schedule = made({"a": ("101", "daily", calls(60 * HOUR, "zong", "xun"))}, services={"daily": Rule(first=date(2026, 5, 1), last=date(2026, 5, 1)), "workdays": Rule()})
    assert times(list_departures(schedule, [0], local(2026, 5, 3), local(2026, 5, 4))) == ["03 12:00"]


def test_buses_that_end_here_are_not_listed_and_a_loop_is_listed_for_each_time_it_passes() -> None:
    schedule = made({"a": ("101", "daily", calls(6 * HOUR, "zong", "qiao", "xun", "qiao", "zong"))})
    span = (local(2026, 5, 1), local(2026, 5, 2))
    assert times(list_departures(schedule, [0], *span)) == ["01 06:00"]
    assert times(list_departures(schedule, [1], *span)) == ["01 06:10", "01 06:30"]
    assert [one.is_last for one in list_departures(schedule, [1], *span)] == [False, True]


def test_a_call_that_only_sets_down_is_not_listed_and_one_by_telephone_is() -> None:
    network = make_network({"a": ("101", "daily", calls(6 * HOUR, "zong", "qiao", "xun", "guang"))})
    network = replace(network, stop_times=replace(network.stop_times, pickup_type=np.array([0, 1, 2, 0], np.uint8)))
    schedule = build_schedule(network, CALENDAR)
    found = [len(list_departures(schedule, [stop], local(2026, 5, 1), local(2026, 5, 2))) for stop in range(4)]
    assert found == [1, 0, 1, 0]


def test_a_frequency_gives_every_start_before_its_end_and_says_how_exact_it_is() -> None:
    network = make_network(
        {"a": ("101", "daily", calls(0, "zong", "qiao", "xun")), "b": ("101", "daily", calls(0, "zong", "qiao", "xun"))},
        frequencies=(Frequency("a", 6 * HOUR, 7 * HOUR, 900, headway_min_s=600), Frequency("b", 8 * HOUR, 9 * HOUR, 1800, exact_times=True)),
    )
    found = list_departures(build_schedule(network, CALENDAR), [1], local(2026, 5, 1), local(2026, 5, 2))
    assert times(found) == ["01 06:10", "01 06:25", "01 06:40", "01 06:55", "01 08:10", "01 08:40"]
    assert [(one.headway_s, one.headway_min_s, one.is_approximate) for one in found[3:5]] == [(900, 600, True), (None, None, False)]
    assert [one.is_last for one in found] == [False] * 5 + [True]


def test_a_station_gives_the_departures_of_its_platforms_and_the_last_of_all_of_them() -> None:
    stops = (Stop("st", "总站", location_type=1, code="Z"), Stop("p1", "总站", parent_station="st"), Stop("p2", "总站", parent_station="st"), Stop("x", "终点"))
    schedule = made({"a": ("101", "daily", calls(6 * HOUR, "p1", "x")), "b": ("101", "daily", calls(7 * HOUR, "p2", "x"))}, stops=stops)
    board = stop_board(schedule, "Z", local(2026, 5, 1, 5))
    assert board.stops == stops[1:3]
    assert [(one.departure_s // HOUR, one.is_last) for one in board.lines[0].coming] == [(6, False), (7, True), (6, False)]
    assert stop_board(schedule, "p1", local(2026, 5, 1, 5)).last.is_last    # type: ignore[union-attr]


def test_a_market_line_says_its_next_dates_and_a_daily_one_does_not() -> None:
    schedule = made(
        {"m": ("208", "market", calls(6 * HOUR, "zong", "xiao")), "d": ("101", "daily", calls(6 * HOUR, "zong", "xun"))},
        services={"daily": Rule(), "market": Rule(LunarDigits(frozenset({3, 8})))},
    )
    board = stop_board(schedule, "Lzong", local(2026, 11, 25, 12))    # 十月十七
    daily, market = board.lines
    assert daily.next_day == date(2026, 11, 26) and daily.next_dates == () and daily.runs_today
    assert market.next_day == date(2026, 11, 26) and not market.runs_today and market.first_today is None
    assert market.next_dates[:3] == (date(2026, 11, 26), date(2026, 12, 1), date(2026, 12, 6))
    assert times(market.coming) == ["26 06:00"]
    assert market.rules == (Rule(LunarDigits(frozenset({3, 8}))),)


def test_a_line_that_has_ended_has_no_next_day_and_comes_last() -> None:
    schedule = made(
        {"old": ("208", "old", calls(6 * HOUR, "zong", "xiao")), "sun": ("101", "sundays", calls(6 * HOUR, "zong", "xun"))},
        services={"old": Rule(last=date(2025, 1, 1)), "sundays": Rule(Weekdays(frozenset({6})))},
    )
    lines = stop_board(schedule, "Lzong", local(2026, 11, 25, 12)).lines
    assert [(line.route.route_id, line.next_day) for line in lines] == [("101", date(2026, 11, 29)), ("208", None)]
    assert lines[1].rules == ()


def test_a_board_names_the_neighbouring_stops_of_the_commonest_way_through() -> None:
    board = stop_board(made(), "Lqiao", local(2026, 11, 25, 12))
    assert (board.before, board.after) == ("客运总站", "汛桥")


def test_the_zone_of_the_feed_counts_the_day_also_when_clocks_change() -> None:
    schedule = made(
        {"a": ("101", "daily", calls(12 * HOUR, "zong", "xun")), "b": ("101", "daily", calls(600, "zong", "xun"))},
        agencies=(Agency("lhgj", "A", timezone="Europe/Berlin"),), routes=(Route("101", "1", agency_id="lhgj"),),
    )
    found = list_departures_on(schedule, [0], date(2026, 3, 29))    # at 2:00 the clocks go to 3:00
    assert [one.departs_at for one in found] == [datetime(2026, 3, 28, 22, 10, tzinfo=UTC), datetime(2026, 3, 29, 10, tzinfo=UTC)]
    # Noon minus 12 h is 23:00 of the evening before.
    assert list_departures(schedule, [0], datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 28, 22, 30, tzinfo=UTC)) == found[:1]


def test_headsigns_are_those_of_the_call_then_of_the_trip_then_the_last_stop() -> None:
    network = make_network({"a": ("101", "daily", calls(6 * HOUR, "zong", "qiao", "xun")), "b": ("101", "daily", calls(7 * HOUR, "zong", "qiao", "xun"))})
    network = replace(
        network, trips=(replace(network.trips[0], headsign="汛桥街"), network.trips[1]),
        stop_times=replace(network.stop_times, headsign=np.array([-1, 0, -1] + [-1] * 3, np.int32), headsigns=("经大桥",)),
    )
    schedule = build_schedule(network, CALENDAR)
    assert [one.headsign for stop in (0, 1) for one in list_departures_on(schedule, [stop], date(2026, 5, 1))] == ["汛桥街", "汛桥", "经大桥", "汛桥"]


def test_a_stop_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        stop_board(made(), "nowhere", local(2026, 5, 1))


def test_a_trip_without_times_of_its_own_day_is_left_out() -> None:
    network = make_network({"a": ("101", "daily", []), "b": ("101", "daily", calls(HOUR, "zong", "xun"))})
    assert network.trips[0] == Trip("a", "101", "daily")
    assert len(list_departures_on(build_schedule(network, CALENDAR), [0], date(2026, 5, 1))) == 1
