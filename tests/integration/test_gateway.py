"""The gateway client against the real stand-in platform, a process of its own that misbehaves in every way it can."""

from __future__ import annotations

import json
import logging
import signal
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from citizen_app import clock
from citizen_app.errors import InvalidInput
from citizen_app.exchange.client import Gateway, PlatformUnavailable, open_gateway
from citizen_app.exchange.province import check_fields, facility_record, removal_record
from citizen_app.exchange.record import RecordKind
from tests.factories import make_facility
from tests.integration.misbehaving import BadServer, bad_server
from tests.platforms import APP_SECRET, Platform, demo_province, make_count, make_province, make_record

DYNAMIC, STATIC = RecordKind.PARKING_DYNAMIC, RecordKind.PARKING_STATIC


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    platform = Platform(tmp_path_factory.mktemp("platform")).start()
    yield platform
    platform.end()


@pytest.fixture(scope="module")
def server() -> Iterator[BadServer]:
    with bad_server() as broken:
        yield broken


@pytest.fixture
def platform(running: Platform) -> Platform:
    """Well-behaved and empty."""
    for deed in ("clear", "lose_sessions", "forget_all"):
        running.tell(do=deed)
    return running


@pytest.fixture
def gateway(platform: Platform, tmp_path: Path) -> Gateway:
    return platform.gateway(tmp_path, read_timeout_s=3.0)


def now() -> datetime:
    return clock.now()


def held(gateway: Gateway, kind: RecordKind = DYNAMIC) -> dict[str, object]:
    return {row.number: row.fields.get("余位") for row in gateway.query(kind, 1, now()).rows}


def secrets_in(folder: Path) -> list[str]:
    document = json.loads((folder / "province_tokens.json").read_text())
    return [document[name]["secret"] for name in ("refresh", "request") if document[name]]


