"""`bin/manage sources`: what an operator sees of the sources, and one of them run dry or now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from citizen_app import clock, config
from citizen_app.errors import problem
from citizen_app.ops import actions as ops_actions
from citizen_app.ops import store as ops_store
from citizen_app.ops.source import Run, SourceMode
from citizen_app.parking import actions, store
from feeds.commands import sources
from feeds.leases import Leases
from tests.factories import make_facility, make_source
from tests.integration.misbehaving import GOOD, BadServer, bad_server

SOURCES = """
[[source]]
uid = "vendor"
name = "vendor"
format = "mapped_json"
url = "{url}"
allow_private = true
[source.settings.fields]
ref = "id"
available_spaces = "free"

[[source]]
uid = "attendant"
name = "attendant"
mode = "manual"
"""


@pytest.fixture
def server() -> Iterator[BadServer]:
    with bad_server() as one:
        yield one


def manage(app: Flask, *words: str) -> Result:
    return CliRunner().invoke(sources, words, obj=ScriptInfo(create_app=lambda: app))


def bundle(folder: Path, url: str) -> Path:
    (folder / "sources.toml").write_text(SOURCES.replace("{url}", url))
    return folder


def payload(folder: Path, rows: object) -> str:
    (folder / "payload").write_text(json.dumps(rows))
    return str(folder / "payload")


def test_the_list_shows_how_each_source_stands(app: Flask) -> None:
    now = clock.now()
    ops_actions.save_sources([
        make_source("good"), make_source("bad"), make_source("new"), make_source("pushed", mode=SourceMode.PUSH, format=""),
        make_source("by-hand", mode=SourceMode.MANUAL, format=""),
    ])
    ops_actions.record_run(Run("good", now, now, "ok", 200, 512, 9, 1, next_due_at=now + timedelta(seconds=60)))
    ops_actions.record_run(Run("bad", now, now, "error", 500, error="answered 500", next_due_at=now + timedelta(seconds=120)))
    shown = manage(app)
    assert shown.exit_code == 0 and shown.output == manage(app, "list").output
    lines = {line.split()[0]: line.split() for line in shown.output.splitlines()}
    local = clock.to_local(now)
    assert lines["good"] == [
        "good", "parkapi", "60", "s", "ok", f"{local:%m-%d}", f"{local:%H:%M:%S}", "ok", "9", "1",
        f"{clock.to_local(now + timedelta(seconds=60)):%H:%M:%S}",
    ]
    assert lines["bad"][4] == "failing" and lines["bad"][-2:] == ["answered", "500"]
    assert lines["new"][4:] == ["waiting", "never"]
    assert lines["pushed"][1:] == ["push", "60", "s", "waiting", "never"]
    assert lines["by-hand"][1:] == ["manual", "-", "-", "never"]
    assert shown.output.splitlines()[-1] == "5 sources: 1 ok, 0 late, 1 failing, 2 waiting"


def test_each_command_explains_itself(app: Flask) -> None:
    for words in ([], ["list"], ["runs"], ["check"], ["poll"]):
        shown = manage(app, *words, "--help")
        assert shown.exit_code == 0 and "Usage:" in shown.output


def test_runs_are_shown_newest_first_with_their_problems(app: Flask) -> None:
    now = clock.now()
    ops_actions.save_sources([make_source()])
    ops_actions.record_run(Run("vendor", now - timedelta(minutes=1), now, "error", error="answered 500"))
    ops_actions.record_run(Run("vendor", now, now, "partial", 200, 9, 1, 1, (problem("row 2", "free", "many", "no number"),)))
    lines = manage(app, "runs", "vendor").output.splitlines()
    assert ["partial" in lines[0], "row 2: free = 'many': no number" in lines[1], "answered 500" in lines[2]] == [True] * 3
    assert len(manage(app, "runs", "vendor", "--limit", "1").output.splitlines()) == 2
    unknown = manage(app, "runs", "nobody")
    assert unknown.exit_code == 1 and unknown.output == "Error: there is no source nobody\n"


class TestCheck:
    def test_a_source_is_fetched_and_shown_row_by_row_and_nothing_is_changed(self, app: Flask, server: BadServer, tmp_path: Path) -> None:
        actions.save_facilities([make_facility()])
        shown = manage(app, "check", str(bundle(tmp_path, server.url("mixed"))))
        assert shown.exit_code == 0
        assert "reading  east-lake            7 free" in shown.output
        assert "free = 'many'" in shown.output
        assert "3 rows, 2 understood, 1 problems; nothing was changed" in shown.output
        assert store.find_occupancy("east-lake") is None and ops_store.list_sources() == [] and ops_store.list_runs("vendor") == []

    def test_a_file_stands_in_for_the_server(self, app: Flask, server: BadServer, tmp_path: Path) -> None:
        file = str(bundle(tmp_path, server.url("good")) / "sources.toml")
        shown = manage(app, "check", file, "--source", "vendor", "--payload", payload(tmp_path, [{"id": "a", "free": "12"}]))
        assert shown.exit_code == 0 and "12 free" in shown.output and server.asked == {}

    @pytest.mark.parametrize(("path", "words"), [("error", "answered 500"), ("html", "not JSON"), ("nothing", "0 understood")])
    def test_nothing_usable_is_a_failure_with_its_reason(
        self, app: Flask, server: BadServer, tmp_path: Path, path: str, words: str
    ) -> None:
        shown = manage(app, "check", str(bundle(tmp_path, server.url(path))))
        assert shown.exit_code == 1 and words in shown.output

    def test_what_is_wrong_with_the_file_is_named(self, app: Flask, tmp_path: Path) -> None:
        bundle(tmp_path, "ftp://vendor.example/")
        shown = manage(app, "check", str(tmp_path))
        assert shown.exit_code == 1 and "url = 'ftp://vendor.example/': expected http:// or https://" in shown.output
        bundle(tmp_path, "http://vendor.example/")
        assert "no such source; there are vendor, attendant" in manage(app, "check", str(tmp_path), "--source", "x").output
        assert manage(app, "check", str(tmp_path / "nowhere")).exit_code == 2

    def test_the_demonstration_county_can_be_checked_with_a_payload(self, app: Flask, tmp_path: Path) -> None:
        row = {"parkCode": "SH01", "parkName": "x", "totalParkNum": "90", "remainParkNum": "7", "updateTime": "2026-03-11 12:00:00"}
        file = payload(tmp_path, {"data": {"parkList": [row]}})
        shown = manage(app, "check", str(config.DEMO_COUNTY_DIR), "--source", "shopping", "--payload", file)
        assert shown.exit_code == 0 and "7 free of 90" in shown.output


class TestPoll:
    def test_a_source_is_run_now_and_the_run_is_recorded(self, app: Flask, server: BadServer) -> None:
        actions.save_facilities([make_facility()])
        ops_actions.save_sources([make_source(
            format="mapped_json", url=server.url("good"), allow_private=True,
            settings={"fields": {"ref": "id", "available_spaces": "free"}},
        )])
        shown = manage(app, "poll", "vendor")
        assert shown.exit_code == 0 and " ok " in shown.output
        occupancy = store.find_occupancy("east-lake")
        assert occupancy is not None and occupancy.available_spaces == json.loads(GOOD)[0]["free"]
        assert [run.outcome for run in ops_store.list_runs("vendor")] == ["ok"]

    def test_a_failing_one_says_why(self, app: Flask, server: BadServer) -> None:
        ops_actions.save_sources([make_source(url=server.url("error"), allow_private=True)])
        shown = manage(app, "poll", "vendor")
        assert shown.exit_code == 1 and "answered 500" in shown.output

    def test_not_while_a_process_is_at_it(self, app: Flask, server: BadServer) -> None:
        ops_actions.save_sources([make_source(url=server.url("good"), allow_private=True)])
        assert Leases().take("vendor")
        shown = manage(app, "poll", "vendor")
        assert shown.exit_code == 1 and "a feeds process is polling vendor at this moment" in shown.output
        assert server.asked == {}

    def test_only_what_is_polled(self, app: Flask) -> None:
        ops_actions.save_sources([make_source("pushed", mode=SourceMode.PUSH), make_source("by-hand", mode=SourceMode.MANUAL)])
        assert "pushed is not polled: it pushes" in manage(app, "poll", "pushed").output
        assert "by-hand is not polled: it is counted by hand" in manage(app, "poll", "by-hand").output
        assert "there is no source nobody" in manage(app, "poll", "nobody").output
