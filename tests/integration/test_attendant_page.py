"""Counting by hand over HTTP: with the link and only with it, once per press, as a form and as JSON."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from citizen_app import clock
from citizen_app.parking import actions, store
from citizen_app.parking.attendant import make_key
from citizen_app.parking.occupancy import OpeningStatus
from citizen_app.places import actions as places_actions
from tests.every_state import COUNTY
from tests.factories import make_facility, make_reading


@pytest.fixture
def link(app: Flask) -> str:
    actions.save_facilities([make_facility("kerb", capacity=20, source_uid="by-hand"), make_facility("other")])
    places_actions.save_places(COUNTY, [], [], [])
    return f"/parking/kerb/count?key={make_key(app.config['SECRET_KEY'], 'kerb', 0)}"


def press(client: FlaskClient, link: str, message: str, **what: Any) -> Any:
    return client.post(link, json={"message_id": message, **what})


def test_the_page_asks_for_a_number_first_and_then_counts(client: FlaskClient, link: str) -> None:
    assert "disabled" in client.get(link).text
    assert press(client, link, "press-0001", available=12).json == {"available_spaces": 12, "opening_status": "OPEN"}
    assert press(client, link, "press-0002", change=-1).json["available_spaces"] == 11
    page = client.get(link).text
    assert "disabled" not in page and '<b id="spaces">11</b>' in page


def test_the_same_press_counts_once(client: FlaskClient, link: str) -> None:
    press(client, link, "press-0001", available=12)
    answers = [press(client, link, "press-0002", change=-1).json["available_spaces"] for _ in range(3)]
    assert answers == [11, 11, 11]


def test_full_closed_and_open_are_statuses(client: FlaskClient, link: str) -> None:
    press(client, link, "press-0001", available=12)
    assert press(client, link, "press-0002", status="closed").json == {"available_spaces": 12, "opening_status": "CLOSED"}
    assert press(client, link, "press-0003", status="open").json == {"available_spaces": 12, "opening_status": "OPEN"}
    assert press(client, link, "press-0004", status="full").json == {"available_spaces": 0, "opening_status": "OPEN"}


def test_without_a_script_the_form_comes_back_to_the_page_and_a_reload_counts_nothing(client: FlaskClient, link: str) -> None:
    press(client, link, "press-0001", available=12)
    message = re.search(r'name="message_id" value="([0-9a-f]+)"', client.get(link).text)
    assert message is not None
    for _ in range(2):
        answer = client.post(link, data={"message_id": message[1], "change": "-1"})
        assert answer.status_code == 303 and answer.location == link
    assert store.find_occupancy("kerb").available_spaces == 11  # type: ignore[union-attr]


@pytest.mark.parametrize("key", ["", "nonsense", None])
def test_without_the_right_key_nothing_is_shown_and_nothing_counted(client: FlaskClient, link: str, key: str | None) -> None:
    wrong = "/parking/kerb/count" + ("" if key is None else f"?key={key}")
    assert client.get(wrong).status_code == 401
    assert press(client, wrong, "press-0001", available=1).status_code == 401
    assert client.get(link.replace("/kerb/", "/other/")).status_code == 401
    assert store.find_occupancy("kerb") is None


def test_revoked_links_open_nothing(app: Flask, client: FlaskClient, link: str) -> None:
    actions.revoke_links("kerb")
    assert client.get(link).status_code == 401
    assert client.get(f"/parking/kerb/count?key={make_key(app.config['SECRET_KEY'], 'kerb', 1)}").status_code == 200


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"change": 1}, "message_id"), ({"message_id": "press-0001"}, "change"), ({"message_id": "press-0001", "change": 51}, "change"),
        ({"message_id": "press-0001", "change": 1, "available": 2}, "change"), ({"message_id": "press-0001", "status": "gone"}, "status"),
        ({"message_id": "press-0001", "available": -1}, "available"), ({"message_id": "no", "change": 1}, "message_id"),
        ({"message_id": "press-0001", "change": 1, "age_s": 99999999}, "age_s"),
    ],
)
def test_what_is_no_press_is_refused_and_its_field_named(client: FlaskClient, link: str, sent: dict[str, Any], field: str) -> None:
    answer = client.post(link, json=sent)
    assert answer.status_code == 422
    assert field in answer.text
    assert store.find_occupancy("kerb") is None


def test_a_press_carries_its_age(client: FlaskClient, link: str) -> None:
    press(client, link, "press-0001", available=12, age_s=600)
    state = store.find_occupancy("kerb")
    assert state is not None
    assert round((state.received_at - state.observed_at).total_seconds()) == 600
    assert state.opening_status is OpeningStatus.OPEN


def test_staff_see_raw_numbers_reasons_and_jumps(app: Flask) -> None:
    actions.save_facilities([make_facility("kerb"), make_facility("steady"), make_facility("silent")])
    now = clock.now()
    for minutes, spaces in ((9, 90), (2, 20)):
        reading = make_reading("kerb", now - timedelta(minutes=minutes), available_spaces=spaces)
        steady = make_reading("steady", now - timedelta(minutes=minutes), available_spaces=50 + minutes)
        actions.record_readings("vendor", [reading, steady], now)
    lines = app.test_cli_runner().invoke(args=["parking", "list", "--suspect"]).output.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["kerb", "silent"]
    assert lines[1].split()[1:4] == ["20", "100", "live"] and lines[1].endswith("yes")
    assert lines[2].split()[1:] == ["-", "100", "unknown", "no_reading", "never"]
