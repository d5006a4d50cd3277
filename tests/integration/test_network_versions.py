"""Versions of the network, on both databases, with real processes that are killed: what is published never changes by accident."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from citizen_app import live
from citizen_app.buses import actions, store
from citizen_app.buses.difference import read_difference
from citizen_app.buses.documents import digest_of, is_same, unpack
from citizen_app.buses.findings import Finding, Severity
from citizen_app.buses.store import current
from citizen_app.buses.versions import Version, VersionState
from citizen_app.config import ROOT
from citizen_app.days.calendar import DayCalendar
from citizen_app.errors import Conflict, NotFound
from citizen_app.extensions import db, redis_store
from citizen_app.places.actions import save_places
from citizen_app.places.county import County
from feeds import runner
from tests.networks import make_marked_network, make_network, marks_of

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
ERROR = Finding(Severity.ERROR, "time_goes_back", 2, ("101路",))
WARNING = Finding(Severity.WARNING, "stop_not_served", 1, ("光明村",))


@pytest.fixture(autouse=True)
def nothing_built() -> None:
    """Schedules are kept by the digest of their network; what another test built is no answer here."""
    current._schedule.cache_clear()


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def add(mark: str, minutes: int = 0, *findings: Finding) -> Version:
    return actions.import_network(make_marked_network(mark, 5), f"{mark}.zip", at(minutes), findings)


def published_mark() -> str | None:
    """The mark that pages are made from now; it must be one only."""
    published = store.current_published()
    if published is None:
        return None
    (mark,) = marks_of(published.schedule.network)
    return mark


def wait_for(condition: Callable[[], object], seconds: float) -> float:
    """Seconds until it was so."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, "too late"
        time.sleep(0.01)
    return time.monotonic() - started


def assert_whole() -> Version | None:
    """At most one version is published, and every network that is kept is there whole and its own."""
    versions = store.list_versions()
    assert sum(one.state is VersionState.PUBLISHED for one in versions) <= 1
    for one in versions:
        assert (one.published_at is None) == (one.state is VersionState.DRAFT)
        if one.has_network:
            data = store.get_document(one.digest)
            assert digest_of(data) == one.digest
            assert marks_of(unpack(data)) == {one.origin.removesuffix(".zip")}
    published = store.find_published()
    assert published is None or published.has_network
    return published


def test_a_draft_is_on_no_page_and_published_it_is(bare_app: Flask) -> None:
    draft = add("a", 0, WARNING)
    assert (draft.state, draft.replaces, draft.findings, draft.published_at) == (VersionState.DRAFT, None, (WARNING,), None)
    assert draft.summary["trips"] == 5 and draft.summary["calls"] == 15
    assert store.current_published() is None and store.find_published() is None
    done = actions.publish(draft.id, at(1))
    published = store.current_published()
    assert published is not None and published_mark() == "a"
    assert (published.version_id, published.digest, published.published_at) == (draft.id, draft.digest, at(1))
    assert done.state is VersionState.PUBLISHED and store.find_published() == done


def test_what_was_kept_is_what_was_imported(bare_app: Flask) -> None:
    version = actions.import_network(make_network(), "x" * 400, NOW)
    assert is_same(unpack(store.get_document(version.digest)), make_network()) and len(version.origin) == 300


def test_a_draft_says_what_it_changes_of_the_published_version(bare_app: Flask) -> None:
    first = actions.import_network(make_network(), "first", NOW)
    actions.publish(first.id, at(1))
    second = actions.import_network(replace(make_network(), fares=(), markets=(), is_demo=True, routes=(
        replace(make_network().routes[0], long_name="总站—汛桥"), make_network().routes[1],
    )), "second", at(2))
    assert second.replaces == first.id
    (change,) = read_difference(second.difference).routes
    assert (change.name, change.fields) == ("101路", ("long_name",))
    assert not first.difference


def test_rollback_goes_back_step_by_step_and_not_into_what_was_taken_back(bare_app: Flask) -> None:
    for number, mark in enumerate("abc"):
        actions.publish(add(mark, number).id, at(number))
    assert [one.replaces for one in store.list_versions()] == [2, 1, None]
    assert actions.rollback(at(10)).id == 2 and published_mark() == "b"
    assert actions.rollback(at(11)).id == 1 and published_mark() == "a"
    with pytest.raises(Conflict):
        actions.rollback(at(12))
    actions.publish(add("d", 13).id, at(14))
    assert actions.rollback(at(15)).id == 1 and published_mark() == "a"
    actions.publish(3, at(16))
    assert published_mark() == "c" and store.get_version(3).replaces == 1
    assert_whole()


def test_a_draft_with_errors_is_published_only_on_purpose(bare_app: Flask) -> None:
    draft = add("a", 0, ERROR, WARNING)
    with pytest.raises(Conflict, match="2 errors"):
        actions.publish(draft.id, at(1))
    assert store.find_published() is None and store.get_version(draft.id) == draft
    assert actions.publish(draft.id, at(1), despite_errors=True).state is VersionState.PUBLISHED


