"""How sources stand, from their newest runs and the present moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citizen_app.ops.freshness import Freshness, Standing, count_standings, standing_of
from citizen_app.ops.source import Run, SourceMode, SourceState
from tests.factories import NOON, make_source


def state(outcome: str | None, minutes_ago: float = 0, interval_s: int = 60, mode: SourceMode = SourceMode.PULL) -> SourceState:
    ended_at = NOON - timedelta(minutes=minutes_ago)
    run = None if outcome is None else Run("vendor", ended_at - timedelta(seconds=1), ended_at, outcome)
    return SourceState(make_source(interval_s=interval_s, mode=mode), run, None)


@pytest.mark.parametrize("outcome", ["ok", "unchanged", "partial"])
def test_a_source_that_brought_or_confirmed_data_in_time_is_ok(outcome: str) -> None:
    assert standing_of(state(outcome, 5), NOON) is Standing.OK


@pytest.mark.parametrize(("interval_s", "minutes_ago", "standing"), [
    (60, 5, Standing.OK), (60, 5.1, Standing.LATE), (600, 20, Standing.OK), (600, 20.1, Standing.LATE),
])
def test_a_source_is_late_after_two_intervals_and_never_before_five_minutes(
    interval_s: int, minutes_ago: float, standing: Standing
) -> None:
    assert standing_of(state("ok", minutes_ago, interval_s), NOON) is standing


def test_a_source_whose_newest_run_was_an_error_is_failing_however_long_ago_that_was() -> None:
    assert standing_of(state("error"), NOON) is Standing.FAILING
    assert standing_of(state("error", 600), NOON) is Standing.FAILING


def test_a_source_that_never_ran_is_waiting_and_one_counted_by_hand_stands_nowhere() -> None:
    assert standing_of(state(None), NOON) is Standing.WAITING
    assert standing_of(state(None, mode=SourceMode.MANUAL), NOON) is None


def test_standings_are_counted() -> None:
    states = [
        state("ok"), state("partial"), state("ok", 30), state("error"), state(None),
        state("ok", 0, mode=SourceMode.PUSH), state(None, mode=SourceMode.MANUAL),
    ]
    assert count_standings(states, NOON) == Freshness(ok=3, late=1, failing=1, waiting=1)
    assert count_standings([], NOON) == Freshness()
