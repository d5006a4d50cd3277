"""A county that reports: its province.toml for tests, the stand-in platform in this process or in one of its own, and senders."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from citizen_app import clock, config
from citizen_app.exchange import actions, store
from citizen_app.exchange.client import open_gateway
from citizen_app.exchange.client.gateway import Gateway
from citizen_app.exchange.outbox import Entry, State
from citizen_app.exchange.province import parse_province
from citizen_app.exchange.record import RecordKind
from citizen_app.parking import actions as parking
from citizen_app.parking.facility import Facility
from feeds.demo.platform.server import PlatformServer
from tests.factories import NOON, make_facility, make_reading

KEY, SECRET = "county-of-tests", "the-secret-of-the-county-of-tests"


def write_province(path: Path, url: str = "http://127.0.0.1:9", **sending: Any) -> Path:
    """The demonstration county's configuration with another gateway and other settings of `sending`."""
    text = (config.DEMO_COUNTY_DIR / "province.toml").read_text(encoding="utf-8").replace("http://127.0.0.1:${DEMO_PLATFORM_PORT}", url)
    for name, value in sending.items():
        line = next(line for line in text.splitlines() if line.startswith(f"{name} = "))
        text = text.replace(line, f"{name} = {json.dumps(value)}")
    path.write_text(text, encoding="utf-8")
    return path


def reported_facility(uid: str = "east-lake", **fields: Any) -> Facility:
    """A facility that the platform takes: with an address and a town of the county."""
    return make_facility(uid, **{"address": "东湖路 1 号", "town_code": "331082001", **fields})


def gateway_of(path: Path, folder: Path) -> Gateway:
    return open_gateway(parse_province(path.read_bytes()), folder, {"PROVINCE_APP_KEY": KEY, "PROVINCE_APP_SECRET": SECRET})


@contextmanager
def platform_here(folder: Path, at: Callable[[], datetime] = clock.now) -> Iterator[PlatformServer]:
    """The stand-in platform as threads of this process, on a clock that the test holds."""
    server = PlatformServer(0, folder / "platform.db", KEY, SECRET, at)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    server.memory.close()


class Process:
    """A program of ours that is killed and started again."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Process:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command], env=dict(self.environment), cwd=config.ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        return self

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def end(self) -> int:
        """Tell it to end, and how it did."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(15)


def environment_of(settings: Mapping[str, Any], province: Path) -> dict[str, str]:
    """The environment in which a process has the database, the folder and the province of a test's application."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PROVINCE_")},
        "DATA_DIR": str(settings["DATA_DIR"]), "DATABASE_URL": settings["SQLALCHEMY_DATABASE_URI"], "REDIS_URL": settings["REDIS_URL"],
        "PROVINCE_FILE": str(province), "PROVINCE_APP_KEY": KEY, "PROVINCE_APP_SECRET": SECRET, "PYTHONPATH": str(config.ROOT), "DEMO": "0",
    }


def platform_process(port: int, folder: Path) -> Process:
    environment = {**os.environ, "PROVINCE_APP_KEY": KEY, "PROVINCE_APP_SECRET": SECRET, "PYTHONPATH": str(config.ROOT)}
    command = ["-m", "feeds.demo.platform", "--port", str(port), "--file", str(folder / "platform.db")]
    return Process(command, environment, folder / "platform.log")


def sender_process(settings: Mapping[str, Any], province: Path, name: str = "sender") -> Process:
    return Process(["-m", "citizen_app.sender"], environment_of(settings, province), Path(settings["DATA_DIR"]) / f"{name}.log")


def misbehave(url: str, **wish: Any) -> None:
    """Tell a stand-in what to do; see feeds.demo.platform.server."""
    request = urllib.request.Request(f"{url}/control", json.dumps(wish).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


class Now:
    """A clock that the test holds."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def wait(self, **span: float) -> None:
        self.moment += timedelta(**span)


def url_of(platform: PlatformServer) -> str:
    return f"http://127.0.0.1:{platform.server_address[1]}"


def new_sender(settings: dict[str, Any], now: Now) -> actions.Sender:
    return actions.Sender(gateway_of(settings["PROVINCE_FILE"], settings["DATA_DIR"]), now)


def read(moment: datetime, spaces: int = 40, ref: str = "east-lake", **fields: Any) -> None:
    parking.record_readings("vendor", [make_reading(ref, moment, available_spaces=spaces, **fields)], moment)


def entries(*states: State, kind: RecordKind | None = None) -> list[Entry]:
    """The oldest first."""
    return store.list_entries(states or list(State), 100_000, kind)[::-1]


def send_all(sender: actions.Sender) -> int:
    """Until nothing more can be sent at this moment."""
    total = 0
    while sent := sender.send():
        total += sent
    return total


def given(platform: PlatformServer) -> list[tuple[str, str, str, int, int]]:
    """Kind, number, observed, whether late, whether out of order of what the platform took, in the order in which it did."""
    return platform.memory._db.execute("SELECT kind, number, observed, is_late, is_disordered FROM given ORDER BY id").fetchall()


@dataclass(frozen=True)
class Given:
    """A record that the stand-in took, as its own file has it."""

    key: str
    kind: str
    number: str
    observed: str
    is_late: bool
    is_disordered: bool
    received_ms: int


def read_given(path: Path) -> list[Given]:
    """All that it took, in the order in which it did."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT key, kind, number, observed, is_late, is_disordered, received_ms FROM given ORDER BY id")
        return [Given(*row[:4], bool(row[4]), bool(row[5]), row[6]) for row in rows]
    finally:
        connection.close()
