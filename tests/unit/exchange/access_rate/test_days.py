"""The minutes of a day: written down once, counted over any period, named with their causes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citizen_app.exchange.access_rate import (
    MISSING,
    NO_NUMBERS,
    Day,
    Module,
    Numbers,
    Standing,
    count_days,
    extend,
    missing_since,
    numbers_of,
    place_of,
    say_percent,
    standing_at,
)

DAY = date(2026, 3, 11)
MIDNIGHT = datetime(2026, 3, 10, 16, tzinfo=UTC)    # of DAY in the county
standings = st.sampled_from(list(Standing))
spans = st.lists(st.tuples(st.integers(0, 200), standings, st.integers(1, 200)), max_size=8)


def written(pieces: list[tuple[int, Standing, int]]) -> tuple[str, list[Standing]]:
    """A day extended piece by piece, each after a pause, and the same minute by minute."""
    text, minutes = "", list[Standing]()
    for pause, standing, count in pieces:
        if len(minutes) + pause + count > 1440:
            break
        text = extend(text, len(minutes) + pause, standing, count)
        minutes += [Standing.ABSENT] * pause + [standing] * count
    return text, minutes + [Standing.ABSENT] * (1440 - len(minutes))


@given(spans)
def test_what_is_written_down_is_what_is_read_at_each_minute(pieces: list[tuple[int, Standing, int]]) -> None:
    text, minutes = written(pieces)
    assert [standing_at(text, minute) for minute in range(1440)] == minutes


@settings(max_examples=40)
@given(st.lists(spans, min_size=1, max_size=4), st.lists(st.integers(0, 3 * 1440), min_size=3, max_size=3).map(sorted))
def test_rates_lie_within_0_and_1_what_is_missing_and_on_time_is_expected_and_parts_of_a_period_add_up(
    days: list[list[tuple[int, Standing, int]]], cuts: list[int]
) -> None:
    kept = [
        Day(DAY + timedelta(days=number % 3), f"{kind}:{number}", written(pieces)[0])
        for number, pieces in enumerate(days) for kind in ("facility", "line")
    ]
    start, cut, end = (MIDNIGHT + timedelta(minutes=minutes) for minutes in cuts)
    whole, first, second = count_days(kept, start, end), count_days(kept, start, cut), count_days(kept, cut, end)
    for module in Module:
        numbers = whole[module]
        assert first[module] + second[module] == numbers
        assert numbers.on_time + sum(numbers.missing.values()) == numbers.expected
        assert 0 <= numbers.on_time <= numbers.accepted <= numbers.valid <= numbers.expected <= numbers.registered
        assert numbers.rate is None if not numbers.expected else 0 <= numbers.rate <= 1
        assert (say_percent(numbers) == "100") is (numbers.expected > 0 and not numbers.missing)
        minutes = sum(
            1 for one in kept if one.subject.startswith("line") is (module is Module.LINES) for minute in range(1440)
            if start <= MIDNIGHT + (one.day - DAY) + timedelta(minutes=minute) < end and standing_at(one.spans, minute) is Standing.ON_TIME
        )
        assert numbers.on_time == minutes


def test_a_county_of_which_nothing_is_expected_has_no_rate() -> None:
    assert count_days([], MIDNIGHT, MIDNIGHT + timedelta(days=1)) == {Module.PARKING: NO_NUMBERS, Module.LINES: NO_NUMBERS}
    closed = numbers_of({Standing.CLOSED: 3, Standing.ABSENT: 4})
    assert closed == Numbers(3, 0, 0, 0, 0) and closed.rate is None and say_percent(closed) == ""


def test_what_nobody_counted_is_missing() -> None:
    assert numbers_of({Standing.ON_TIME: 1, Standing.UNMEASURED: 1}).rate == 0.5


@pytest.mark.parametrize("cause", MISSING)
def test_every_cause_is_missing_and_no_minute_is_more_than_that(cause: Standing) -> None:
    numbers = numbers_of({cause: 2})
    assert (numbers.registered, numbers.expected, numbers.on_time, numbers.missing) == (2, 2, 0, {cause: 2})


def test_a_percentage_is_never_rounded_up_to_100() -> None:
    assert say_percent(numbers_of({Standing.ON_TIME: 99_999, Standing.LATE: 1})) == "99.99"
    assert say_percent(numbers_of({Standing.ON_TIME: 5})) == "100"


def test_a_minute_is_written_down_once() -> None:
    text = extend("", 5, Standing.ON_TIME)
    assert text == "_5g1"
    with pytest.raises(ValueError, match="minute 5"):
        extend(text, 5, Standing.STUCK)
    with pytest.raises(ValueError, match="1440"):
        extend("g1440", 1440, Standing.ON_TIME)


def test_the_day_of_a_moment_is_that_of_the_county() -> None:
    assert place_of(datetime(2026, 3, 10, 15, 59, 59, tzinfo=UTC)) == (date(2026, 3, 10), 1439)
    assert place_of(MIDNIGHT) == (DAY, 0)


class TestSince:
    def test_it_goes_back_over_nights_to_the_minute_in_which_the_cause_began(self) -> None:
        days = [
            Day(DAY, "facility:a", "-480d60"),
            Day(DAY - timedelta(days=1), "facility:a", "-480g120d720-120"),
            Day(DAY - timedelta(days=2), "facility:a", "-480d840-120"),
        ]
        began = MIDNIGHT - timedelta(days=1) + timedelta(minutes=600)
        assert missing_since(days, MIDNIGHT + timedelta(minutes=500)) == began
        assert missing_since(days[:1], MIDNIGHT + timedelta(minutes=500)) == MIDNIGHT + timedelta(minutes=480)

    def test_another_cause_begins_anew_and_what_came_later_does_not_count(self) -> None:
        days = [Day(DAY, "facility:a", "g10d20s30g5s5")]
        assert missing_since(days, MIDNIGHT + timedelta(minutes=45)) == MIDNIGHT + timedelta(minutes=30)

    def test_a_day_that_is_not_there_ends_it(self) -> None:
        days = [Day(DAY, "line:7", "r30"), Day(DAY - timedelta(days=2), "line:7", "r1440")]
        assert missing_since(days, MIDNIGHT + timedelta(minutes=3)) == MIDNIGHT
