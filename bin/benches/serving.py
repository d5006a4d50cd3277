"""What a page costs the server: processor time of its workers for each answer, beside a bare Flask page.

    bin/bench serving [--gtfs FILE] [--seconds 60] [--rounds 3] [--trips 60]

Two servers stand side by side under the same gunicorn settings: a bare Flask application that says hello, and the whole
service with the network of FILE published. In each round every kind of page is asked for in turn, so that a busy machine
troubles all alike. Processor time is that of the workers, as the system counts it. docs/performance.md says what came out.

"visited": for a minute, readers one after another open stops (or lines) of the whole network at random, each as likely
as any other; a page stays true for a minute. "made anew": each answer is of a page that nobody has asked for before.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import io
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, repeat
from pathlib import Path

import psutil
from embedded_redis import redis_command

from citizen_app import clock, create_app
from citizen_app.buses.schedule import Schedule
from citizen_app.buses.store import current_published

ROOT = Path(__file__).resolve().parents[2]
HELLO = '''from flask import Flask
app = Flask(__name__)
@app.get("/")
def hello():
    return "<!DOCTYPE html><title>Hello</title><p>Hello, World!</p>"
'''
SETTINGS = ("--preload", "-w", "2", "-k", "gthread", "--threads", "4", "--no-control-socket", "--keep-alive", "5")
SEED = 20261123


@dataclass
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]

    def spent_s(self) -> float:
        """Processor time of all workers so far, of those too that have ended and were replaced."""
        master = psutil.Process(self.process.pid)
        ended = master.cpu_times()
        times = [child.cpu_times() for child in master.children()]
        return float(ended.children_user + ended.children_system + sum(one.user + one.system for one in times))

    def cost_us(self, paths: Iterator[str], seconds: float) -> float:
        """Microseconds of processor time an answer, asked for one after another for some time."""
        before, answers, end_s = self.spent_s(), 0, time.monotonic() + seconds
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while time.monotonic() < end_s:
            path = next(paths)
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            if not answer.read() or answer.status != 200:
                raise SystemExit(f"{path}: {answer.status}")
            answers += 1
        connection.close()
        return (self.spent_s() - before) / answers * 1e6

def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gtfs", type=Path, default=ROOT / "tests" / "recorded" / "gtfs" / "hdbrts.zip")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trips", type=int, default=60)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = {
            **os.environ, "DATA_DIR": str(folder), "DEMO": "0", "SECRET_KEY": "bench", "PYTHONPATH": f"{ROOT}:{folder}",
            "REDIS_URL": f"unix://{folder}/redis.sock", "DATABASE_URL": "",
        }
        _start(stack, redis_command(folder / "redis.sock", folder), environment)
        feed = _still_valid(asked.gtfs, folder / "feed.zip")
        for words in (("db", "upgrade"), ("county", "load", "feeds/demo/linhai"), ("network", "import", str(feed), "--publish")):
            subprocess.run([sys.executable, "bin/manage.py", *words], env=environment, cwd=ROOT, check=True, stdout=sys.stderr)
        (folder / "hello.py").write_text(HELLO)
        hello = _serve(stack, "hello:app", [], environment)
        ours = _serve(stack, "citizen_app:create_app()", ["--config", "bin/gunicorn.conf.py"], environment)
        _measure(hello, ours, _read_schedule(environment), asked.seconds, asked.rounds, asked.trips)


def _still_valid(feed: Path, copy: Path) -> Path:
    """The feed with its calendars stretched over today: pages of a feed that has ended have little to say."""
    today = clock.now().date()
    span = {"start_date": today - timedelta(days=30), "end_date": today + timedelta(days=90)}
    with zipfile.ZipFile(feed) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "calendar.txt":
                rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
                out = io.StringIO()
                writer = csv.DictWriter(out, list(rows[0]))
                writer.writeheader()
                writer.writerows({**row, **{field: f"{day:%Y%m%d}" for field, day in span.items()}} for row in rows)
                text = out.getvalue().encode()
            if name != "feed_info.txt":
                new.writestr(name, text)
    return copy


def _measure(hello: Server, ours: Server, schedule: Schedule, seconds: float, rounds: int, trips: int) -> None:
    chosen = random.Random(SEED)
    stops = [f"/stops/{schedule.code_of(stop)}" for stop in schedule.network.stops if stop.location_type == 0]
    routes = [f"/routes/{slug}" for slug in _slugs_with_trips(schedule, trips)]
    fresh = count()    # a query that means nothing makes an address that nobody has asked for

    def visited(paths: Sequence[str]) -> Iterator[str]:
        return (chosen.choice(paths) for _ in fresh)

    def anew(paths: Sequence[str]) -> Iterator[str]:
        return (f"{chosen.choice(paths)}?n={number}" for number in fresh)

    asked: dict[str, tuple[Server, Iterator[str], float]] = {
        "bare Flask hello": (hello, repeat("/"), seconds / 6),
        "stop, visited": (ours, visited(stops), seconds),
        "stop, made anew": (ours, anew(stops), seconds / 6),
        f"line of about {trips} trips, visited": (ours, visited(routes), seconds / 6),
        f"line of about {trips} trips, made anew": (ours, anew(routes), seconds / 6),
    }
    for server, paths, _ in asked.values():
        server.cost_us(paths, 2)    # warms up
    spent: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, (server, paths, span) in asked.items():
            spent[name].append(server.cost_us(paths, span))
    base = statistics.median(spent["bare Flask hello"])
    print(f"{len(stops)} stops, {len(routes)} lines of about {trips} trips; medians of {rounds} rounds")
    for name, costs in spent.items():
        print(f"{name:<40}{statistics.median(costs):>8.0f} µs{statistics.median(costs) / base:>8.2f}")


def _slugs_with_trips(schedule: Schedule, trips: int) -> list[str]:
    """The lines whose number of trips in all is nearest to `trips`."""
    numbers: dict[str, int] = {}
    for trip in schedule.network.trips:
        numbers[trip.route_id] = numbers.get(trip.route_id, 0) + 1
    nearest = sorted(schedule.network.routes, key=lambda route: abs(numbers.get(route.route_id, 0) - trips))
    return [schedule.slug_of(route) for route in nearest[:20]]


def _read_schedule(environment: Mapping[str, str]) -> Schedule:
    app = create_app({
        "DATA_DIR": Path(environment["DATA_DIR"]), "REDIS_URL": environment["REDIS_URL"], "START_BACKGROUND": False,
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{environment['DATA_DIR']}/citizen.db", "SECRET_KEY": "bench",
    })
    with app.app_context():
        published = current_published()
        if published is None:
            raise SystemExit("nothing is published")
        return published.schedule


def _serve(stack: ExitStack, name: str, more: list[str], environment: Mapping[str, str]) -> Server:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", *more, *SETTINGS, "-b", f"127.0.0.1:{port}", name]
    process = _start(stack, command, {**environment, "PORT": str(port)})
    deadline_s = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            if time.monotonic() > deadline_s:
                raise SystemExit(f"{name} does not start; see {environment['DATA_DIR']}/log") from None
            time.sleep(0.1)
    time.sleep(3)    # both workers
    return Server(name, port, process)


def _start(stack: ExitStack, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    log = stack.enter_context((Path(environment["DATA_DIR"]) / "log").open("ab"))
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process


if __name__ == "__main__":
    main()