def test_a_draft_that_was_compared_with_another_version_is_not_published_over_the_new_one(bare_app: Flask) -> None:
    actions.publish(add("a").id, at(1))
    one, other = add("b", 2), add("c", 3)
    actions.publish(one.id, at(4))
    with pytest.raises(Conflict, match=f"version {one.id} was published meanwhile"):
        actions.publish(other.id, at(5))
    assert published_mark() == "b"
    with pytest.raises(Conflict):
        actions.publish(other.id, at(5), over=1)
    assert actions.publish(other.id, at(6), over=one.id).replaces == one.id
    assert published_mark() == "c"


def test_only_drafts_are_discarded_and_their_numbers_are_not_used_again(bare_app: Flask) -> None:
    draft = add("a")
    actions.discard(draft.id)
    with pytest.raises(NotFound):
        store.get_version(draft.id)
    with pytest.raises(NotFound):
        store.get_document(draft.digest)
    with pytest.raises(NotFound):
        actions.publish(draft.id, at(1))
    again = add("b")
    assert again.id > draft.id
    actions.publish(again.id, at(2))
    for word in ("published", "retired"):
        with pytest.raises(Conflict):
            actions.discard(again.id)
        if word == "published":
            actions.publish(add("c", 3).id, at(4))
            assert store.get_version(again.id).state is VersionState.RETIRED


def test_the_database_itself_refuses_a_second_published_version(bare_app: Flask) -> None:
    actions.publish(add("a").id, at(1))
    other = add("b", 2)
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(text(f"UPDATE network_version SET state = 'published' WHERE id = {other.id}"))


def test_the_last_ten_networks_are_kept_and_the_list_for_good(bare_app: Flask) -> None:
    for number in range(13):
        actions.publish(add(f"v{number}", number).id, at(number))
    drafts = [add(f"d{number}", 20 + number) for number in range(12)]
    versions = store.list_versions()
    assert [one.id for one in versions if one.state is VersionState.DRAFT] == [one.id for one in reversed(drafts[2:])]
    kept = [one.id for one in versions if one.has_network and one.state is not VersionState.DRAFT]
    assert kept == list(range(13, 3, -1)) and len(versions) == 23
    with pytest.raises(Conflict, match="no longer kept"):
        actions.publish(1, at(40))
    for number in range(9):
        assert actions.rollback(at(50 + number)).id == 12 - number
    with pytest.raises(Conflict, match="no longer kept"):
        actions.rollback(at(70))
    assert_whole()


def test_open_data_is_kept_with_its_version_and_day(bare_app: Flask) -> None:
    draft = add("a")
    assert store.find_export(draft.id) is None and store.find_export_day(draft.id) is None
    actions.publish(draft.id, at(1), export=actions.Export(b"zip one", NOW.date()))
    assert store.find_export(draft.id) == b"zip one" and store.find_export_day(draft.id) == NOW.date()
    actions.save_export(draft.id, actions.Export(b"zip two", NOW.date() + timedelta(days=1)))
    assert store.find_export(draft.id) == b"zip two"


