"""How a car park and a line stand at a moment: each cause by its name, and nothing good that is not known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citizen_app.exchange.access_rate import Standing
from citizen_app.exchange.access_rate.judging import (
    Report,
    Trouble,
    allowance,
    expected_spans,
    is_expected,
    is_on_time,
    judge_facility,
    judge_line,
    judge_past,
)
from citizen_app.parking.closures import parse_closures
from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy
from tests.factories import NOON, at, make_facility, make_occupancy

LIMIT_S = 300
HELD = Report(NOON, at(0.1))
ON_TIME = Standing.ON_TIME


def judged(
    minutes: float = 0.5, facility: Facility | None = None, state: Occupancy | None = None, held: Report | None = HELD,
    static: Trouble | None = None, count: Trouble | None = None,
) -> Standing:
    return judge_facility(facility or make_facility(), state or make_occupancy(), held, static, count, at(minutes), LIMIT_S)


def test_the_newest_count_accepted_in_time_is_on_time_until_it_is_older_than_the_allowance() -> None:
    assert judged(0.5) is ON_TIME
    assert judged(5) is ON_TIME
    assert judged(5.02) is Standing.SOURCE_DOWN


def test_the_allowance_is_two_intervals_of_the_source_or_what_an_attendant_is_given() -> None:
    assert allowance(make_facility(update_interval_s=60), LIMIT_S) == timedelta(minutes=5)
    assert allowance(make_facility(update_interval_s=600), LIMIT_S) == timedelta(minutes=20)
    assert allowance(make_facility(counted_by_hand=True, limits={"stale_after_s": 7200}), LIMIT_S) == timedelta(hours=2)
    assert judged(19, make_facility(update_interval_s=600)) is ON_TIME


def test_nothing_ever_came_in() -> None:
    assert judge_facility(make_facility(), None, None, None, None, NOON, LIMIT_S) is Standing.NEVER
    assert judge_facility(make_facility(source_uid=""), None, None, None, None, NOON, LIMIT_S) is Standing.NEVER


def test_outside_its_hours_nothing_is_expected_and_without_known_hours_always() -> None:
    assert judged(facility=make_facility(opening_hours="Mo-Su 18:00-20:00"), held=None) is Standing.CLOSED
    assert judged(facility=make_facility(opening_hours=""), held=None) is Standing.UNSENT


def test_a_count_that_pages_do_not_show_is_not_valid_although_the_platform_has_it() -> None:
    frozen = make_occupancy(observed_at=NOON, quiet_s=7200.0)
    assert judged(state=frozen) is Standing.STUCK
    assert judged(state=make_occupancy(available_spaces=900)) is Standing.INVALID
    assert judged(state=make_occupancy(available_spaces=None)) is Standing.INVALID
    assert judged(31) is Standing.SOURCE_DOWN


def test_a_newer_count_that_the_platform_does_not_have_is_unsent_once_the_last_one_is_old() -> None:
    newer = make_occupancy(observed_at=at(6))
    assert judged(4, state=make_occupancy(observed_at=at(3.9))) is ON_TIME
    assert judged(6.5, state=newer) is Standing.UNSENT
    assert judged(6.5, state=newer, held=None) is Standing.UNSENT


def test_a_single_refused_count_costs_nothing_while_the_one_before_it_is_fresh() -> None:
    refused = Trouble(Standing.REFUSED, at(1))
    newer = make_occupancy(observed_at=at(1))
    assert judged(2, state=newer, count=refused) is ON_TIME
    assert judged(6, state=newer, count=refused) is Standing.REFUSED
    assert judged(6, state=make_occupancy(observed_at=at(5)), held=Report(at(5), at(5.1)), count=refused) is ON_TIME


def test_a_count_that_was_accepted_too_long_after_it_was_observed_is_late() -> None:
    assert judged(5.6, make_facility(update_interval_s=600), held=Report(NOON, at(5.5))) is Standing.LATE


def test_what_a_car_park_is_must_be_accepted_too() -> None:
    for standing in (Standing.REFUSED, Standing.INVALID, Standing.UNSENT):
        assert judged(static=Trouble(standing, NOON)) is standing


def test_a_count_from_after_the_moment_or_one_that_says_unknown_is_not_on_time() -> None:
    assert not is_on_time(Report(NOON, at(1)), make_facility(), at(0.5), LIMIT_S)
    assert not is_on_time(Report(NOON, at(0.1), is_known=False), make_facility(), at(0.5), LIMIT_S)


@pytest.mark.parametrize(("before", "after"), [
    (Standing.ON_TIME, Standing.UNSENT), (Standing.CLOSED, Standing.UNSENT), (Standing.ABSENT, Standing.UNSENT),
    (Standing.STUCK, Standing.STUCK), (Standing.SOURCE_DOWN, Standing.SOURCE_DOWN),
])
def test_a_minute_in_which_no_sender_ran_is_good_by_what_the_platform_had_and_else_unsent(before: Standing, after: Standing) -> None:
    reports = [Report(at(-20), at(-19.9)), HELD]
    assert judge_past(make_facility(), True, reports, before, at(3), LIMIT_S) is ON_TIME
    assert judge_past(make_facility(), True, reports, before, at(9), LIMIT_S) is after
    assert judge_past(make_facility(), False, reports, before, at(9), LIMIT_S) is Standing.CLOSED


def test_the_spans_of_a_day_say_the_same_as_each_of_its_minutes() -> None:
    market = parse_closures("农历逢三、八 05:30-11:30 杜桥集市; 周三 12:10-13:00 打扫")
    for facility in (make_facility(), make_facility(opening_hours="Mo-Su 06:00-12:30,18:00-20:00", closures=market)):
        spans = list(expected_spans(facility, at(-720), at(720)))
        assert spans[0][0] == at(-720) and spans[-1][1] == at(720)
        for minute in range(-720, 720, 5):
            (said,) = [expected for begins, until, expected in spans if begins <= at(minute) < until]
            assert said is is_expected(facility, at(minute)), minute


def test_a_line_is_as_good_as_the_worst_of_its_records() -> None:
    parts = [("line", "line:7"), ("trip", "trip:1"), ("stop", "stop:a")]
    assert judge_line(parts, {}) is ON_TIME
    assert judge_line(parts, {("stop", "stop:b"): Trouble(Standing.REFUSED, NOON)}) is ON_TIME
    troubles = {("stop", "stop:a"): Trouble(Standing.UNSENT, NOON), ("trip", "trip:1"): Trouble(Standing.REFUSED, NOON)}
    assert judge_line(parts, troubles) is Standing.REFUSED
    assert judge_line([*parts, ("line", "line:8")], {**troubles, ("line", "line:8"): Trouble(Standing.NEVER, NOON)}) is Standing.NEVER
