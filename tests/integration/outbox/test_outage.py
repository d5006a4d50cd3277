"""A day without the platform, by the clock: nothing is lost, little is kept, the latest is there within a minute of its return."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from citizen_app.exchange import actions, store
from citizen_app.exchange.outbox import State
from citizen_app.parking import actions as parking
from feeds.demo.platform.server import PlatformServer
from tests.factories import make_reading
from tests.province import Now, entries, misbehave, new_sender, read_given, reported_facility, send_all, url_of

LOTS = ("east", "west", "north")
STEPS, STEP_S = 48, 1800    # a reading each half hour


def record(now: Now, number: int) -> None:
    parking.record_readings("vendor", [make_reading(uid, now(), available_spaces=number % 90) for uid in LOTS], now())


def be_away_for_a_day(platform: PlatformServer, sender: actions.Sender, now: Now) -> int:
    """The most rows that waited at once."""
    misbehave(url_of(platform), fault="outage")
    most = 0
    for number in range(STEPS):
        record(now, number)
        now.wait(seconds=STEP_S)
        assert sender.send() == 0
        most = max(most, len(entries(State.WAITING)))
        if number % 12 == 0:
            actions.thin_outbox(now())
    misbehave(url_of(platform), do="clear")
    return most


@pytest.mark.parametrize("sending", [{"availability": "latest"}, {"availability": "all"}])
def test_after_a_day_without_the_platform_the_latest_is_there_within_a_minute_and_then_all_else(
    app: Flask, app_settings: dict[str, Any], platform: PlatformServer, now: Now, sending: dict[str, Any]
) -> None:
    sender = new_sender(app_settings, now)
    parking.save_facilities([reported_facility(uid) for uid in LOTS])
    assert send_all(sender) == 3
    most = be_away_for_a_day(platform, sender, now)
    keeps_all = sending["availability"] == "all"
    assert most == (STEPS * len(LOTS) if keeps_all else 2 * len(LOTS)), "two rows a car park where only the latest is wanted"

    record(now, 77)
    latest, back_at = now(), now()
    while (now() - back_at).total_seconds() < 60:
        send_all(sender)
        now.wait(seconds=10)
    held = store.held_moments(entries(State.ACCEPTED)[-1].kind, [f"facility:{uid}" for uid in LOTS])
    assert set(held.values()) == {latest}
    for _ in range(12):
        send_all(sender)
        now.wait(seconds=60)
    assert entries(State.WAITING, State.DEAD) == []

    path = app_settings["DATA_DIR"] / "platform.db"
    given = [one for one in read_given(path) if one.kind == "parking_dynamic"]
    assert {one.key for one in given} == {one.key for one in entries(State.ACCEPTED) if one.kind == "parking_dynamic"}
    assert not any(one.is_disordered for one in given)
    last = max(one.observed for one in given)
    assert all(one.is_late == (one.observed != last) for one in given), "all but the latest are marked as late"
    for uid in LOTS:
        observed = [one.observed for one in given if one.number == uid and one.observed != last]
        assert observed == sorted(observed)
        assert len(observed) == (STEPS if keeps_all else 1), "that one of which nobody knew whether it had arrived"
