"""The one command that runs everything: real processes, killed in every way; none is left, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from citizen_app import config

START_S = 200
MARK = "CITIZEN_TEST_MARK"


class Service:
    """bin/serve in a folder of its own; every process it makes carries a mark in its environment."""

    def __init__(self, folder: Path, **changes: str) -> None:
        self.folder, self.mark = folder, f"{folder}-{time.monotonic_ns()}"
        self.port = changes.get("PORT") or str(free_port())
        environment = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "DEMO", "HOST", "PORT"}
        }
        environment |= {"DATA_DIR": str(folder), "PORT": self.port, MARK: self.mark, "VENV": str(Path(sys.executable).parents[1])}
        self.process = subprocess.Popen(
            ["bin/serve"], cwd=config.ROOT, env={**environment, **changes}, text=True,
            stdout=subprocess.PIPE, stderr=(folder / "serve.log").open("a"),
        )

    def wait_until_ready(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("Ready: "), (self.folder / "serve.log").read_text()[-3000:]
        return line.strip()

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return bytes(answer.read())

    def processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self.mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (OSError, ValueError, psutil.Error):
            pass
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service]:
    one = Service(folder)
    try:
        one.wait_until_ready()
        yield one
    finally:
        one.process.kill()
        one.process.wait()
        for process in one.processes():
            process.kill()


def facilities(service: Service) -> dict[str, dict[str, object]]:
    return {one["uid"]: one for one in json.loads(service.get("/api/v1/parking"))["facilities"]}


@pytest.mark.timeout(600)
class TestTheWholeService:
    """In the order written: each test goes on with the service that the one before left."""

    def test_after_one_command_every_state_can_be_seen(self, service: Service) -> None:
        wait_for(lambda: {"live", "closed", "impossible", "unknown", "stuck", "delayed"} <= {
            str(one["quality"]) for one in facilities(service).values()
        } or len({str(one["quality"]) for one in facilities(service).values()}) >= 5)
        assert len(facilities(service)) >= 12
        page = service.get("/parking").decode()
        assert "演示" in page and "停车" in page

    @pytest.mark.parametrize("words", ["-m feeds", "-m feeds.demo", "-m feeds.demo.platform", "gunicorn --config", "-server unixsocket"])
    def test_a_child_that_is_killed_comes_back(self, service: Service, words: str) -> None:
        def children() -> list[psutil.Process]:
            return [
                one for one in psutil.Process(service.process.pid).children()
                if f"{words} " in " ".join(one.cmdline()).replace(":", " ") + " "
            ]

        [before] = children()
        before.send_signal(signal.SIGKILL)
        wait_for(lambda: [one.pid for one in children()] not in ([], [before.pid]))
        wait_for(lambda: json.loads(service.get("/readyz"))["degraded"] == [])

    def test_the_stand_in_for_the_province_can_be_tried_from_the_command_line(self, service: Service) -> None:
        environment = {**os.environ, "DATA_DIR": str(service.folder), "VENV": str(Path(sys.executable).parents[1])}
        tried = subprocess.run(
            ["bin/manage", "exchange", "try"], cwd=config.ROOT, env=environment, capture_output=True, text=True, timeout=200, check=False
        )
        assert tried.returncode == 0 and "accepted, code 00" in tried.stdout, tried.stdout + tried.stderr
        assert (service.folder / "demo_settings.json").stat().st_mode & 0o777 == 0o600

    def test_a_second_service_in_the_same_folder_is_refused(self, service: Service) -> None:
        other = Service(service.folder)
        assert other.process.wait(60) == 2
        assert "is running in it already" in (service.folder / "serve.log").read_text()

    def test_ended_by_a_signal_nobody_is_left_and_a_second_start_loses_nothing(self, service: Service, folder: Path) -> None:
        kept = set(facilities(service))
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == 0
        wait_for(lambda: not service.processes(), 20)
        assert not (folder / "demo_settings.json").exists()
        again = Service(folder)
        try:
            again.wait_until_ready()
            assert set(facilities(again)) == kept
            log = (folder / "serve.log").read_text()
            assert log.count("Loading the demonstration county …") == log.count("Loading the demonstration county's buses …") == 1
            assert again.get("/open-data/gtfs.zip").startswith(b"PK")
            again.process.kill()
            again.process.wait()
            wait_for(lambda: not again.processes(), 20)
        finally:
            for process in again.processes():
                process.kill()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"), ("PORT", "70000"), ("HOST", "203.0.113.1"), ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
        ("DATABASE_URL", "what is this"), ("REDIS_URL", "redis://127.0.0.1:1/0"), ("REDIS_URL", "what is this"),
        ("DATA_DIR", "/proc/nothing"),
    ],
)
def test_an_unusable_value_is_one_clear_line(tmp_path: Path, name: str, value: str) -> None:
    one = Service(tmp_path, **{name: value})
    assert one.process.wait(60) == 2
    said = [line for line in (tmp_path / "serve.log").read_text().splitlines() if not line.startswith(("redis ", "Installing"))]
    assert len(said) == 1 and said[0].startswith(f"bin/serve: {name}"), said
    assert not one.processes()


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        one = Service(tmp_path, PORT=str(taken.getsockname()[1]))
        assert one.process.wait(60) == 2
    assert (tmp_path / "serve.log").read_text().startswith(f"bin/serve: PORT {one.port}: cannot be used on 127.0.0.1")
