"""What the gateway's answers are worth before anything is done with them, and for how long its secrets are trusted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.exchange.client import gateway as gateway_module
from citizen_app.exchange.client.gateway import Gateway
from citizen_app.exchange.client.reply import Reply, read_reply
from citizen_app.exchange.client.tokens import Credentials, Lent, TokenFile, Tokens
from citizen_app.exchange.province.wire import Answer, plain, read_answer, read_outcomes, read_page, write_record
from citizen_app.exchange.record import PlatformUnavailable, RecordKind
from citizen_app.exchange.signing import sign_md5
from feeds.demo.platform.desk import Desk
from feeds.demo.platform.memory import Memory
from tests.factories import NOON, at
from tests.platforms import demo_province, make_count, make_province

DATE = "Wed, 11 Mar 2026 04:00:00 GMT"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["code", "msg", "data", "datas", "results", "rows", "page", "pages", "流水号", "编号"]), inner, max_size=4
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("after", "pause_s"),
    [
        ("30", 30.0), ("0", 0.0), ("999999999", 86_400.0), ("Wed, 11 Mar 2026 04:02:00 GMT", 120.0), ("Wed, 11 Mar 2026 03:00:00 GMT", 0.0),
        ("soon", None), ("", None), ("-5", None), ("1e9", None), ("１０", None),
    ],
)
def test_a_pause_is_asked_for_in_seconds_or_until_a_moment_of_the_platforms_clock(after: str, pause_s: float | None) -> None:
    reply = read_reply(429, {"Date": DATE, "Retry-After": after}, b"")
    assert (reply.date, reply.retry_after_s) == (NOON, pause_s)


def test_an_answer_without_a_date_tells_no_time() -> None:
    for date in ("", "yesterday", "Wed, 99 Mar 2026 04:00:00 GMT"):
        assert read_reply(200, {"Date": date}, b"") == Reply(200, b"")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\xff", b'{"code": null}', b"[" * 100_000, b"<html>"])
def test_what_is_no_answer_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="the answer"):
        read_answer(body)


@given(JSON)
def test_no_answer_makes_us_stumble(document: Any) -> None:
    record = make_count()
    try:
        answer = read_answer(json.dumps(document).encode())
    except ValueError:
        return
    [outcome] = read_outcomes(answer, [record], demo_province())
    assert not (outcome.accepted and outcome.refused) and outcome.key == record.key
    try:
        read_page(answer, RecordKind.LINE, demo_province())
    except ValueError:
        return


def test_foreign_words_become_one_short_line() -> None:
    assert plain("a\nb\x00" + "c" * 500) == "a b " + "c" * 196
    assert plain(None) == "None" and plain(7) == "7"


class TestSecrets:
    def test_a_secret_is_trusted_for_four_fifths_of_its_life_and_a_long_one_until_an_hour_before_its_end(self) -> None:
        short = Lent("s", NOON, at(15))
        assert short.is_fresh(NOON) and short.is_fresh(at(11.9)) and not short.is_fresh(at(12.1))
        long = Lent("s", NOON, at(48 * 60))
        assert long.is_fresh(at(46.9 * 60)) and not long.is_fresh(at(47.1 * 60))

    def test_one_from_a_future_that_our_clock_has_left_again_is_not_trusted(self) -> None:
        assert not Lent("s", at(60), at(75)).is_fresh(NOON)

    @given(st.datetimes(timezones=st.just(UTC)), st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()))
    def test_what_is_kept_is_read_back(self, tmp_path_factory: pytest.TempPathFactory, moment: datetime, secret: str) -> None:
        file = TokenFile(tmp_path_factory.getbasetemp() / "tokens.json", "me")
        tokens = Tokens(Lent(secret, moment, moment), None)
        file.write(tokens)
        assert file.read() == tokens
        assert TokenFile(file.path, "somebody else").read() == Tokens()

    def test_they_are_in_no_repr(self) -> None:
        assert "hush" not in repr(Tokens(Lent("hush", NOON, NOON), Lent("hush", NOON, NOON))) + repr(Credentials("k", "hush"))


class TestSimulatedDays:
    """The client and the stand-in's desk on one clock that the test moves, without a network between them."""

    def test_in_three_days_of_a_push_a_minute_each_secret_is_fetched_as_seldom_as_its_life_allows(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gateway_module.clock, "monotonic_s", lambda: 0.0)
        moment, asked = NOON, {"Key": 0, "Sec": 0, "push": 0}
        desk = Desk(Memory(":memory:"), "k", "s")

        def post(url: str, _content_type: str, body: bytes) -> Reply:
            payload = json.loads(body)
            if url.endswith("Key.htm"):
                asked["Key"] += 1
                answer = desk.refresh_by_key(payload, moment)
            elif url.endswith("Sec.htm"):
                asked["Sec"] += 1
                answer = desk.refresh_by_secret(payload, moment)
            else:
                asked["push"] += 1
                answer = desk.push("parking_dynamic", payload, moment, lambda _record: False)
            return Reply(200, json.dumps(answer).encode(), moment.replace(microsecond=0))

        gateway = Gateway(make_province(gateway={"body": "json"}), "http://platform", Credentials("k", "s"), tmp_path, post)
        for minute in range(3 * 24 * 60):
            moment = NOON + timedelta(minutes=minute)
            assert gateway.push(RecordKind.PARKING_DYNAMIC, [make_count(observed_at=moment)], moment)[0].accepted
        assert asked == {"Key": 2, "Sec": asked["Sec"], "push": 4320}    # no push was refused for an old secret
        assert 4320 / 13 <= asked["Sec"] <= 4320 / 11

    def test_the_stand_in_forgets_what_it_was_given_after_a_month_and_not_what_it_holds(self) -> None:
        memory = Memory(":memory:")
        desk = Desk(memory, "k", "s")
        record = write_record(make_count("a"), demo_province())
        lent = desk.refresh_by_key(signed("s", NOON), NOON)["data"]["refreshSecret"]
        for moment, sent in ((NOON, [record]), (NOON + timedelta(days=32), [])):
            secret = desk.refresh_by_secret(signed(lent, NOON), NOON)["data"]["requestSecret"]
            memory.lend("request", secret, int((moment + timedelta(minutes=15)).timestamp() * 1000))
            assert desk.push("parking_dynamic", {**signed(secret, moment), "records": sent}, moment, lambda _record: False)["code"] == "00"
        assert memory.find_given(record["流水号"]) is None
        assert memory.page("parking_dynamic", 1) == (1, [record]) and memory.numbers()["kinds"]["parking_dynamic"]["given"] == 1

    def test_a_platform_that_never_knows_its_own_secrets_is_given_up(self, tmp_path: Path) -> None:
        count = 0

        def post(url: str, _content_type: str, _body: bytes) -> Reply:
            nonlocal count
            count += 1
            data = {"refreshSecret": "r", "requestSecret": "q"}
            code = "00" if "refresh" in url else "11"
            return Reply(200, json.dumps({"code": code, "msg": "r q", "data": data}).encode(), NOON)

        gateway = Gateway(demo_province(), "http://platform", Credentials("k", "s"), tmp_path, post)
        with pytest.raises(PlatformUnavailable, match="code 11"):
            gateway.push(RecordKind.PARKING_DYNAMIC, [make_count()], NOON)
        assert count < 15


def signed(secret: str, moment: datetime) -> dict[str, Any]:
    time_ms = int(moment.timestamp() * 1000)
    return {"appKey": "k", "requestTime": str(time_ms), "sign": sign_md5("k", secret, time_ms)}


def test_a_platform_that_says_nothing_of_single_records_means_all_of_them() -> None:
    outcomes = read_outcomes(Answer("00", "成功", {}), [make_count("a"), make_count("b")], demo_province())
    assert [one.accepted for one in outcomes] == [True, True]