class TestPushing:
    @pytest.mark.parametrize("signer", ["md5", "sm3"])
    @pytest.mark.parametrize("body", ["form", "json"])
    def test_records_are_taken_with_either_signature_in_either_body(
        self, platform: Platform, tmp_path: Path, signer: str, body: str
    ) -> None:
        gateway = platform.gateway(tmp_path, signer=signer, body=body)
        outcomes = gateway.push(DYNAMIC, [make_count("a"), make_count("b", 余位=7)], now())
        assert [one.accepted for one in outcomes] == [True, True]
        assert held(gateway) == {"a": 40, "b": 7}

    def test_one_record_a_request_where_the_platform_takes_no_lists(self, platform: Platform, tmp_path: Path) -> None:
        gateway = platform.gateway(tmp_path, body="json", list_field="")
        assert gateway.batch_size(DYNAMIC) == 1
        [outcome] = gateway.push(DYNAMIC, [make_count("a")], now())
        assert outcome.accepted and held(gateway) == {"a": 40}
        [refused] = gateway.push(DYNAMIC, [make_count("b", 状态="7")], now())
        assert (refused.refused, refused.code, refused.reason) == (True, "20", "状态：不在代码表内")

    def test_more_than_a_batch_is_a_fault_of_ours(self, gateway: Gateway) -> None:
        with pytest.raises(ValueError, match="at most 100"):
            gateway.push(DYNAMIC, [make_count()] * 101, now())
        assert gateway.push(DYNAMIC, [], now()) == []

    def test_a_wrong_record_is_refused_with_its_reason_and_the_others_of_its_batch_are_taken(self, gateway: Gateway) -> None:
        outcomes = gateway.push(DYNAMIC, [make_count("a"), make_count("b", 余位=101), make_count("c")], now())
        assert [(one.accepted, one.refused) for one in outcomes] == [(True, False), (False, True), (True, False)]
        assert outcomes[1].code == "20" and outcomes[1].reason == "余位：大于总泊位"

    def test_the_same_key_counts_once_and_may_have_become_late(self, platform: Platform, gateway: Gateway) -> None:
        record = make_count("a")
        late = replace(record, is_late=True)
        assert gateway.push(DYNAMIC, [record], now())[0].accepted
        assert gateway.push(DYNAMIC, [late], now())[0].accepted
        status = platform.status()
        assert (status["kinds"]["parking_dynamic"]["given"], status["repeated"]) == (1, 1)
        [outcome] = gateway.push(DYNAMIC, [replace(make_count("a", 余位=1), key=record.key)], now())
        assert outcome.refused and "已用于另一条记录" in outcome.reason

    def test_an_older_record_does_not_take_the_place_of_a_newer_one_and_is_out_of_order_unless_it_is_late(
        self, platform: Platform, gateway: Gateway
    ) -> None:
        moment = now()
        older = make_count("a", moment - timedelta(minutes=5), 余位=1)
        late = replace(make_count("a", moment - timedelta(minutes=9)), is_late=True)
        for record in (make_count("a", moment), older, late):
            assert gateway.push(DYNAMIC, [record], moment)[0].accepted
        numbers = platform.status()["kinds"]["parking_dynamic"]
        assert (numbers["given"], numbers["late"], numbers["disordered"]) == (3, 1, 1)
        assert held(gateway) == {"a": 40}

    def test_what_is_removed_is_not_held_any_more(self, gateway: Gateway) -> None:
        facility = make_facility(town_code="331082001", address="紫阳街 1 号")
        content = facility_record(facility, demo_province())
        assert check_fields(content.kind, content.fields, demo_province()) == ()
        moment = now()
        assert gateway.push(STATIC, [make_record(content, moment)], moment)[0].accepted
        assert gateway.query(STATIC, 1, moment).rows[0].fields == content.fields
        gone = removal_record(STATIC, "facility:east-lake", demo_province())
        assert gateway.push(STATIC, [make_record(gone, moment)], moment)[0].accepted
        assert gateway.query(STATIC, 1, moment).rows == ()

    def test_a_trial_is_judged_and_not_kept(self, platform: Platform, gateway: Gateway) -> None:
        outcomes = gateway.push(DYNAMIC, [make_count("a"), make_count("b", 余位=-1)], now(), trial=True)
        assert [(one.accepted, one.refused) for one in outcomes] == [(True, False), (False, True)]
        assert platform.status()["kinds"]["parking_dynamic"]["given"] == 0

    def test_what_is_held_comes_in_pages(self, gateway: Gateway) -> None:
        for start in range(0, 250, 50):
            gateway.push(DYNAMIC, [make_count(f"p{number:03d}") for number in range(start, start + 50)], now())
        pages = [gateway.query(DYNAMIC, number, now()) for number in (1, 2, 3)]
        assert [(page.number, page.pages, len(page.rows)) for page in pages] == [(1, 2, 200), (2, 2, 50), (3, 2, 0)]


