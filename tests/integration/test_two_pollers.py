"""Feeds processes share the sources through leases, poll none twice in an interval, and take over from the killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask

from citizen_app import clock, config
from citizen_app.extensions import redis_store
from citizen_app.ops import actions as ops_actions
from citizen_app.ops import store as ops_store
from citizen_app.ops.source import Run
from citizen_app.parking import actions, store
from feeds import leases as feeds_leases
from feeds import runner
from feeds.leases import Leases
from feeds.poller import due_in_s, failures_in
from tests.factories import NOON, make_facility, make_source
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


def assert_never_twice_in_an_interval(server: BadServer) -> None:
    """By the clock that sends exactly; by the server's, which sees a request later when the machine is busy, nearly so."""
    requests = server.asked["good"]
    runs = ops_store.list_runs("good")
    gaps_s = [(later.started_at - sooner.started_at).total_seconds() for later, sooner in zip(runs, runs[1:], strict=False)]
    assert min(gaps_s) >= 2
    assert requests <= len(runs) + 1, "every request is of a recorded run, or of the one under way"
    moments = [moment for moment, path in server.moments if path == "good"]
    assert min(after - before for before, after in zip(moments, moments[1:], strict=False)) > 1


def test_two_processes_never_poll_a_source_twice_in_an_interval_and_nobody_waits_for_the_bad_ones(
    app: Flask, server: BadServer, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    actions.save_facilities([make_facility(source_uid="good")])
    ops_actions.save_sources([
        source(server, "good", "good"), source(server, "hang", "hanging"), source(server, "error", "failing"),
    ])
    start(), start()
    wait_for(lambda: server.asked["good"] >= 6)
    assert_never_twice_in_an_interval(server)
    assert server.asked["hanging"] <= 1 and server.asked["failing"] <= 4
    runs = ops_store.list_runs("good")
    assert runs and {run.outcome for run in runs} <= {"ok", "unchanged"}
    assert ops_store.list_runs("failing")[0].error == "answered 500"
    assert store.find_occupancy("east-lake") is not None


def test_when_a_process_is_killed_in_the_middle_of_a_run_another_takes_over_within_a_lease(
    app: Flask, server: BadServer, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    actions.save_facilities([make_facility(source_uid="good")])
    ops_actions.save_sources([source(server, "hang-once", "good", interval_s=1)])
    first = start()
    wait_for(lambda: server.asked["hang-once"] == 1)
    start()
    time.sleep(feeds_leases.LEASE_S + 2)
    assert server.asked["hang-once"] == 1, "the first is at it for longer than a lease, and renews it"
    first.send_signal(signal.SIGKILL)
    first.wait()
    killed_s = time.monotonic()
    wait_for(lambda: server.asked["hang-once"] >= 3)
    taken_over_s = next(moment for moment, _ in server.moments[1:]) - killed_s
    assert 0 < taken_over_s < feeds_leases.LEASE_S + 15, "the other one looks again every 5 s at least"


def test_a_process_told_to_end_ends_within_five_seconds_and_leaves_its_sources_to_others(
    app: Flask, server: BadServer, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    ops_actions.save_sources([source(server, "hang", "hanging")])
    process = start()
    wait_for(lambda: server.asked["hang"] == 1)
    assert not Leases().take("hanging")
    process.terminate()
    assert process.wait(5) == 0
    assert Leases().take("hanging")


def test_polling_goes_on_while_redis_is_away_and_still_not_twice_in_an_interval(
    app: Flask, server: BadServer, app_settings: dict[str, Any], tmp_path: Path, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    actions.save_facilities([make_facility(source_uid="good")])
    ops_actions.save_sources([source(server, "good", "good")])
    app_settings["REDIS_URL"] = f"unix://{tmp_path / 'nobody.sock'}"
    start(), start()
    wait_for(lambda: server.asked["good"] >= 5)
    assert_never_twice_in_an_interval(server)
    assert store.find_occupancy("east-lake") is not None


def test_only_the_holder_of_a_lease_may_give_it_back(app: Flask) -> None:
    assert ops_store.acquire_lease("one", "me", 30)
    assert not ops_store.acquire_lease("one", "you", 30)
    ops_store.release_lease("one", "you")
    assert not ops_store.acquire_lease("one", "you", 30)
    ops_store.release_lease("one", "me")
    assert ops_store.acquire_lease("one", "you", 30)


def test_a_lease_lasts_as_long_as_its_holder_renews_it(app: Flask) -> None:
    mine, yours = Leases(ttl_s=1), Leases(ttl_s=1)
    assert mine.take("vendor") and not yours.take("vendor")
    for _ in range(5):
        time.sleep(0.4)
        mine.renew()
        assert not yours.take("vendor")
    wait_for(lambda: yours.take("vendor"), 10)


def test_a_lease_that_a_new_redis_knows_nothing_of_is_taken_again_by_its_holder(app: Flask) -> None:
    mine, yours = Leases(), Leases()
    assert mine.take("vendor")
    redis_store.client.flushall()
    mine.renew()
    assert not yours.take("vendor")
    mine.give_back("vendor")
    mine.renew()
    assert yours.take("vendor"), "what was given back is not renewed"


class TestTurns:
    @pytest.fixture
    def one(self, app: Flask) -> Any:
        ops_actions.save_sources([make_source("good", interval_s=60)])
        return ops_store.get_source("good")

    @pytest.mark.parametrize("fault", ["none", "restarted", "away"])
    def test_a_turn_is_taken_once_in_an_interval_whatever_happens_to_redis(self, one: Any, tmp_path: Path, fault: str) -> None:
        now, mine, yours = clock.now(), Leases(), Leases()
        assert runner.claim(one, mine, now)
        assert not runner.claim(one, yours, now), "the other one is at it"
        mine.give_back("good")
        if fault == "restarted":
            redis_store.client.flushall()
        if fault == "away":
            redis_store.client = redis.Redis(unix_socket_path=str(tmp_path / "nobody.sock"), retry=None)
        assert not runner.claim(one, yours, now + timedelta(seconds=59))
        assert runner.claim(one, yours, now + timedelta(seconds=60))

    def test_a_claim_that_fails_leaves_no_lease(self, one: Any) -> None:
        now, mine = clock.now(), Leases()
        assert runner.claim(one, mine, now)
        mine.give_back("good")
        assert not runner.claim(one, mine, now)
        assert Leases().take("good")

    def test_a_turn_taken_by_a_clock_that_was_wrong_does_not_last(self, one: Any) -> None:
        now, mine = clock.now(), Leases()
        assert runner.claim(one, mine, now + timedelta(days=300))
        mine.give_back("good")
        assert runner.claim(one, mine, now)

    def test_nobody_claims_a_source_that_is_gone(self, one: Any) -> None:
        ops_actions.save_sources([])
        assert not runner.claim(one, Leases(), clock.now())


class TestRuns:
    @pytest.fixture(autouse=True)
    def _facility(self, app: Flask) -> None:
        actions.save_facilities([make_facility(source_uid="vendor")])

    def run(self, server: BadServer, path: str, failures: int = 0) -> Any:
        one = source(server, path, "vendor", interval_s=60)
        ops_actions.save_sources([one])
        return runner.run_source(one, None, failures)

    def test_a_good_run_is_recorded_with_what_it_brought(self, app: Flask, server: BadServer) -> None:
        run, last = self.run(server, "good")
        assert (run.outcome, run.http_status, run.rows_good, run.rows_bad, run.bytes_read) == ("ok", 200, 1, 0, len(GOOD))
        assert ops_store.list_runs("vendor") == [run]
        assert last is not None and last.validators.etag == '"v1"'

    def test_a_server_that_says_nothing_has_changed_confirms_its_counts(self, app: Flask, server: BadServer) -> None:
        """These counts carry no time of their own: they are as old as the answer that confirms them."""
        _, last = self.run(server, "good")
        before = store.find_occupancy("east-lake")
        run, last = runner.run_source(source(server, "good", "vendor", 60), last, 0)
        after = store.find_occupancy("east-lake")
        assert (run.outcome, run.http_status, run.bytes_read, run.rows_good) == ("ok", 304, 0, 1)
        assert before is not None and after is not None and after.observed_at > before.observed_at
        assert after.available_spaces == before.available_spaces and after.changed_at == before.changed_at
        assert last is not None and last.body == GOOD

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("error", "answered 500"), ("html", "not JSON"), ("metadata", "not a public address"), ("cut", "cut off|failed"),
            ("stranger", "no facility of this source has it"), ("nothing", "nothing usable"),
        ],
    )
    def test_a_bad_run_is_recorded_and_the_next_one_is_due_later(self, app: Flask, server: BadServer, path: str, words: str) -> None:
        run, last = self.run(server, path, failures=2)
        assert run.outcome == "error" and re.search(words, run.error)
        assert run.next_due_at is not None and last is None
        assert 60 <= (run.next_due_at - run.started_at).total_seconds() <= 600
        assert ops_store.list_runs("vendor") == [run]
        assert store.find_occupancy("east-lake") is None

    def test_a_mistake_of_our_own_is_recorded_too(self, app: Flask, server: BadServer) -> None:
        one = source(server, "good", "vendor")
        run, _ = runner.run_source(replace(one, settings={"fields": 7}), None, 0)
        assert run.outcome == "error" and run.error and ops_store.list_runs("vendor") == [run]

    def test_rows_of_strangers_are_problems_beside_good_rows(self, app: Flask, server: BadServer) -> None:
        run, _ = self.run(server, "mixed")
        assert (run.outcome, run.rows_good, run.rows_bad) == ("partial", 1, 2)
        assert {one.value for one in run.problems} == {"nobody", "many"}

    def test_a_capacity_that_differs_from_ours_is_named_and_ours_stays(self, app: Flask, server: BadServer) -> None:
        one = make_source("vendor", url=server.url("sites"), allow_private=True)
        run, _ = runner.run_source(one, None, 0)
        assert [(one.row, one.field, one.value, one.message) for one in run.problems] == [("east-lake", "capacity", "120", "ours is 100")]
        assert (run.outcome, run.rows_good) == ("partial", 1)
        facility = store.find_facility("east-lake")
        assert facility is not None and facility.capacity == 100

    def test_runs_older_than_thirty_days_are_forgotten(self, app: Flask) -> None:
        now = clock.now()
        for days in (31, 29):
            started_at = now - timedelta(days=days)
            ops_actions.record_run(Run("vendor", started_at, started_at, "ok"))
        assert ops_actions.prune_runs(now) == 1
        assert [run.started_at for run in ops_store.list_runs("vendor")] == [now - timedelta(days=29)]


class TestPauses:
    def test_pauses_grow_after_failures_and_never_fall_below_the_interval(self) -> None:
        assert runner.next_pause_s(60, 0) == 60
        pauses = [runner.next_pause_s(60, failures) for failures in range(1, 12)]
        assert all(60 <= pause <= 600 for pause in pauses)
        assert pauses[0] >= 60 * 2 * 0.9 and pauses[-1] >= 600 * 0.9
        assert runner.next_pause_s(900, 9) == 900

    def test_a_server_that_asks_for_patience_is_given_it_for_an_hour_at_most(self) -> None:
        assert runner.next_pause_s(60, 1, retry_after_s=3000) == 3000
        assert runner.next_pause_s(60, 1, retry_after_s=90_000) == 3600

    @pytest.mark.parametrize("interval_s", [10, 60, 7200, 86400])
    @pytest.mark.parametrize("failures", [0, 1, 20])
    @pytest.mark.parametrize("retry_after_s", [0, 3600])
    def test_no_pause_of_our_own_is_taken_for_the_work_of_a_wrong_clock(self, interval_s: int, failures: int, retry_after_s: float) -> None:
        pause = timedelta(seconds=runner.next_pause_s(interval_s, failures, retry_after_s))
        run = Run("vendor", NOON, NOON, "error", next_due_at=NOON + pause)
        assert due_in_s(make_source(interval_s=interval_s), [run], NOON) == pause.total_seconds()

    def test_a_due_time_of_a_wrong_clock_is_due_now(self) -> None:
        run = Run("vendor", NOON, NOON, "ok", next_due_at=NOON + timedelta(days=400))
        assert due_in_s(make_source(), [run], NOON) == 0
        assert due_in_s(make_source(), [], NOON) == 0

    def test_a_failing_source_that_was_changed_does_not_wait(self) -> None:
        run = Run("vendor", NOON, NOON, "error", next_due_at=NOON + timedelta(minutes=9))
        assert due_in_s(make_source(), [run], NOON + timedelta(minutes=1), changed_at=NOON + timedelta(minutes=1)) == 0
        assert due_in_s(make_source(), [run], NOON + timedelta(minutes=1), changed_at=NOON - timedelta(minutes=1)) == 480
        assert due_in_s(make_source(), [replace(run, outcome="ok")], NOON, changed_at=NOON + timedelta(minutes=1)) == 540

    def test_failures_are_counted_over_all_processes_until_the_last_good_run(self) -> None:
        runs = [Run("vendor", NOON, NOON, outcome) for outcome in ("error", "error", "partial", "error")]
        assert failures_in(runs) == 2 and failures_in(runs[2:]) == 0 and failures_in([]) == 0
