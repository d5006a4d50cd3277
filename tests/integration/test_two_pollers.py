"""Feeds processes share the sources through leases, poll none twice in an interval, and take over from the killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask

from citizen_app import clock, config
from citizen_app.extensions import redis_store
from citizen_app.ops import actions as ops_actions
from citizen_app.ops import store as ops_store
from citizen_app.parking import actions, store
from feeds import runner
from feeds.fetch import Validators
from tests.factories import make_facility, make_source
from tests.integration.misbehaving import GOOD, BadServer, bad_server

FIELDS = {"fields": {"ref": "id", "available_spaces": "free"}}


@pytest.fixture
def server() -> Iterator[BadServer]:
    with bad_server() as one:
        yield one


@pytest.fixture
def start(app: Flask, app_settings: dict[str, Any]) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real feeds processes on the database of this test; none is left after it."""
    processes: list[subprocess.Popen[bytes]] = []
    url = app_settings["SQLALCHEMY_DATABASE_URI"]

    def start_one() -> subprocess.Popen[bytes]:
        environment = {
            **os.environ, "DATA_DIR": str(app_settings["DATA_DIR"]), "DATABASE_URL": url, "REDIS_URL": app_settings["REDIS_URL"],
            "PYTHONPATH": str(config.ROOT),
        }
        log = (Path(app_settings["DATA_DIR"]) / f"feeds-{len(processes)}.log").open("wb")
        process = subprocess.Popen([sys.executable, "-m", "feeds"], env=environment, stderr=log, stdout=log)
        processes.append(process)
        return process

    yield start_one
    for process in processes:
        process.kill()
        process.wait()


def source(server: BadServer, path: str, uid: str, interval_s: int = 2) -> Any:
    return make_source(
        uid, format="mapped_json", url=server.url(path), interval_s=interval_s, settings=FIELDS, allow_private=True
    )


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_two_processes_never_poll_a_source_twice_in_an_interval_and_nobody_waits_for_the_bad_ones(
    app: Flask, server: BadServer, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    actions.save_facilities([make_facility(source_uid="good")])
    ops_actions.save_sources([
        source(server, "good", "good"), source(server, "hang", "hanging"), source(server, "error", "failing"),
    ])
    start(), start()
    wait_for(lambda: server.asked["good"] >= 6)
    moments = [moment for moment, path in server.moments if path == "good"]
    gaps = [after - before for before, after in zip(moments, moments[1:], strict=False)]
    assert min(gaps) > 1.5, "the interval is 2 s"
    assert server.asked["hanging"] <= 1 and server.asked["failing"] <= 4
    runs = ops_store.list_runs("good")
    assert runs and {run.outcome for run in runs} <= {"ok", "unchanged"}
    assert ops_store.list_runs("failing")[0].error == "answered 500"
    assert store.find_occupancy("east-lake") is not None


def test_another_process_takes_over_when_one_is_killed(
    app: Flask, server: BadServer, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    actions.save_facilities([make_facility(source_uid="good")])
    ops_actions.save_sources([source(server, "good", "good", interval_s=1)])
    first = start()
    wait_for(lambda: server.asked["good"] >= 2)
    start()
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = server.asked["good"]
    wait_for(lambda: server.asked["good"] >= before + 2, seconds=runner.LEASE_S + 30)


def test_a_process_told_to_end_ends_at_once(app: Flask, server: BadServer, start: Callable[[], subprocess.Popen[bytes]]) -> None:
    ops_actions.save_sources([source(server, "hang", "hanging")])
    process = start()
    wait_for(lambda: server.asked["hang"] == 1)
    process.terminate()
    assert process.wait(10) == 0


def test_only_the_holder_of_a_lease_may_give_it_back(app: Flask) -> None:
    assert ops_store.acquire_lease("one", "me", 30)
    assert not ops_store.acquire_lease("one", "you", 30)
    ops_store.release_lease("one", "you")
    assert not ops_store.acquire_lease("one", "you", 30)
    ops_store.release_lease("one", "me")
    assert ops_store.acquire_lease("one", "you", 30)


def test_a_turn_is_taken_once_in_an_interval_also_without_redis(app: Flask, tmp_path: Path) -> None:
    one = make_source("good", interval_s=60)
    ops_actions.save_sources([one])
    now = clock.now()
    assert runner.claim(one, "me", now)
    runner.release(one, "me")
    assert not runner.claim(one, "you", now)
    redis_store.client = redis.Redis(unix_socket_path=str(tmp_path / "nobody.sock"), retry=None)
    assert runner.claim(one, "me", now), "the first turn that is taken through SQL"
    assert not runner.claim(one, "you", now)


class TestRuns:
    @pytest.fixture(autouse=True)
    def _facility(self, app: Flask) -> None:
        actions.save_facilities([make_facility(source_uid="vendor")])

    def run(self, server: BadServer, path: str, failures: int = 0) -> Any:
        one = source(server, path, "vendor", interval_s=60)
        ops_actions.save_sources([one])
        return runner.run_source(one, Validators(), failures)

    def test_a_good_run_is_recorded_with_what_it_brought(self, app: Flask, server: BadServer) -> None:
        run, validators = self.run(server, "good")
        assert (run.outcome, run.http_status, run.rows_good, run.rows_bad, run.bytes_read) == ("ok", 200, 1, 0, len(GOOD))
        assert ops_store.list_runs("vendor") == [run]
        assert validators.etag == '"v1"'
        again, _ = runner.run_source(source(server, "good", "vendor", 60), validators, 0)
        assert (again.outcome, again.http_status) == ("unchanged", 304)

    @pytest.mark.parametrize(
        ("path", "words"), [("error", "answered 500"), ("html", "not JSON"), ("metadata", "not a public address"), ("cut", "cut off|failed")]
    )
    def test_a_bad_run_is_recorded_and_the_next_one_is_due_later(self, app: Flask, server: BadServer, path: str, words: str) -> None:
        run, _ = self.run(server, path, failures=2)
        assert run.outcome == "error" and re.search(words, run.error)
        assert run.next_due_at is not None
        assert 60 <= (run.next_due_at - run.started_at).total_seconds() <= 600
        assert store.find_occupancy("east-lake") is None

    def test_pauses_grow_after_failures_and_never_fall_below_the_interval(self) -> None:
        assert runner.next_pause_s(60, 0) == 60
        pauses = [runner.next_pause_s(60, failures) for failures in range(1, 12)]
        assert all(60 <= pause <= 600 for pause in pauses)
        assert pauses[0] >= 60 * 2 * 0.9 and pauses[-1] >= 600 * 0.9
        assert runner.next_pause_s(60, 1, retry_after_s=3000) == 3000
        assert runner.next_pause_s(900, 9) >= 900 * 0.9
