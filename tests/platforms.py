"""The demonstration's configuration for the province with changes, records to send, and the stand-in platform as a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from citizen_app import config
from citizen_app.exchange.client import Gateway, open_gateway
from citizen_app.exchange.province import Province, parse_province
from citizen_app.exchange.record import Content, Record, RecordKind
from tests.factories import NOON

FILE = config.DEMO_COUNTY_DIR / "province.toml"
APP_KEY, APP_SECRET = "county-of-tests", "a-secret-that-must-never-be-seen-4711"


@cache
def demo_province() -> Province:
    return parse_province(FILE.read_bytes())


def make_province(*, gateway: Mapping[str, Any] | None = None, **changes: Any) -> Province:
    """The demonstration's, with other fields."""
    province = demo_province()
    return replace(province, gateway=replace(province.gateway, **(gateway or {})), **changes)


def make_record(content: Content, observed_at: datetime = NOON, *, is_late: bool = False) -> Record:
    """The record of a content with a key of its own."""
    return Record(uuid.uuid4().hex, content.kind, content.subject, content.fields, observed_at, is_late)


def make_count(uid: str = "east-lake", observed_at: datetime = NOON, **fields: Any) -> Record:
    """40 of 100 spaces free, as the platform takes it."""
    province = demo_province()
    values = {"编号": uid, "总泊位": 100, "余位": 40, "状态": "1", "采集时间": province.write_moment(observed_at)} | fields
    return make_record(Content(RecordKind.PARKING_DYNAMIC, f"facility:{uid}", values), observed_at)


class Platform:
    """The stand-in as a process of its own on a fixed port, which can be ended in any way and started again on the same file."""

    def __init__(self, folder: Path, now: datetime | None = None) -> None:
        self.folder, self.now, self.port, self.speed = folder, now, 0, 1.0
        self.environment = {**os.environ, "PROVINCE_APP_KEY": APP_KEY, "PROVINCE_APP_SECRET": APP_SECRET, "DATA_DIR": str(folder)}
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Platform:
        command = [sys.executable, "-m", "feeds.demo.platform", "--port", str(self.port)]
        command += ["--now", self.now.isoformat(), "--speed", str(self.speed)] if self.now else []
        self.process = subprocess.Popen(command, cwd=config.ROOT, env=self.environment, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert "serving at" in line, line
        self.port = int(line.rpartition(":")[2])
        return self

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            assert self.process.stderr is not None
            self.process.stderr.close()
            self.process = None

    def tell(self, **wish: Any) -> None:
        request = urllib.request.Request(f"{self.url}/control", json.dumps(wish).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            answer.read()

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return str(answer.read().decode())

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.get("/status")))

    def gateway(self, folder: Path, **settings: Any) -> Gateway:
        """A county's gateway to it, with its tokens in a folder."""
        province = make_province(gateway={"url": self.url, **settings})
        return open_gateway(province, folder, {"PROVINCE_APP_KEY": APP_KEY, "PROVINCE_APP_SECRET": APP_SECRET})
