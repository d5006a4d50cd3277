"""Data for machines: what it says, how it is kept by those who ask, and in which form it refuses."""

from __future__ import annotations

import contextvars
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.errors import InputProblem
from citizen_app.extensions import db
from citizen_app.ops import actions as ops_actions
from citizen_app.ops.source import Run
from citizen_app.parking import actions
from citizen_app.parking.board import board
from citizen_app.parking.occupancy import Reading
from citizen_app.parking.store import current_snapshot
from tests.every_state import FACILITIES, SOURCE, fill_every_state
from tests.factories import make_source
from tests.servers import PostgresServer, RedisServer

FIELDS = {
    "uid", "name", "name_en", "kind", "lat", "lon", "address", "capacity", "available_spaces", "opening_status", "quality",
    "level", "trend", "observed_at", "received_at", "capacity_by_kind", "max_height_cm", "opening_hours",
}
DATA = ("/api/v1/parking", "/api/v1/parking/scarce", "/api/v1/sources", "/open-data/parking.geojson", "/api/openapi.json")


class Reader(FlaskClient):
    """Asks from outside the test's own application context, as another machine does."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    """A client of a county with a car park in every state, counted by one source."""
    app.test_client_class = Reader
    address = "https://user:hunter2@vendor.example/parking?key=s3cret"
    ops_actions.save_sources([make_source(SOURCE, url=address, headers={"X-Key": "s3cret"}, secret_env="VENDOR_KEY")])
    fill_every_state(clock.now())
    return app.test_client()


def history(reader: FlaskClient, uid: str, start: datetime, end: datetime, **more: str) -> TestResponse:
    return reader.get(f"/api/v1/parking/{uid}/history", query_string={"from": start.isoformat(), "to": end.isoformat(), **more})


# What it says.

def test_the_list_says_of_each_car_park_what_the_pages_say(reader: FlaskClient) -> None:
    answer = reader.get("/api/v1/parking").json
    assert answer and answer["demo"] is True
    found = {one["uid"]: one for one in answer["facilities"]}
    assert set(found) == {uid for uid, *_ in FACILITIES}
    for entry in board(current_snapshot(), clock.now()):
        one, judged = found[entry.facility.uid], entry.availability
        assert set(one) >= FIELDS
        assert (one["available_spaces"], one["quality"], one["level"]) == (judged.available_spaces, judged.quality, judged.level)
        assert one["observed_at"] is None or datetime.fromisoformat(one["observed_at"]) == judged.observed_at
    assert found["full"]["available_spaces"] == 0
    for uid in ("stale", "stuck", "impossible", "closed", "reported-closed", "unknown"):
        assert found[uid]["available_spaces"] is None, uid
    assert found["unknown"]["capacity"] is None and found["unknown"]["observed_at"] is None


def test_only_car_parks_with_a_known_free_space_can_be_asked_for(reader: FlaskClient) -> None:
    answer = reader.get("/api/v1/parking?has_space=true").json
    assert answer and {one["uid"] for one in answer["facilities"]} == {"scarce", "few", "enough", "plenty", "delayed"}


def test_one_car_park_has_its_entrances_and_tariff_too(reader: FlaskClient) -> None:
    answer = reader.get("/api/v1/parking/scarce").json
    assert answer and answer["demo"] is True and answer["name"] == "市一医院停车场"
    assert [one["name"] for one in answer["entrances"]] == ["北门", "赤城路口"]
    assert answer["tariff"]["free_minutes"] == 15 and answer["capacity_by_kind"] == {"charging": 28, "disabled": 6}
    assert answer["available_spaces"] == 6 and answer["trend"] == "falling"
    unpriced = reader.get("/api/v1/parking/unknown").json
    assert unpriced and unpriced["tariff"] is None


def test_chinese_is_sent_as_it_is_read(reader: FlaskClient) -> None:
    assert "市一医院停车场" in reader.get("/api/v1/parking").text


def test_history_is_in_quarters_of_an_hour_oldest_first(reader: FlaskClient) -> None:
    end = clock.now() - timedelta(days=3)
    answer = history(reader, "scarce", end - timedelta(hours=6), end).json
    assert answer and answer["resolution"] == "15min" and len(answer["aggregates"]) == 24
    moments = [datetime.fromisoformat(one["starts_at"]) for one in answer["aggregates"]]
    assert moments == sorted(moments) and all(moment.minute % 15 == 0 for moment in moments)
    assert all(one["spaces_min"] <= one["spaces_mean"] <= one["spaces_max"] for one in answer["aggregates"])


def test_raw_history_keeps_what_no_page_shows(reader: FlaskClient) -> None:
    now = clock.now()
    answer = history(reader, "impossible", now - timedelta(hours=1), now, resolution="raw").json
    assert answer and [one["available_spaces"] for one in answer["readings"]] == [140]


def test_a_span_that_cannot_be_answered_is_refused_in_clear_words(reader: FlaskClient) -> None:
    cases: list[tuple[dict[str, str], str, str]] = [
        ({}, "from", "Missing"),
        ({"from": "2026-01-01T00:00:00", "to": "2026-01-02T00:00:00Z"}, "from", "datetime"),
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "to", "after from"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"}, "to", "at most 31 days"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-01-03T00:00:00Z", "resolution": "raw"}, "to", "at most 1 day"),
        ({"from": "2020-01-01T00:00:00Z", "to": "2020-01-01T06:00:00Z", "resolution": "raw"}, "from", "30 days"),
        ({"from": "0001-01-01T00:00:00+14:00", "to": "0001-01-02T00:00:00Z"}, "from", "year"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "resolution": "5min"}, "resolution", "Must be"),
    ]
    for query, field, words in cases:
        answer = reader.get("/api/v1/parking/scarce/history", query_string=query)
        assert answer.status_code == 422 and answer.mimetype == "application/problem+json" and answer.json
        fault = {one["field"]: one for one in answer.json["errors"]}[field]
        assert words in fault["message"] and (fault["row"], fault["value"]) == ("query", query.get(field, ""))


def test_sources_say_how_they_stand_and_nothing_that_opens_a_door(reader: FlaskClient, capfd: pytest.CaptureFixture[str]) -> None:
    now = clock.now()
    fault = InputProblem("record 3", "free", "https://user:hunter2@vendor.example/lot?key=s3cret", "not a number")
    error = "cannot reach https://user:hunter2@vendor.example/parking?key=s3cret: timed out"
    ops_actions.record_run(Run(SOURCE, now, now, "ok", 200, 512, 9))
    ops_actions.record_run(Run(SOURCE, now, now, "error", None, 0, 0, 1, (fault,), error, now + timedelta(seconds=90)))
    answer = reader.get("/api/v1/sources")
    assert answer.json
    [state] = answer.json["sources"]
    assert state["uid"] == SOURCE and state["interval_s"] == 60
    assert state["last_run"]["outcome"] == "error" and state["last_good_run"]["rows_good"] == 9
    assert state["last_run"]["error"] == "cannot reach https://vendor.example/… timed out"
    assert datetime.fromisoformat(state["next_due_at"]) == now + timedelta(seconds=90)
    spoken = "".join(reader.get(path).text for path in (*DATA, "/metrics", "/readyz", "/api/")) + "".join(capfd.readouterr())
    assert "hunter2" not in spoken and "s3cret" not in spoken and "VENDOR_KEY" not in spoken


def test_geojson_has_a_point_for_each_car_park_with_the_same_numbers(reader: FlaskClient) -> None:
    answer = reader.get("/open-data/parking.geojson")
    assert answer.mimetype == "application/geo+json" and answer.json
    assert answer.json["type"] == "FeatureCollection" and answer.json["demo"] is True
    listed = {one["uid"]: one for one in (reader.get("/api/v1/parking").json or {})["facilities"]}
    assert len(answer.json["features"]) == len(listed)
    for feature in answer.json["features"]:
        one = listed[feature["id"]]
        assert feature["geometry"] == {"type": "Point", "coordinates": [one["lon"], one["lat"]]}
        assert all(one[name] == value for name, value in feature["properties"].items() if not name.endswith("_at"))


# How it is kept by those who ask.

def test_what_has_not_changed_is_not_sent_again(reader: FlaskClient) -> None:
    for path in DATA:
        first = reader.get(path)
        assert first.status_code == 200 and re.fullmatch(r"public, max-age=\d+", first.headers["Cache-Control"]), path
        for headers in ({}, {"Accept-Encoding": "gzip"}):
            again = reader.get(path, headers={"If-None-Match": first.headers["ETag"], **headers})
            assert (again.status_code, again.data) == (304, b""), path
            assert again.headers["ETag"] == first.headers["ETag"] and "max-age" in again.headers["Cache-Control"]
        assert reader.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
        assert reader.head(path).headers["ETag"] == first.headers["ETag"]


def test_the_tag_stays_while_only_the_clock_moves_and_goes_when_a_count_does(reader: FlaskClient) -> None:
    before = reader.get("/api/v1/parking")
    time.sleep(1.1)
    after = reader.get("/api/v1/parking")
    assert before.headers["ETag"] == after.headers["ETag"]
    assert (before.json or {})["judged_at"] != (after.json or {})["judged_at"]
    actions.record_readings(SOURCE, [Reading("enough", clock.now(), 63)], clock.now())
    answer = reader.get("/api/v1/parking", headers={"If-None-Match": before.headers["ETag"]})
    assert answer.status_code == 200 and answer.headers["ETag"] != before.headers["ETag"]


def test_any_site_may_read_and_none_may_write(reader: FlaskClient) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    for path in (*DATA, "/api/v1/parking/nowhere", "/api/v1/parking/scarce/history"):
        answer = reader.get(path, headers=origin)
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in answer.headers
        asked = reader.options(path, headers={**origin, "Access-Control-Request-Method": "GET"})
        assert asked.status_code == 200 and asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
        assert asked.headers["Access-Control-Allow-Headers"] == "If-None-Match"


def test_pages_are_not_open_to_other_sites(reader: FlaskClient) -> None:
    assert "Access-Control-Allow-Origin" not in reader.get("/parking").headers


# In which form it refuses.

def test_every_refusal_is_a_problem_in_json(reader: FlaskClient) -> None:
    cases = [
        ("GET", "/api/nothing", 404), ("GET", "/api/v1/parking/nowhere", 404), ("GET", "/api/v1/parking/%00", 404),
        ("GET", "/api/v1/parking/nowhere/history?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z", 404),
        ("POST", "/api/v1/parking", 405), ("DELETE", "/api/v1/sources", 405), ("GET", "/api/v1/parking?has_space=maybe", 422),
        ("GET", "/open-data/nothing", 404),
    ]
    for method, path, status in cases:
        answer = reader.open(path, method=method)
        assert answer.status_code == status and answer.mimetype == "application/problem+json", path
        assert answer.json and set(answer.json) >= {"type", "title", "status", "detail"} and answer.json["status"] == status


def test_a_fault_of_our_own_is_a_problem_too_and_tells_nothing(app: Flask) -> None:
    @app.get("/api/v1/broken")
    @access(PUBLIC)
    def broken() -> str:
        raise RuntimeError("the secret of the house")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/api/v1/broken")
    assert answer.status_code == 500 and answer.mimetype == "application/problem+json"
    assert "secret of the house" not in answer.text


# Health, measurements, logs.

def test_ready_says_what_does_not_work_and_goes_on(reader: FlaskClient, redis_server: RedisServer) -> None:
    assert reader.get("/healthz").json == {"status": "ok"}
    whole = reader.get("/readyz")
    assert whole.status_code == 200 and whole.json
    assert whole.json == {"ready": True, "degraded": [], "county": True, "database": True, "redis": True, "snapshot": "redis"}
    redis_server.kill()
    try:
        halt = reader.get("/readyz")
        assert halt.status_code == 200 and halt.json
        assert halt.json["degraded"] == ["redis"] and halt.json["snapshot"] == "database"
    finally:
        redis_server.start()


def test_without_a_county_it_is_alive_but_not_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json and "county" in answer.json["degraded"]


@pytest.fixture
def hung_postgres(request: pytest.FixtureRequest, database_kind: str, reader: FlaskClient) -> Iterator[bool]:
    """Whether the database was hung; SQLite has no server that could be."""
    if database_kind == "sqlite":
        yield False
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    db.engine.dispose()    # connections that are open already would still be served
    server.hang()
    yield True
    server.resume()


def test_a_database_that_hangs_does_not_hang_health_or_measurements(reader: FlaskClient, hung_postgres: bool) -> None:
    began = time.monotonic()
    ready, measured = reader.get("/readyz"), reader.get("/metrics")
    assert time.monotonic() - began < 10
    assert ready.status_code == 200 and ready.json and ready.json["database"] is not hung_postgres
    assert f"citizen_database_up {0.0 if hung_postgres else 1.0}" in measured.text


def measurements(reader: FlaskClient) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = reader.get("/metrics")
    assert answer.mimetype == "text/plain"
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(answer.text) for sample in family.samples
    }


def test_measurements_tell_qualities_sources_snapshot_and_requests(reader: FlaskClient) -> None:
    now = clock.now()
    ops_actions.record_run(Run(SOURCE, now - timedelta(seconds=30), now - timedelta(seconds=30), "ok"))
    first = measurements(reader)
    assert first["citizen_facilities", ("live",)] == 5 and first["citizen_facilities", ("stuck",)] == 1
    assert first["citizen_source_up", (SOURCE,)] == 1
    assert 29 < first["citizen_source_last_good_run_age_seconds", (SOURCE,)] < 60
    assert 10 < first["citizen_source_newest_reading_age_seconds", (SOURCE,)] < 60
    assert first["citizen_snapshot_origin", ("redis",)] == 1 and first["citizen_snapshot_age_seconds", ()] < 5
    ops_actions.record_run(Run(SOURCE, now, now, "error", error="no"))
    reader.get("/api/v1/parking/nowhere")
    second = measurements(reader)
    assert second["citizen_source_up", (SOURCE,)] == 0
    counted = ("citizen_requests_total", ("/api/v1/parking/<uid>", "404", "GET"))
    assert second[counted] == first.get(counted, 0) + 1


def test_each_request_has_one_line_with_its_id_and_nothing_of_the_reader(
    reader: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    answer = reader.get(
        "/parking/scarce?lat=28.85&lon=121.12&key=letmein", headers={"X-Request-ID": "from-the-proxy-1"},
        environ_overrides={"REMOTE_ADDR": "203.0.113.77"},
    )
    text = capfd.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    [line] = [line for line in lines if line["logger"] == "access"]
    assert answer.headers["X-Request-ID"] == line["request_id"] == "from-the-proxy-1"
    assert (line["method"], line["path"], line["route"], line["status"]) == ("GET", "/parking/scarce", "/parking/<uid>", 200)
    assert not any(word in text for word in ("203.0.113.77", "letmein", "121.12"))


def test_an_id_that_is_not_sane_is_replaced(client: FlaskClient) -> None:
    for sent in ("", "short", "x" * 65, 'quote"-and-more', "white space"):
        given = client.get("/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"]
        assert re.fullmatch(r"[0-9a-f]{32}", given), sent


# For people who write programs.

def test_the_readable_page_names_every_operation_and_shows_how_to_ask_this_very_host(reader: FlaskClient) -> None:
    paths = (reader.get("/api/openapi.json").json or {})["paths"]
    for lang, words in (("zh", "推送余位"), ("en", "Push free spaces")):
        page = reader.get(f"/api/?lang={lang}", base_url="https://travel.linhai.example").text
        assert words in page and all(path in page for path in paths)
        assert "curl https://travel.linhai.example/api/v1/parking" in page
        assert "http://localhost" not in page and "<script>" not in page and "style=" not in page


def test_moments_are_utc_in_iso_8601(reader: FlaskClient) -> None:
    answer = reader.get("/api/v1/parking/scarce").json
    assert answer and datetime.fromisoformat(answer["observed_at"]).utcoffset() == datetime.now(UTC).utcoffset()
