"""The real server under load while Redis and the database fail: no page fails, and what is shown keeps its true age."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from embedded_redis import die_with_parent
from flask import Flask

from citizen_app import clock, config
from citizen_app.extensions import db, redis_store
from citizen_app.parking import actions
from citizen_app.parking.occupancy import Reading
from tests.conftest import migrate_database
from tests.every_state import SOURCE, fill_every_state
from tests.servers import PostgresServer, RedisServer

PAGES = ("/", "/parking", "/parking/scarce", "/parking/parts", "/api/v1/parking", "/open-data/parking.geojson", "/readyz")
LOAD_THREADS = 4
LONGEST_LOAD_S = 60


@dataclass
class Service:
    """gunicorn with two workers, as the Procfile starts it."""

    environment: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Service:
        command = [sys.executable, "-m", "gunicorn", "--config", "bin/gunicorn.conf.py", "citizen_app:create_app()"]
        with (Path(self.environment["DATA_DIR"]) / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=config.ROOT, env={**os.environ, **self.environment}, stdout=log, stderr=log,
                preexec_fn=die_with_parent,
            )
        wait_for(lambda: self.get("/readyz")[0] == 200, 60)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
            self.process = None

    def workers(self) -> list[int]:
        """The processes that answer, by their numbers."""
        pid = self.process.pid if self.process else 0
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def get_json(self, path: str) -> Any:
        return json.loads(self.get(path)[1])

    def spaces(self, uid: str) -> int | None:
        spaces: int | None = self.get_json(f"/api/v1/parking/{uid}")["available_spaces"]
        return spaces


@dataclass
class Load:
    """Phones that ask for pages all the time."""

    service: Service
    answers: int = 0
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def ask(self, first: int) -> None:
        deadline, number = time.monotonic() + LONGEST_LOAD_S, first
        while not self._over.is_set() and time.monotonic() < deadline:
            path, began = PAGES[number % len(PAGES)], time.monotonic()
            try:
                status, body = self.service.get(path)
                if status != 200 or not body:
                    self.failures.append(f"{path}: {status} {body[:300]!r}")
            except OSError as error:
                self.failures.append(f"{path}: {error!r}")
            self.answers += 1
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            number += 1
            time.sleep(0.01)

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.ask, args=(number,)) for number in range(LOAD_THREADS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join(30)


def wait_for(happens: Callable[[], bool], most_s: float) -> None:
    deadline = time.monotonic() + most_s
    while True:
        try:
            if happens():
                return
        except (OSError, ValueError):
            pass
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    server = RedisServer().start()
    yield server
    server.close()


@pytest.fixture
def own_postgres(database_kind: str) -> Iterator[PostgresServer | None]:
    if database_kind == "sqlite":
        yield None
        return
    server = PostgresServer().start()
    yield server
    server.close()


@pytest.fixture
def own_database_url(own_postgres: PostgresServer | None, tmp_path: Path) -> str:
    url = own_postgres.url() if own_postgres else f"sqlite:///{tmp_path / 'citizen.db'}"
    migrate_database(config.database_url(url, tmp_path))
    return url


@pytest.fixture
def feeder(own_database_url: str, own_redis: RedisServer, tmp_path: Path) -> Iterator[Flask]:
    """What the feeds process is to the pages: it writes to the same database and the same Redis."""
    application = Flask("feeder")
    application.config.update(
        SQLALCHEMY_DATABASE_URI=config.database_url(own_database_url, tmp_path), REDIS_URL=own_redis.url,
        REDIS_CONNECT_TIMEOUT_S=0.1, REDIS_READ_TIMEOUT_S=0.2, START_BACKGROUND=False, DATA_DIR=tmp_path,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True},
    )
    db.init_app(application)
    redis_store.init_app(application)
    with application.app_context():
        fill_every_state(clock.now())
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def service(feeder: Flask, own_database_url: str, own_redis: RedisServer, tmp_path: Path) -> Iterator[Service]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "OPEN_DATA_PER_MINUTE": "0",    # the clients of this test ask without a pause
        "DATA_DIR": str(tmp_path), "DATABASE_URL": own_database_url, "REDIS_URL": own_redis.url, "HOST": "127.0.0.1",
        "PORT": str(port), "DEMO": "0", "WEB_CONCURRENCY": "2",
    }
    running = Service(environment, port).start()
    yield running
    running.stop()


def count(spaces: int) -> None:
    """A new reading of the car park "plenty"."""
    now = clock.now()
    assert actions.record_readings(SOURCE, [Reading("plenty", now, spaces)], now).accepted == 1


@contextmanager
def database_away(own_postgres: PostgresServer | None, tmp_path: Path) -> Iterator[None]:
    """PostgreSQL killed, or the file of SQLite gone and its place taken."""
    if own_postgres:
        own_postgres.kill()
        yield
        own_postgres.start()
        return
    names = [path.name for path in tmp_path.glob("citizen.db*")]
    for name in names:
        (tmp_path / name).rename(tmp_path / f"away-{name}")
    (tmp_path / "citizen.db").mkdir()
    yield
    (tmp_path / "citizen.db").rmdir()
    for name in names:
        (tmp_path / f"away-{name}").rename(tmp_path / name)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_page_fails_while_redis_is_killed_comes_back_and_hangs(
    database_kind: str, service: Service, own_redis: RedisServer
) -> None:
    load = Load(service)
    with load.running():
        time.sleep(0.5)
        own_redis.kill()
        time.sleep(1)
        count(1111)
        wait_for(lambda: service.spaces("plenty") == 1111, 15)    # through the database
        own_redis.start()
        time.sleep(1)
        count(1112)
        wait_for(lambda: service.spaces("plenty") == 1112, 15)
        own_redis.hang()
        hung_at = time.monotonic()
        count(1113)
        wait_for(lambda: service.spaces("plenty") == 1113, 15)
        time.sleep(max(0.0, 5 - (time.monotonic() - hung_at)))
        own_redis.resume()
        count(1114)
        wait_for(lambda: service.spaces("plenty") == 1114, 15)
    assert load.failures == []
    assert load.answers > 100
    assert load.slowest_s < 5, "a page waited"


def test_no_page_fails_while_the_database_is_away_and_then_redis_too(
    service: Service, own_redis: RedisServer, own_postgres: PostgresServer | None, tmp_path: Path
) -> None:
    before = service.get_json("/api/v1/parking/plenty")
    load = Load(service)
    with load.running():
        time.sleep(0.5)
        with database_away(own_postgres, tmp_path):
            time.sleep(2)
            own_redis.kill()
            time.sleep(3)
            meanwhile = service.get_json("/api/v1/parking/plenty")
            own_redis.start()
            time.sleep(1)
        count(999)
        wait_for(lambda: service.spaces("plenty") == 999, 20)
    assert load.failures == []
    assert load.answers > 100
    assert meanwhile["observed_at"] == before["observed_at"]


def test_a_cold_start_without_redis_and_database_shows_what_is_on_disk_and_says_so(
    service: Service, own_redis: RedisServer, own_postgres: PostgresServer | None, tmp_path: Path
) -> None:
    before = service.get_json("/api/v1/parking/scarce")
    wait_for(lambda: (tmp_path / "live-parking.json").exists() and (tmp_path / "live-places.json").exists(), 20)
    service.stop()
    db.session.remove()
    db.engine.dispose()
    own_redis.kill()
    with database_away(own_postgres, tmp_path):
        service.start()
        for path in PAGES:
            assert service.get(path)[0] == 200, path
        after = service.get_json("/api/v1/parking/scarce")
        assert (after["observed_at"], after["capacity"]) == (before["observed_at"], before["capacity"])
        assert "disk" in service.get("/readyz")[1].decode()
    own_redis.start()
    actions.publish_snapshot()
    wait_for(lambda: "disk" not in service.get("/readyz")[1].decode(), 20)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_worker_that_is_killed_is_replaced_and_knows_the_county_at_once(
    database_kind: str, service: Service
) -> None:
    wait_for(lambda: len(service.workers()) == 2, 60)    # the first one may answer before the second is there
    killed = service.workers()[0]
    os.kill(killed, signal.SIGKILL)
    until = clock.now() + timedelta(seconds=5)
    while clock.now() < until:
        try:
            status, body = service.get("/parking/scarce")
        except OSError:
            continue    # the connection that the killed worker had taken
        assert (status, b"/parking/scarce" in body) == (200, True)
    wait_for(lambda: len(service.workers()) == 2 and killed not in service.workers(), 60)
