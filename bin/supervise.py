"""Runs the whole service on one machine: Redis, migrations, the county, and every line of the Procfile.

Children that die are started again; when this process ends, however it ends, none of them is left.
"""

from __future__ import annotations

import base64
import ctypes
import os
import secrets
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import redis
from demo_settings import free_port, share_settings
from embedded_redis import die_with_parent, redis_command
from startup_checks import Unusable, check_database, check_port, lock_folder, read_port

from citizen_app import config
from citizen_app.errors import AppError

PR_SET_CHILD_SUBREAPER = 36
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
END_S = 10.0
READY_S = 120.0
STAND_INS = {"demo", "platform"}    # lines of the Procfile that only the demonstration runs


@dataclass
class Child:
    """One process of ours with all that it starts, in a process group of its own."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[str] | None = None
    started_s: float = 0.0
    pause_s: float = 1.0
    due_s: float = field(default=0.0)

    def start(self) -> None:
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            self.command, env=dict(self.environment), cwd=config.ROOT, text=True, bufsize=1, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=die_with_parent,
        )
        threading.Thread(target=_copy_lines, args=(self.name, self.process.stdout), daemon=True).start()

    def signal(self, number: signal.Signals) -> None:
        """Send to the whole group, also when its leader is gone already."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look(self) -> None:
        """Start it again when it has died: at once the first time, then after longer and longer pauses."""
        now_s = time.monotonic()
        if self.is_alive():
            return
        if self.process is not None:
            print(f"{self.name} ended with {self.process.returncode}; starting it again", file=sys.stderr, flush=True)
            self.signal(signal.SIGKILL)
            self.pause_s = 1.0 if now_s - self.started_s > STEADY_S else min(self.pause_s * 2, LONGEST_PAUSE_S)
            self.due_s, self.process = now_s + self.pause_s / 2, None
        if now_s >= self.due_s:
            self.start()


