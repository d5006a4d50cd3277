"""Which stops a village has, and how sure that is."""

from __future__ import annotations

import pytest

from citizen_app.buses.market_days import market_of
from citizen_app.buses.network import Stop
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.buses.villages import Certainty, Corrections, Villages, find_gone, link_villages
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import Rule
from citizen_app.places.county import Village
from citizen_app.places.market import Market
from tests.networks import calls, make_network

TOWN, OTHER_TOWN = "331082100", "331082112"


def make_schedule(*stops: Stop, calling: tuple[str, ...] | None = None) -> Schedule:
    """A network with these stops, and one trip that calls at those named, at all of them if none are."""
    ids = tuple(stop.stop_id for stop in stops if stop.location_type == 0) if calling is None else calling
    return build_schedule(make_network({"t": ("101", "daily", calls(6 * 3600, *ids))}, stops=stops), DayCalendar())


def stop(name: str, town: str = TOWN, **fields: object) -> Stop:
    return Stop(str(fields.pop("stop_id", name)), name, 28.8, 121.1, code=str(fields.pop("code", name)), town_code=town, **fields)  # type: ignore[arg-type]


def village(name: str, code: str = "v", town: str = TOWN) -> Village:
    return Village(code, name, town)


def links_of(villages: Villages, code: str = "v") -> list[tuple[int, Certainty]]:
    return [(one.stop, one.certainty) for one in villages.links.get(code, ())]


@pytest.mark.parametrize(
    ("name", "stop_name", "certainty"),
    [
        ("光明村委会", "光明村", Certainty.SAME),
        ("光明村委会", "光明村（东）", Certainty.SAME),
        ("光明村村民委员会", "光明村", Certainty.SAME),
        ("文化社区", "文化社区", Certainty.SAME),
        ("光明村委会", "光明村委会", Certainty.SAME),
        ("光明村委会", "光明", Certainty.BARE),
        ("文化社区", "文化", Certainty.BARE),
        ("浦山居委会", "浦山", Certainty.SAME),
        ("光明村委会", "光明社区", Certainty.BARE),
        ("光明村委会", "光明村口", Certainty.PART),
        ("光明村委会", "光明路口", Certainty.PART),
        ("光明村委会", "光明村路口", Certainty.PART),
        ("光明村委会", "光明站", Certainty.PART),
        ("光明村委会", "光明村北", Certainty.PART),
        ("村口村委会", "村口", Certainty.BARE),
        ("光明村委会", "上光明", None),
        ("光明村委会", "光明小学", None),
        ("桥村委会", "桥东", None),
        ("光明村委会", "路口", None),
    ],
)
def test_a_stop_is_a_villages_by_its_name_with_or_without_what_kind_of_place_it_is(name: str, stop_name: str, certainty: Certainty | None) -> None:
    found = link_villages(make_schedule(stop(stop_name)), [village(name)])
    assert links_of(found) == ([] if certainty is None else [(0, certainty)])


def test_villages_of_one_name_are_told_apart_by_their_towns() -> None:
    schedule = make_schedule(stop("塘头", stop_id="a", code="a"), stop("塘头", OTHER_TOWN, stop_id="b", code="b"), stop("塘头", "", stop_id="c", code="c"))
    found = link_villages(schedule, [village("塘头村委会", "v1"), village("塘头村委会", "v2", OTHER_TOWN)])
    assert links_of(found, "v1") == [(0, Certainty.BARE)] and links_of(found, "v2") == [(1, Certainty.BARE)]
    assert found.villages_of(2) == ()


def test_a_name_that_several_villages_of_a_town_share_is_the_least_sure() -> None:
    both = [village("花街村委会", "v1"), village("花街社区", "v2")]
    found = link_villages(make_schedule(stop("花街"), stop("花街社区"), stop("花街村口")), both)
    assert links_of(found, "v1") == [(0, Certainty.SHARED), (2, Certainty.SHARED)]
    assert links_of(found, "v2") == [(1, Certainty.SAME), (0, Certainty.SHARED), (2, Certainty.SHARED)]
    assert found.villages_of(0) == ("v1", "v2")


def test_what_the_network_says_counts_more_than_a_name_and_is_not_given_to_another_village() -> None:
    schedule = make_schedule(stop("光明", village_code="v2"), stop("光明村口"), stop("汛桥", village_code="nobody"))
    found = link_villages(schedule, [village("光明村委会", "v1"), village("利民村委会", "v2")])
    assert links_of(found, "v1") == [(1, Certainty.PART)] and links_of(found, "v2") == [(0, Certainty.GIVEN)]


def test_a_village_is_served_where_a_bus_calls_and_a_station_stands_for_its_platforms() -> None:
    station = stop("光明", stop_id="station", code="s", location_type=1)
    platforms = [stop("光明", stop_id=key, code=key, parent_station="station") for key in ("p1", "p2")]
    schedule = make_schedule(station, *platforms, stop("利民"), stop("客运总站"), calling=("p2", "客运总站"))
    found = link_villages(schedule, [village("光明村委会"), village("利民村委会", "v2")])
    assert links_of(found) == [(0, Certainty.BARE)] and found.stops_of("v") == (2,) and found.is_served("v")
    assert links_of(found, "v2") == [(3, Certainty.BARE)] and found.stops_of("v2") == () and not found.is_served("v2")
    assert not found.is_served("nobody") and found.stops_of("nobody") == ()


def test_what_staff_say_stands_in_place_of_everything_else() -> None:
    schedule = make_schedule(stop("光明", village_code="v"), stop("光明村口"), stop("汛桥"), stop("利民"))
    places = [village("光明村委会"), village("利民村委会", "v2")]
    corrections: Corrections = (("v", ("汛桥",)), ("v2", ()))
    found = link_villages(schedule, places, corrections)
    assert links_of(found) == [(2, Certainty.CORRECTED)] and links_of(found, "v2") == [] and found.gone == {}
    assert link_villages(schedule, [], corrections).links == {}


def test_stops_that_are_gone_are_named_and_a_correction_without_any_left_is_passed_over() -> None:
    schedule = make_schedule(stop("光明"), stop("汛桥"))
    some = link_villages(schedule, [village("光明村委会")], (("v", ("汛桥", "旧站")),))
    none = link_villages(schedule, [village("光明村委会")], (("v", ("旧站",)),))
    assert links_of(some) == [(1, Certainty.CORRECTED)] and some.gone == {"v": ("旧站",)}
    assert links_of(none) == [(0, Certainty.BARE)] and none.gone == {"v": ("旧站",)}
    assert find_gone(schedule.network.stops, (("v", ("汛桥", "旧站")), ("w", ("旧站", "b")))) == ["b", "旧站"]


def test_people_go_to_the_market_of_their_town_else_to_the_nearest() -> None:
    markets = [
        Market("far", "远", Rule(), town_code="t1", lat=28.9, lon=121.0), Market("near", "近", Rule(), town_code="t1", lat=28.8, lon=121.0),
        Market("nowhere", "无", Rule(), town_code="t2"),
    ]
    assert market_of(markets, "t1", (28.8, 121.0)) is markets[1]
    assert market_of(markets, "t1", None) is markets[0]
    assert market_of(markets, "t2", (28.8, 121.0)) is markets[2]
    assert market_of(markets, "t3", (28.95, 121.0)) is markets[0]
    assert market_of(markets, "t3", None) is None and market_of([], "t1", (28.8, 121.0)) is None
