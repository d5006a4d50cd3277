"""Pages that are kept: made once while they stay true, never given to a reader who should get another one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, make_response
from flask.testing import FlaskClient

from citizen_app import clock, create_app, kept_pages, live
from citizen_app.access import PUBLIC, access
from citizen_app.extensions import db
from citizen_app.places.county import County, Landmark
from citizen_app.places.store.current import _live as places_document
from citizen_app.places.store.current import _Places
from citizen_app.web import choose_locale

NOW = datetime(2026, 11, 25, 2, 0, 10, tzinfo=clock.now().tzinfo)
COUNTY = County("linhai", "临海", "Linhai", "0576-0000 0000", 28.6, 120.75, 29.15, 121.85)


class Counted:
    """An application with one page, and how often it was made."""

    def __init__(self, app: Flask) -> None:
        self.app, self.made, self.client = app, 0, app.test_client(use_cookies=False)

        @app.get("/kept/<code>")
        @access(PUBLIC)
        def show_stop(code: str) -> Any:
            kept_pages.keep_page(NOW + timedelta(seconds=50), "places")
            self.made += 1
            response = make_response(f"<p>{code} {choose_locale()}</p>" + "<p>stop</p>" * 200)
            if code == "private":
                response.set_cookie("seen", "1")
            return response

    def get(self, path: str = "/kept/a", **headers: str) -> Any:
        return self.client.get(path, headers={"Accept-Encoding": "gzip", **headers})


@pytest.fixture
def counted(app_settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch, redis_server: object) -> Iterator[Counted]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    live.reset_all()
    app = create_app({**app_settings, "START_BACKGROUND": True, "SNAPSHOT_REFRESH_S": 60.0})
    with app.app_context():
        yield Counted(app)
        db.engine.dispose()
    live.reset_all()


pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_a_page_is_made_once_and_is_the_same_for_all_who_ask_the_same(database_kind: str, counted: Counted) -> None:
    first, second = counted.get(), counted.get()
    assert counted.made == 1
    assert first.data == second.data and first.headers["Content-Encoding"] == second.headers["Content-Encoding"] == "gzip"
    own = {"X-Request-ID"}
    assert {n: v for n, v in first.headers.items() if n not in own} == {n: v for n, v in second.headers.items() if n not in own}
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_who_differs_in_anything_that_the_page_depends_on_gets_a_page_made_for_them(database_kind: str, counted: Counted) -> None:
    counted.get()
    assert b"en" in counted.client.get("/kept/a", headers={"Accept-Language": "en"}).data
    assert b"en" in counted.client.get("/kept/a", headers={"Cookie": "lang=en"}).data
    assert b"zh" in counted.client.get("/kept/a", headers={"Cookie": "elder=1"}).data
    assert counted.get("/kept/a?at=9:00").status_code == counted.get("/kept/b").status_code == 200
    assert counted.made == 6


def test_it_is_made_anew_when_its_time_is_over(database_kind: str, counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    counted.get()
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=49))
    counted.get()
    assert counted.made == 1
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=50))
    counted.get()
    assert counted.made == 2


def test_it_is_made_anew_as_soon_as_what_it_was_made_from_is_another(database_kind: str, counted: Counted) -> None:
    counted.get()
    places_document._take(_Places(COUNTY), "database", None)
    counted.get()
    assert counted.made == 2
    places_document._take(_Places(COUNTY), "redis", "the same in other hands")
    counted.get()
    assert counted.made == 2
    places_document._take(_Places(COUNTY, (), (Landmark("东湖", 28.8, 121.1),)), "redis", "more")
    counted.get()
    assert counted.made == 3


def test_an_answer_that_sets_a_cookie_is_nobody_elses(database_kind: str, counted: Counted) -> None:
    assert counted.get("/kept/private").headers["Set-Cookie"]
    counted.get("/kept/private")
    counted.get("/kept/a?lang=en")
    counted.get("/kept/a?lang=en")
    assert counted.made == 4


def test_what_is_given_from_memory_is_counted_and_written_down_like_the_rest(
    database_kind: str, counted: Counted, capfd: pytest.CaptureFixture[str]
) -> None:
    def requests() -> float:
        line = 'citizen_requests_total{method="GET",route="/kept/<code>",status="200"} '
        text = counted.client.get("/metrics").text
        return sum(float(one.removeprefix(line)) for one in text.splitlines() if one.startswith(line))

    before = requests()
    capfd.readouterr()
    counted.get()
    answer = counted.get(**{"X-Request-ID": "a-sane-id-of-theirs"})
    assert answer.headers["X-Request-ID"] == "a-sane-id-of-theirs"
    assert capfd.readouterr().err.count('"path": "/kept/a"') == 2
    assert requests() == before + 2


def test_memory_stays_within_its_bound(database_kind: str, counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(counted.get("/kept/1").data)
    monkeypatch.setattr(kept_pages, "MOST_BYTES", size * 2 + 10)
    for code in "2", "3", "3", "2", "1":    # the first one went when the third came, and comes again
        counted.get(f"/kept/{code}")
    assert counted.made == 4


def test_other_methods_and_machines_without_gzip_are_not_mixed_up(database_kind: str, counted: Counted) -> None:
    counted.get()
    plain: FlaskClient = counted.client
    assert "Content-Encoding" not in plain.get("/kept/a").headers
    assert plain.head("/kept/a").data == b""
    assert plain.post("/kept/a").status_code == 405
