"""Open data over HTTP: one snapshot in all formats, each read by a library of others, and how it is kept by those who ask."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import geojson
import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from google.transit import gtfs_realtime_pb2
from lxml import etree

from citizen_app import clock, create_app
from citizen_app.clock import to_local
from citizen_app.errors import Unavailable
from citizen_app.extensions import redis_store
from citizen_app.ops.store import rates
from citizen_app.parking import actions
from citizen_app.parking import store as parking_store
from citizen_app.parking.occupancy import Reading
from tests.every_state import SOURCE, fill_every_state
from tests.integration.test_bus_api import publish, published_network
from tests.unit.exchange.test_open_parking import SCHEMA
from tests.unit.feeds.reading import parse, readings

PARKING = (
    "/open-data/parking.json", "/open-data/parking.v1.json", "/open-data/parking.datex2.xml",
    "/open-data/parking-table.datex2.xml", "/open-data/parking.geojson",
)
REALTIME = tuple(f"/open-data/gtfs-rt/{kind}.pb" for kind in ("alerts", "trip-updates", "vehicle-positions"))
BUSES = ("/open-data/gtfs.zip", *REALTIME, "/open-data/markets.ics")


pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])    # what SQL says of history: test_open_history.py


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    """Readers of a county with a car park in every state and a published bus network."""
    fill_every_state(clock.now())
    publish(published_network())
    return app.test_client()


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_silent_until_s", float("-inf"))


def this_month() -> str:
    return f"/open-data/parking-history/{to_local(clock.now() - timedelta(hours=1)):%Y-%m}.csv"


# One snapshot, many readers.

def test_all_formats_say_the_same_as_the_api(reader: FlaskClient) -> None:
    listed = {one["uid"]: one["available_spaces"] for one in (reader.get("/api/v1/parking").json or {})["facilities"]}
    v3 = reader.get("/open-data/parking.json").json or {}
    assert {one["uid"]: one["realtime_free_capacity"] for one in v3["items"]} == listed and v3["total_count"] == len(listed)
    assert v3["demo"] is True
    features = geojson.loads(reader.get("/open-data/parking.geojson").text)
    assert features.is_valid and {one["id"]: one["properties"]["available_spaces"] for one in features["features"]} == listed
    for path, kind in (("/open-data/parking.datex2.xml", "datex2"), ("/open-data/parking.json", "parkapi")):
        read = readings(parse(kind, reader.get(path).data))
        assert {uid: read[uid].available_spaces if uid in read else None for uid in listed} == listed
    live = {one["id"]: one["free"] for one in (reader.get("/open-data/parking.v1.json").json or {})["lots"] if "free" in one}
    assert live and all(listed[uid] == free for uid, free in live.items())


def test_both_publications_of_datex_are_what_the_schema_allows(reader: FlaskClient) -> None:
    for path in ("/open-data/parking.datex2.xml", "/open-data/parking-table.datex2.xml"):
        answer = reader.get(path)
        assert answer.mimetype == "application/xml"
        SCHEMA.assertValid(etree.fromstring(answer.data))


def test_realtime_is_a_full_dataset_of_now_without_anything_in_it(reader: FlaskClient) -> None:
    for path in REALTIME:
        message = gtfs_realtime_pb2.FeedMessage.FromString(reader.get(path).data)
        assert message.IsInitialized() and message.header.gtfs_realtime_version == "2.0" and not message.entity
        assert message.header.incrementality == gtfs_realtime_pb2.FeedHeader.FULL_DATASET
        assert 0 <= clock.now().timestamp() - message.header.timestamp < 60
        assert message.header.feed_version


def test_the_calendar_has_the_days_of_every_market_as_its_own_file_has_them(reader: FlaskClient) -> None:
    answer = reader.get("/open-data/markets.ics", headers={"Accept-Language": "en"})
    assert answer.mimetype == "text/calendar"
    together = days_of(answer.data)
    assert together
    for slug in {uid.rpartition("@")[0][:-9] for uid in together}:
        alone = days_of(reader.get(f"/markets/{slug}.ics").data)
        assert alone.items() <= together.items() and alone


def days_of(body: bytes) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical(body)
    return {str(event["uid"]): event.decoded("dtstart") for event in calendar.walk("VEVENT")}


def test_without_anything_loaded_each_format_is_empty_or_says_why_it_is_not_there(client: FlaskClient) -> None:
    assert (client.get("/open-data/parking.json").json or {})["items"] == []
    assert (client.get("/open-data/parking.v1.json").json or {})["lots"] == []
    for path in ("/open-data/parking.datex2.xml", "/open-data/gtfs.zip", "/open-data/markets.ics", this_month()):
        answer = client.get(path)
        assert answer.status_code == 404 and answer.mimetype == "application/problem+json", path
    for path in REALTIME:
        assert gtfs_realtime_pb2.FeedMessage.FromString(client.get(path).data).IsInitialized()
    assert client.get("/open-data/").status_code == 200


# How it is kept by those who ask.

def test_what_has_not_changed_is_not_sent_again(reader: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = {path: reader.get(path) for path in (*PARKING, *BUSES, this_month())}
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=1))
    for path, answer in first.items():
        assert answer.status_code == 200 and "max-age" in answer.headers["Cache-Control"], path
        for accept in ("gzip", "identity"):
            asked = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": accept}
            again = reader.get(path, headers=asked)
            if path not in REALTIME:    # whose timestamp moves each half minute
                assert (again.status_code, again.data) == (304, b""), path


def test_a_new_count_is_another_tag(reader: FlaskClient) -> None:
    before = {path: reader.get(path).headers["ETag"] for path in PARKING if "table" not in path}
    actions.record_readings(SOURCE, [Reading("enough", clock.now(), 63)], clock.now())
    for path, tag in before.items():
        assert reader.get(path, headers={"If-None-Match": tag}).status_code == 200, path


def test_text_is_sent_compressed_and_is_the_same_text(reader: FlaskClient) -> None:
    for path in (*PARKING, "/open-data/markets.ics", this_month()):
        packed = reader.get(path, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed.headers["Vary"], path
        assert len(packed.data) < len(gzip.decompress(packed.data)) / 2
    assert gzip.decompress(packed.data) == reader.get(this_month()).data


def test_any_site_may_read_it_and_see_when_to_come_again(reader: FlaskClient) -> None:
    for path in (*PARKING, *BUSES, this_month(), "/open-data/nothing"):
        answer = reader.get(path, headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


# How often one may ask.

@pytest.fixture
def strict(reader: FlaskClient) -> Iterator[FlaskClient]:
    """Three questions a minute."""
    reader.application.config["OPEN_DATA_PER_MINUTE"] = 3
    yield reader


def ask(reader: FlaskClient, address: str, path: str = "/open-data/parking.json", **headers: str) -> Any:
    return reader.get(path, environ_base={"REMOTE_ADDR": address}, headers=headers)


def test_too_many_questions_are_a_429_that_says_when_to_come_again(strict: FlaskClient) -> None:
    assert [ask(strict, "203.0.113.5").status_code for _ in range(3)] == [200, 200, 200]
    refused = ask(strict, "203.0.113.5")
    assert refused.status_code == 429 and refused.mimetype == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 20 and "more than 3 questions a minute" in refused.json["detail"]
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(strict, "203.0.113.6").status_code == 200, "another client is not to blame"
    for path in ("/open-data/", "/parking", "/api/v1/parking", "/"):
        assert ask(strict, "203.0.113.5", path).status_code == 200, "pages and the interface are not limited"


def test_the_bucket_fills_again(strict: FlaskClient) -> None:
    strict.application.config["OPEN_DATA_PER_MINUTE"] = 600    # one each tenth of a second
    while ask(strict, "203.0.113.5").status_code == 200:
        rates.spend("open-data", "203.0.113.5", 600, 100)
    wait_s = rates.spend("open-data", "203.0.113.5", 600)
    assert 0 < wait_s < 60
    [key] = redis_store.client.keys("rate:open-data:203.0.113.5")    # type: ignore[misc]
    assert 0 < int(redis_store.client.pttl(key)) <= 61_000, "nothing is kept of a client that has gone"    # type: ignore[arg-type]
    redis_store.client.set(key, "0")
    assert ask(strict, "203.0.113.5").status_code == 200


def test_a_month_of_history_costs_ten(reader: FlaskClient) -> None:
    reader.application.config["OPEN_DATA_PER_MINUTE"] = 20
    assert [ask(reader, "203.0.113.5", this_month()).status_code for _ in range(3)] == [200, 200, 429]


def test_a_forged_header_makes_nobody_another_client(strict: FlaskClient) -> None:
    answers = [ask(strict, "203.0.113.5", **{"X-Forwarded-For": f"198.51.100.{number}"}).status_code for number in range(4)]
    assert answers == [200, 200, 200, 429]


def test_behind_a_trusted_proxy_the_address_that_it_saw_counts_and_no_other(app_settings: dict[str, Any], reader: FlaskClient) -> None:
    behind = create_app({**app_settings, "TRUSTED_PROXIES": 1, "OPEN_DATA_PER_MINUTE": 3}).test_client()
    def seen(forged: str, address: str) -> int:
        return int(ask(behind, "10.0.0.1", "/open-data/gtfs-rt/alerts.pb", **{"X-Forwarded-For": f"{forged}, {address}"}).status_code)
    assert [seen(f"198.51.100.{number}", "203.0.113.5") for number in range(4)] == [200, 200, 200, 429]
    assert seen("203.0.113.5", "203.0.113.6") == 200


def test_without_redis_nobody_is_refused_and_nobody_waits_twice(strict: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def silent(*_arguments: object) -> None:
        asked.append(1)
        raise rates.RedisError("no answer")

    monkeypatch.setattr(redis_store.client, "eval", silent)
    assert [ask(strict, "203.0.113.5", "/open-data/gtfs-rt/alerts.pb").status_code for _ in range(5)] == [200] * 5
    assert len(asked) == 1


# The page.

def test_the_page_names_every_file_its_licence_and_a_command_that_fetches_it(reader: FlaskClient) -> None:
    for language in ("zh", "en"):
        page = reader.get(f"/open-data/?lang={language}").text
        for path in (*PARKING, *BUSES):
            assert f'href="{path}"' in page, path
        assert f'href="{this_month()}"' in page and "CC BY 4.0" in page and "curl --compressed http://localhost/open-data/parking.json" in page
    assert 'href="/open-data/' in reader.get("/api/").text


def test_the_page_comes_without_a_database_too(reader: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> None:
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(parking_store, "find_oldest_quarter", silent)
    page = reader.get("/open-data/")
    assert page.status_code == 200 and "YYYY-MM.csv" in page.text
