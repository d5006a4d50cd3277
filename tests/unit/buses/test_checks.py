"""What our own checks find in a network that would mislead people, and what they leave alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from citizen_app.buses.checks import check_network
from citizen_app.buses.findings import Finding, Severity, finding_document, read_finding, say
from citizen_app.buses.guru import findings_of
from citizen_app.buses.network import Frequency, Network, Route, Stop
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import LunarDigits, Never, Rule, Season
from citizen_app.geo import Box
from tests.networks import calls, make_network, networks

TODAY = date(2026, 11, 25)
COUNTY = Box(28.6, 120.8, 29.1, 121.7)


def found_in(network: Network) -> Mapping[str, Finding]:
    found = check_network(network, DayCalendar(), TODAY, COUNTY)
    assert [one.severity for one in found] == sorted((one.severity for one in found), key=list(Severity).index)
    for one in found:
        assert say(one) and say(one, "en") and read_finding(finding_document(one)) == one
    assert len({one.code for one in found}) == len(found)
    return {one.code: one for one in found}


def small(*one_trip: tuple[str, int, int], **fields: object) -> Network:
    return make_network({"t": ("101", "daily", list(one_trip))}, **fields)


def test_an_ordinary_network_has_an_unserved_stop_and_nothing_else() -> None:
    """光明村 is on the list of stops, and no trip calls there."""
    found = found_in(make_network())
    assert set(found) == {"stop_not_served"} and found["stop_not_served"].examples == ("光明村 Lguang",)


@given(networks())
def test_any_network_can_be_checked(network: Network) -> None:
    for one in check_network(network, DayCalendar(), TODAY, COUNTY):
        assert one.count >= len(one.examples) and say(one)


@pytest.mark.parametrize("path", [
    [("zong", 25200, 25200), ("qiao", 25100, 25100)],        # arrives before it left
    [("zong", 25200, 25200), ("qiao", 25900, 25800)],        # leaves before it arrives
])
def test_times_that_go_back_are_an_error(path: list[tuple[str, int, int]]) -> None:
    found = found_in(small(*path))["time_goes_back"]
    assert found.severity is Severity.ERROR and found.count == 1 and found.examples[0].startswith("101路 t ")


def test_the_next_trip_may_start_before_the_one_before_it_ends() -> None:
    assert "time_goes_back" not in found_in(make_network())


def test_the_same_time_twice_does_not_go_back() -> None:
    found = found_in(small(("zong", 25200, 25200), ("qiao", 25200, 25200)))
    assert "time_goes_back" not in found


@pytest.mark.parametrize(("departs_s", "ride_s", "is_fast"), [(25200, 300, False), (25200, 240, True), (25201, 299, True)])
def test_faster_than_a_bus_can_be_is_a_warning(departs_s: int, ride_s: int, is_fast: bool) -> None:
    """客运总站 to 汛桥 is 10.8 km, 129 km/h in five minutes; of two full minutes each may be half a minute off."""
    found = found_in(small(*calls(departs_s, "zong", "xun", ride_s=ride_s)))
    assert ("impossible_speed" in found) == is_fast
    assert not is_fast or found["impossible_speed"].severity is Severity.WARNING


def test_a_train_may_be_faster_than_a_bus_and_a_short_way_is_not_judged() -> None:
    rail = (Route("101", "101", route_type=2), Route("208", "208"))
    assert "impossible_speed" not in found_in(small(*calls(25201, "zong", "xun", ride_s=299), routes=rail))
    near = (Stop("zong", "总站", 28.85, 121.12), Stop("qiao", "对面", 28.858, 121.12))    # 890 m
    assert "impossible_speed" not in found_in(small(*calls(25201, "zong", "qiao", ride_s=1), stops=near))
    unknown = (Stop("zong", "总站"), Stop("qiao", "对面", 28.858, 121.12))
    found = found_in(small(*calls(25201, "zong", "qiao", ride_s=1), stops=unknown))
    assert "impossible_speed" not in found and found["stop_without_position"].examples == ("总站 zong",)


def test_stops_outside_the_county_are_a_warning_without_a_county_none_is() -> None:
    stops = (*make_network().stops, Stop("far", "杭州东", 30.29, 120.21))
    assert found_in(make_network(stops=stops))["stop_outside_county"].examples == ("杭州东 far",)
    codes = {one.code for one in check_network(make_network(stops=stops), DayCalendar(), TODAY, None)}
    assert "stop_outside_county" not in codes


def test_codes_that_two_stops_have_are_a_warning() -> None:
    stops = tuple(replace(one, code="L1" if one.stop_id in {"zong", "xun"} else "") for one in make_network().stops)
    assert found_in(make_network(stops=stops))["duplicate_stop_code"].examples == ("L1",)


def test_a_line_without_trips_is_a_warning() -> None:
    assert found_in(small(*calls(25200, "zong", "qiao")))["route_without_trips"].examples == ("208路",)


def test_trips_that_never_run_and_services_that_end_are_warnings() -> None:
    """Working days end on 20 December, 26 days ahead; the rule of line 101 has one date, long gone."""
    network = make_network()
    services = {
        "daily": Rule(Never(), added=frozenset({date(2026, 3, 1)})),
        "workdays": replace(network.services["workdays"], last=date(2026, 12, 20)),
    }
    found = found_in(replace(network, services=services))
    assert found["trip_never_runs"].count == 3 and found["service_ends_soon"].examples == ("workdays 2026-12-18",)


def test_trips_that_begin_in_three_months_are_mentioned() -> None:
    found = found_in(make_network(services={"daily": Rule(first=date(2027, 2, 1)), "workdays": Rule()}))
    assert found["trip_not_soon"].count == 3 and found["trip_not_soon"].severity is Severity.INFO


def test_a_summer_trip_is_no_fault_in_winter() -> None:
    found = found_in(make_network(services={"daily": Rule(season=Season.SUMMER), "workdays": Rule()}))
    assert "trip_never_runs" not in found and found["trip_not_soon"].count == 3


def test_a_network_whose_every_date_is_over_is_one_warning() -> None:
    over = {"daily": Rule(last=date(2025, 1, 1)), "workdays": Rule(last=date(2025, 1, 1))}
    found = found_in(make_network(services=over))
    assert "nothing_runs" in found and "trip_never_runs" not in found


def test_a_market_line_does_not_end_soon() -> None:
    assert "service_ends_soon" not in found_in(make_network(services={
        "daily": Rule(LunarDigits(frozenset({5}))), "workdays": Rule(),
    }))


def test_intervals_that_overlap_are_an_error_and_intervals_that_touch_are_not() -> None:
    touching = (Frequency("101-a", 0, 3600, 600), Frequency("101-a", 3600, 7200, 900), Frequency("101-b", 0, 9000, 600))
    assert "frequencies_overlap" not in found_in(make_network(frequencies=touching))
    overlapping = (*touching, Frequency("101-b", 8999, 9999, 600))
    found = found_in(make_network(frequencies=overlapping))["frequencies_overlap"]
    assert found.severity is Severity.ERROR and found.examples == ("101-b",)


def test_a_trip_of_one_stop_is_a_warning() -> None:
    assert found_in(small(*calls(25200, "zong")))["one_call"].examples == ("t",)


def test_the_validators_notices_say_where() -> None:
    notices = [
        {"severity": "INFO", "code": "unknown_file", "count": 1, "message": "unknown file", "samples": [
            {"file": None, "row": None, "field": None, "context": {"filename": "extra.txt"}},
        ]},
        {"severity": "WARNING", "code": "mixed_case", "count": 7, "message": "mixed case", "samples": [
            {"file": "routes.txt", "row": 2, "field": "route_long_name", "context": {"fieldValue": "TO CBT"}},
        ]},
        {"severity": "ERROR", "code": "foreign_key", "count": 1, "message": "no such stop", "samples": [
            {"file": None, "row": None, "field": None, "context": {"csvRowNumber": 9, "filename": "stop_times.txt", "stopId": "s1"}},
        ]},
    ]
    assert findings_of(notices) == [
        Finding(Severity.ERROR, "foreign_key", 1, ("stop_times.txt row 9 stopId=s1",), "no such stop"),
        Finding(Severity.WARNING, "mixed_case", 7, ("routes.txt row 2 route_long_name fieldValue=TO CBT",), "mixed case"),
        Finding(Severity.INFO, "unknown_file", 1, ("extra.txt",), "unknown file"),
    ]
    assert say(findings_of(notices)[1], "en") == "mixed_case ×7 mixed case: routes.txt row 2 route_long_name fieldValue=TO CBT…"
