"""`bin/manage exchange check` and `try`: what an engineer sees before anything is reported; and where no secret may be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from citizen_app.ops.actions import load_county
from tests.bus_site import demo_bundle, demo_network, publish_network
from tests.factories import NOON
from tests.platforms import APP_KEY, APP_SECRET, FILE, Platform


@pytest.fixture
def county(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The demonstration county with its buses, its province.toml, and the county's secrets in the environment."""
    load_county(demo_bundle(), NOON)
    publish_network(demo_network(), NOON)
    shutil.copy(FILE, tmp_path / "province.toml")
    app.config["PROVINCE_FILE"] = tmp_path / "province.toml"
    monkeypatch.setenv("PROVINCE_APP_KEY", APP_KEY)
    monkeypatch.setenv("PROVINCE_APP_SECRET", APP_SECRET)
    monkeypatch.setenv("DEMO_PLATFORM_PORT", "9")
    yield app


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["exchange", *words])


def rewrite(app: Flask, *changes: tuple[str, str]) -> None:
    path: Path = app.config["PROVINCE_FILE"]
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def test_the_whole_demonstration_county_would_be_taken(county: Flask) -> None:
    result = run(county, "check")
    assert result.exit_code == 0, result.output
    good = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert good["parking_static"] == ["18", "good", "0", "not"] and good["trip"][0] == "540"


def test_what_would_not_be_taken_is_named_with_the_reason(county: Flask) -> None:
    rewrite(county, ('"名称" = 50', '"名称" = 6'), ('"331082001" = "331082001"', '"331082999" = "331082001"'))
    result = run(county, "check")
    assert result.exit_code == 1
    assert 'parking_static facility:donghu-park: 名称 "东湖公园地下停车场" is longer than 6 characters' in result.stderr
    assert "records would not be taken" in result.stderr


def test_one_record_of_each_kind_is_tried_against_a_stand_in_of_its_own(county: Flask) -> None:
    result = run(county, "try", "--stand-in")
    assert result.exit_code == 0, result.output
    assert "signed with md5" in result.stdout and "secrets renewed" in result.stdout and "clock is" in result.stdout
    for kind in ("parking_static", "line", "stop", "stop_sequence", "trip"):
        assert f"{kind:<16} " in result.stdout and "accepted, code 00" in result.stdout
    assert "alert            nothing to send" in result.stdout


def test_a_trial_of_the_configured_platform_keeps_nothing_there_and_for_real_does(county: Flask, tmp_path: Path) -> None:
    platform = Platform(tmp_path).start()
    try:
        rewrite(county, ("${DEMO_PLATFORM_PORT}", str(platform.port)), ('signer = "md5"', 'signer = "sm3"'))
        assert run(county, "try").exit_code == 0
        assert platform.status()["trials"] >= 5 and platform.status()["kinds"]["line"]["given"] == 0
        assert run(county, "try", "--for-real").exit_code == 0
        assert platform.status()["kinds"]["line"]["held"] == 1
        platform.tell(fault="refuse", value="101")
        refused = run(county, "try")
        assert refused.exit_code == 1 and "line:101: refused, code 21 平台拒收（演示）" in refused.stdout
        rewrite(county, ('trial = "试报标志"', 'trial = ""'))
        unmarked = run(county, "try")
        assert unmarked.exit_code == 0 and "nothing was sent" in unmarked.stdout
    finally:
        platform.end()


def test_what_is_missing_is_one_clear_line(county: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = run(county, "try")
    assert silent.exit_code == 1 and "Error: no connection" in silent.stderr
    monkeypatch.delenv("PROVINCE_APP_SECRET")
    unset = run(county, "try")
    assert unset.exit_code == 1 and "PROVINCE_APP_SECRET or PROVINCE_APP_SECRET_FILE is not set" in unset.stderr
    rewrite(county, ('signer = "md5"', 'signer = "md4"'))
    wrong = run(county, "check")
    assert wrong.exit_code == 1 and "province.toml: gateway.signer = 'md4': expected one of md5, sm3" in wrong.stderr
    county.config["PROVINCE_FILE"].unlink()
    assert "does not report to the province" in run(county, "try").stderr


def test_the_check_of_a_county_reads_its_province_file_too(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "county"
    shutil.copytree(FILE.parent, folder)
    check = app.test_cli_runner().invoke(args=["county", "check", str(folder)])
    assert check.exit_code == 0, check.output
    text = (folder / "province.toml").read_text(encoding="utf-8").replace("north = 29.15", "north = 1.0")
    (folder / "province.toml").write_text(text, encoding="utf-8")
    (folder / "towns.csv").write_text("code\n1\n", encoding="utf-8")
    both = app.test_cli_runner().invoke(args=["county", "check", str(folder)])
    assert both.exit_code == 1
    assert "bounds.north = '1.0'" in both.stderr and "towns.csv row 1" in both.stderr


def test_no_secret_is_in_the_database_the_settings_a_log_or_a_page(
    county: Flask, client: FlaskClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    platform = Platform(tmp_path / "platform")
    platform.folder.mkdir()
    platform.start()
    try:
        rewrite(county, ("${DEMO_PLATFORM_PORT}", str(platform.port)))
        said = [run(county, "try").output]
        tokens = json.loads((tmp_path / "province_tokens.json").read_text())
        platform.end()
        said.append(run(county, "try").output)
    finally:
        platform.end()
    secrets = [APP_SECRET, *(tokens[name]["secret"] for name in ("refresh", "request"))]
    pages = [client.get(path) for path in ("/", "/nothing-here", "/readyz", "/metrics", "/open-data/parking.geojson")]
    said += [page.get_data(as_text=True) for page in pages]
    said += [repr(dict(county.config)), caplog.text]
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "province_tokens.json"
            and "platform" not in path.parts]
    assert kept
    for secret in secrets:
        assert all(secret not in text for text in said)
        assert all(secret.encode() not in content for content in kept)
