"""What writers do at once, and what Redis gets to see of it; on both databases."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import redis
from flask import Flask
from sqlalchemy import create_engine

from citizen_app import config, extensions, live
from citizen_app.config import ROOT
from citizen_app.errors import Unavailable
from citizen_app.extensions import db, redis_store
from citizen_app.parking import actions, store
from citizen_app.parking.quality import Quality, judge
from tests.factories import NOON, at, make_facility, make_occupancy, make_reading
from tests.servers import PostgresServer, RedisServer

_WRITER = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from flask import Flask
from citizen_app.errors import Unavailable
from citizen_app.extensions import db, redis_store
from citizen_app.parking import actions
from tests.factories import NOON, make_reading

_, database_url, redis_url, offset, rounds = sys.argv
app = Flask("writer")
app.config.update(SQLALCHEMY_DATABASE_URI=database_url, REDIS_URL=redis_url, REDIS_CONNECT_TIMEOUT_S=2.0,
                  REDIS_READ_TIMEOUT_S=2.0, START_BACKGROUND=False, DATA_DIR=Path("."))
db.init_app(app)
redis_store.init_app(app)
with app.app_context():
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(rounds)):
        moment = NOON + timedelta(seconds=2 * number + int(offset))
        readings = [make_reading(ref, moment, available_spaces=number % 100) for ref in ("c", "a", "b")]
        actions.record_readings("vendor", readings, moment)
"""


@pytest.fixture(autouse=True)
def _facilities(bare_app: Flask) -> None:
    actions.save_facilities([make_facility(uid) for uid in ("a", "b", "c")])
    actions.publish_snapshot()


@pytest.fixture
def own_redis(bare_app: Flask) -> Iterator[RedisServer]:
    """A Redis that the test may kill; the application uses it."""
    server = RedisServer().start()
    bare_app.config.update(REDIS_URL=server.url, REDIS_CONNECT_TIMEOUT_S=0.1, REDIS_READ_TIMEOUT_S=0.2)
    redis_store.init_app(bare_app)
    live.reset_all()
    actions.publish_snapshot()
    yield server
    server.close()


def spaces() -> dict[str, int | None]:
    return {uid: one.available_spaces for uid, one in store.current_snapshot().occupancies.items()}


def test_two_processes_that_write_at_once_lose_nothing_and_count_nothing_twice(
    bare_app: Flask, database_url: str, redis_url: str
) -> None:
    rounds = 40
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, database_url, redis_url, str(offset), str(rounds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": f"{ROOT}:{ROOT / 'bin'}"},
        )
        for offset in (0, 1)
    ]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("go\n", timeout=120)
    assert [writer.returncode for writer in writers] == [0, 0]
    for uid in ("a", "b", "c"):
        state = store.find_occupancy(uid)
        kept = store.list_readings(uid, NOON, at(60))
        assert state is not None
        # What the slower writer brings may be older than what is known: it is dropped, never half kept.
        assert state.sequence == len(kept) >= rounds
        assert sum(one.samples for one in store.list_aggregates(uid, NOON, at(60))) == len(kept)
        assert state.observed_at == kept[-1].observed_at == NOON + timedelta(seconds=2 * rounds - 1)
        assert store.current_snapshot().occupancies[uid] == state


def test_a_reading_from_the_future_is_shown_as_impossible_and_shuts_no_honest_one_out(bare_app: Flask) -> None:
    facility = make_facility("a")
    actions.record_readings("vendor", [make_reading("a", NOON, available_spaces=40)], NOON)
    actions.record_readings("vendor", [make_reading("a", at(60 * 24 * 3650), available_spaces=7)], at(1))
    state = store.find_occupancy("a")
    assert judge(facility, state, at(1)).quality is Quality.IMPOSSIBLE
    assert actions.record_readings("vendor", [make_reading("a", NOON, available_spaces=40)], at(2)).accepted == 0
    assert actions.record_readings("vendor", [make_reading("a", at(2), available_spaces=39)], at(2)).accepted == 1
    judged = judge(facility, store.find_occupancy("a"), at(2))
    assert (judged.quality, judged.available_spaces) == (Quality.LIVE, 39)
    assert sum(one.samples for one in store.list_aggregates("a", at(-60), at(60 * 24 * 7300))) == 2
    actions.prune_history(at(60 * 24 * 31))
    assert store.list_readings("a", at(-60), at(60 * 24 * 7300)) == []


def test_readings_of_one_batch_may_come_in_any_order(bare_app: Flask) -> None:
    batch = [make_reading("a", at(minutes), available_spaces=50 - minutes) for minutes in (2, 0, 1)]
    assert actions.record_readings("vendor", batch, at(3)).accepted == 3
    assert [one.available_spaces for one in store.list_readings("a", NOON, at(5))] == [50, 49, 48]
    assert spaces() == {"a": 48}


def test_a_facility_that_the_snapshot_does_not_have_is_not_shown(bare_app: Flask) -> None:
    store.publish([make_occupancy("nobody")])
    assert spaces() == {}


