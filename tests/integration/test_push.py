"""Pushed readings: who is believed, what is taken, what is refused, and in which words."""

from __future__ import annotations

import base64
import contextvars
import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from citizen_app import clock
from citizen_app.ops import actions as ops_actions
from citizen_app.ops import store as ops_store
from citizen_app.ops.source import SourceMode
from citizen_app.parking import actions, store
from tests.factories import make_facility, make_source
from tests.servers import RedisServer

SECRET = "whsec_" + base64.b64encode(b"the key of the vendor that pushes").decode()
OTHER = "whsec_" + base64.b64encode(b"the key of somebody else entirely").decode()
ADDRESS = "/api/v1/sources/vendor/readings"


class Sender:
    """A vendor that pushes, with its own clock and key."""

    def __init__(self, app: Flask) -> None:
        self.app, self.messages = app, 0

    def push(
        self,
        body: Any,
        *,
        message_id: str = "",
        ahead_s: float = 0,
        secrets: Sequence[str] = (SECRET,),
        address: str = ADDRESS,
        **changes: Any,
    ) -> TestResponse:
        """Send a signed message; `changes` are made to what is sent after it was signed."""
        self.messages += 1
        message_id = message_id or f"msg_{self.messages}"
        text = body if isinstance(body, str) else json.dumps(body)
        stamp = clock.now() + timedelta(seconds=ahead_s)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(stamp.timestamp())),
            "webhook-signature": " ".join(Webhook(secret).sign(message_id, stamp, text) for secret in secrets),
            "content-type": "application/json",
        }
        headers.update(changes.pop("headers", {}))
        sent = {name: value for name, value in headers.items() if value is not None}
        client = self.app.test_client()
        return contextvars.Context().run(client.post, address, data=changes.get("data", text), headers=sent)


