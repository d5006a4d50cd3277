"""A live document comes from the first place that answers, and a page never waits for any of them."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from citizen_app import live
from citizen_app.errors import Unavailable
from citizen_app.live import Live


class Places:
    """The places that a document comes from; a test says what each holds, None for one that does not answer."""

    def __init__(self) -> None:
        self.redis: tuple[str, list[int]] | None = ("first", [1])
        self.is_redis_empty = False
        self.database: list[int] | None = [2]
        self.full_reads = 0
        self.database_reads = 0
        self.redis_takes_s = 0.0

    def _ask_redis(self) -> tuple[str, list[int]]:
        time.sleep(self.redis_takes_s)
        if self.redis is None:
            raise Unavailable("Redis does not answer")
        return self.redis

    def version(self) -> str | None:
        answer = self._ask_redis()
        return None if self.is_redis_empty else answer[0]

    def from_redis(self) -> list[int] | None:
        self.full_reads += 1
        answer = self._ask_redis()
        return None if self.is_redis_empty else answer[1]

    def from_database(self) -> list[int]:
        self.database_reads += 1
        if self.database is None:
            raise Unavailable("the database does not answer")
        return self.database

    def refill(self) -> None:
        self._ask_redis()
        self.redis, self.is_redis_empty = ("refilled", self.from_database()), False


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    application = Flask("live")
    application.config.update(DATA_DIR=tmp_path, START_BACKGROUND=False, SNAPSHOT_REFRESH_S=0.05)
    with application.app_context():
        yield application


@pytest.fixture
def places() -> Places:
    return Places()


@pytest.fixture
def document(places: Places, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live[list[int]]]:
    monkeypatch.setattr(live, "_documents", [])    # the only one of its process
    one: Live[list[int]] = Live(
        "numbers", version=places.version, from_redis=places.from_redis, from_database=places.from_database,
        refill=places.refill, to_text=json.dumps, from_text=json.loads, empty=[],
    )
    yield one
    thread = live._threads.get(os.getpid())
    live.reset_all()
    if thread is not None:
        thread.join(5)


def test_redis_is_read_in_full_only_when_its_version_has_moved(document: Live[list[int]], places: Places) -> None:
    assert [document.current() for _ in range(5)] == [[1]] * 5
    assert places.full_reads == 1
    places.redis = ("second", [1, 1])
    assert document.current() == [1, 1]
    assert (document.origin, places.full_reads, places.database_reads) == ("redis", 2, 0)


def test_an_empty_redis_is_filled_from_the_database(document: Live[list[int]], places: Places) -> None:
    places.is_redis_empty = True
    assert (document.current(), document.origin) == ([2], "redis")


def test_without_redis_the_database_answers(document: Live[list[int]], places: Places) -> None:
    places.redis = None
    assert (document.current(), document.origin) == ([2], "database")


def test_what_another_release_left_in_redis_is_not_fatal(document: Live[list[int]], places: Places) -> None:
    document._from_redis = lambda: [int("what is this")]
    assert (document.current(), document.origin) == ([2], "database")


def test_without_both_memory_goes_on_and_says_since_when(document: Live[list[int]], places: Places) -> None:
    document.current()
    before = document.current_held()
    places.redis = places.database = None
    held = document.current_held()
    assert (held.value, held.origin) == ([1], "memory")
    assert held.confirmed_at is not None and held.confirmed_at == before.confirmed_at


def test_a_cold_start_without_both_reads_the_disk(document: Live[list[int]], places: Places) -> None:
    document.current()
    places.redis = places.database = None
    document.reset()
    held = document.current_held()
    assert (held.value, held.origin) == ([1], "disk")
    assert held.confirmed_at is not None
    places.database = [3]
    assert (document.current(), document.origin) == ([3], "database")


@pytest.mark.parametrize("content", ["", "[1", "\x00"])
def test_a_spoilt_file_on_disk_is_nothing(content: str, document: Live[list[int]], places: Places, tmp_path: Path) -> None:
    (tmp_path / "live-numbers.json").write_text(content)
    places.redis = places.database = None
    assert (document.current(), document.origin) == ([], "empty")


def test_a_disk_that_cannot_be_written_harms_nothing(document: Live[list[int]], app: Flask) -> None:
    app.config["DATA_DIR"] = Path("/proc/no-such-folder")
    assert [document.current(), document.current()] == [[1], [1]]


def test_the_database_is_asked_at_most_every_two_seconds(document: Live[list[int]], places: Places, app: Flask) -> None:
    app.config["START_BACKGROUND"] = True
    places.redis = places.database = None
    for _ in range(5):
        document.refresh()
    assert places.database_reads == 1


def test_a_page_does_not_wait_for_a_redis_that_hangs(document: Live[list[int]], places: Places, app: Flask) -> None:
    app.config["START_BACKGROUND"] = True
    assert document.current() == [1]
    places.redis_takes_s = 3.0
    time.sleep(0.2)    # the background thread is now waiting for Redis
    begin = time.monotonic()
    assert document.current() == [1]
    assert time.monotonic() - begin < 1.5


def test_the_background_thread_keeps_memory_fresh(document: Live[list[int]], places: Places, app: Flask) -> None:
    app.config["START_BACKGROUND"] = True
    document.current()
    places.redis = ("second", [7])
    deadline = time.monotonic() + 5
    while document.current() != [7] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert document.current() == [7]


def test_a_background_thread_that_ends_while_a_document_asks_another_lets_go_of_both(document: Live[list[int]], app: Flask) -> None:
    at_it, go_on = threading.Event(), threading.Event()
    go_on.set()

    def version() -> str:
        at_it.set()
        assert go_on.wait(10)
        return str(document.current())

    asker = Live(
        "asker", version=version, from_redis=lambda: [1], from_database=lambda: [1], refill=lambda: None, to_text=json.dumps,
        from_text=json.loads, empty=[],
    )
    app.config["START_BACKGROUND"] = True
    assert asker.current() == [1]
    go_on.clear()
    at_it.clear()
    assert at_it.wait(10)
    live._threads.pop(os.getpid())
    go_on.set()
    reset = threading.Thread(target=asker.reset)
    reset.start()
    reset.join(10)
    assert not reset.is_alive()