def test_states_alone_are_no_snapshot(bare_app: Flask, redis_url: str) -> None:
    """A Redis that lost everything and then got one state is filled from the database all the same."""
    actions.record_readings("vendor", [make_reading("a"), make_reading("b")], NOON)
    redis.Redis.from_url(redis_url).flushall()
    actions.record_readings("vendor", [make_reading("a", at(1), available_spaces=39)], at(1))
    live.reset_all()
    assert spaces() == {"a": 39, "b": 40}
    assert set(store.current_snapshot().facilities) == {"a", "b", "c"}


def test_a_database_that_began_anew_is_not_shut_out_by_what_redis_remembers(bare_app: Flask) -> None:
    store.publish([make_occupancy("a", sequence=900, available_spaces=1)])
    actions.record_readings("vendor", [make_reading("a", at(1), available_spaces=40)], at(1))
    assert spaces() == {"a": 40}


def test_the_snapshot_says_where_it_came_from_and_when(bare_app: Flask) -> None:
    snapshot = store.current_snapshot()
    assert snapshot.origin == "redis"
    assert snapshot.read_at is not None
    live.reset_all()
    assert store.snapshot_origin() == "empty"


def test_what_redis_missed_while_it_was_down_comes_with_the_next_reading(bare_app: Flask, own_redis: RedisServer) -> None:
    own_redis.kill()
    assert actions.record_readings("vendor", [make_reading("a", available_spaces=11)], NOON).accepted == 1
    own_redis.start()
    actions.record_readings("vendor", [make_reading("b", available_spaces=22)], NOON)
    assert redis.Redis.from_url(own_redis.url).hlen("parking:occupancies") == 2
    live.reset_all()
    assert spaces() == {"a": 11, "b": 22}
    assert store.snapshot_origin() == "redis"


def test_a_redis_that_hangs_costs_a_writer_no_more_than_its_time_limit(bare_app: Flask, own_redis: RedisServer) -> None:
    own_redis.hang()
    begin = time.monotonic()
    assert actions.record_readings("vendor", [make_reading("a")], NOON).accepted == 1
    assert time.monotonic() - begin < 5
    assert spaces() == {"a": 40}
    assert store.snapshot_origin() == "database"
    own_redis.resume()
    assert spaces() == {"a": 40}
    assert store.snapshot_origin() == "redis"


def test_a_redis_restored_from_its_files_never_passes_for_what_memory_has(bare_app: Flask, own_redis: RedisServer) -> None:
    """Its content went back; a counted version could have come to the same number again."""
    client = redis.Redis.from_url(own_redis.url)
    actions.record_readings("vendor", [make_reading("a", available_spaces=40)], NOON)
    earlier = {name: client.dump(name) for name in client.scan_iter()}
    actions.record_readings("vendor", [make_reading("a", at(1), available_spaces=39)], at(1))
    assert spaces() == {"a": 39}
    for name, content in earlier.items():
        client.restore(name, 0, content, replace=True)
    actions.record_readings("vendor", [make_reading("a", at(2), available_spaces=38)], at(2))
    assert spaces() == {"a": 38}


def test_the_history_commands_say_what_is_kept_and_prune_it(app: Flask) -> None:
    actions.record_readings("vendor", [make_reading("a", at(60 * 24 * day)) for day in (0, 20, 40)], at(60 * 24 * 40))
    runner = app.test_cli_runner()
    said = runner.invoke(args=["history", "size"])
    assert said.exit_code == 0
    assert "raw readings                 3  since 2026-03-11, kept 30 days" in said.output
    assert runner.invoke(args=["history", "prune", "--help"]).exit_code == 0
    pruned = runner.invoke(args=["history", "prune"])
    assert (pruned.exit_code, pruned.output.splitlines()[-1]) == (0, _pruned_line())


def _pruned_line() -> str:
    """The command prunes by the real clock: what is kept then is what the clock says."""
    kept = len(store.list_readings("a", at(-1), at(60 * 24 * 365 * 100)))
    return f"Deleted {3 - kept} raw readings and 0 quarters of hours."




@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_postgresql_that_hangs_is_given_up_and_found_again(
    database_kind: str, bare_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "_POSTGRES_SILENCE_S", 2.0)
    server = PostgresServer().start()
    engine = create_engine(config.database_url(server.url(), tmp_path), pool_pre_ping=True)
    real = db.engines[None]
    db.engines[None] = engine
    try:
        db.create_all()
        db.session.remove()
        assert store.list_facilities() == []
        parent = psutil.Process(server.process.pid if server.process else 0)
        whole = [parent, *parent.children(recursive=True)]
        for process in whole:
            process.suspend()
        begin = time.monotonic()
        with pytest.raises(Unavailable):
            store.list_facilities()
        assert time.monotonic() - begin < 15
        begin = time.monotonic()
        with pytest.raises(Unavailable):    # the next ones do not wait again
            store.list_facilities()
        assert time.monotonic() - begin < 1.5
        for process in whole:
            process.resume()
        time.sleep(2)
        assert store.list_facilities() == []
        server.kill()
        with pytest.raises(Unavailable):
            store.list_facilities()
        server.start()
        assert store.list_facilities() == []
    finally:
        db.session.remove()
        db.engines[None] = real
        engine.dispose()
        server.close()
