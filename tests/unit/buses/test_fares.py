"""What a ride costs, by the rules of fares version 1."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from citizen_app.buses.fares import fare_between, fare_table
from citizen_app.buses.network import Fare, FareRule, Network
from citizen_app.buses.schedule import Schedule, build_schedule
from tests import networks as makers
from tests.networks import make_network
from tests.unit.buses.oracle import CALENDAR

ZONES = {"zong": "A", "qiao": "B", "xun": "C", "guang": "C", "xiao": "D"}


def schedule_of(fares: dict[str, int], *rules: FareRule) -> Schedule:
    network = make_network(fares=tuple(Fare(key, price) for key, price in fares.items()), fare_rules=rules)
    stops = tuple(replace(stop, zone_id=ZONES[stop.stop_id]) for stop in network.stops)
    return build_schedule(replace(network, stops=stops), CALENDAR)


def price(schedule: Schedule, start: str, end: str, slug: str = "101") -> int | None:
    fare = fare_between(schedule, schedule.route_by_slug(slug), schedule.stop_by_code(f"L{start}"), schedule.stop_by_code(f"L{end}"))
    return fare.price_fen if fare else None


def test_a_fare_without_rules_applies_everywhere_and_the_cheapest_one_counts() -> None:
    schedule = schedule_of({"dear": 500, "cheap": 200})
    assert price(schedule, "zong", "xun") == price(schedule, "xun", "zong") == 200
    assert {table.flat_fare.price_fen for table in fare_table(schedule, schedule.route_by_slug("101")) if table.flat_fare} == {200}


def test_zones_of_the_first_and_last_stop_decide() -> None:
    schedule = schedule_of(
        {"far": 400, "near": 150}, FareRule("far", origin_id="A", destination_id="C"), FareRule("near", origin_id="A", destination_id="B"),
    )
    assert price(schedule, "zong", "qiao") == 150 and price(schedule, "zong", "xun") == 400
    assert price(schedule, "xun", "zong") is None
    table = fare_table(schedule, schedule.route_by_slug("101"))[0]
    assert table.flat_fare is None and len(table.stops) == len(table.fares) == 3


def test_a_rule_of_another_route_does_not_apply() -> None:
    schedule = schedule_of({"other": 100, "own": 300}, FareRule("other", route_id="208"), FareRule("own", route_id="101"))
    assert price(schedule, "zong", "xun") == 300 and price(schedule, "zong", "xiao", "208") == 100


def test_zones_passed_through_must_be_all_of_those_named_and_no_others() -> None:
    schedule = schedule_of({"abc": 350, "ab": 200}, *(FareRule("abc", contains_id=zone) for zone in "ABC"), *(FareRule("ab", contains_id=zone) for zone in "AB"))
    assert price(schedule, "zong", "xun") == 350 and price(schedule, "zong", "qiao") == 200
    assert price(schedule, "qiao", "xun") is None


def test_a_fare_of_another_agency_does_not_apply() -> None:
    schedule = schedule_of({"own": 300})
    other = replace(schedule.network, fares=(Fare("other", 100, agency_id="someone"), Fare("own", 300, agency_id="lhgj")))
    assert price(build_schedule(other, CALENDAR), "zong", "xun") == 300


def test_there_is_no_fare_where_no_trip_goes() -> None:
    assert price(schedule_of({"any": 200}), "zong", "xiao") is None
    assert price(schedule_of({}), "zong", "xun") is None


@given(makers.networks())
def test_the_table_says_the_same_as_each_single_fare(network: Network) -> None:
    schedule = build_schedule(network, CALENDAR)
    for route in network.routes:
        for table in fare_table(schedule, route):
            for place, row in enumerate(table.fares):
                assert len(row) == len(table.stops) and set(row[:place + 1]) == {None}
                for further in range(place + 1, len(row)):
                    single = fare_between(schedule, route, table.stops[place], table.stops[further])
                    if row[further] is not None and table.stops[place].location_type != 1 != table.stops[further].location_type:
                        assert single is not None and single.price_fen <= row[further].price_fen    # type: ignore[union-attr]