def test_a_failure_in_the_middle_of_publishing_changes_nothing(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.publish(add("a").id, at(1))
    other = add("b", 2)
    monkeypatch.setattr(store, "forget_documents", lambda ids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.publish(other.id, at(3))
    assert published_mark() == "a" and store.get_version(other.id) == other


# What workers hold in memory.

def test_the_network_outlives_redis_then_the_database_then_the_process(bare_app: Flask, tmp_path: Path) -> None:
    actions.publish(add("a").id, at(1))
    assert published_mark() == "a" and store.network_origin() == "redis"
    good = redis_store.client
    redis_store.client = Redis.from_url("unix:///nowhere/redis.sock")
    try:
        actions.publish(add("b", 2).id, at(3))
        assert published_mark() == "b" and store.network_origin() == "database"
        for document in live._documents:
            document._wrote_disk_at = float("-inf")
        assert published_mark() == "b"
        with database_away():
            assert published_mark() == "b" and store.network_origin() == "memory"
            live.reset_all()
            current._schedule.cache_clear()
            assert published_mark() == "b" and store.network_origin() == "disk"
    finally:
        redis_store.client = good
    assert published_mark() == "b" and store.network_origin() == "redis"


@contextmanager
def database_away() -> Iterator[None]:
    """Every statement fails, as when the server has gone."""

    def fail(*_: object) -> None:
        raise OperationalError("", {}, OSError("away"))

    event.listen(db.engine, "before_cursor_execute", fail)
    yield
    event.remove(db.engine, "before_cursor_execute", fail)


def test_a_pack_on_disk_that_is_damaged_is_read_from_the_database(bare_app: Flask, tmp_path: Path) -> None:
    actions.publish(add("a").id, at(1))
    assert published_mark() == "a"
    (pack,) = tmp_path.glob("network-*.pack")
    pack.write_bytes(pack.read_bytes()[:-7])
    live.reset_all()
    current._schedule.cache_clear()
    assert published_mark() == "a"


def test_old_packs_leave_the_disk(bare_app: Flask, tmp_path: Path) -> None:
    for number in range(5):
        actions.publish(add(f"v{number}", number).id, at(number))
        assert published_mark() == f"v{number}"
    assert len(list(tmp_path.glob("network-*"))) == 2


def test_a_redis_that_came_back_with_an_older_version_does_not_keep_it(bare_app: Flask) -> None:
    actions.publish(add("a").id, at(1))
    older = redis_store.client.get(current._KEY)
    actions.publish(add("b", 2).id, at(3))
    assert published_mark() == "b"
    redis_store.client.set(current._KEY, older)    # type: ignore[arg-type]
    assert published_mark() == "b" and redis_store.client.get(current._KEY) != older
    redis_store.client.delete(current._KEY)
    assert published_mark() == "b" and redis_store.client.get(current._KEY) not in {None, older}
    redis_store.client.set(current._KEY, older)    # type: ignore[arg-type]
    runner.publish()
    live.reset_all()
    assert published_mark() == "b"


def test_the_county_s_calendar_is_followed(bare_app: Flask) -> None:
    """Winter begins on another day: the schedule is built anew although the network is the same."""
    actions.publish(add("a").id, at(1))
    before = store.current_published()
    later = DayCalendar(winter_from=(11, 15))
    save_places(County("linhai", "临海", "Linhai", "12345", 28, 120, 29, 122, calendar=later), [], [], [])
    after = store.current_published()
    assert before is not None and after is not None
    assert before.schedule.calendar == DayCalendar() and after.schedule.calendar == later
    assert after.digest == before.digest
    assert store.current_published() == after and after.schedule is store.current_published().schedule    # type: ignore[union-attr]


@pytest.fixture
def background(bare_app: Flask) -> Iterator[Flask]:
    """A worker whose thread refreshes as often as a real one's."""
    bare_app.config.update(START_BACKGROUND=True, SNAPSHOT_REFRESH_S=0.5)
    yield bare_app
    bare_app.config["START_BACKGROUND"] = False


def test_readers_never_see_two_versions_in_one_answer_and_soon_the_new_one(background: Flask) -> None:
    """Two versions take turns being published while four threads read as fast as they can."""
    versions = {mark: actions.import_network(make_marked_network(mark, 50), f"{mark}.zip", NOW) for mark in "ab"}
    actions.publish(versions["a"].id, at(1))
    assert published_mark() == "a"
    stop, seen, mixed = threading.Event(), [], []

    def read() -> None:
        with background.app_context():
            while not stop.is_set():
                published = store.current_published()
                assert published is not None
                marks = marks_of(published.schedule.network)
                if len(marks) != 1 or versions[next(iter(marks))].id != published.version_id:
                    mixed.append((marks, published))
                seen.append(published.version_id)
                time.sleep(0.001)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    late = []
    try:
        for turn in range(6):
            mark = "ba"[turn % 2]
            actions.publish(versions[mark].id, at(2 + turn), over=versions["ab"[turn % 2]].id)
            late.append(wait_for(lambda mark=mark: published_mark() == mark, 20))
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert mixed == [] and set(seen) == {one.id for one in versions.values()} and len(seen) > 100
    assert sorted(late)[2] < 1.5, late


# Processes.

def start(app: Flask, name: str, rounds: int) -> subprocess.Popen[str]:
    settings = app.config["SQLALCHEMY_DATABASE_URI"], app.config["REDIS_URL"], str(app.config["DATA_DIR"])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.network_process", *settings, name, str(rounds)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )


def test_a_process_killed_at_any_moment_leaves_one_whole_version_published(bare_app: Flask) -> None:
    actions.publish(add("a").id, at(1))
    chance = random.Random(7)
    said = 0
    for number in range(8):
        process = start(bare_app, f"k{number}", 1000)
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0, 0.5))
        finally:
            process.kill()
        told = [int(line.split()[1]) for line in process.stdout if line.startswith("published ") and line.endswith("\n")]
        process.wait()
        said += len(told)
        time.sleep(0.1)    # the database may still be ending what the process had asked for
        published = assert_whole()
        assert published is not None and published.id >= max(told, default=1)
        assert published_mark() == published.origin.removesuffix(".zip")
        actions.discard(add("still-works", 2).id)
    assert said > 0


def test_several_that_import_and_publish_at_once_take_turns_or_are_told(bare_app: Flask) -> None:
    actions.publish(add("a").id, at(1))
    processes = [start(bare_app, name, 8) for name in ("left", "right", "third")]
    said = [process.communicate(timeout=120)[0].splitlines() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    published = assert_whole()
    told = sorted(int(line.split()[1]) for lines in said for line in lines if line.startswith("published "))
    assert sum(line in {"conflict"} or line.startswith("published ") for lines in said for line in lines) == 24
    once = sorted(one.id for one in store.list_versions() if one.published_at is not None)
    assert [1, *told] == once and published is not None and published.id in told
    # Each took the place of the one before it: a chain without forks.
    replaced = [one.replaces for one in store.list_versions() if one.published_at is not None and one.id != 1]
    assert len(set(replaced)) == len(replaced)
