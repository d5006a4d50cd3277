"""Today against the usual: the line is broken where nothing was counted, and the words say what is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citizen_app.clock import to_local
from citizen_app.parking.curve import BOTTOM, LEFT, RIGHT, TOP, Curve, draw_curve, read_past

NOW = datetime(2026, 11, 24, 7, 20, tzinfo=UTC)    # Tuesday 15:20 in the county
SIX = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Count:
    starts_at: datetime
    spaces_mean: float


def any_day(day: date) -> bool:
    return True


def drawn(
    counts: list[Count], now: datetime, is_alike: Callable[[date], bool], capacity: int | None, spaces: int | None
) -> Curve:
    return draw_curve(read_past(counts, to_local(now).date(), is_alike), now, capacity, spaces)


def quarters(start: datetime, spaces: list[float | None]) -> list[Count]:
    return [Count(start + i * timedelta(minutes=15), one) for i, one in enumerate(spaces) if one is not None]


def test_a_missing_quarter_breaks_the_line() -> None:
    whole = drawn(quarters(SIX, [80, 70, 60, 50]), NOW, any_day, 100, 10)
    broken = drawn(quarters(SIX, [80, 70, None, 50, 40]), NOW, any_day, 100, 10)
    assert whole.line.count("M") == 1
    assert broken.line.count("M") == 2


def test_gaps_of_half_an_hour_are_named_up_to_now() -> None:
    curve = drawn(quarters(SIX, [80, 70, None, None, 60]), NOW, any_day, 100, None)
    assert curve.gaps == (("6:30", "7:00"), ("7:15", "15:15"))


def test_the_facts_name_first_lowest_and_highest_of_today() -> None:
    curve = drawn(quarters(SIX, [80, 70, 12, 90]), NOW, any_day, 100, 10)
    assert curve.first and (curve.first.time, curve.first.spaces) == ("6:00", 80)
    assert curve.lowest and (curve.lowest.time, curve.lowest.spaces) == ("6:30", 12)
    assert curve.highest and (curve.highest.time, curve.highest.spaces) == ("6:45", 90)


def test_two_past_days_are_not_enough_to_call_anything_usual() -> None:
    past = [count for days in (1, 2) for count in quarters(SIX - timedelta(days=days), [50] * 60)]
    curve = drawn(past, NOW, any_day, 100, None)
    assert (curve.band, curve.line, curve.usual_days, curve.more_from) == ("", "", 2, "")
    assert curve.first is None


def test_only_days_of_the_same_kind_are_usual() -> None:
    past = [count for days in range(1, 15) for count in quarters(SIX - timedelta(days=days), [50] * 60)]
    curve = drawn(past, NOW, lambda day: day.weekday() < 5, 100, None)
    assert curve.usual_days == 10
    assert curve.band


def test_the_words_say_when_there_is_usually_more_space() -> None:
    day: list[float | None] = [5] * 42 + [30] * 18    # 6:00 to 16:30 few, then more
    past = [count for days in (1, 2, 3) for count in quarters(SIX - timedelta(days=days), day)]
    assert drawn(past, NOW, any_day, 100, 5).more_from == "16:30"


def test_before_six_there_is_no_mark_for_now() -> None:
    curve = drawn([], datetime(2026, 11, 23, 20, 0, tzinfo=UTC), any_day, 100, 40)
    assert (curve.now_x, curve.now_y) == (None, None)


@given(st.lists(st.one_of(st.none(), st.floats(-50, 5000)), max_size=96), st.one_of(st.none(), st.integers(0, 400)))
def test_nothing_is_drawn_outside_the_box(spaces: list[float | None], capacity: int | None) -> None:
    curve = drawn(quarters(SIX, spaces), NOW, any_day, capacity, capacity)
    numbers = curve.line.replace("h.1", "").replace("M", " ").split()
    assert all(LEFT <= int(x) <= RIGHT for x in numbers[::2])
    assert all(TOP <= int(y) <= BOTTOM for y in numbers[1::2])
    assert [y for y, _ in curve.ticks] == sorted((y for y, _ in curve.ticks), reverse=True)
