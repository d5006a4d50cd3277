"""What a feeds process does beside polling: follow changes of the sources, refill Redis, prune once a night."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from citizen_app import clock
from citizen_app.extensions import redis_store
from citizen_app.ops import actions as ops_actions
from citizen_app.ops import store as ops_store
from citizen_app.ops.source import Run, SourceMode
from citizen_app.parking import actions, store
from feeds import __main__ as process
from feeds import runner
from tests.factories import make_facility, make_reading, make_source
from tests.integration.misbehaving import BadServer, bad_server

NIGHT = datetime(2026, 3, 10, 19, 40, tzinfo=UTC)    # 03:40 on the county's clock


@pytest.fixture
def server() -> Iterator[BadServer]:
    with bad_server() as one:
        yield one


@pytest.fixture
def feeds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[process.Feeds]:
    """The process as it runs, in a thread of this one and with less patience."""
    monkeypatch.setattr(process, "SOURCES_S", 0.1)
    monkeypatch.setattr(process, "CHORES_S", 0.1)
    one = process.Feeds(app)
    thread = threading.Thread(target=one.run)
    thread.start()
    yield one
    one.stopping.set()
    thread.join(10)
    assert not thread.is_alive()


def source(server: BadServer, path: str) -> Any:
    settings = {"fields": {"ref": "id", "available_spaces": "free"}}
    return make_source(format="mapped_json", url=server.url(path), interval_s=1, settings=settings, allow_private=True)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_sources_are_followed_while_the_process_runs(app: Flask, server: BadServer, feeds: process.Feeds) -> None:
    ops_actions.save_sources([source(server, "good"), make_source("pushed", mode=SourceMode.PUSH)])
    wait_for(lambda: server.asked["good"] >= 1)
    assert list(feeds.pollers) == ["vendor"]
    ops_actions.save_sources([source(server, "good?moved")])
    wait_for(lambda: server.asked["good?moved"] >= 2)
    before = server.asked["good"]
    wait_for(lambda: server.asked["good?moved"] >= 4)
    assert server.asked["good"] == before, "the old address is left alone"
    ops_actions.save_sources([])
    wait_for(lambda: not feeds.pollers)


def test_a_source_that_failed_is_asked_at_once_when_it_was_put_right(app: Flask, server: BadServer, feeds: process.Feeds) -> None:
    now = clock.now()
    ops_actions.record_run(Run("vendor", now, now, "error", next_due_at=now + timedelta(minutes=9)))
    ops_actions.save_sources([source(server, "error")])
    wait_for(lambda: "vendor" in feeds.pollers)
    time.sleep(3)
    assert server.asked["error"] == 0, "the end of its back-off is awaited, also after a restart"
    ops_actions.save_sources([source(server, "good")])
    wait_for(lambda: server.asked["good"] >= 1)


def test_an_empty_redis_is_filled_again(app: Flask, feeds: process.Feeds) -> None:
    actions.save_facilities([make_facility()])
    actions.record_readings("vendor", [make_reading()], make_reading().observed_at + timedelta(seconds=3))
    redis_store.client.flushall()
    wait_for(lambda: redis_store.client.hexists("parking:occupancies", "east-lake"))


class TestPruning:
    def old_and_new(self) -> None:
        actions.save_facilities([make_facility()])
        for days in (31, 1):
            at = NIGHT - timedelta(days=days)
            actions.record_readings("vendor", [make_reading(observed_at=at)], at)
            ops_actions.record_run(Run("vendor", at, at, "ok"))

    def left(self) -> tuple[int, int]:
        readings = store.list_readings("east-lake", NIGHT - timedelta(days=40), NIGHT, 10)
        return len(readings), len(ops_store.list_runs("vendor"))

    def test_old_readings_and_runs_go_at_night(self, app: Flask) -> None:
        # In the order of time, or the older reading would change nothing.
        self.old_and_new()
        assert self.left() == (2, 2)
        runner.prune(NIGHT)
        assert self.left() == (1, 1)

    def test_not_by_day(self, app: Flask) -> None:
        self.old_and_new()
        for hours in (-1, 2, 8, 16):
            runner.prune(NIGHT + timedelta(hours=hours))
        assert self.left() == (2, 2)

    def test_once_a_night_in_one_process(self, app: Flask) -> None:
        runner.prune(NIGHT)
        self.old_and_new()
        runner.prune(NIGHT + timedelta(minutes=1))
        assert self.left() == (2, 2)
        runner.prune(NIGHT + timedelta(days=1))
        assert self.left()[1] == 1
