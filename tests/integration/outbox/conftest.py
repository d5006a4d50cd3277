"""A county that reports to a stand-in platform in this process, on one clock that the test holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from citizen_app.exchange import actions
from feeds.demo.platform.server import PlatformServer
from tests.province import Now, new_sender, platform_here, url_of, write_province


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    held = Now()
    monkeypatch.setattr("citizen_app.clock.now", held)
    return held


@pytest.fixture
def platform(tmp_path: Path, now: Now) -> Iterator[PlatformServer]:
    with platform_here(tmp_path, now) as server:
        yield server


@pytest.fixture
def sending() -> dict[str, Any]:
    """Settings of `sending` in province.toml that a test wants otherwise."""
    return {}


@pytest.fixture
def app_settings(app_settings: dict[str, Any], platform: PlatformServer, tmp_path: Path, sending: dict[str, Any]) -> dict[str, Any]:
    return {**app_settings, "PROVINCE_FILE": write_province(tmp_path / "province.toml", url_of(platform), **sending)}


@pytest.fixture
def sender(app: Flask, app_settings: dict[str, Any], now: Now) -> actions.Sender:
    return new_sender(app_settings, now)
