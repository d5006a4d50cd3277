"""The outbox: what changes is written with the change, and sent in order, at least once, whatever the platform does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from citizen_app import config, create_app
from citizen_app.exchange import actions, store
from citizen_app.exchange.outbox import State
from citizen_app.exchange.record import RecordKind
from citizen_app.extensions import transaction
from citizen_app.parking import actions as parking
from citizen_app.parking.occupancy import OpeningStatus
from citizen_app.reporting import current_province
from feeds.demo.platform.server import PlatformServer
from tests.factories import NOON, at, make_reading
from tests.province import (
    Now,
    entries,
    gateway_of,
    given,
    misbehave,
    new_sender,
    read,
    reported_facility,
    send_all,
    url_of,
    write_province,
)

STATIC, DYNAMIC = RecordKind.PARKING_STATIC, RecordKind.PARKING_DYNAMIC


class TestWriting:
    def test_a_change_and_its_record_are_there_together_or_not_at_all(self, app: Flask) -> None:
        with pytest.raises(RuntimeError), transaction():
            parking.save_facilities([reported_facility()])
            assert [one.kind for one in entries()] == [STATIC]
            raise RuntimeError("something else went wrong")
        assert entries() == []

    def test_only_what_differs_from_what_was_said_is_said(self, app: Flask) -> None:
        parking.save_facilities([reported_facility(), reported_facility("west")])
        parking.save_facilities([reported_facility(), reported_facility("west")])
        assert [one.subject for one in entries()] == ["facility:east-lake", "facility:west"]
        parking.save_facilities([reported_facility(capacity=90)])
        assert [(one.subject, one.fields["操作"], one.fields.get("总泊位")) for one in entries()[2:]] == [
            ("facility:east-lake", "1", 90), ("facility:west", "0", None),
        ]
        parking.save_facilities([reported_facility(capacity=90), reported_facility("west")])
        assert [(one.subject, one.fields["操作"]) for one in entries()[4:]] == [("facility:west", "1")]

    def test_each_reading_gives_what_the_pages_say_of_it(self, app: Flask) -> None:
        parking.save_facilities([reported_facility()])
        read(NOON, 40)
        read(at(1), 140)
        counts = entries(kind=DYNAMIC)
        assert [(one.fields["状态"], one.fields.get("余位"), one.fields["采集时间"]) for one in counts] == [
            ("1", 40, "2026-03-11 12:00:00"), ("9", None, "2026-03-11 12:01:00"),
        ]
        assert [one.observed_at for one in counts] == [NOON, at(1)]

    def test_a_car_park_that_staff_close_is_reported_closed(self, app: Flask) -> None:
        parking.save_facilities([reported_facility()])
        parking.record_hand_count("east-lake", "one", NOON, NOON, available=10)
        parking.record_hand_count("east-lake", "two", at(1), at(1), status=OpeningStatus.CLOSED)
        assert [one.fields["状态"] for one in entries(kind=DYNAMIC)] == ["1", "2"]

    def test_the_newest_count_takes_the_place_of_an_unsent_one_and_static_data_never_does(self, app: Flask) -> None:
        for capacity in (100, 90, 80):
            parking.save_facilities([reported_facility(capacity=capacity)])
            read(at(100 - capacity), 10)
        assert [one.state for one in entries(kind=STATIC)] == [State.WAITING] * 3
        assert [one.state for one in entries(kind=DYNAMIC)] == [State.SUPERSEDED, State.SUPERSEDED, State.WAITING]

    @pytest.mark.parametrize("sending", [{"availability": "all"}])
    def test_where_all_counts_are_wanted_none_takes_the_place_of_another(self, app: Flask) -> None:
        parking.save_facilities([reported_facility()])
        for minute in range(3):
            read(at(minute), 40 + minute)
        assert [one.state for one in entries(kind=DYNAMIC)] == [State.WAITING] * 3

    def test_what_the_platform_would_not_take_is_kept_with_the_reason_and_never_sent(
        self, app: Flask, sender: actions.Sender, platform: PlatformServer
    ) -> None:
        parking.save_facilities([reported_facility(address="", capacity=0)])
        assert [(one.state, one.reason) for one in entries()] == [(State.INVALID, "地址没有填写；总泊位“0”小于 1")]
        assert send_all(sender) == 0 and given(platform) == []
        parking.save_facilities([reported_facility()])
        assert [one.state for one in entries()] == [State.SUPERSEDED, State.WAITING]

    def test_a_count_that_stays_invalid_keeps_one_row_with_its_age(self, app: Flask) -> None:
        parking.save_facilities([reported_facility(capacity=None)])
        for minute in range(5):
            read(at(minute))
        [row] = entries(State.INVALID, kind=DYNAMIC)
        assert row.created_at == NOON and row.observed_at == at(4) and "总泊位" in row.reason

    def test_a_count_that_grows_too_old_is_reported_unknown_once(self, app: Flask, now: Now) -> None:
        province = current_province()
        assert province is not None
        parking.save_facilities([reported_facility()])
        read(NOON)
        assert actions.report_turns(province, at(1)) == 0
        assert actions.report_turns(province, at(600)) == 1
        assert actions.report_turns(province, at(601)) == 0
        assert entries(kind=DYNAMIC)[-1].fields["状态"] == "9"

    def test_readings_from_the_future_are_taken_for_those_of_the_receipt(self, app: Flask) -> None:
        parking.save_facilities([reported_facility()])
        parking.record_readings("vendor", [make_reading("east-lake", at(90))], NOON)
        assert entries(kind=DYNAMIC)[-1].observed_at == NOON

    def test_nothing_is_written_where_no_province_is_configured(self, app_settings: dict[str, Any], redis_server: Any) -> None:
        missing = {"PROVINCE_FILE": app_settings["DATA_DIR"] / "none.toml"}
        for settings in (missing, {"PROVINCE_FILE": config.DEMO_COUNTY_DIR / "province.toml"}):
            with create_app({**app_settings, **settings}).app_context():
                assert current_province() is None
                parking.save_facilities([reported_facility()])
                read(NOON)
                assert entries() == []

    def test_a_wrong_configuration_stops_no_page_and_what_happened_meanwhile_is_reported_later(
        self, app_settings: dict[str, Any], redis_server: Any
    ) -> None:
        path: Path = app_settings["PROVINCE_FILE"]
        good = path.read_text(encoding="utf-8")
        path.write_text("name = 7", encoding="utf-8")
        with create_app(app_settings).app_context():
            parking.save_facilities([reported_facility()])
            read(NOON)
            assert entries() == []
        path.write_text(good, encoding="utf-8")
        with create_app(app_settings).app_context():
            province = current_province()
            assert province is not None
            actions.report_everything(province, at(1))
            assert [one.kind for one in entries()] == [STATIC, DYNAMIC]
            actions.report_everything(province, at(2))
            assert len(entries()) == 2


class TestSending:
    def test_what_waits_arrives_and_is_known_to_have_arrived(self, app: Flask, sender: actions.Sender, platform: PlatformServer) -> None:
        parking.save_facilities([reported_facility(), reported_facility("west")])
        read(NOON)
        assert send_all(sender) == 3
        assert [one[:2] for one in given(platform)] == [
            ("parking_static", "east-lake"), ("parking_static", "west"), ("parking_dynamic", "east-lake"),
        ]
        assert {(one.state, one.was_late, one.accepted_at) for one in entries()} == {(State.ACCEPTED, False, NOON)}
        numbers = store.measure_outbox()
        assert (numbers.accepted, numbers.refused, numbers.oldest_waiting_at) == (3, 0, None)
        assert numbers.skew_s is not None
        [hour] = store.list_accepted_hours(at(-60), at(60))
        assert (hour.subject, hour.starts_at, hour.accepted, hour.in_time) == ("facility:east-lake", NOON, 1, 1)

    def test_counts_wait_until_the_platform_knows_the_car_park(self, app: Flask, sender: actions.Sender, platform: PlatformServer) -> None:
        parking.save_facilities([reported_facility()])
        read(NOON)
        misbehave(url_of(platform), fault="error", times=1)
        assert sender.send() == 0
        assert [one[0] for one in given(platform)] == []

    @pytest.mark.parametrize("fault", ["error", "garbage", "outage", "wrong_code", "busy"])
    def test_a_platform_that_fails_gets_everything_later(
        self, app: Flask, sender: actions.Sender, platform: PlatformServer, now: Now, fault: str
    ) -> None:
        parking.save_facilities([reported_facility()])
        misbehave(url_of(platform), fault=fault, value="77" if fault == "wrong_code" else "30", times=2)
        assert send_all(sender) == 0
        [row] = entries()
        assert row.state is State.WAITING and row.attempts == 1 and row.reason and row.next_try_at > now()
        assert sender.send() == 0, "not before its time"
        now.wait(seconds=31)
        sender.send()
        now.wait(seconds=31)
        sender.send()
        assert [one.state for one in entries()] == [State.ACCEPTED] and len(given(platform)) == 1

    def test_the_pause_that_the_platform_asks_for_is_kept(self, app: Flask, sender: actions.Sender, platform: PlatformServer, now: Now) -> None:
        parking.save_facilities([reported_facility()])
        misbehave(url_of(platform), fault="busy", value="3000", times=1)
        sender.send()
        now.wait(seconds=2990)
        assert send_all(sender) == 0
        now.wait(seconds=11)
        assert send_all(sender) == 1

    def test_a_platform_that_takes_records_and_then_says_nothing_has_them_once(
        self, app: Flask, app_settings: dict[str, Any], platform: PlatformServer, now: Now
    ) -> None:
        path: Path = app_settings["PROVINCE_FILE"]
        path.write_text(path.read_text(encoding="utf-8").replace("read_timeout_s = 20.0", "read_timeout_s = 0.3"), encoding="utf-8")
        sender = new_sender(app_settings, now)
        parking.save_facilities([reported_facility()])
        misbehave(url_of(platform), fault="silent", value="1", times=1)
        assert sender.send() == 0 and [one.state for one in entries()] == [State.WAITING]
        now.wait(seconds=60)
        assert send_all(sender) == 1
        assert len(given(platform)) == 1 and platform.memory.numbers()["repeated"] == 1

    def test_a_refused_record_is_dead_with_the_reason_and_blocks_nothing(
        self, app: Flask, sender: actions.Sender, platform: PlatformServer, now: Now
    ) -> None:
        parking.save_facilities([reported_facility(), reported_facility("west")])
        misbehave(url_of(platform), fault="refuse", value="east-lake")
        assert send_all(sender) == 2
        read(NOON)
        read(NOON, ref="west")
        send_all(sender)
        dead = entries(State.DEAD)
        assert [(one.kind, one.subject, one.code) for one in dead] == [
            (STATIC, "facility:east-lake", "21"), (DYNAMIC, "facility:east-lake", "21"),
        ]
        assert "拒收" in dead[0].reason and store.measure_outbox().refused == 2
        assert [one[:2] for one in given(platform)] == [("parking_static", "west"), ("parking_dynamic", "west")]
        misbehave(url_of(platform), do="clear")
        now.wait(minutes=1)
        province = current_province()
        assert province is not None
        resent = actions.resend([one.id for one in dead], province, now())
        assert (resent.renewed, resent.repeated) == (2, 0)
        assert send_all(sender) == 2 and entries(State.DEAD) == []
        assert len(given(platform)) == 4

    def test_a_correction_takes_the_dead_record_off_the_list(self, app: Flask, sender: actions.Sender, platform: PlatformServer) -> None:
        parking.save_facilities([reported_facility()])
        misbehave(url_of(platform), fault="refuse", value="east-lake", times=1)
        send_all(sender)
        assert len(entries(State.DEAD)) == 1
        parking.save_facilities([reported_facility(capacity=90)])
        assert send_all(sender) == 1
        assert entries(State.DEAD) == []

    @pytest.mark.parametrize("which", ["request", ""])
    def test_secrets_that_expire_in_the_middle_are_renewed_and_nothing_is_lost(
        self, app: Flask, sender: actions.Sender, platform: PlatformServer, which: str
    ) -> None:
        parking.save_facilities([reported_facility(f"lot-{number:03}") for number in range(120)])
        sender.send()
        misbehave(url_of(platform), do="expire_secrets", value=which)
        send_all(sender)
        misbehave(url_of(platform), do="lose_sessions")
        read(NOON, ref="lot-007")
        send_all(sender)
        assert len(given(platform)) == 121 and {one.state for one in entries()} == {State.ACCEPTED}

    def test_late_counts_are_marked_and_the_latest_goes_first(
        self, app: Flask, platform: PlatformServer, app_settings: dict[str, Any], now: Now
    ) -> None:
        path = write_province(app_settings["PROVINCE_FILE"], url_of(platform), availability="all")
        with create_app({**app_settings, "PROVINCE_FILE": path}).app_context():
            sender = new_sender(app_settings, now)
            parking.save_facilities([reported_facility()])
            send_all(sender)
            for minute in range(31):
                now.moment = at(minute)
                read(now(), minute)
            send_all(sender)
        counts = [one for one in given(platform) if one[0] == "parking_dynamic"]
        minutes = [int(one[2][14:16]) for one in counts]
        assert minutes[0] == 0, "a first probe, in order"
        assert minutes[1:] == [30, *range(1, 30)]
        assert [one[3] for one in counts] == [1, 0, *[1] * 29], "all but the latest are late"
        assert not any(one[4] for one in counts)

    def test_two_senders_never_have_the_same_subject(self, app: Flask, app_settings: dict[str, Any], platform: PlatformServer, now: Now) -> None:
        parking.save_facilities([reported_facility(f"lot-{number:03}") for number in range(60)])
        one, two = new_sender(app_settings, now), new_sender(app_settings, now)
        first = one._take(STATIC, "a" * 32, 50, now())
        parking.save_facilities([reported_facility(f"lot-{number:03}", capacity=90) for number in range(60)])
        second = two._take(STATIC, "b" * 32, 50, now())
        assert len(first) == 50 and len(second) == 10
        assert {entry.subject for entry in first} & {entry.subject for entry in second} == set()

    def test_what_a_killed_sender_had_claimed_is_sent_by_another_after_the_lease(
        self, app: Flask, app_settings: dict[str, Any], platform: PlatformServer, now: Now
    ) -> None:
        parking.save_facilities([reported_facility()])
        killed, other = new_sender(app_settings, now), new_sender(app_settings, now)
        assert len(killed._take(STATIC, "a" * 32, 50, now())) == 1
        now.wait(seconds=19)
        assert send_all(other) == 0
        now.wait(seconds=2)
        assert send_all(other) == 1

    def test_what_another_has_taken_over_meanwhile_is_not_settled_twice(
        self, app: Flask, app_settings: dict[str, Any], platform: PlatformServer, now: Now
    ) -> None:
        parking.save_facilities([reported_facility()])
        slow, other = new_sender(app_settings, now), new_sender(app_settings, now)
        claimed = slow._take(STATIC, "a" * 32, 50, now())
        now.wait(seconds=30)
        assert send_all(other) == 1
        assert slow._push(STATIC, "a" * 32, claimed, now()) == 1
        assert store.measure_outbox().accepted == 1 and len(given(platform)) == 1


class TestMending:
    def test_a_platform_that_agrees_has_no_differences(self, app: Flask, sender: actions.Sender, app_settings: dict[str, Any], now: Now) -> None:
        parking.save_facilities([reported_facility()])
        read(NOON)
        send_all(sender)
        assert actions.reconcile(gateway_of(app_settings["PROVINCE_FILE"], app_settings["DATA_DIR"]), now) == []

    def test_what_the_platform_lost_changed_or_made_up_is_found_and_mended(
        self, app: Flask, sender: actions.Sender, app_settings: dict[str, Any], platform: PlatformServer, now: Now
    ) -> None:
        parking.save_facilities([reported_facility(), reported_facility("west"), reported_facility("north")])
        read(NOON)
        send_all(sender)
        held = platform.memory
        with held.writing():
            held._db.execute("DELETE FROM held WHERE number = 'east-lake'")
            held._db.execute("UPDATE held SET record = replace(record, '东湖路', '西湖路') WHERE number = 'west'")
            held._db.execute(
                "INSERT INTO held SELECT kind, 'ghost', observed, 0, replace(record, '\"north\"', '\"ghost\"') FROM held WHERE number = 'north'"
            )
        gateway = gateway_of(app_settings["PROVINCE_FILE"], app_settings["DATA_DIR"])
        now.wait(minutes=1)
        found = actions.reconcile(gateway, now, mend=False)
        assert [(one.kind, one.subject, str(one.fault), one.fields, one.mended) for one in found] == [
            (STATIC, "facility:east-lake", "missing", (), False), (STATIC, "facility:west", "differs", ("地址",), False),
            (STATIC, "facility:ghost", "extra", (), False), (DYNAMIC, "facility:east-lake", "missing", (), False),
        ]
        assert all(one.mended for one in actions.reconcile(gateway, now))
        assert actions.reconcile(gateway, now) == [], "what is on its way is no difference"
        assert send_all(sender) == 4
        assert actions.reconcile(gateway, now) == []

    def test_a_period_that_the_platform_lost_is_replayed(
        self, app: Flask, sender: actions.Sender, platform: PlatformServer, now: Now
    ) -> None:
        parking.save_facilities([reported_facility()])
        for minute in range(5):
            now.moment = at(minute)
            read(now(), minute)
            send_all(sender)
        misbehave(url_of(platform), do="forget_all")
        now.wait(minutes=1)
        assert actions.replay(NOON, now()) == 6
        assert send_all(sender) == 6
        counts = [one for one in given(platform) if one[0] == "parking_dynamic"]
        assert [one[2][14:16] for one in counts] == ["04", "00", "01", "02", "03"], "the latest first, as after any outage"
        assert not any(one[4] for one in counts)
        assert actions.replay(NOON, now()) == 6
        now.wait(minutes=1)
        send_all(sender)
        assert len(given(platform)) == 6 and platform.memory.numbers()["repeated"] == 6

    def test_old_rows_are_forgotten_and_waiting_ones_never(self, app: Flask, sender: actions.Sender, now: Now) -> None:
        parking.save_facilities([reported_facility()])
        read(NOON)
        send_all(sender)
        read(at(1))
        now.wait(days=3, minutes=2)
        assert actions.thin_outbox(now())["accepted"] == 2
        assert [one.state for one in entries()] == [State.WAITING]
