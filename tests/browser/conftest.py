"""A real browser on a real server: the whole application before a county with a car park in every state."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright
from werkzeug.serving import make_server

from citizen_app import clock, create_app
from citizen_app.extensions import db
from citizen_app.parking import actions
from citizen_app.parking.occupancy import OpeningStatus, Reading
from tests.bus_site import publish_demo_buses
from tests.every_state import SOURCE, fill_every_state, last_readings

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = (
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run", "--lang=zh-CN",
)


@dataclass
class Site:
    """The server under test. `count` records a new reading, as a feed does."""

    url: str
    app: Flask

    def count(self, uid: str, spaces: int, status: OpeningStatus = OpeningStatus.OPEN) -> None:
        self.record([Reading(uid, clock.now(), spaces, opening_status=status)])

    def record(self, readings: list[Reading]) -> None:
        with self.app.app_context():
            actions.record_readings(SOURCE, readings, clock.now())
            db.session.remove()


Open = Callable[..., Page]


@contextmanager
def serve(folder: Path, redis_url: str, template: Path, fill: Callable[[], object]) -> Iterator[Site]:
    """The whole application on a database of its own, after `fill` has put into it what the tests need."""
    shutil.copyfile(template, folder / "citizen.db")
    app = create_app({
        "DATA_DIR": folder, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'citizen.db'}", "REDIS_URL": redis_url,
        "START_BACKGROUND": False, "SECRET_KEY": "a key for tests only", "REDIS_READ_TIMEOUT_S": 2.0,
    })
    with app.app_context():
        fill()
        db.session.remove()
    serving = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{serving.server_port}", app)
    serving.shutdown()
    thread.join()


@contextmanager
def serve_at(now: datetime, folder: Path, redis_url: str, template: Path, fill: Callable[[], object] = lambda: None) -> Iterator[Site]:
    """The demonstration county with its buses and a car park in every state, at a set moment."""
    def fill_all() -> None:
        fill_every_state(now)
        publish_demo_buses(now)
        fill()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: now)
        with serve(folder, redis_url, template, fill_all) as site:
            yield site


@pytest.fixture(scope="module")
def server(redis_url: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("site"), redis_url, sqlite_template, lambda: fill_every_state(clock.now())) as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    """Each test finds every car park in its state, however long the tests before it took."""
    server.record(last_readings(clock.now(), live_now=True))
    return server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Open]:
    """Open a path on a fresh phone: `lang`, `elder`, `dark`, `width`, and anything that a browser context takes.

    Whatever a page asks from another host is cut off and fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    foreign: list[str] = []

    def cut(route: Route) -> None:
        foreign.append(route.request.url)
        route.abort()

    def opened(
        path: str, *, lang: str = "zh", elder: bool = False, dark: bool = False, width: int = 360, status: int = 200,
        **options: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 740}, locale="zh-CN" if lang == "zh" else "en-GB",
            color_scheme="dark" if dark else "light", base_url=site.url, **options,
        )
        contexts.append(context)
        context.add_cookies([{"name": "elder", "value": "1" if elder else "0", "url": site.url}])
        context.route(lambda url: not url.startswith(site.url), cut)
        page = context.new_page()
        answer = page.goto(path)
        assert answer is not None and answer.status == status, f"{path}: {answer and answer.status}"
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign == [], "a page asked another host"
