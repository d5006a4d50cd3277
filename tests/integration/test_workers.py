"""The service as it is run: several workers behind one address count together, and cut off what is too long."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from standardwebhooks import Webhook

from citizen_app import clock
from citizen_app.config import ROOT
from citizen_app.ops import actions as ops_actions
from citizen_app.ops.source import SourceMode
from citizen_app.parking import actions
from tests.factories import make_facility, make_source

SECRET = "whsec_" + base64.b64encode(b"the key of the vendor that pushes").decode()


@pytest.fixture
def workers(app: Flask, database_url: str, redis_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of two real workers, beside the test's own application on the same database and Redis."""
    ops_actions.save_sources([make_source(mode=SourceMode.PUSH, secret_env="VENDOR_KEY", url="")])
    actions.save_facilities([make_facility()])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        **os.environ, "HOST": "127.0.0.1", "PORT": port, "DATA_DIR": str(tmp_path), "DATABASE_URL": database_url,
        "REDIS_URL": redis_url, "VENDOR_KEY": SECRET, "WEB_CONCURRENCY": "2",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "bin/gunicorn.conf.py", "citizen_app:create_app()"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz", process, tmp_path / "log")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            requests.get(address, timeout=2)
            return
        except requests.ConnectionError:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


def counted(address: str) -> float:
    wanted = 'citizen_requests_total{method="GET",route="/api/v1/parking/<uid>",status="404"} '
    lines = requests.get(f"{address}/metrics", timeout=5).text.splitlines()
    return sum(float(line.removeprefix(wanted)) for line in lines if line.startswith(wanted))


def test_requests_are_counted_over_all_workers_whichever_is_asked(workers: str) -> None:
    for number in range(40):
        requests.get(f"{workers}/api/v1/parking/nowhere-{number}", timeout=5)
    assert {counted(workers) for _ in range(6)} == {40}


def test_a_replay_is_refused_by_whichever_worker_it_meets(workers: str) -> None:
    stamp = clock.now()
    reading = {"facility": "east-lake", "observed_at": stamp.isoformat(), "available_spaces": 12}
    body = json.dumps({"readings": [reading]})
    headers = {
        "webhook-id": "once", "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("once", stamp, body), "content-type": "application/json",
    }
    statuses = [
        requests.post(f"{workers}/api/v1/sources/vendor/readings", data=body, headers=headers, timeout=5).status_code
        for _ in range(8)
    ]
    assert statuses == [200] + [409] * 7


def test_a_body_that_does_not_say_how_long_it_is_is_cut_off_all_the_same(workers: str) -> None:
    parts = (b" " * 65536 for _ in range(64))
    headers = {"webhook-id": "long", "webhook-timestamp": "1", "webhook-signature": "v1,x", "content-type": "application/json"}
    answer = requests.post(f"{workers}/api/v1/sources/vendor/readings", data=parts, headers=headers, timeout=10)
    assert answer.status_code == 413 and answer.headers["Content-Type"] == "application/problem+json"


def test_every_line_that_the_workers_write_is_json(workers: str, tmp_path: Path) -> None:
    requests.get(f"{workers}/parking", timeout=5)
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) > 3 and {json.loads(line)["logger"] for line in lines} >= {"gunicorn.error", "access"}
