"""The stand-in vendor over real HTTP: what it says is what our own adapters understand, and the service keeps it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from werkzeug.serving import make_server

from citizen_app import clock, config
from citizen_app.ops.actions import load_county
from citizen_app.ops.source import Source, SourceMode
from citizen_app.parking import store as parking_store
from citizen_app.parking.attendant import make_key
from citizen_app.parking.occupancy import OpeningStatus, Reading, spaces_of
from feeds import fetch, registry
from feeds.demo import scene, sender
from feeds.demo.backfill import backfill
from feeds.demo.http import make_clock
from feeds.demo.server import VendorServer

NOON = datetime(2026, 11, 24, 4, 0, 30, tzinfo=UTC)
PULLED = [source for source in scene.bundle().sources if source.mode is SourceMode.PULL]
SECRET = "whsec_c2VjcmV0LW9mLXRoZS1zdGF0aW9ucw=="


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[VendorServer]:
    """The vendor on a clock that stands at noon."""
    server = VendorServer(0, lambda: NOON)
    monkeypatch.setenv("DEMO_VENDOR_PORT", str(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def readings_of(source: Source) -> dict[str, Reading]:
    fetched = fetch.fetch(source)
    assert fetched.body is not None
    parsed = registry.get_adapter(source).parse(fetched.body, NOON)
    assert parsed.problems == ()
    return {item.ref: item for item in parsed.items if isinstance(item, Reading)}


def test_at_least_four_formats_are_pulled() -> None:
    assert len({source.format for source in PULLED}) >= 4


@pytest.mark.parametrize("source", PULLED, ids=lambda source: source.uid)
def test_each_format_is_read_back_into_the_same_numbers(vendor: VendorServer, source: Source) -> None:
    readings = readings_of(source)
    said = scene.counts(source.uid, NOON)
    assert set(readings) == {one.facility.source_ref for one in said} and said
    for one in said:
        reading = readings[one.facility.source_ref]
        assert spaces_of(reading, one.facility) == one.available
        assert reading.observed_at == one.observed_at
        assert reading.opening_status is (OpeningStatus.OPEN if one.is_open else OpeningStatus.CLOSED)
        assert reading.capacity in {None, one.facility.capacity}


def test_a_payload_that_has_not_changed_is_not_sent_again(vendor: VendorServer) -> None:
    first = fetch.fetch(PULLED[0])
    assert first.validators.etag
    again = fetch.fetch(PULLED[0], first.validators)
    assert (again.http_status, again.body) == (304, None)


def test_nothing_is_served_at_other_paths(vendor: VendorServer) -> None:
    wrong = replace(PULLED[0], url=vendor.url + "/nothing")
    with pytest.raises(fetch.FetchError) as caught:
        fetch.fetch(wrong)
    assert caught.value.http_status == 404


def test_the_vendors_clock_can_start_anywhere_and_run_faster() -> None:
    fast = make_clock(NOON, speed=3600)
    first = fast()
    time.sleep(0.05)
    assert NOON <= first < NOON + timedelta(minutes=10)
    assert fast() - first >= timedelta(minutes=2)


@pytest.fixture
def service(app: Flask) -> Iterator[str]:
    """The whole application behind a real port, with the demonstration county."""
    load_county(scene.bundle(), NOON)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_pushes_are_signed_as_the_service_wants_them(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PUSH_SECRET", SECRET)
    sender.push(service + sender.PUSH_PATH, SECRET, clock.now())
    for one in scene.facilities("stations"):
        state = parking_store.find_occupancy(one.uid)
        assert state is not None and state.available_spaces == scene.replayed(one, state.observed_at)
    with pytest.raises(OSError, match="401"):
        sender.push(service + sender.PUSH_PATH, "whsec_YW5vdGhlci1zZWNyZXQtYW5kLWxvbmc=", clock.now())


def test_the_attendants_counts_go_through_the_signed_link(service: str, app: Flask) -> None:
    key = make_key(str(app.secret_key), "xingshan-gate", parking_store.get_link_generation("xingshan-gate"))
    sender.count_by_hand(f"{service}/parking/xingshan-gate/count?key={key}", NOON)
    facility, state = parking_store.find_facility("xingshan-gate"), parking_store.find_occupancy("xingshan-gate")
    assert facility is not None and state is not None
    assert state.available_spaces == scene.replayed(facility, NOON)
    with pytest.raises(OSError, match="401"):
        sender.count_by_hand(f"{service}/parking/xingshan-gate/count?key={key}x", NOON)


def test_the_past_is_filled_once_and_makes_a_usual_day(app: Flask) -> None:
    load_county(scene.bundle(), NOON)
    added = backfill(NOON, 15, lambda facility, counts: None)
    assert added > 15_000
    assert backfill(NOON, 15, lambda facility, counts: None) == 0
    for week in (1, 2):    # the same hour one and two weeks ago, and this morning
        start = NOON - timedelta(days=7 * week, minutes=30)
        assert len(parking_store.list_aggregates("chonghe-gate", start, NOON - timedelta(days=7 * week))) == 2
    assert len(parking_store.list_readings("chonghe-gate", NOON - timedelta(hours=1), NOON)) == 12
    assert parking_store.find_occupancy("guomao-building") is None


def test_the_past_does_not_touch_what_has_been_reported(app: Flask) -> None:
    load_county(scene.bundle(), NOON)
    backfill(NOON - timedelta(hours=1), 14, lambda facility, counts: None)
    state = parking_store.find_occupancy("chonghe-gate")
    backfill(NOON, 14, lambda facility, counts: None)
    assert parking_store.find_occupancy("chonghe-gate") == state


def test_the_process_serves_and_ends_at_a_signal_and_says_in_one_line_when_its_port_is_taken(vendor: VendorServer) -> None:
    command = [sys.executable, "-m", "feeds.demo", "--now", "2026-11-24T12:00"]
    environment = {**os.environ, "DEMO_VENDOR_PORT": str(vendor.server_address[1])}
    taken = subprocess.run(command, cwd=config.ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert taken.returncode == 1 and taken.stderr.count("\n") == 1 and "port" in taken.stderr
    process = subprocess.Popen([*command, "--port", "0"], cwd=config.ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None and "serving at http://127.0.0.1:" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()
