"""Kills at random moments, many of them: two senders and the stand-in platform, while car parks change with each step.

    bin/bench exchange_kills [--kills 200] [--pause-s 8] [--facilities 20] [--seed 1] [--database URL]

Afterwards the platform must hold exactly the keys that we have as accepted, nothing waits, and nothing came out of order. Ends with 1
otherwise. SQLite in a temporary folder, unless an empty PostgreSQL database is given.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flask_migrate import upgrade

from citizen_app import clock, config, create_app
from citizen_app.exchange import store
from citizen_app.exchange.outbox import State
from citizen_app.parking import actions
from citizen_app.parking.facility import Facility, FacilityKind
from citizen_app.parking.occupancy import Reading


class Program:
    """One process that is killed and started again."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command, self.environment = command, environment
        self.process = self._start()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def again(self) -> None:
        self.kill()
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, *self.command], env=self.environment, cwd=config.ROOT, stderr=subprocess.DEVNULL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--pause-s", type=float, default=8, help="the longest between two kills; a process takes seconds to begin")
    parser.add_argument("--facilities", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        return run(Path(name), asked.kills, asked.pause_s, asked.facilities, random.Random(asked.seed), asked.database)


def run(folder: Path, kills: int, pause_s: float, facilities: int, chance: random.Random, database: str) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path, url = folder / "province.toml", config.database_url(database, folder)
    text = (config.DEMO_COUNTY_DIR / "province.toml").read_text(encoding="utf-8").replace("${DEMO_PLATFORM_PORT}", str(port))
    path.write_text(text.replace('availability = "latest"', 'availability = "all"'), encoding="utf-8")
    environment = {
        **os.environ, "PROVINCE_APP_KEY": "kills", "PROVINCE_APP_SECRET": secrets.token_hex(16), "DATA_DIR": str(folder),
        "PROVINCE_FILE": str(path), "DATABASE_URL": url, "REDIS_URL": f"unix://{folder / 'redis.sock'}",
        "PYTHONPATH": str(config.ROOT),
    }
    settings = {
        "DATA_DIR": folder, "PROVINCE_FILE": path, "SQLALCHEMY_DATABASE_URI": url, "REDIS_URL": environment["REDIS_URL"],
        "START_BACKGROUND": False,
    }
    uids = [f"lot-{number:03}" for number in range(facilities)]
    with create_app(settings).app_context():
        upgrade()
        actions.save_facilities([facility(uid) for uid in uids])
        platform = Program(["-m", "feeds.demo.platform", "--port", str(port)], environment)
        programs = [platform, *(Program(["-m", "citizen_app.sender"], environment) for _ in range(2))]
        steps = 0
        try:
            for kill in range(kills):
                for _ in range(2):
                    steps += 1
                    now = clock.now()
                    actions.record_readings("kills", [Reading(uid, now, steps % 90) for uid in uids], now)
                    time.sleep(chance.uniform(0.05, pause_s / 2))
                chance.choice(programs).again()
                if kill % 20 == 19:
                    print(f"{kill + 1} kills, {store.measure_outbox([State.WAITING]).of_state(State.WAITING)} wait", flush=True)
            deadline_s = time.monotonic() + 300
            while store.measure_outbox([State.WAITING]).of_state(State.WAITING) and time.monotonic() < deadline_s:
                time.sleep(1)
            numbers = store.measure_outbox()
            ours = {one.key for one in store.list_entries([State.ACCEPTED], 10_000_000)}
        finally:
            for program in programs:
                program.kill()
    theirs = sqlite3.connect(folder / "platform.db").execute("SELECT key, is_disordered FROM given").fetchall()
    keys, disordered = {key for key, _ in theirs}, sum(disordered for _, disordered in theirs)
    expected = facilities * (steps + 1)
    lost, phantom, waiting = len(ours - keys), len(keys - ours), numbers.of_state(State.WAITING)
    faults = f"{lost} lost, {phantom} phantom, {disordered} out of order, {waiting} wait"
    print(f"{kills} kills, {expected} records: {len(keys)} held, {faults}")
    return 0 if len(keys) == expected and not (lost or phantom or disordered or waiting) else 1


def facility(uid: str) -> Facility:
    return Facility(
        uid, uid, 28.858, 121.122, FacilityKind.SURFACE, town_code="331082001", address="测试路 1 号", capacity=100,
        source_uid="kills", source_ref=uid,
    )


if __name__ == "__main__":
    sys.exit(main())
