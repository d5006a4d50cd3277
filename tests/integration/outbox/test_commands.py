"""`bin/manage exchange`: how the outbox stands, what was refused and why, sent again, replayed, compared; and its measurements."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from citizen_app.exchange import actions
from citizen_app.parking import actions as parking
from citizen_app.places.actions import save_places
from feeds.demo.platform.server import PlatformServer
from tests.every_state import COUNTY
from tests.factories import NOON
from tests.province import KEY, SECRET, Now, entries, misbehave, read, reported_facility, send_all, url_of

pytestmark = pytest.mark.usefixtures("secrets_in_environment")


@pytest.fixture
def secrets_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVINCE_APP_KEY", KEY)
    monkeypatch.setenv("PROVINCE_APP_SECRET", SECRET)


def manage(app: Flask, *words: str) -> Any:
    return app.test_cli_runner().invoke(args=["exchange", *words])


@pytest.fixture
def refused(app: Flask, sender: actions.Sender, platform: PlatformServer) -> Any:
    """A car park that the platform refused, one that our checks did, one that is there."""
    parking.save_facilities([reported_facility(), reported_facility("west"), reported_facility("north", address="")])
    misbehave(url_of(platform), fault="refuse", value="east-lake")
    send_all(sender)
    return None


def test_status_says_what_waits_and_what_became_of_the_rest(app: Flask, refused: Any, now: Now) -> None:
    read(NOON, ref="west")
    now.wait(seconds=100)
    said = manage(app, "status").output
    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.startswith("parking")}
    assert lines == {"parking_static": ["0", "1", "1", "1", "0"], "parking_dynamic": ["1", "0", "0", "0", "0"]}
    assert "oldest waiting   100 s, since 2026-03-11 12:00:00" in said and "1 accepted, 1 refused" in said
    assert "platform's clock" in said and "ours" in said


def test_the_dead_are_listed_with_their_reasons_and_sent_again_once_they_are_right(
    app: Flask, refused: Any, platform: PlatformServer, sender: actions.Sender
) -> None:
    said = manage(app, "dead").output
    assert "facility:east-lake: code 21 平台拒收（演示）" in said and "facility:north: 地址没有填写" in said
    ids = [line.split()[0] for line in said.splitlines() if "facility:" in line]
    misbehave(url_of(platform), do="clear")
    again = manage(app, "resend", *ids)
    assert again.exit_code == 1 and "2 made anew" in again.output and "1 are still not right" in again.output
    assert send_all(sender) == 1
    assert "east-lake" not in manage(app, "dead").output


def test_a_number_that_no_record_has_changes_nothing(app: Flask, refused: Any) -> None:
    before = entries()
    done = manage(app, "resend", "99999")
    assert done.exit_code == 1 and "there is no entry 99999" in done.output
    assert entries() == before


def test_a_replay_says_how_much_and_how_far_back_it_can_go(app: Flask, refused: Any, sender: actions.Sender) -> None:
    done = manage(app, "replay", "--since", "2026-03-11T06:00")
    assert done.exit_code == 0 and "1 records wait to be sent again" in done.output and "kept since 2026-03-11 12:00" in done.output
    assert send_all(sender) == 1
    assert manage(app, "replay", "--since", "2h").output.startswith("1 records")
    assert manage(app, "replay", "--since", "yesterday").exit_code == 2


def test_differences_are_listed_and_only_mended_when_it_is_no_dry_run(
    app: Flask, refused: Any, platform: PlatformServer, sender: actions.Sender
) -> None:
    misbehave(url_of(platform), do="forget_all")
    dry = manage(app, "reconcile", "--dry-run").output
    assert "facility:west: missing" in dry and "1 differences; nothing was changed" in dry
    assert "1 differences; queued" in manage(app, "reconcile").output
    misbehave(url_of(platform), do="clear")
    assert send_all(sender) == 1
    assert "0 differences." in manage(app, "reconcile").output


def test_a_platform_that_is_away_is_said_plainly(app: Flask, refused: Any, platform: PlatformServer) -> None:
    misbehave(url_of(platform), fault="outage")
    done = manage(app, "reconcile")
    assert done.exit_code == 1 and "no connection" in done.output and "nothing was changed" in done.output


def test_what_waits_is_measured(app: Flask, client: FlaskClient, refused: Any, now: Now) -> None:
    read(NOON, ref="west")
    now.wait(seconds=100)
    said = client.get("/metrics").get_data(as_text=True)
    assert 'citizen_outbox_rows{kind="parking_static",state="dead"} 1.0' in said
    assert "citizen_outbox_oldest_waiting_seconds 100.0" in said
    assert "citizen_outbox_accepted_total 1.0" in said and "citizen_outbox_refused_total 1.0" in said
    assert "citizen_province_clock_ahead_seconds" in said


def test_citizens_pages_say_the_same_while_the_platform_is_out(
    app: Flask, client: FlaskClient, refused: Any, platform: PlatformServer, sender: actions.Sender
) -> None:
    misbehave(url_of(platform), fault="outage")
    read(NOON, 33, ref="west")
    assert send_all(sender) == 0
    save_places(COUNTY, [], [], [])
    parking.publish_snapshot()
    page = client.get("/parking/west")
    assert page.status_code == 200 and "33" in page.get_data(as_text=True)
