"""Journeys for machines: replayed against the timetable, refused with a reason, and each answer wholly of one version."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server

from citizen_app import clock
from citizen_app.buses.schedule import Schedule
from citizen_app.buses.store import current_published
from tests.bus_site import publish_demo_buses, publish_network
from tests.networks import make_marked_network

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

MORNING = datetime(2026, 11, 24, 22, 10, tzinfo=UTC)     # 6:10 of a market day in 汛桥
AT = "2026-11-25T06:10:00+08:00"
XIAOZHI, HOSPITAL = "stop:LH0901", "LH0111"              # a key, and the code that stands on a sign
WHOLE = {"from": XIAOZHI, "to": HOSPITAL, "depart_at": AT}


@pytest.fixture
def reader(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    publish_demo_buses(MORNING)
    return app.test_client()


def journeys(reader: FlaskClient, **query: str) -> list[dict[str, Any]]:
    answer = reader.get("/api/v1/journeys", query_string={name.rstrip("_"): value for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["journeys"]
    return found


def test_every_ride_is_a_bus_of_the_timetable_on_its_day_and_nobody_boards_before_arriving(
    database_kind: str, reader: FlaskClient
) -> None:
    published = current_published()
    assert published is not None
    found = [
        *journeys(reader, from_=XIAOZHI, to=HOSPITAL, depart_at=AT),
        *journeys(reader, from_=XIAOZHI, to=HOSPITAL, depart_at=AT, until="2026-11-25T12:00:00+08:00"),
        *journeys(reader, from_="village:331082100217", to="market:xunqiao", depart_at=AT),
        *journeys(reader, from_=XIAOZHI, to="landmark:紫阳街", arrive_by="2026-11-26T10:00:00+08:00"),
    ]
    assert len(found) > 10
    for journey in found:
        free_at = journey["departs_at"]
        for leg in journey["legs"]:
            assert free_at <= leg["departs_at"] <= leg["arrives_at"]
            free_at = leg["arrives_at"]
            if leg["kind"] == "ride":
                assert runs(published.schedule, leg), leg
        assert free_at == journey["arrives_at"]
        fares = [leg["fare"] for leg in journey["legs"] if leg["kind"] == "ride"]
        total = sum(fare["price_fen"] for fare in fares if fare)
        assert journey["fare"] == (None if None in fares or not fares else {"price_fen": total, "currency": "CNY"})


def runs(schedule: Schedule, leg: dict[str, Any]) -> bool:
    """Whether the trip runs on its day and calls at both stops one after the other, as long apart as the ride takes."""
    network, calls = schedule.network, schedule.network.stop_times
    number, trip = next((n, one) for n, one in enumerate(network.trips) if one.trip_id == leg["trip_id"])
    day = datetime.fromisoformat(leg["service_day"]).date()
    span = range(int(calls.first[number]), int(calls.first[number + 1]))
    codes = [schedule.code_of(network.stops[int(calls.stop[call])]) for call in span]
    start, end = codes.index(leg["from_stop"]), len(codes) - 1 - codes[::-1].index(leg["to_stop"])
    ride = datetime.fromisoformat(leg["arrives_at"]) - datetime.fromisoformat(leg["departs_at"])
    planned_s = int(calls.arrival_s[span[end]]) - int(calls.departure_s[span[start]])
    return trip.service_id in schedule.services_on(day) and start < end and abs(ride - timedelta(seconds=planned_s)) < timedelta(minutes=2)


def test_arriving_by_and_within_a_span_keep_to_what_was_asked(database_kind: str, reader: FlaskClient) -> None:
    until = "2026-11-25T09:00:00+08:00"
    assert all(one["arrives_at"] <= "2026-11-25T01:30" for one in journeys(reader, from_=XIAOZHI, to=HOSPITAL, arrive_by="2026-11-25T09:30:00+08:00"))
    within = journeys(reader, from_=XIAOZHI, to=HOSPITAL, depart_at=AT, until=until)
    assert within and all("2026-11-24T22:10" <= one["departs_at"] < "2026-11-25T01:00" for one in within)


@pytest.mark.parametrize(("query", "field"), [
    ({"from": "stop:nowhere"}, "from"), ({"to": "line:101"}, "to"), ({"to": XIAOZHI}, "to"), ({"depart_at": "2026-11-25T06:10"}, "depart_at"),
    ({"arrive_by": AT}, "arrive_by"), ({"depart_at": "1999-01-01T00:00:00Z"}, "depart_at"), ({"until": AT}, "until"),
    ({"until": "2026-11-28T06:10:00+08:00"}, "until"), ({"from": ""}, "from"),
])
def test_a_wrong_question_is_a_problem_that_names_the_field(
    database_kind: str, reader: FlaskClient, query: dict[str, str], field: str
) -> None:
    answer = reader.get("/api/v1/journeys", query_string={**WHOLE, **query})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert field in {one["field"] for one in answer.get_json()["errors"]}


def test_what_is_reached_is_what_a_journey_to_it_reaches(database_kind: str, reader: FlaskClient) -> None:
    body = reader.get("/api/v1/reach", query_string={"from": XIAOZHI, "depart_at": AT, "until": "2026-11-25T08:40:00+08:00"}).get_json()
    stops = body["stops"]
    assert [one["arrives_at"] for one in stops] == sorted(one["arrives_at"] for one in stops) and len(stops) > 50
    assert all(one["arrives_at"] <= body["until"] for one in stops)
    for one in stops[::40]:
        if one["code"] != "LH0901":
            soonest = min(found["arrives_at"] for found in journeys(reader, from_=XIAOZHI, to=one["code"], depart_at=AT))
            assert soonest <= one["arrives_at"], one


def test_an_answer_names_its_version_and_holds_nothing_of_another_one(database_kind: str, reader: FlaskClient) -> None:
    for mark in ("甲", "乙"):
        publish_network(make_marked_network(mark), MORNING)
        body = reader.get("/api/v1/journeys", query_string={"from": "stop:zong", "to": "stop:xun", "depart_at": AT}).get_json()
        published = current_published()
        assert published is not None and body["version"] == published.version_id
        rides = [leg for one in body["journeys"] for leg in one["legs"] if leg["kind"] == "ride"]
        assert rides and {(leg["short_name"], leg["headsign"], leg["trip_id"].split("-")[0]) for leg in rides} == {(mark, mark, mark)}


def test_without_a_network_there_is_nothing_to_ask(database_kind: str, app: Flask) -> None:
    for path in ("journeys", "reach"):
        assert app.test_client().get(f"/api/v1/{path}", query_string={"from": "stop:a", "to": "stop:b"}).status_code == 404


# The document of the API is true of them.

@pytest.fixture
def document(reader: FlaskClient, app: Flask) -> Iterator[Any]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield schemathesis.openapi.from_url(f"http://127.0.0.1:{server.port}/api/openapi.json")
    server.shutdown()
    thread.join()
    server.server_close()


PLACES = st.sampled_from([XIAOZHI, HOSPITAL, "village:331082100217", "market:xunqiao", "landmark:紫阳街", "town:331082112"])
MOMENTS = st.timedeltas(timedelta(), timedelta(days=10)).map(lambda span: (MORNING + span).isoformat())


def test_known_places_are_always_answered_with_what_is_documented(database_kind: str, document: Any) -> None:
    operations = {"journeys": document["/api/v1/journeys"]["GET"], "reach": document["/api/v1/reach"]["GET"]}

    @settings(max_examples=60, derandomize=True, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(places=st.lists(PLACES, min_size=2, max_size=2, unique=True), at=MOMENTS, way=st.sampled_from(["depart_at", "arrive_by", "reach"]))
    def answers(places: list[str], at: str, way: str) -> None:
        if way == "reach":
            response = operations["reach"].Case(query={"from": places[0], "depart_at": at}).call_and_validate()
        else:
            response = operations["journeys"].Case(query={"from": places[0], "to": places[1], way: at}).call_and_validate()
        assert response.status_code == 200

    answers()