@pytest.fixture
def sender(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Sender:
    """The vendor of three car parks, east-lake, station and market."""
    monkeypatch.setenv("VENDOR_KEY", SECRET)
    ops_actions.save_sources([
        make_source(mode=SourceMode.PUSH, secret_env="VENDOR_KEY", url=""),
        make_source("puller"),
        make_source("keyless", mode=SourceMode.PUSH, secret_env="NOBODY_SET_THIS", url=""),
    ])
    actions.save_facilities([make_facility(uid) for uid in ("east-lake", "station", "market")])
    actions.publish_snapshot()
    return Sender(app)


def row(facility: str = "east-lake", available_spaces: Any = 40, ahead_s: float = -20, **fields: Any) -> dict[str, Any]:
    observed_at = (clock.now() + timedelta(seconds=ahead_s)).isoformat()
    return {"facility": facility, "observed_at": observed_at, "available_spaces": available_spaces, **fields}


def kept(uid: str = "east-lake") -> int | None:
    occupancy = store.find_occupancy(uid)
    return None if occupancy is None else occupancy.available_spaces


def is_problem(answer: TestResponse, status: int, *words: str) -> bool:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    body = answer.json
    assert isinstance(body, dict) and body["status"] == status and body["title"] and body["type"] == "about:blank"
    return all(word in answer.text for word in words)


# What is taken.

def test_a_genuine_message_is_taken_and_shown(sender: Sender) -> None:
    answer = sender.push({"readings": [row(), row("station", None, occupied=70), row("market", opening_status="CLOSED")]})
    assert answer.status_code == 200
    assert answer.json == {"accepted": 3, "unchanged": 0, "problems": []}
    assert (kept("east-lake"), kept("station"), kept("market")) == (40, 30, 40)
    shown = sender.app.test_client().get("/api/v1/parking/east-lake").json
    assert shown and shown["available_spaces"] == 40 and shown["quality"] == "live"


def test_good_rows_are_kept_beside_problems_that_name_row_field_and_value(sender: Sender) -> None:
    answer = sender.push({"readings": [
        row("station", "many"), row(), {"facility": "market"}, row("nowhere", 3), row("market", 5, ahead_s=900),
        row("market", True), "nonsense", row("station", 4, opening_status="ajar"),
    ]})
    assert answer.status_code == 200 and answer.json
    assert answer.json["accepted"] == 1 and kept() == 40 and kept("station") is None
    faults = {(one["row"], one["field"]): one for one in answer.json["problems"]}
    assert set(faults) == {
        ("readings[0]", "available_spaces"), ("readings[2]", "observed_at"), ("readings[3]", "facility"),
        ("readings[4]", "observed_at"), ("readings[5]", "available_spaces"), ("readings[6]", ""),
        ("readings[7]", "opening_status"),
    }
    assert faults["readings[0]", "available_spaces"]["value"] == "many"
    assert faults["readings[3]", "facility"]["value"] == "nowhere"
    assert "ahead of our clock" in faults["readings[4]", "observed_at"]["message"]


def test_when_no_row_is_good_the_answer_is_422_and_the_same_message_may_come_again(sender: Sender) -> None:
    body = {"readings": [row("new-park", 3)]}
    assert is_problem(sender.push(body, message_id="early"), 422, "readings[0]", "facility", "new-park")
    actions.save_facilities([make_facility("new-park")])
    assert sender.push(body, message_id="early").json == {"accepted": 1, "unchanged": 0, "problems": []}


def test_a_reading_that_is_known_or_older_changes_nothing(sender: Sender) -> None:
    first = row(available_spaces=40, ahead_s=-60)
    sender.push({"readings": [first]})
    again = sender.push({"readings": [first, row(available_spaces=7, ahead_s=-600)]})
    assert again.json == {"accepted": 0, "unchanged": 2, "problems": []} and kept() == 40


def test_what_is_no_reading_is_a_422_that_says_where_whatever_is_in_it(sender: Sender) -> None:
    bodies = [
        ("{not json", ""), ("[1, 2]", "readings"), ('{"readings": 5}', "readings"), ("[" * 100_000, ""),
        ('{"readings": [{"facility": "east-lake", "observed_at": "2026-01-01T00:00:00", "available_spaces": 1}]}', "observed_at"),
        ('{"readings": [{"facility": "\\ud800\\u0000", "observed_at": "yesterday"}]}', "observed_at"),
        ('{"readings": [{"facility": "\\u0000\\ud800", "observed_at": "2026-01-01T00:00:00Z", "occupied": 1}]}', "facility"),
        ('{"readings": [{"\\u0000\\udfff": 1}]}', "facility"),
    ]
    for body, field in bodies:
        answer = sender.push(body)
        assert is_problem(answer, 422) and answer.json, body
        assert field in {one["field"] for one in answer.json["errors"]}, body


def test_each_genuine_message_is_a_run_of_its_source(sender: Sender) -> None:
    sender.push({"readings": [row()]})
    sender.push({"readings": [row("station"), row("nowhere")]})
    sender.push({"readings": [row("nowhere")]})
    sender.push({"readings": [row()]}, secrets=[OTHER])
    runs = ops_store.list_runs("vendor")
    assert [run.outcome for run in runs] == ["error", "partial", "ok"]
    assert [(run.rows_good, run.rows_bad) for run in runs] == [(0, 1), (1, 1), (1, 0)]
    assert runs[0].problems[0].row == "readings[0]" and runs[0].bytes_read > 0
    assert runs[0].next_due_at == runs[0].started_at + timedelta(seconds=60)


# Who is believed.

def test_tampering_with_body_identifier_time_or_signature_is_refused(sender: Sender) -> None:
    body = {"readings": [row(available_spaces=1)]}
    soon = str(int(clock.now().timestamp()) + 5)
    forged = Webhook(SECRET).sign("msg", datetime.now(UTC), json.dumps(body))
    for changes in (
        {"data": json.dumps(body).replace(": 1}", ": 99}")},
        {"headers": {"webhook-id": "another"}},
        {"headers": {"webhook-timestamp": soon}},
        {"headers": {"webhook-signature": forged}},
        {"headers": {"webhook-signature": forged.replace("v1,", "v2,")}},
        {"headers": {"webhook-signature": "v1,"}},
        {"headers": {"webhook-signature": "ñ , v1,ñ"}},
    ):
        assert is_problem(sender.push(body, **changes), 401, "signature does not match"), changes
    assert is_problem(sender.push(body, data=b'\xff{"readings": []}'), 401, "UTF-8")
    assert kept() is None


def test_a_message_without_one_of_the_headers_is_refused(sender: Sender) -> None:
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        assert is_problem(sender.push({"readings": [row()]}, headers={name: None}), 401, name)
        assert is_problem(sender.push({"readings": [row()]}, headers={name: ""}), 401, name)


def test_a_message_from_another_time_is_refused_on_both_sides(sender: Sender) -> None:
    for ahead_s in (-3600, -310, 310, 3600):
        assert is_problem(sender.push({"readings": [row()]}, ahead_s=ahead_s), 401, "300 seconds away from our clock")
    assert kept() is None
    for ahead_s in (-280, 280):
        assert sender.push({"readings": [row()]}, ahead_s=ahead_s).status_code == 200


def test_a_timestamp_that_is_no_whole_number_is_refused(sender: Sender) -> None:
    for stamp in ("now", "1e9", "-5", "٣٠٠", "9" * 400, "1700000000.5"):
        answer = sender.push({"readings": [row()]}, headers={"webhook-timestamp": stamp.encode()})
        assert is_problem(answer, 401, "whole seconds"), stamp


def test_a_wrong_key_is_refused_and_one_right_signature_of_several_is_enough(sender: Sender) -> None:
    assert is_problem(sender.push({"readings": [row()]}, secrets=[OTHER]), 401, "signature does not match")
    assert sender.push({"readings": [row()]}, secrets=[OTHER, SECRET]).status_code == 200


def test_a_source_without_a_key_takes_nothing(sender: Sender) -> None:
    for secret in (SECRET, "whsec_" + base64.b64encode(b"?").decode()):
        answer = sender.push({"readings": [row()]}, secrets=[secret], address="/api/v1/sources/keyless/readings")
        assert is_problem(answer, 401, "no key is set up")


def test_a_source_that_does_not_exist_or_does_not_push_is_not_found(sender: Sender) -> None:
    for uid in ("nobody", "puller", "%00", "a%2Fb", "%ed%a0%80", "x" * 3000):
        assert is_problem(sender.push({"readings": [row()]}, address=f"/api/v1/sources/{uid}/readings"), 404), uid


# Once only.

def test_a_replayed_message_is_refused_and_changes_nothing(sender: Sender) -> None:
    body = {"readings": [row(available_spaces=40, ahead_s=-60)]}
    assert sender.push(body, message_id="once").status_code == 200
    sender.push({"readings": [row(available_spaces=30)]})
    assert is_problem(sender.push(body, message_id="once"), 409, "taken before")
    assert kept() == 30 and ops_store.list_runs("vendor")[0].outcome == "ok"


def test_a_replay_is_refused_by_another_worker_and_while_redis_is_down(
    sender: Sender, redis_server: RedisServer, app_settings: dict[str, Any]
) -> None:
    from citizen_app import create_app

    body = {"readings": [row()]}
    redis_server.kill()
    try:
        assert sender.push(body, message_id="once").status_code == 200
        assert kept() == 40
        assert is_problem(Sender(create_app(app_settings)).push(body, message_id="once"), 409)
    finally:
        redis_server.start()


def test_of_many_replays_at_once_exactly_one_is_taken(sender: Sender) -> None:
    body = {"readings": [row(ahead_s=-second) for second in range(20, 40)]}
    barrier, statuses = threading.Barrier(8), []

    def send() -> None:
        barrier.wait()
        statuses.append(sender.push(body, message_id="crowd").status_code)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 7
    assert len(store.list_readings("east-lake", clock.now() - timedelta(hours=1), clock.now())) == 20


def test_a_messages_identifier_is_its_sources_own(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOBODY_SET_THIS", OTHER)
    assert sender.push({"readings": [row()]}, message_id="same").status_code == 200
    answer = sender.push({"readings": []}, message_id="same", secrets=[OTHER], address="/api/v1/sources/keyless/readings")
    assert answer.status_code == 200


# What is not even read.

def test_a_body_over_one_mebibyte_is_refused_unread(sender: Sender) -> None:
    assert is_problem(sender.push({"readings": [row(address="x" * 2**20)]}), 413)


def test_more_than_five_thousand_readings_are_refused(sender: Sender) -> None:
    assert is_problem(sender.push('{"readings": [' + "1," * 5000 + "1]}"), 422, "at most 5000")


def test_what_is_not_called_json_is_refused(sender: Sender) -> None:
    assert is_problem(sender.push({"readings": [row()]}, headers={"content-type": "text/csv"}), 415)
    assert is_problem(sender.push({"readings": [row()]}, headers={"content-type": None}), 415)


def test_other_methods_are_refused_in_the_same_form(sender: Sender) -> None:
    answer = sender.app.test_client().put(ADDRESS)
    assert is_problem(answer, 405) and "POST" in answer.headers["Allow"]


def test_no_key_is_in_any_answer_or_line_of_the_log(sender: Sender, capfd: pytest.CaptureFixture[str]) -> None:
    answers = [
        sender.push({"readings": [row()]}), sender.push({"readings": [row()]}, secrets=[OTHER]), sender.push("{"),
        sender.app.test_client().get("/api/v1/sources"), sender.app.test_client().get("/metrics"),
    ]
    spoken = "".join(answer.text + str(answer.headers) for answer in answers) + "".join(capfd.readouterr())
    assert "/api/v1/sources/vendor/readings" in spoken and "VENDOR_KEY" not in spoken
    assert SECRET not in spoken and SECRET.removeprefix("whsec_") not in spoken
