"""Journeys from real workers while one is killed and while new versions are published: others answer, and no answer mixes two versions."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
import requests

from citizen_app import clock, create_app
from citizen_app.config import ROOT
from citizen_app.extensions import db
from tests.bus_site import publish_network
from tests.networks import make_marked_network

FIRST_BUS = datetime(2026, 12, 1, 21, 0, tzinfo=UTC)     # 5:00 of the next morning; then one every two minutes
CLIENTS = 6
VERSIONS = 6
WAIT_S = 60


@dataclass
class Site:
    """Two workers of one service; `environment` is theirs."""

    address: str
    master: psutil.Process
    environment: dict[str, str]

    def workers(self) -> set[int]:
        return {one.pid for one in self.master.children() if one.status() != psutil.STATUS_ZOMBIE}

    def ask(self, chance: random.Random) -> requests.Response:
        """All journeys of some hours, a connection for each question; each question another one."""
        begin = FIRST_BUS + timedelta(minutes=chance.randrange(60))
        query = {"from": "stop:zong", "to": "stop:xun", "depart_at": begin.isoformat(), "until": (begin + timedelta(hours=6)).isoformat()}
        return requests.get(f"{self.address}/api/v1/journeys", params=query, headers={"Connection": "close"}, timeout=WAIT_S)


@dataclass
class Answers:
    """What one client was told, in order: version and the marks in the answer; and how many connections were cut."""

    told: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    cut: int = 0
    wrong: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(sqlite_template: Path, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("journeys")
    shutil.copyfile(sqlite_template, folder / "citizen.db")
    database_url = f"sqlite:///{folder / 'citizen.db'}"
    with create_app({"DATA_DIR": folder, "SQLALCHEMY_DATABASE_URI": database_url, "REDIS_URL": redis_url, "START_BACKGROUND": False}).app_context():
        publish_network(make_marked_network("w-first"), clock.now())
        db.engine.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        **os.environ, "HOST": "127.0.0.1", "PORT": port, "DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": redis_url,
        "WEB_CONCURRENCY": "2", "PYTHONPATH": f"{ROOT}:{ROOT / 'bin'}",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "bin/gunicorn.conf.py", "citizen_app:create_app()"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    site = Site(f"http://127.0.0.1:{port}", psutil.Process(process.pid), environment)
    try:
        wait_until(lambda: _answers(site), folder / "log")
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(site: Site) -> bool:
    try:
        return site.ask(random.Random(1)).ok
    except requests.ConnectionError:
        return False


def wait_until(condition: Callable[[], bool], log: Path | None = None) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline_s, log.read_text() if log else "too late"
        time.sleep(0.05)


@contextmanager
def clients_of(site: Site) -> Iterator[list[Answers]]:
    """Clients that ask without a break until the block ends."""
    found, done = [Answers() for _ in range(CLIENTS)], threading.Event()

    def go_on_asking(number: int) -> None:
        chance, mine = random.Random(number), found[number]
        while not done.is_set():
            try:
                answer = site.ask(chance)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):    # before or within the answer
                mine.cut += 1
                continue
            if answer.ok:
                mine.told.append((answer.json()["version"], frozenset(re.findall(r"w-(?:first|\d+)", answer.text))))
            else:
                mine.wrong.append(answer.text)

    threads = [threading.Thread(target=go_on_asking, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        done.set()
        for thread in threads:
            thread.join(WAIT_S)


def answered(clients: list[Answers]) -> int:
    return sum(len(one.told) for one in clients)


def wait_for_more(clients: list[Answers]) -> None:
    """Until everybody has probably been answered twice more."""
    before = answered(clients)
    wait_until(lambda: answered(clients) >= before + 2 * CLIENTS)


def kill_one(site: Site, clients: list[Answers]) -> None:
    """Kill a worker while all clients are asking; until it has been replaced."""
    wait_until(lambda: len(site.workers()) == 2)
    wait_for_more(clients)
    victim = min(site.workers())
    os.kill(victim, signal.SIGKILL)
    wait_for_more(clients)
    wait_until(lambda: len(site.workers()) == 2 and victim not in site.workers())


def test_a_worker_killed_in_the_middle_of_questions_is_replaced_and_the_other_one_answers(site: Site) -> None:
    with clients_of(site) as clients:
        for _ in range(2):
            kill_one(site, clients)
    assert not [text for one in clients for text in one.wrong]
    # Only questions that the killed workers had in hand are lost, one of a client each time.
    assert max(one.cut for one in clients) <= 2
    assert all(len(marks) == 1 for one in clients for _, marks in one.told)


def test_while_versions_are_published_each_answer_is_wholly_of_one(site: Site) -> None:
    command = [
        sys.executable, "-m", "tests.integration.network_process", f"sqlite:///{site.environment['DATA_DIR']}/citizen.db",
        site.environment["REDIS_URL"], site.environment["DATA_DIR"], "w", str(VERSIONS),
    ]
    with clients_of(site) as clients:
        wait_until(lambda: answered(clients) >= CLIENTS)
        said = subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, timeout=120, check=True).stdout
        last = [int(line.split()[1]) for line in said.splitlines() if line.startswith("published ")][-1]
        wait_until(lambda: all(one.told and one.told[-1][0] == last for one in clients))
    assert said.count("published") == VERSIONS
    assert not [text for one in clients for text in one.wrong] and not sum(one.cut for one in clients)
    told = {one for client in clients for one in client.told}
    assert all(len(marks) == 1 for _, marks in told), [(version, sorted(marks)) for version, marks in told if len(marks) != 1]
    assert len({version for version, _ in told}) == len({mark for _, marks in told for mark in marks}) == len(told) >= 2
    assert (last, frozenset({f"w-{VERSIONS - 1}"})) in told
