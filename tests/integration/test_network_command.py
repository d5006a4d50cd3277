"""`bin/manage network`: what staff type, what they read, and that nothing is changed by what is refused."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from citizen_app import clock
from citizen_app.buses import actions, client, store
from citizen_app.buses.documents import unpack
from citizen_app.config import DEMO_COUNTY_DIR
from citizen_app.days.calendar import DayCalendar
from citizen_app.exchange import actions as exchange_actions
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from citizen_app.exchange.gtfs.writer import write_network
from feeds import runner
from tests.networks import calls, make_network

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
COMMANDS = ("template", "check", "import", "versions", "show", "diff", "publish", "rollback", "discard", "export")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A GTFS zip of the small county."""
    return write_feed(tmp_path / "feed.zip")


def write_feed(path: Path, early: int = 6 * 3600) -> Path:
    trips = {
        "101-a": ("101", "daily", calls(early, "zong", "qiao", "xun")),
        "208-a": ("208", "daily", calls(7 * 3600, "zong", "xiao", ride_s=2400)),
    }
    path.write_bytes(write_network(make_network(trips), DayCalendar(), NOW.date()))
    return path


def run(app: Flask, *words: object) -> Result:
    return app.test_cli_runner().invoke(args=["network", *map(str, words)])


def good(app: Flask, *words: object) -> str:
    result = run(app, *words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(app: Flask, *words: object) -> str:
    result = run(app, *words)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit), result.output
    return result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(app: Flask, command: str) -> None:
    assert f"network {command}" in good(app, command, "--help")


def test_a_feed_is_checked_imported_published_changed_and_taken_back(app: Flask, feed: Path, tmp_path: Path) -> None:
    said = good(app, "check", feed)
    assert "2 routes, 5 stops, 2 trips, 5 calls" in said and "stop_not_served ×1 stops that nobody serves: 光明村 Lguang" in said
    assert store.list_versions() == []
    assert "Version 1 is a draft: bin/manage network publish 1" in good(app, "import", feed)
    assert store.find_published() is None
    assert "nothing is published" in refused(app, "show") and "nothing is published" in refused(app, "export", tmp_path / "out.zip")
    assert "Version 1 is published." in good(app, "publish", 1)
    said = good(app, "import", write_feed(tmp_path / "later.zip", 6 * 3600 + 600), "--publish")
    assert "line 101路: trips +0 −0 retimed 1" in said and "Version 2 is published." in said
    said = good(app, "show")
    assert said.startswith("Version 2, published, of later.zip") and "Compared with version 1:" in said
    assert "Version 1 compared with version 2 (published):" in good(app, "diff", 1)
    assert "Version 1 is published again." in good(app, "rollback")
    assert "there is no version to go back to" in refused(app, "rollback")
    lines = good(app, "versions").splitlines()
    assert [line.split()[:2] for line in lines] == [["2", "retired"], ["1", "published"]]
    good(app, "import", feed)
    assert "Draft 3 is gone." in good(app, "discard", 3)
    assert "there is no version 3" in refused(app, "publish", 3)


def test_the_demonstration_workbook_is_imported_without_an_error(app: Flask) -> None:
    app.test_cli_runner().invoke(args=["county", "load", str(DEMO_COUNTY_DIR)])
    said = good(app, "import", DEMO_COUNTY_DIR / "buses.xlsx", "--publish")
    assert "Found 0 kinds of errors" in said and "is published." in said
    published = store.current_published()
    assert published is not None and len(published.schedule.network.routes) >= 40 and published.schedule.network.is_demo


def test_a_template_is_written_and_is_itself_a_workbook_that_can_be_checked(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    assert "is written" in good(app, "template", path)
    assert "routes" in good(app, "check", path)
    assert "must end with .xlsx" in refused(app, "template", tmp_path / "template.xls")


def test_what_is_wrong_is_told_line_by_line_and_changes_nothing(app: Flask, feed: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(feed) as good_feed, zipfile.ZipFile(broken, "w") as bad:
        for name in good_feed.namelist():
            text = good_feed.read(name).decode("utf-8-sig")
            bad.writestr(name, text.replace("101-a", "no-such-trip") if name == "stop_times.txt" else text)
    for command in ("check", "import"):
        said = refused(app, command, broken)
        assert "stop_times.txt row" in said and "no-such-trip" in said and "nothing was changed" in said
    junk = tmp_path / "junk.zip"
    junk.write_bytes(b"no zip at all")
    assert "nothing was changed" in refused(app, "import", junk)
    sheet = tmp_path / "junk.xlsx"
    sheet.write_bytes(b"no workbook at all")
    refused(app, "import", sheet)
    assert "No such file" in refused(app, "import", tmp_path / "nowhere.xlsx")
    refused(app, "import", tmp_path / "nowhere.zip")
    assert store.list_versions() == []


def test_a_folder_is_a_feed_too(app: Flask, feed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with zipfile.ZipFile(feed) as archive:
        archive.extractall(folder)
    good(app, "import", folder, "--publish")
    assert store.find_published() is not None


def test_errors_keep_a_draft_from_being_published_unless_one_insists(app: Flask, tmp_path: Path) -> None:
    network = make_network({"t": ("101", "daily", [("zong", 25200, 25200), ("qiao", 25200, 25100), ("xun", 26000, 26000)])})
    version = actions.import_network(network, "bad", NOW, exchange_actions.inspect_network(network, NOW))
    assert "errors" in refused(app, "publish", version.id) and store.find_published() is None
    good(app, "publish", version.id, "--despite-errors")


def test_a_draft_that_another_overtook_is_published_over_it_by_name(app: Flask, feed: Path, tmp_path: Path) -> None:
    good(app, "import", feed)
    good(app, "import", write_feed(tmp_path / "other.zip", 22000), "--publish")
    assert "version 2 was published meanwhile" in refused(app, "publish", 1)
    assert "in the place of 2" in good(app, "publish", 1, "--over", 2)


def test_open_data_is_built_once_per_publish_and_anew_each_day(app: Flask, feed: Path, tmp_path: Path) -> None:
    good(app, "import", feed, "--publish")
    first = store.find_export(1)
    out = tmp_path / "out.zip"
    good(app, "export", out)
    assert first is not None and out.read_bytes() == first
    with open_archive(first) as archive:
        again = read_network(archive).get_network()
    assert [route.short_name for route in again.routes] == ["101路", "208路"] and again.feed_info.version
    assert not [one for one in client.validate(first, NOW.date()) if one.severity == "error"]
    runner.refresh_open_data(NOW + timedelta(hours=3))
    assert store.find_export(1) == first and store.find_export_day(1) == NOW.date()
    runner.refresh_open_data(NOW + timedelta(days=1))
    assert store.find_export_day(1) == NOW.date() + timedelta(days=1)
    assert unpack(store.get_document(store.get_version(1).digest)).routes == again.routes


def test_the_validator_is_not_waited_for_without_end(app: Flask, feed: Path) -> None:
    for limits, reason in (({"time_s": 0.0}, "s"), ({"memory_mib": 0}, "MiB"), ({"calls": 3_000_000}, "stop_times")):
        (finding,) = client.validate(feed.read_bytes(), NOW.date(), **limits)    # type: ignore[arg-type]
        assert finding.code == "validator_not_run" and finding.severity == "warning" and finding.what.endswith(reason)
