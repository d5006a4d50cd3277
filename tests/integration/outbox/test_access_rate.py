"""The data access rate of a day, against numbers that were worked out by hand, and of minutes in which nobody counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from citizen_app import clock
from citizen_app.buses import actions as bus_actions
from citizen_app.buses.network import Network
from citizen_app.exchange import actions
from citizen_app.exchange.access_rate import Module, Numbers, Standing, count_days, missing_since, place_of, standing_at
from citizen_app.exchange.actions.access import KEEP_DAYS, count_access
from citizen_app.exchange.store.access_days import find_counted_minute, find_first_access_day, list_access_days
from citizen_app.parking import actions as parking
from citizen_app.parking.facility import Facility
from citizen_app.reporting import current_province
from feeds import runner
from feeds.demo.platform.server import PlatformServer
from tests.factories import NOON, make_reading
from tests.networks import make_network
from tests.province import Now, misbehave, reported_facility, send_all, url_of

DAY = date(2026, 3, 11)
MIDNIGHT = datetime(2026, 3, 10, 16, tzinfo=UTC)
EIGHT = 480
HOURS = "Mo-Su 08:00-09:00"


def minute(number: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=number)


def count(now: Now) -> int:
    province = current_province()
    assert province is not None
    return count_access(province, now())


def kept(uid: str) -> str:
    return next(one.spans for one in list_access_days(DAY, DAY) if one.subject == f"facility:{uid}")


def publish(network: Network, now: Now) -> None:
    actions.publish_network(bus_actions.import_network(network, "network.zip", now()).id, now())


def now_of_lines() -> dict[str, Standing]:
    return {one.subject: standing_at(one.spans, place_of(clock.now())[1]) for one in list_access_days(DAY, DAY) if one.subject[:4] == "line"}


def facility(uid: str, **fields: object) -> Facility:
    return reported_facility(uid, opening_hours=HOURS, **fields)


@pytest.fixture
def day(app: Flask, now: Now, sender: actions.Sender, platform: PlatformServer) -> None:
    """A day of five car parks that are open from eight to nine; readings come each minute and are counted at its fifth second."""
    first = [facility("good"), facility("dead"), facility("stuck", limits={"stuck_after_s": 1800}), facility("refused")]
    last = [*first[:3], facility("refused", phone="0576-1")]
    last_reading: dict[str, Callable[[int], bool]] = {
        "good": lambda m: True, "dead": lambda m: m < EIGHT + 15, "stuck": lambda m: True, "refused": lambda m: True,
        "new": lambda m: m >= EIGHT + 48,
    }
    now.moment = minute(0)
    parking.save_facilities(first)
    send_all(sender)
    count(now)
    for number in range(EIGHT, EIGHT + 60):
        now.moment = minute(number)
        if number == EIGHT + 30:    # one record is refused: what the car park is
            misbehave(url_of(platform), fault="refuse", value="refused")
            parking.save_facilities(last)
            send_all(sender)
            misbehave(url_of(platform), do="clear")
        if number == EIGHT + 40:    # put right
            parking.save_facilities([*last[:3], facility("refused", phone="0576-85111111")])
        if number == EIGHT + 45:
            parking.save_facilities([*last[:3], facility("refused", phone="0576-85111111"), facility("new")])
        readings = [
            make_reading(uid, now(), available_spaces=40 if uid == "stuck" else 30 + number % 7)
            for uid, comes in last_reading.items() if comes(number)
        ]
        parking.record_readings("vendor", readings, now())
        send_all(sender)
        now.wait(seconds=5)
        count(now)
    now.moment = minute(1440)
    count(now)


def test_the_rate_of_a_day_is_what_is_worked_out_by_hand(day: None) -> None:
    """An hour is expected of four car parks, a quarter of an hour of the one that was registered at 8:45: 255 minutes.

    Good: all 60. Dead: read until 8:14, good until 8:18, since a count may be five minutes old: 19. Stuck: the number has been
    the same for half an hour at 8:30: 30. Refused: from 8:30 until it was put right at 8:40: 50. New: nothing came in for three
    minutes: 12. Together 171.
    """
    assert kept("good") == "-480g60-900"
    assert kept("dead") == "-480g19d41-900"
    assert kept("stuck") == "-480g30s30-900"
    assert kept("refused") == "-480g30r10g20-900"
    assert kept("new") == "_525n3g12-900"
    numbers = count_days(list_access_days(DAY, DAY), minute(0), minute(1440))
    assert numbers[Module.PARKING] == Numbers(4 * 1440 + 915, 255, 171 + 10, 171, 171, {
        Standing.SOURCE_DOWN: 41, Standing.STUCK: 30, Standing.REFUSED: 10, Standing.NEVER: 3,
    })
    assert numbers[Module.PARKING].rate == 171 / 255
    assert numbers[Module.LINES].rate is None
    at_a_quarter_to_nine = count_days(list_access_days(DAY, DAY), minute(525), minute(526))[Module.PARKING]
    assert at_a_quarter_to_nine == Numbers(5, 5, 2, 2, 2, {Standing.SOURCE_DOWN: 1, Standing.STUCK: 1, Standing.NEVER: 1})
    dead = [one for one in list_access_days(DAY, DAY) if one.subject == "facility:dead"]
    assert missing_since(dead, minute(530)) == minute(499)


def test_a_line_is_on_time_when_the_platform_has_all_of_it_as_it_is_published(
    app: Flask, now: Now, sender: actions.Sender, platform: PlatformServer
) -> None:
    network = make_network()
    publish(network, now)
    count(now)
    assert now_of_lines() == {"line:101": Standing.UNSENT, "line:208": Standing.UNSENT}
    send_all(sender)
    now.wait(seconds=60)
    count(now)
    assert now_of_lines() == {"line:101": Standing.ON_TIME, "line:208": Standing.ON_TIME}
    stops = tuple(replace(stop, name="新站名") if stop.stop_id == "xun" else stop for stop in network.stops)    # 101 only calls there
    misbehave(url_of(platform), fault="refuse", value="xun")
    publish(replace(network, stops=stops), now)
    now.wait(seconds=60)
    count(now)
    assert now_of_lines() == {"line:101": Standing.ON_TIME, "line:208": Standing.ON_TIME}    # on its way
    send_all(sender)
    now.wait(seconds=60)
    count(now)
    assert now_of_lines() == {"line:101": Standing.REFUSED, "line:208": Standing.ON_TIME}
    numbers = count_days(list_access_days(DAY, DAY), NOON, now() + timedelta(minutes=1))[Module.LINES]
    assert numbers == Numbers(8, 8, 8, 5, 5, {Standing.UNSENT: 2, Standing.REFUSED: 1})


def test_a_minute_is_counted_once_whoever_comes_first(app: Flask, now: Now) -> None:
    assert [count(now), count(now)] == [1, 0]
    now.wait(seconds=60)
    assert count(now) == 1


def test_minutes_without_a_sender_are_judged_by_what_the_platform_had_then(app: Flask, now: Now, sender: actions.Sender) -> None:
    now.moment = minute(EIGHT)
    parking.save_facilities([facility("good")])
    parking.record_readings("vendor", [make_reading("good", now())], now())
    send_all(sender)
    count(now)
    now.moment = minute(EIGHT + 20)
    parking.record_readings("vendor", [make_reading("good", now(), available_spaces=9)], now())
    send_all(sender)
    assert count(now) == 20
    assert kept("good") == "_480g6u14g1"


def test_minutes_longer_ago_than_accepted_counts_are_kept_are_unmeasured(app: Flask, now: Now, sender: actions.Sender) -> None:
    now.moment = minute(EIGHT)
    parking.save_facilities([facility("good")])
    count(now)
    now.moment = minute(EIGHT + 3 * 1440)
    count(now)
    spans = {one.day: one.spans for one in list_access_days(DAY, DAY + timedelta(days=3))}
    assert spans[DAY] == "_480n1?959" and spans[DAY + timedelta(days=1)] == "?1440"
    assert standing_at(spans[DAY + timedelta(days=2)], 479) is Standing.UNMEASURED
    assert standing_at(spans[DAY + timedelta(days=3)], 479) is Standing.CLOSED


def test_old_days_are_forgotten(app: Flask, now: Now) -> None:
    parking.save_facilities([facility("good")])
    count(now)
    now.moment += KEEP_DAYS + timedelta(days=2)
    count(now)
    first = find_first_access_day()
    assert first is not None and first > DAY


def test_the_feeds_process_counts_where_a_county_reports(app: Flask, now: Now, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.count_access(now())
    counted = find_counted_minute()
    assert counted == int(NOON.timestamp()) // 60
    monkeypatch.setitem(app.extensions, "province", None)
    runner.count_access(now() + timedelta(minutes=5))
    assert find_counted_minute() == counted