class Supervisor:
    """All children; ends them when it is told to."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.stopping = threading.Event()

    def add(self, child: Child) -> None:
        self.children.append(child)
        child.start()

    def watch(self, seconds: float) -> None:
        """Look after the children for some time, or until told to end."""
        end_s = time.monotonic() + seconds
        while not self.stopping.is_set() and time.monotonic() < end_s:
            for child in self.children:
                child.look()
            _reap_strays({child.process.pid for child in self.children if child.process})
            self.stopping.wait(0.2)

    def end(self) -> None:
        """End all children, the last one started first; whoever does not go is killed."""
        for child in reversed(self.children):
            child.signal(signal.SIGTERM)
            deadline_s = time.monotonic() + END_S
            while child.is_alive() and time.monotonic() < deadline_s:
                time.sleep(0.05)
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def main() -> int:
    supervisor = Supervisor()

    def stop(_number: int, _frame: FrameType | None) -> None:
        supervisor.stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        return run(supervisor)
    except (Unusable, AppError) as error:
        print(f"bin/serve: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    finally:
        supervisor.end()


def run(supervisor: Supervisor) -> int:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"}
    host, port = os.environ.get("HOST") or "127.0.0.1", read_port()
    settings = config.load_settings()
    data_dir: Path = settings["DATA_DIR"]
    lock = lock_folder(data_dir)
    check_port(host, port)
    check_database(settings["SQLALCHEMY_DATABASE_URI"])
    demo = settings["DEMO"]
    environment |= {"DATA_DIR": str(data_dir), "HOST": host, "PORT": str(port)}
    environment["REDIS_URL"] = _redis(supervisor, data_dir, environment)
    if supervisor.stopping.is_set():
        return 0
    _manage(environment, "db", "upgrade")
    if demo:
        environment |= _demo_settings(environment, settings)
    share_settings(data_dir, environment if demo else {})
    for line in (config.ROOT / "Procfile").read_text().splitlines():
        name, _, command = line.partition(":")
        if command.strip() and (name not in STAND_INS or demo):
            supervisor.add(Child(name, shlex.split(command), environment))
    shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host
    _wait_until_ready(supervisor, f"http://{shown}:{port}", demo)
    while not supervisor.stopping.is_set():
        supervisor.watch(3600)
    share_settings(data_dir, {})
    lock.close()
    return 0


def _redis(supervisor: Supervisor, data_dir: Path, environment: Mapping[str, str]) -> str:
    """The address of a Redis that answers: the given one, or one that is started here."""
    given = os.environ.get("REDIS_URL")
    if given:
        try:
            redis.Redis.from_url(given, socket_connect_timeout=3, socket_timeout=3).ping()
        except (redis.RedisError, ValueError) as error:
            raise Unusable(f"REDIS_URL {given.rpartition('@')[2]}: Redis does not answer") from error
        return given
    folder = data_dir / "redis"
    folder.mkdir(exist_ok=True)
    path = data_dir / "redis.sock"
    if len(str(path)) > 100:    # the system allows 107
        path = Path(tempfile.mkdtemp(prefix="citizen-")) / "redis.sock"
    try:
        command = redis_command(path, folder)
    except (FileNotFoundError, ImportError) as error:
        raise Unusable("no Redis: install redis-server, or set REDIS_URL") from error
    supervisor.add(Child("redis", command, environment))
    client = redis.Redis(unix_socket_path=str(path), socket_timeout=1)
    deadline_s = time.monotonic() + 20
    while not supervisor.stopping.is_set():
        supervisor.watch(0.1)
        try:
            client.ping()
            break
        except redis.RedisError as error:
            if time.monotonic() > deadline_s:
                raise Unusable(f"DATA_DIR {data_dir}: Redis does not start in it") from error
    return f"unix://{path}"


def _demo_settings(environment: Mapping[str, str], settings: Mapping[str, object]) -> dict[str, str]:
    """What the stand-ins and the service must agree on; loads the county into an empty database."""
    added = {
        "DEMO_VENDOR_PORT": free_port("DEMO_VENDOR_PORT"),
        "DEMO_PLATFORM_PORT": free_port("DEMO_PLATFORM_PORT"),
        "DEMO_PUSH_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode(),
        "PROVINCE_APP_KEY": "demo-county",
        "PROVINCE_APP_SECRET": secrets.token_hex(24),
    }
    with_demo = {**environment, **added}
    if _manage(with_demo, "county", "show", check=False) != 0:
        print("Loading the demonstration county …", file=sys.stderr, flush=True)
        _manage(with_demo, "county", "load", str(settings["COUNTY_DIR"]))
        if settings["COUNTY_DIR"] == config.DEMO_COUNTY_DIR:
            subprocess.run(
                [sys.executable, "-m", "feeds.demo", "backfill"], env=with_demo, cwd=config.ROOT, check=True, stdout=sys.stderr
            )
    buses = Path(str(settings["COUNTY_DIR"])) / "buses.xlsx"
    if buses.exists() and _manage(with_demo, "network", "show", check=False) != 0:
        print("Loading the demonstration county's buses …", file=sys.stderr, flush=True)
        _manage(with_demo, "network", "import", str(buses), "--publish")
    link = subprocess.run(
        [sys.executable, "bin/manage.py", "parking", "count-link", "--by-hand", "--quiet"],
        env=with_demo, cwd=config.ROOT, text=True, stdout=subprocess.PIPE, check=False,
    )
    if link.returncode == 0 and link.stdout.strip():
        added["DEMO_ATTENDANT_URL"] = link.stdout.split()[0]
    return added


def _manage(environment: Mapping[str, str], *words: str, check: bool = True) -> int:
    """Run one command of the CLI; its last line of complaint becomes ours."""
    command = [sys.executable, "bin/manage.py", *words]
    done = subprocess.run(command, env=dict(environment), cwd=config.ROOT, text=True, capture_output=True, check=False)
    if check and done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Unusable(f"{' '.join(words)} failed: {said[-1] if said else done.returncode}")
    return done.returncode


def _wait_until_ready(supervisor: Supervisor, url: str, demo: bool) -> None:
    """Say so once pages can be served; without a county there is nothing to wait for but the process itself."""
    deadline_s, path = time.monotonic() + READY_S, "/readyz" if demo else "/healthz"
    while not supervisor.stopping.is_set():
        supervisor.watch(0.2)
        try:
            with urllib.request.urlopen(url + path, timeout=5) as answer:
                if answer.status == 200:
                    print(f"Ready: {url}", flush=True)
                    return
        except (urllib.error.URLError, OSError):
            pass
        if time.monotonic() > deadline_s:
            raise Unusable("the pages did not come up; see the lines above")


def _copy_lines(name: str, stream: IO[str] | None) -> None:
    for line in stream or ():
        print(f"{name:<8}| {line}", end="", file=sys.stderr, flush=True)


def _reap_strays(ours: set[int]) -> None:
    """Grandchildren whose parent was killed come to us; they are waited for, so that no zombie stays."""
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid in ours:
            return
        os.waitpid(found.si_pid, 0)


if __name__ == "__main__":
    sys.exit(main())
