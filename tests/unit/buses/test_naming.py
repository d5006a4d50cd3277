"""Slugs, codes, and names in two languages."""

from __future__ import annotations

from hypothesis import given

from citizen_app.buses.naming import codes_of, slugify, slugs_of
from citizen_app.buses.network import Network, Route, Stop, Translation
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.errors import NotFound
from tests import networks as makers
from tests.networks import make_network
from tests.unit.buses.oracle import CALENDAR

TRANSLATIONS = (
    Translation("stops", "stop_name", "en", "Coach Station", record_id="zong"),
    Translation("stops", "stop_name", "en-GB", "Xunqiao", field_value="汛桥"),
    Translation("routes", "route_short_name", "en", "No. 101", record_id="101"),
    Translation("trips", "trip_headsign", "en", "To town", field_value="进城"),
)


def schedule_of(**fields: object) -> Schedule:
    return build_schedule(make_network(translations=TRANSLATIONS, **fields), CALENDAR)


def test_slugs_are_short_plain_and_different() -> None:
    names = ["101路", "108A路", "101", "集 1/2路", "", "环城一路", "K１路"]
    routes = [Route(f"id {number}", name, "长 名" if not name else "") for number, name in enumerate(names)]
    assert slugs_of(routes) == ["101", "108a", "101-2", "集-1-2", "长-名", "环城一路", "k1"]
    assert slugs_of([Route("!", "?"), Route("?", "!")]) == ["line", "line-2"]
    assert slugify("Ａ_b  C") == "a-b-c"


def test_codes_are_those_on_the_sign_else_the_stop_id_and_different() -> None:
    stops = [Stop("a", "A", code="7"), Stop("b", "B", code="7"), Stop("7", "C"), Stop("d/e ?", "D"), Stop("x", "X", location_type=2)]
    assert codes_of(stops) == ["7", "b", "7-2", "d-e", ""]


@given(makers.networks())
def test_every_line_and_stop_is_found_by_its_own_slug_or_code(network: Network) -> None:
    schedule = build_schedule(network, CALENDAR)
    for route in network.routes:
        slug = schedule.slug_of(route)
        assert schedule.route_by_slug(slug) == route and "/" not in slug and slug.strip()
    for stop in network.stops:
        code = schedule.code_of(stop)
        assert (code == "") == (stop.location_type > 1)
        assert not code or (schedule.stop_by_code(code) == stop and "/" not in code)


def test_names_are_translated_by_record_or_by_value_and_otherwise_stay_as_they_are() -> None:
    schedule = schedule_of()
    station, bridge, xunqiao = (schedule.stop_by_code(code) for code in ("Lzong", "Lqiao", "Lxun"))
    assert [schedule.stop_name(stop, True) for stop in (station, bridge, xunqiao)] == ["Coach Station", "灵江大桥", "Xunqiao"]
    assert schedule.stop_name(station, False) == "客运总站"
    assert schedule.name("routes", schedule.route_by_slug("101"), "route_short_name", True) == "No. 101"
    assert [schedule.headsign_text(text, True) for text in ("进城", "汛桥", "别处")] == ["To town", "Xunqiao", "别处"]


def test_what_is_not_there_is_not_found() -> None:
    schedule = schedule_of()
    for look_up in (schedule.route_by_slug, schedule.stop_by_code, schedule.market_by_slug):
        try:
            look_up("nowhere")
        except NotFound as error:
            assert "nowhere" in str(error)
        else:
            raise AssertionError("found")