class TestSecrets:
    def test_they_are_kept_for_the_owner_only_and_used_after_a_restart(
        self, platform: Platform, gateway: Gateway, tmp_path: Path
    ) -> None:
        gateway.push(DYNAMIC, [make_count("a")], now())
        path = tmp_path / "province_tokens.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        before = path.read_bytes()
        assert platform.gateway(tmp_path).push(DYNAMIC, [make_count("b")], now())[0].accepted
        assert path.read_bytes() == before

    def test_each_secret_is_renewed_before_it_expires_and_not_sooner(
        self, platform: Platform, gateway: Gateway, tmp_path: Path
    ) -> None:
        """Both clocks go on together: ours by `now`, the platform's by what it is told."""
        moment = now()
        gateway.push(DYNAMIC, [make_count("a")], moment)
        refresh, request = secrets_in(tmp_path)
        platform.tell(do="skew", value=11 * 60)
        gateway.push(DYNAMIC, [make_count("a")], moment + timedelta(minutes=11))
        assert secrets_in(tmp_path) == [refresh, request]
        platform.tell(do="skew", value=13 * 60)
        gateway.push(DYNAMIC, [make_count("a")], moment + timedelta(minutes=13))
        assert secrets_in(tmp_path)[0] == refresh and secrets_in(tmp_path)[1] != request
        platform.tell(do="skew", value=47.5 * 3600)
        gateway.push(DYNAMIC, [make_count("a")], moment + timedelta(hours=47.5))
        assert secrets_in(tmp_path)[0] != refresh
        assert gateway.skew_s == pytest.approx(0, abs=10)

    @pytest.mark.parametrize("which", ["request", "both"])
    def test_secrets_that_end_before_their_time_are_renewed_and_the_batch_goes_through(
        self, platform: Platform, gateway: Gateway, which: str, tmp_path: Path
    ) -> None:
        gateway.push(DYNAMIC, [make_count("a")], now())
        refresh, request = secrets_in(tmp_path)
        platform.tell(do="expire_secrets", value=which)
        outcomes = gateway.push(DYNAMIC, [make_count("b"), make_count("c")], now())
        assert [one.accepted for one in outcomes] == [True, True]
        assert (secrets_in(tmp_path)[0] == refresh) is (which == "request") and secrets_in(tmp_path)[1] != request

    def test_a_platform_that_has_lost_its_sessions_gets_new_ones(self, platform: Platform, gateway: Gateway) -> None:
        gateway.push(DYNAMIC, [make_count("a")], now())
        platform.tell(do="lose_sessions")
        assert gateway.push(DYNAMIC, [make_count("b")], now())[0].accepted

    def test_two_senders_share_them_and_renew_them_once(self, platform: Platform, tmp_path: Path) -> None:
        one, other = platform.gateway(tmp_path), platform.gateway(tmp_path)
        one.push(DYNAMIC, [make_count("a")], now())
        platform.tell(do="expire_secrets", value="both")
        failed: list[Exception] = []

        def send(gateway: Gateway, name: str) -> None:
            try:
                for number in range(10):
                    assert gateway.push(DYNAMIC, [make_count(f"{name}{number}")], now())[0].accepted
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=send, args=pair) for pair in ((one, "x"), (other, "y"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == [] and platform.status()["kinds"]["parking_dynamic"]["given"] == 21

    def test_a_wrong_secret_of_the_county_is_said_and_nothing_is_kept(self, platform: Platform, tmp_path: Path) -> None:
        province = make_province(gateway={"url": platform.url})
        gateway = open_gateway(province, tmp_path, {"PROVINCE_APP_KEY": "county-of-tests", "PROVINCE_APP_SECRET": "not-the-one"})
        with pytest.raises(PlatformUnavailable, match="no refreshSecret: code 10: 签名错误"):
            gateway.push(DYNAMIC, [make_count()], now())
        assert not (tmp_path / "province_tokens.json").exists()

    def test_a_damaged_file_and_one_of_another_gateway_are_not_used(self, platform: Platform, gateway: Gateway, tmp_path: Path) -> None:
        for content in ("", "{", "[]", '{"owner": "another", "refresh": null, "request": null}'):
            (tmp_path / "province_tokens.json").write_text(content)
            assert gateway.push(DYNAMIC, [make_count()], now())[0].accepted

    def test_the_countys_secret_may_be_in_a_file_and_what_is_missing_is_named_without_a_value(self, tmp_path: Path) -> None:
        path = tmp_path / "secret"
        path.write_text(f"{APP_SECRET}\n")
        assert open_gateway(make_province(gateway={"url": "http://127.0.0.1:1"}), tmp_path, {
            "PROVINCE_APP_KEY": "k", "PROVINCE_APP_SECRET_FILE": str(path),
        })
        for environ, said in (
            ({"PROVINCE_APP_SECRET": APP_SECRET}, "PROVINCE_APP_KEY is not set"),
            ({"PROVINCE_APP_KEY": "k"}, "PROVINCE_APP_SECRET or PROVINCE_APP_SECRET_FILE is not set"),
            ({"PROVINCE_APP_KEY": "k", "PROVINCE_APP_SECRET_FILE": str(tmp_path / "none")}, "cannot be read"),
        ):
            with pytest.raises(InvalidInput, match=said) as caught:
                open_gateway(make_province(gateway={"url": "http://127.0.0.1:1"}), tmp_path, environ)
            assert APP_SECRET not in str(caught.value)


class TestMisbehaviour:
    @pytest.mark.parametrize(
        ("fault", "value", "said"),
        [
            ("error", "", "HTTP 500"), ("wrong_code", "99", "code 99"), ("garbage", "", "not JSON"), ("outage", "", "no connection"),
            ("slow", "30", "no answer in time"), ("silent", "30", "no answer in time"),
        ],
    )
    def test_nothing_is_taken_for_an_answer_that_is_none(
        self, platform: Platform, gateway: Gateway, fault: str, value: str, said: str
    ) -> None:
        platform.tell(fault=fault, value=value, times=1)
        if fault == "outage":
            platform.tell(fault=fault)
        with pytest.raises(PlatformUnavailable, match=said) as caught:
            gateway.push(DYNAMIC, [make_count("a")], now())
        assert caught.value.retry_after_s is None
        platform.tell(do="clear")
        assert gateway.push(DYNAMIC, [make_count("b")], now())[0].accepted

    def test_a_platform_that_takes_and_then_is_silent_has_it_once(self, platform: Platform, gateway: Gateway) -> None:
        record = make_count("a")
        platform.tell(fault="silent", value="30", times=1)
        with pytest.raises(PlatformUnavailable, match="no answer in time"):
            gateway.push(DYNAMIC, [record], now())
        assert gateway.push(DYNAMIC, [record], now())[0].accepted
        status = platform.status()
        assert (status["kinds"]["parking_dynamic"]["given"], status["repeated"]) == (1, 1)

    def test_a_busy_platform_says_when_to_come_again(self, platform: Platform, gateway: Gateway) -> None:
        platform.tell(fault="busy", value="37", times=1)
        with pytest.raises(PlatformUnavailable, match="HTTP 429") as caught:
            gateway.push(DYNAMIC, [make_count()], now())
        assert caught.value.retry_after_s == 37

    def test_a_batch_that_is_refused_as_a_whole_is_sent_record_by_record(self, platform: Platform, gateway: Gateway) -> None:
        platform.tell(fault="wrong_code", value="20", times=1)
        outcomes = gateway.push(DYNAMIC, [make_count("a"), make_count("b", 余位=101)], now())
        assert [(one.accepted, one.refused) for one in outcomes] == [(True, False), (False, True)]
        platform.tell(fault="wrong_code", value="20", times=1)
        [alone] = gateway.push(DYNAMIC, [make_count("c")], now())
        assert (alone.refused, alone.code, alone.reason) == (True, "20", "演示：异常返回码")

    def test_one_record_may_be_refused_for_no_fault_of_its_own(self, platform: Platform, gateway: Gateway) -> None:
        platform.tell(fault="refuse", value="b")
        outcomes = gateway.push(DYNAMIC, [make_count("a"), make_count("b")], now())
        assert [(one.accepted, one.code) for one in outcomes] == [(True, "00"), (False, "21")]

    def test_a_fault_may_end_by_itself(self, platform: Platform, gateway: Gateway) -> None:
        gateway.push(DYNAMIC, [make_count()], now())
        platform.tell(fault="error", for_s=2)
        with pytest.raises(PlatformUnavailable):
            gateway.push(DYNAMIC, [make_count()], now())
        time.sleep(2.1)
        assert gateway.push(DYNAMIC, [make_count()], now())[0].accepted

    def test_it_is_killed_and_started_again_and_still_knows_everything(self, tmp_path: Path) -> None:
        platform = Platform(tmp_path).start()
        try:
            gateway = platform.gateway(tmp_path)
            record = make_count("a")
            gateway.push(DYNAMIC, [record], now())
            platform.end(signal.SIGKILL)
            with pytest.raises(PlatformUnavailable, match="no connection"):
                gateway.push(DYNAMIC, [make_count("b")], now())
            platform.start()
            assert gateway.push(DYNAMIC, [record, make_count("b")], now())[0].accepted
            assert held(gateway) == {"a": 40, "b": 40} and platform.status()["repeated"] == 1
        finally:
            platform.end()


class TestBrokenServers:
    """Whatever answers in the platform's place is given up in time, and no more of it is read than fits."""

    @pytest.mark.parametrize(
        ("path", "said", "retry_after_s"),
        [
            ("error", "HTTP 500", 7.0), ("hang", "no answer in time", None), ("drip", "no whole answer in time", None),
            ("drip-headers", "no whole answer in time", None), ("cut", "no connection", None),
            ("cut-chunks", "no connection", None), ("html", "not JSON", None), ("nothing", "has no code", None), ("packed", "not JSON", None),
            ("zeros", "too long", None), ("moved", "HTTP 302", None), ("metadata", "HTTP 302", None), ("bare-304", "HTTP 304", None),
        ],
    )
    def test_it_is_unavailable_and_its_own_pause_is_kept(
        self, server: BadServer, tmp_path: Path, path: str, said: str, retry_after_s: float | None
    ) -> None:
        province = make_province(gateway={"url": server.url("").rstrip("/"), "refresh_by_key": f"/{path}", "read_timeout_s": 1.0})
        gateway = open_gateway(province, tmp_path, {"PROVINCE_APP_KEY": "k", "PROVINCE_APP_SECRET": APP_SECRET})
        began_s = time.monotonic()
        with pytest.raises(PlatformUnavailable, match=said) as caught:
            gateway.push(DYNAMIC, [make_count()], now())
        assert caught.value.retry_after_s == retry_after_s and time.monotonic() - began_s < 30
        assert APP_SECRET not in str(server.requests)


class TestClocks:
    @pytest.mark.parametrize("skew_s", [-7200, -30, 30, 86_400])
    def test_a_clock_that_is_apart_is_measured_and_requests_carry_the_platforms_time(
        self, platform: Platform, gateway: Gateway, skew_s: int
    ) -> None:
        platform.tell(do="skew", value=skew_s)
        assert gateway.skew_s is None
        assert gateway.push(DYNAMIC, [make_count()], now())[0].accepted
        assert gateway.skew_s == pytest.approx(skew_s, abs=5)
        refresh_until, request_until = gateway.expiries()
        assert refresh_until is not None and request_until is not None
        assert timedelta(minutes=13) < request_until - now() <= timedelta(minutes=15, seconds=5)

    def test_a_clock_that_is_set_while_we_speak_costs_no_record(self, platform: Platform, gateway: Gateway) -> None:
        gateway.push(DYNAMIC, [make_count()], now())
        platform.tell(do="skew", value=900)
        outcome = gateway.push(DYNAMIC, [make_count()], now())[0]
        assert outcome.accepted and gateway.skew_s == pytest.approx(900, abs=5)

    def test_a_right_clock_is_left_alone(self, gateway: Gateway) -> None:
        gateway.push(DYNAMIC, [make_count()], now())
        assert gateway.skew_s is not None and abs(gateway.skew_s) < 5


def test_no_secret_is_in_a_log_an_error_or_a_repr(
    platform: Platform, gateway: Gateway, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    for wish in ({"fault": "error"}, {"fault": "garbage"}, {"fault": "outage"}, {"fault": "wrong_code", "value": "99"}, {"do": "clear"}):
        platform.tell(**wish)
        try:
            gateway.push(DYNAMIC, [make_count()], now())
        except PlatformUnavailable as error:
            said.append(repr(error))
            assert (error.__cause__ is None and error.__suppress_context__) or error.__context__ is None
        platform.tell(do="clear")
    known = [APP_SECRET, *secrets_in(tmp_path)]
    tokens = gateway.renew(now())
    known += secrets_in(tmp_path)
    everywhere = "\n".join([*said, caplog.text, repr(tokens), repr(vars(gateway)), platform.get("/"), platform.get("/status")])
    assert len(set(known)) >= 4 and "renewed" in caplog.text
    assert [secret for secret in known if secret in everywhere] == []


def test_the_curious_see_what_the_stand_in_holds(platform: Platform, gateway: Gateway) -> None:
    gateway.push(DYNAMIC, [make_count("<b>lake")], now())
    platform.tell(fault="busy", value="5")
    front, rows = platform.get("/"), platform.get("/held/parking_dynamic")
    assert "停车场动态" in front and "busy" in front and "&lt;b&gt;lake" in front and "<b>lake" not in front + rows
    assert "&lt;b&gt;lake" in rows and "余位" in rows
