"""Readings are kept in one transaction, judged from state, and reach Redis, memory and disk; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import create_engine

from citizen_app import live
from citizen_app.errors import InvalidInput, NotFound
from citizen_app.extensions import after_commit, db, redis_store, transaction
from citizen_app.parking import actions, store
from citizen_app.parking.occupancy import OpeningStatus
from tests.factories import NOON, make_facility, make_reading

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _facilities(app: Flask) -> None:
    actions.save_facilities([make_facility("east-lake"), make_facility("west-gate", source_uid="other")])
    actions.publish_snapshot()


def test_a_reading_is_kept_raw_as_state_and_as_quarter(app: Flask) -> None:
    result = actions.record_readings("vendor", [make_reading(available_spaces=40)], NOON)
    assert (result.accepted, result.unchanged, result.problems) == (1, 0, ())
    state = store.find_occupancy("east-lake")
    assert state is not None
    assert (state.available_spaces, state.sequence, state.observed_at) == (40, 1, NOON)
    assert [one.available_spaces for one in store.list_readings("east-lake", NOON, NOON + MINUTE)] == [40]
    [quarter] = store.list_aggregates("east-lake", NOON, NOON + MINUTE)
    assert (quarter.spaces_min, quarter.spaces_mean, quarter.spaces_max, quarter.samples) == (40, 40.0, 40, 1)
    assert store.current_snapshot().occupancies["east-lake"] == state


def test_duplicates_and_older_readings_change_nothing(app: Flask) -> None:
    actions.record_readings("vendor", [make_reading(available_spaces=40)], NOON)
    before = store.find_occupancy("east-lake")
    again = actions.record_readings("vendor", [make_reading(available_spaces=40)], NOON + MINUTE)
    older = actions.record_readings("vendor", [make_reading(available_spaces=7, observed_at=NOON - MINUTE)], NOON + MINUTE)
    assert (again.accepted, again.unchanged) == (older.accepted, older.unchanged) == (0, 1)
    assert store.find_occupancy("east-lake") == before


def test_unknown_references_are_problems_and_the_good_rows_are_kept(app: Flask) -> None:
    result = actions.record_readings("vendor", [make_reading("nobody"), make_reading(), make_reading("west-gate")], NOON)
    assert result.accepted == 1
    assert {one.value for one in result.problems} == {"nobody", "west-gate"}


def test_suspect_counts_are_kept_raw_but_enter_no_quarter(app: Flask) -> None:
    over = make_reading(available_spaces=900, observed_at=NOON + MINUTE)
    actions.record_readings("vendor", [make_reading(available_spaces=-5), over], NOON)
    assert [one.available_spaces for one in store.list_readings("east-lake", NOON, NOON + 2 * MINUTE)] == [-5, 900]
    assert store.list_aggregates("east-lake", NOON - MINUTE, NOON + 2 * MINUTE) == []


def test_a_failed_transaction_leaves_nothing_anywhere(app: Flask, redis_url: str) -> None:
    with pytest.raises(RuntimeError), transaction():
        actions.record_readings("vendor", [make_reading()], NOON)
        raise RuntimeError("the rest went wrong")
    assert store.find_occupancy("east-lake") is None
    assert redis.Redis.from_url(redis_url).hlen("parking:occupancies") == 0


def test_what_follows_a_commit_is_not_done_after_a_rollback(app: Flask) -> None:
    done: list[str] = []
    with pytest.raises(RuntimeError), transaction():
        after_commit(lambda: done.append("rolled back"))
        raise RuntimeError
    with transaction():
        after_commit(lambda: done.append("committed"))
        assert done == []
    assert done == ["committed"]


def test_two_writers_at_once_lose_nothing(app: Flask) -> None:
    def write(offset: int) -> None:
        with app.app_context():
            for number in range(20):
                at = NOON + timedelta(seconds=10 * number + offset)
                actions.record_readings("vendor", [make_reading(observed_at=at, available_spaces=number)], at)
            db.session.remove()

    threads = [threading.Thread(target=write, args=(offset,)) for offset in (0, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = store.find_occupancy("east-lake")
    assert state is not None
    kept = store.list_readings("east-lake", NOON, NOON + timedelta(hours=1))
    assert state.sequence == len(kept) >= 20
    assert sum(one.samples for one in store.list_aggregates("east-lake", NOON, NOON + timedelta(hours=1))) == len(kept)


def test_missing_facilities_are_retired_with_their_history_and_come_back(app: Flask) -> None:
    actions.record_readings("vendor", [make_reading()], NOON)
    counts = actions.save_facilities([make_facility("west-gate", source_uid="other")])
    actions.publish_snapshot()
    assert counts == {"added": 0, "changed": 0, "retired": 1}
    assert set(store.current_snapshot().facilities) == {"west-gate"}
    actions.save_facilities([make_facility("east-lake"), make_facility("west-gate", source_uid="other")])
    assert len(store.list_readings("east-lake", NOON, NOON + MINUTE)) == 1


def test_redis_that_lost_everything_is_filled_again_from_the_database(app: Flask, redis_url: str) -> None:
    actions.record_readings("vendor", [make_reading()], NOON)
    redis.Redis.from_url(redis_url).flushall()
    assert store.current_snapshot().occupancies["east-lake"].available_spaces == 40
    assert redis.Redis.from_url(redis_url).hlen("parking:occupancies") == 1


def test_a_late_publisher_never_puts_an_older_state_over_a_newer_one(app: Flask) -> None:
    actions.record_readings("vendor", [make_reading()], NOON)
    old = store.find_occupancy("east-lake")
    actions.record_readings("vendor", [make_reading(available_spaces=39, observed_at=NOON + MINUTE)], NOON + timedelta(seconds=1))
    assert old is not None
    store.publish([old])
    assert store.current_snapshot().occupancies["east-lake"].available_spaces == 39


def test_without_redis_pages_read_the_database_and_without_both_the_disk(app: Flask, tmp_path: Path) -> None:
    actions.record_readings("vendor", [make_reading()], NOON)
    store.current_snapshot()
    redis_store.client = redis.Redis(unix_socket_path=str(tmp_path / "nobody.sock"), retry=None)
    live.reset_all()
    assert store.current_snapshot().occupancies["east-lake"].available_spaces == 40
    assert store.snapshot_origin() == "database"
    db.engine.dispose()
    live.reset_all()
    with _database_away(tmp_path):
        assert store.current_snapshot().occupancies["east-lake"].available_spaces == 40
        assert store.snapshot_origin() == "disk"


class TestHandCounts:
    def count(self, message: str, **press: object) -> int | None:
        return actions.record_hand_count("east-lake", message, NOON, NOON, **press).available_spaces  # type: ignore[arg-type]

    def test_the_same_message_counts_once(self, app: Flask) -> None:
        assert self.count("first-one", available=10) == 10
        assert self.count("second-one", change=-1) == 9
        assert self.count("second-one", change=-1) == 9

    def test_the_number_stays_within_the_capacity(self, app: Flask) -> None:
        self.count("first-one", available=99)
        assert self.count("second-one", change=5) == 100
        assert self.count("third-one", available=0) == 0
        assert self.count("fourth-one", change=-1) == 0

    def test_a_change_without_a_known_number_is_refused_and_may_be_sent_again(self, app: Flask) -> None:
        with pytest.raises(InvalidInput, match="no number is known yet"):
            self.count("first-one", change=1)
        self.count("second-one", available=5)
        assert self.count("first-one", change=1) == 6

    def test_closing_keeps_the_number_and_opening_brings_it_back(self, app: Flask) -> None:
        self.count("first-one", available=12)
        closed = actions.record_hand_count("east-lake", "second-one", NOON, NOON, status=OpeningStatus.CLOSED)
        opened = actions.record_hand_count("east-lake", "third-one", NOON, NOON, status=OpeningStatus.OPEN)
        assert (closed.opening_status, opened.opening_status) == (OpeningStatus.CLOSED, OpeningStatus.OPEN)
        assert opened.available_spaces == 12

    def test_presses_that_arrive_late_are_steps_from_where_the_last_one_left(self, app: Flask) -> None:
        actions.record_hand_count("east-lake", "first-one", NOON, NOON, available=10)
        late = actions.record_hand_count("east-lake", "second-one", NOON - 10 * MINUTE, NOON + MINUTE, change=-1)
        assert late.available_spaces == 9

    def test_an_unknown_facility_is_not_found(self, app: Flask) -> None:
        with pytest.raises(NotFound):
            actions.record_hand_count("nobody", "first-one", NOON, NOON, available=1)


def test_old_history_is_pruned_and_the_rest_stays(app: Flask) -> None:
    for days in (0, 29, 31, 800):
        at = NOON - timedelta(days=days)
        actions.import_history("east-lake", [(at, 10)])
    for days in (800, 31, 29, 0):
        actions.record_readings("vendor", [make_reading(observed_at=NOON - timedelta(days=days))], NOON)
    counts = actions.prune_history(NOON)
    assert counts == {"readings": 2, "quarters": 1}
    everything = (NOON - timedelta(days=900), NOON + MINUTE)
    assert len(store.list_readings("east-lake", *everything)) == 2
    assert len(store.list_aggregates("east-lake", *everything)) == 3


@contextmanager
def _database_away(tmp_path: Path) -> Iterator[None]:
    """The database does not answer while the block lasts."""
    real = db.engines[None]
    db.session.remove()
    db.engines[None] = create_engine(f"sqlite:///{tmp_path}/no-such-folder/nothing.db")
    try:
        yield
    finally:
        db.session.remove()
        db.engines[None] = real
