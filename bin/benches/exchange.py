"""What the outbox costs: the highest sustained rate of records as a ratio to bare `requests` calls with the same bodies, in one run.

    bin/bench exchange [--facilities 1000] [--rounds 10] [--answer-ms 50] [--minutes 2] [--database URL]

A stand-in platform in a process of its own answers after --answer-ms. First the bare calls, one after another as one sender makes
them; then the same number of counts out of the outbox: claimed, sent and settled; with the writing also read, judged, mapped and
queued. At last all facilities change each minute while a sender process runs: from the reading to its acceptance. SQLite in a
temporary folder, unless a database is given.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from flask_migrate import upgrade

from citizen_app import clock, config, create_app
from citizen_app.exchange import store
from citizen_app.exchange.actions import Sender
from citizen_app.exchange.client import open_gateway
from citizen_app.exchange.client.gateway import Gateway
from citizen_app.exchange.outbox import State
from citizen_app.exchange.province import availability_record
from citizen_app.exchange.province.wire import write_record
from citizen_app.exchange.record import Record, RecordKind
from citizen_app.parking import actions
from citizen_app.parking.facility import Facility, FacilityKind
from citizen_app.parking.occupancy import Reading
from citizen_app.parking.quality import judge
from citizen_app.parking.store import list_occupancies

CREDENTIALS = {"PROVINCE_APP_KEY": "bench", "PROVINCE_APP_SECRET": secrets.token_hex(16)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facilities", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--answer-ms", type=int, default=50)
    parser.add_argument("--minutes", type=int, default=2)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name, platform(Path(name), asked.answer_ms) as url:
        folder = Path(name)
        settings = make_settings(folder, url, asked.database)
        app = create_app(settings)
        with app.app_context():
            upgrade()
            facilities = [facility(number) for number in range(asked.facilities)]
            actions.save_facilities(facilities)
            gateway = open_gateway(app.extensions["province"], folder, CREDENTIALS)
            sender = Sender(gateway, clock.now)
            drain(sender)
            record(facilities, clock.now(), 1)
            drain(sender)
            bare = bare_rate(gateway, facilities, asked.rounds)
            queued_s, sent = 0.0, 0.0
            for number in range(asked.rounds):
                began_s = time.perf_counter()
                record(facilities, clock.now(), number)
                queued_s += time.perf_counter() - began_s
                began_s = time.perf_counter()
                drain(sender)
                sent += time.perf_counter() - began_s
            count = asked.rounds * asked.facilities
            print(f"bare requests       {bare:8.0f} records/s, {gateway.batch_size(RecordKind.PARKING_DYNAMIC)} in a request")
            print(f"out of the outbox   {count / sent:8.0f} records/s, {count / sent / bare:.2f} of the bare calls")
            both = count / (sent + queued_s)
            print(f"with the writing    {both:8.0f} records/s, {both / bare:.2f} of the bare calls")
            print(f"to record and queue {queued_s / count * 1e6:8.0f} us a reading")
            if asked.minutes:
                show_delays(settings, facilities, asked.minutes)


def show_delays(settings: dict[str, Any], facilities: list[Facility], minutes: int) -> None:
    """All facilities change each minute, at once, as one large source does it."""
    environment = {
        **os.environ, **CREDENTIALS, "DATA_DIR": str(settings["DATA_DIR"]), "PROVINCE_FILE": str(settings["PROVINCE_FILE"]),
        "DATABASE_URL": settings["SQLALCHEMY_DATABASE_URI"], "REDIS_URL": settings["REDIS_URL"], "PYTHONPATH": str(config.ROOT),
    }
    process = subprocess.Popen([sys.executable, "-m", "citizen_app.sender"], env=environment, stderr=subprocess.DEVNULL)
    delays: list[float] = []
    try:
        time.sleep(10)
        for minute in range(minutes):
            now = clock.now()
            record(facilities, now, minute)
            deadline_s = time.monotonic() + 60
            while store.measure_outbox([State.WAITING]).of_state(State.WAITING) and time.monotonic() < deadline_s:
                time.sleep(0.2)
            done = [one for one in store.list_entries([State.ACCEPTED], len(facilities)) if one.observed_at == now and one.accepted_at]
            delays += [(one.accepted_at - one.observed_at).total_seconds() for one in done if one.accepted_at]
            time.sleep(max(0.0, deadline_s - time.monotonic()) if minute + 1 < minutes else 0)
    finally:
        process.kill()
        process.wait()
    points = statistics.quantiles(delays, n=100)
    share = f"{len(delays)} of {minutes * len(facilities)}"
    print(f"reading to accepted {points[49]:8.2f} s median, {points[98]:.2f} s 99th percentile, {share}")


def bare_rate(gateway: Gateway, facilities: list[Facility], rounds: int) -> float:
    """Records a second of nothing but signed requests, one after another."""
    province, now = gateway.province, clock.now()
    states = {one.facility_uid: one for one in list_occupancies()}
    contents = [availability_record(judge(one, states.get(one.uid), now), province) for one in facilities]
    most = gateway.batch_size(RecordKind.PARKING_DYNAMIC)
    request_secret = gateway._tokens(clock.now).request
    assert request_secret is not None
    session, spent_s = requests.Session(), 0.0
    session.trust_env = False
    url = gateway.url + province.interfaces[RecordKind.PARKING_DYNAMIC].push
    for _ in range(rounds):
        for start in range(0, len(contents), most):
            records = [Record(uuid.uuid4().hex, one.kind, one.subject, one.fields, now) for one in contents[start:start + most]]
            began_s = time.perf_counter()
            told_ms = int(time.time() * 1000)
            sign = gateway._sign(CREDENTIALS["PROVINCE_APP_KEY"], request_secret.secret, told_ms)
            body = {
                "appKey": CREDENTIALS["PROVINCE_APP_KEY"], "sign": sign, "requestTime": str(told_ms),
                "records": json.dumps([write_record(one, province) for one in records], ensure_ascii=False),
            }
            answer = session.post(url, data=body, timeout=30).json()
            spent_s += time.perf_counter() - began_s
            assert answer["code"] == "00", answer
    return rounds * len(contents) / spent_s


def record(facilities: list[Facility], now: datetime, number: int) -> None:
    readings = [Reading(one.uid, now, (number * 7 + place) % 90) for place, one in enumerate(facilities)]
    actions.record_readings("bench", readings, now)


def drain(sender: Sender) -> None:
    while store.measure_outbox([State.WAITING]).of_state(State.WAITING):
        if not sender.send():
            time.sleep(0.05)


def facility(number: int) -> Facility:
    return Facility(
        f"lot-{number:04}", f"停车场 {number}", 28.858, 121.122, FacilityKind.SURFACE, town_code="331082001",
        address=f"测试路 {number} 号", capacity=100, source_uid="bench", source_ref=f"lot-{number:04}",
    )


def make_settings(folder: Path, url: str, database: str) -> dict[str, Any]:
    path = folder / "province.toml"
    text = (config.DEMO_COUNTY_DIR / "province.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("http://127.0.0.1:${DEMO_PLATFORM_PORT}", url), encoding="utf-8")
    return {
        "DATA_DIR": folder, "PROVINCE_FILE": path, "SQLALCHEMY_DATABASE_URI": config.database_url(database, folder),
        "REDIS_URL": f"unix://{folder / 'redis.sock'}", "START_BACKGROUND": False,
    }


@contextmanager
def platform(folder: Path, answer_ms: int) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "feeds.demo.platform", "--port", str(port)], cwd=config.ROOT, stderr=subprocess.DEVNULL,
        env={**os.environ, **CREDENTIALS, "DATA_DIR": str(folder)},
    )
    try:
        wish = json.dumps({"fault": "slow", "value": str(answer_ms / 1000)}).encode()
        for _ in range(100):
            try:
                urllib.request.urlopen(
                    urllib.request.Request(f"http://127.0.0.1:{port}/control", wish, {"Content-Type": "application/json"}), timeout=5
                ).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
