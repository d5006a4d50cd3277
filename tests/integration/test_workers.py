"""The service as it is run: several workers behind one address count together, and cut off what is too long."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import requests
from standardwebhooks import Webhook

from citizen_app import clock, create_app
from citizen_app.config import ROOT
from citizen_app.extensions import db
from citizen_app.ops import actions as ops_actions
from citizen_app.ops.source import SourceMode
from citizen_app.parking import actions
from tests.factories import make_facility, make_source

SECRET = "whsec_" + base64.b64encode(b"the key of the vendor that pushes").decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workers")


@pytest.fixture(scope="module")
def workers(sqlite_template: Path, redis_url: str, folder: Path) -> Iterator[str]:
    """The address of two real workers of a county with one source that pushes, started once for all tests here."""
    shutil.copyfile(sqlite_template, folder / "citizen.db")
    settings = {"DATA_DIR": folder, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'citizen.db'}", "REDIS_URL": redis_url}
    with create_app({**settings, "START_BACKGROUND": False}).app_context():
        ops_actions.save_sources([make_source(mode=SourceMode.PUSH, secret_env="VENDOR_KEY", url="")])
        actions.save_facilities([make_facility("east-lake"), make_facility("station")])
        actions.publish_snapshot()
        db.engine.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        **os.environ, "HOST": "127.0.0.1", "PORT": port, "DATA_DIR": str(folder), "DATABASE_URL": "",
        "REDIS_URL": redis_url, "VENDOR_KEY": SECRET, "WEB_CONCURRENCY": "2",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "bin/gunicorn.conf.py", "citizen_app:create_app()"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz", process, folder / "log")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 40
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


def test_every_line_that_the_workers_write_is_json(workers: str, folder: Path) -> None:
    requests.get(f"{workers}/parking", timeout=5)
    lines = (folder / "log").read_text().splitlines()
    assert len(lines) > 3 and {json.loads(line)["logger"] for line in lines} >= {"gunicorn.error", "access"}


def test_the_lines_that_show_how_to_push_do_push_when_pasted(workers: str) -> None:
    page = requests.get(f"{workers}/api/", timeout=5).text
    lines = unescape(re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)[1])
    program = lines.replace("whsec_...", SECRET).replace("sources/UID", "sources/vendor").replace("A-17", "station")
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
    assert json.loads(said) == {"accepted": 1, "unchanged": 0, "problems": []}
