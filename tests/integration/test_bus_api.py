"""Buses for machines: lines, stops, departures, markets and days say what was published, before and after it was."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from citizen_app import clock
from citizen_app.buses import actions as bus_actions
from citizen_app.buses.network import Fare, Frequency, Network, Route, RouteKind, Stop, Translation
from citizen_app.days.kinds import DayKind
from citizen_app.days.rules import DayKinds, LunarDigits, Rule
from citizen_app.exchange import actions as exchange_actions
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from citizen_app.places.market import Market
from tests.networks import STOPS, calls, make_network

HOUR = 3600
LISTS = {"/api/v1/routes": "routes", "/api/v1/stops": "stops", "/api/v1/markets": "markets"}
WEDNESDAY, MARKET_DAY = date(2026, 11, 25), date(2026, 11, 26)    # 十月十七, 十月十八


def published_network() -> Network:
    """A daily line, one of working days, one every quarter of an hour, one for a market, and a station with two platforms."""
    trips = {
        "101-a": ("101", "daily", calls(6 * HOUR, "zong", "qiao", "xun")), "101-b": ("101", "daily", calls(24 * HOUR + 600, "zong", "qiao", "xun")),
        "208-a": ("208", "workdays", calls(7 * HOUR, "zong", "xiao", ride_s=2400)), "5-a": ("5", "daily", calls(0, "p1", "zong")),
        "m-a": ("m", "market", calls(6 * HOUR, "guang", "xun")), "m-b": ("m", "market", calls(10 * HOUR, "xun", "guang")),
    }
    stops = (
        *(Stop(key, name, lat, lon, code=f"L{key}") for key, (name, lat, lon) in STOPS.items()),
        Stop("st", "火车站", 28.87, 121.13, location_type=1, code="R"), Stop("p1", "火车站", 28.8701, 121.1301, parent_station="st"),
    )
    rule = Rule(LunarDigits(frozenset({3, 8})))
    return make_network(
        trips, stops=stops,
        routes=(
            Route("101", "101路", agency_id="lhgj", kind=RouteKind.TOWN), Route("208", "208路", agency_id="lhgj", kind=RouteKind.TOWN),
            Route("5", "微5路", agency_id="lhgj", kind=RouteKind.MICRO), Route("m", "集1路", agency_id="lhgj", kind=RouteKind.MARKET, market="xunqiao"),
        ),
        services={"daily": Rule(), "workdays": Rule(DayKinds(frozenset({DayKind.WORKDAY}))), "market": rule},
        frequencies=(Frequency("5-a", 6 * HOUR, 20 * HOUR, 900, headway_min_s=600),),
        fares=(Fare("flat", 200),),
        markets=(Market("xunqiao", "汛桥集市", rule, "Xunqiao market", lat=28.779, lon=121.195, opens_s=5 * HOUR, closes_s=11 * HOUR),),
        translations=(Translation("stops", "stop_name", "en", "Coach Station", record_id="zong"),),
        is_demo=True,
    )


def publish(network: Network) -> int:
    version = bus_actions.import_network(network, "test", clock.now())
    exchange_actions.publish_network(version.id, clock.now(), despite_errors=True)
    return version.id


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    publish(published_network())
    return app.test_client()


def get(reader: FlaskClient, path: str, **query: Any) -> Any:
    answer = reader.get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_before_a_network_is_published_lists_are_empty_and_single_things_are_not_there(client: FlaskClient) -> None:
    for path, name in LISTS.items():
        answer = get(client, path)
        assert answer[name] == [] and answer["version"] is None and answer["published_at"] is None
    for path in ("/api/v1/routes/101", "/api/v1/stops/1", "/api/v1/stops/1/departures", "/api/v1/markets/x", "/open-data/gtfs.zip"):
        assert client.get(path).status_code == 404
    assert get(client, "/api/v1/days/2026-11-25")["markets"] == []


def test_every_answer_says_its_version_that_it_is_a_demonstration_and_is_not_sent_twice(reader: FlaskClient) -> None:
    paths = [*LISTS, "/api/v1/routes/101", "/api/v1/stops/Lzong", "/api/v1/stops/Lzong/departures", "/api/v1/markets/xunqiao", "/api/v1/days/2026-11-25"]
    for path in paths:
        answer = reader.get(path)
        body = answer.json
        assert body and body["demo"] is True and body["version"] and body["published_at"] and body["attribution"] == []
        assert "max-age" in answer.headers["Cache-Control"]
        assert reader.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_line_gives_its_timetable_of_a_date_and_its_next_dates(reader: FlaskClient) -> None:
    routes = get(reader, "/api/v1/routes")["routes"]
    assert [(one["slug"], one["kind"], one["market"]) for one in routes] == [
        ("101", "town", ""), ("208", "town", ""), ("微5", "micro", ""), ("集1", "market", "xunqiao"),
    ]
    assert routes[0]["operator"] == "临海公交" and routes[0]["phone"] == "0576-85110000"
    line = get(reader, "/api/v1/routes/101", date="2026-11-25")
    direction, = line["directions"]
    assert [stop["name"] for stop in direction["stops"]] == ["客运总站", "灵江大桥", "汛桥"]
    assert [trip["times_s"] for trip in direction["trips"]] == [[21600, 22200, 22800], [87000, 87600, 88200]]
    assert line["flat_fare"] == {"price_fen": 200, "currency": "CNY"} and line["runs"] is True
    every = get(reader, "/api/v1/routes/微5", date="2026-11-25")["directions"][0]["trips"]
    assert [(trip["every_s"], trip["every_min_s"]) for trip in every] == [(None, None), (900, 600), (None, None)]


def test_a_line_that_does_not_run_on_the_date_says_when_it_does(reader: FlaskClient) -> None:
    line = get(reader, "/api/v1/routes/集1", date="2026-11-25")
    assert line["runs"] is False and line["directions"] == []
    assert line["next_dates"][:2] == ["2026-11-26", "2026-12-01"]
    assert get(reader, "/api/v1/routes/208", date="2026-11-28")["next_dates"][0] == "2026-11-30"    # a Saturday


def test_stops_come_page_by_page_and_by_box(reader: FlaskClient) -> None:
    everything = get(reader, "/api/v1/stops")
    assert everything["total"] == 7 and everything["stops"][0]["name_en"] == "Coach Station"
    page = get(reader, "/api/v1/stops", limit=2, offset=5)
    assert [one["code"] for one in page["stops"]] == ["R", "p1"] and page["total"] == 7
    assert [one["code"] for one in get(reader, "/api/v1/stops", bbox="121.1,28.845,121.125,28.855")["stops"]] == ["Lzong"]
    for wrong in ("1,2,3", "a,b,c,d", "121,29,120,28", "nan,0,1,1"):
        assert reader.get("/api/v1/stops", query_string={"bbox": wrong}).status_code == 422


def test_a_stop_names_its_lines_and_a_station_its_platforms(reader: FlaskClient) -> None:
    stop = get(reader, "/api/v1/stops/Lzong")
    assert [(line["slug"], line["headsign"]) for line in stop["lines"]] == [("101", "汛桥"), ("208", "小芝")]
    assert stop["platforms"] == [] and stop["lines"][0]["next_date"] is not None
    station = get(reader, "/api/v1/stops/R")
    assert [one["code"] for one in station["platforms"]] == ["p1"] and [line["slug"] for line in station["lines"]] == ["微5"]
    assert reader.get("/api/v1/stops/nowhere").status_code == 404


def test_departures_are_those_from_the_moment_on_with_the_night_before_and_the_last_one_marked(reader: FlaskClient) -> None:
    found = get(reader, "/api/v1/stops/Lzong/departures", at="2026-11-25T00:00:00+08:00", hours=24)
    rows = [(one["slug"], one["departs_at"], one["service_day"], one["is_last"]) for one in found["departures"]]
    assert rows == [
        ("101", "2026-11-24T16:10:00+00:00", "2026-11-24", True), ("101", "2026-11-24T22:00:00+00:00", "2026-11-25", False),
        ("208", "2026-11-24T23:00:00+00:00", "2026-11-25", True),
    ]
    assert (found["at"], found["until"]) == ("2026-11-24T16:00:00+00:00", "2026-11-25T16:00:00+00:00")
    station = get(reader, "/api/v1/stops/R/departures", at="2026-11-25T06:00:00+08:00", hours=1)["departures"]
    assert [(one["stop"], one["headway_s"], one["is_approximate"]) for one in station] == [("p1", 900, True)] * 4


@pytest.mark.parametrize("query", [
    {"at": "2026-11-25T00:00:00"}, {"at": "tomorrow"}, {"at": "0001-01-01T00:00:00Z"}, {"at": "9999-12-31T23:59:59Z"}, {"hours": "0"}, {"hours": "49"},
])
def test_a_moment_without_a_zone_or_a_span_of_many_days_is_refused_with_its_field(reader: FlaskClient, query: dict[str, str]) -> None:
    answer = reader.get("/api/v1/stops/Lzong/departures", query_string=query)
    assert answer.status_code == 422 and answer.json
    assert [fault["field"] for fault in answer.json["errors"]] == list(query)


def test_departures_without_a_moment_are_those_from_now_on(reader: FlaskClient) -> None:
    found = get(reader, "/api/v1/stops/Lzong/departures", hours=48)
    assert abs(datetime.fromisoformat(found["at"]) - clock.now()) < timedelta(minutes=5)
    assert found["departures"] and all(found["at"] <= one["departs_at"] < found["until"] for one in found["departures"])


def test_a_market_says_its_rule_its_dates_and_the_last_way_home(reader: FlaskClient) -> None:
    market = get(reader, "/api/v1/markets")["markets"][0]
    assert market["rule"] and market["rule_en"] and market["rule"] != market["rule_en"] and len(market["next_dates"]) == 10
    one = get(reader, "/api/v1/markets/xunqiao")
    line, = one["lines"]
    assert one["lines_on"] == one["next_dates"][0]["date"] and line["slug"] == "集1" and line["stop"] == "Lxun"
    assert [(ride["from_stop"], ride["to_stop"]) for ride in (*line["there"], *line["back"])] == [("Lguang", "Lxun"), ("Lxun", "Lguang")]
    assert line["back"][-1]["departs_at"].endswith("T02:00:00+00:00")


def test_a_day_says_its_lunar_date_its_kind_and_its_markets(reader: FlaskClient) -> None:
    day = get(reader, f"/api/v1/days/{MARKET_DAY}")
    assert day["lunar"]["text"] == "十月十八" and day["kind"] == "workday" and day["season"] == "winter" and day["is_announced"] is True
    assert day["markets"] == [{"slug": "xunqiao", "name": "汛桥集市", "name_en": "Xunqiao market"}]
    assert get(reader, f"/api/v1/days/{WEDNESDAY}")["markets"] == []
    assert get(reader, "/api/v1/days/2026-10-01")["kind"] == "holiday"
    far = get(reader, "/api/v1/days/1980-01-01")
    assert far["lunar"] is None and far["is_announced"] is False
    for wrong in ("tomorrow", "2026-02-30", "0001-01-01"):
        assert reader.get(f"/api/v1/days/{wrong}").status_code == 422


def test_the_open_data_is_the_published_network_and_is_not_sent_twice(reader: FlaskClient) -> None:
    answer = reader.get("/open-data/gtfs.zip")
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    assert "stop_times.txt" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    with open_archive(answer.data) as archive:
        network = read_network(archive).get_network()
    assert {trip.trip_id for trip in network.trips} == {trip.trip_id for trip in published_network().trips}
    assert reader.get("/open-data/gtfs.zip", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert "gtfs.zip" in answer.headers["Content-Disposition"]


def test_a_newer_version_is_what_the_next_answer_is_made_from(reader: FlaskClient) -> None:
    first = get(reader, "/api/v1/routes")["version"]
    network = published_network()
    version = bus_actions.import_network(replace(network, routes=(replace(network.routes[0], short_name="999路"), *network.routes[1:])), "test", clock.now())
    exchange_actions.publish_network(version.id, clock.now(), despite_errors=True)
    answer = get(reader, "/api/v1/routes")
    assert answer["version"] == version.id != first and answer["routes"][0]["slug"] == "999"
