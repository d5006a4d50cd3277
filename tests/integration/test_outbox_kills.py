"""Real processes, killed at random moments: nothing is lost, nothing is made up, nothing arrives out of order."""

from __future__ import annotations

import random
import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from citizen_app import clock, create_app
from citizen_app.exchange import store
from citizen_app.exchange.outbox import State
from citizen_app.parking import actions as parking
from tests.factories import make_reading
from tests.province import SECRET, Process, platform_process, read_given, reported_facility, sender_process, write_province

LOTS = [f"lot-{number:02}" for number in range(12)]


@pytest.fixture
def app_settings(app_settings: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = write_province(tmp_path / "province.toml", f"http://127.0.0.1:{port}", availability="all")
    return {**app_settings, "PROVINCE_FILE": path, "PLATFORM_PORT": port}


def test_everything_arrives_once_and_in_order_whoever_is_killed(app_settings: dict[str, Any], redis_server: Any, tmp_path: Path) -> None:
    """Two senders and the platform; 6 kills while 12 car parks change. bin/bench exchange_kills does it 200 times."""
    chance = random.Random(7)
    platform = platform_process(app_settings["PLATFORM_PORT"], tmp_path).start()
    senders = [sender_process(app_settings, app_settings["PROVINCE_FILE"], f"sender-{number}").start() for number in range(2)]
    try:
        with create_app(app_settings).app_context():
            parking.save_facilities([reported_facility(uid) for uid in LOTS])
            for kill in range(6):
                for step in range(3):
                    now = clock.now()
                    parking.record_readings("vendor", [make_reading(uid, now, available_spaces=kill * 3 + step) for uid in LOTS], now)
                    time.sleep(chance.uniform(0.1, 0.6))
                victim = chance.choice([platform, *senders])
                victim.kill()
                victim.start()
            wait_until_sent(90)
            committed = {one.key for one in store.list_entries([State.ACCEPTED], 10_000)}
        assert [sender.end() for sender in senders] == [0, 0]
    finally:
        for process in (*senders, platform):
            process.kill()
    given = read_given(tmp_path / "platform.db")
    assert len(committed) == len(LOTS) * 19
    assert {one.key for one in given} == committed, "nothing lost, nothing made up"
    assert not any(one.is_disordered for one in given)
    assert_nobody_knows_the_secret(tmp_path, app_settings)


def test_two_senders_share_the_work_and_send_nothing_out_of_order(app_settings: dict[str, Any], redis_server: Any, tmp_path: Path) -> None:
    platform = platform_process(app_settings["PLATFORM_PORT"], tmp_path).start()
    senders: list[Process] = []
    try:
        with create_app(app_settings).app_context():
            parking.save_facilities([reported_facility(f"lot-{number:03}") for number in range(60)])
            senders = [sender_process(app_settings, app_settings["PROVINCE_FILE"], f"sender-{number}").start() for number in range(2)]
            for _ in range(6):
                now = clock.now()
                parking.record_readings("vendor", [make_reading(f"lot-{number:03}", now) for number in range(60)], now)
                time.sleep(0.5)
            wait_until_sent(60)
    finally:
        for process in (*senders, platform):
            process.kill()
    given = read_given(tmp_path / "platform.db")
    assert len(given) == 60 * 7 and not any(one.is_disordered for one in given)
    for uid in ("lot-000", "lot-059"):
        observed = [one.observed for one in given if one.number == uid and one.kind == "parking_dynamic"]
        assert observed == sorted(observed)


def wait_until_sent(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while store.measure_outbox([State.WAITING]).of_state(State.WAITING):
        assert time.monotonic() < deadline, store.measure_outbox()
        time.sleep(0.3)


def assert_nobody_knows_the_secret(folder: Path, settings: dict[str, Any]) -> None:
    """Neither the database nor any log; of what was lent by the platform only the file that keeps it."""
    lent = [secret.encode() for secret in read_secrets(folder / "platform.db")]
    assert lent
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith(("platform.db", "province_tokens")):
            content = path.read_bytes()
            assert not any(secret in content for secret in (SECRET.encode(), *lent)), path.name
    kept = folder / "province_tokens.json"
    assert kept.stat().st_mode & 0o077 == 0 and SECRET not in kept.read_text()


def read_secrets(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("SELECT secret FROM secret")]
    finally:
        connection.close()
