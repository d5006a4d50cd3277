"""Recorded counts of a real city, replayed: what was frozen loses its number, what works keeps it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benches.quality import Outcome, read_lots, replay

from citizen_app.parking.quality import Quality

ROOT = Path(__file__).resolve().parents[3]
RECORDED = ROOT / "tests" / "recorded" / "malaga"


def replayed(name: str, lots: set[str], largest: bool) -> Outcome:
    found = read_lots(RECORDED / name)
    return replay({lot: readings for lot, readings in found.items() if lot in lots}, largest, {})


def test_a_lot_that_works_is_never_called_anything_but_live() -> None:
    outcome = replayed("frozen_2023.csv", {"1"}, largest=True)
    assert outcome.by_quality == {Quality.LIVE: outcome.readings}


def test_a_lot_that_is_frozen_for_months_is_called_stuck_on_its_first_day() -> None:
    outcome = replayed("frozen_2023.csv", {"3"}, largest=False)
    assert len(outcome.stuck_days) == 2
    assert outcome.caught_readings / outcome.frozen_readings > 0.7


def test_minus_one_for_no_data_is_never_a_count() -> None:
    outcome = replayed("frozen_2023.csv", {"138"}, largest=True)
    assert outcome.by_quality == {Quality.IMPOSSIBLE: outcome.readings}
    assert outcome.by_reason == {"negative": outcome.readings}


def test_a_feed_that_repeats_itself_is_called_stuck_on_every_day_and_works_again_at_once() -> None:
    outcome = replayed("alive_2024.csv", {"AL", "CA", "MA", "SJ", "TE"}, largest=False)
    frozen = {day for day, seconds in outcome.frozen_s.items() if seconds >= 2 * 3600}
    assert len(frozen) == 20
    assert frozen == outcome.stuck_days
    assert outcome.false_readings / outcome.honest_readings < 0.01


def test_the_command_prints_the_figures_of_each_file_and_refuses_unknown_limits() -> None:
    command = [sys.executable, str(ROOT / "bin" / "bench"), "quality"]
    done = subprocess.run([*command, str(RECORDED / "frozen_2023.csv")], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("frozen_2023.csv\n  readings 813, lot-days 6\n")
    refused = subprocess.run([*command, "--limit", "x=1", "y.csv"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "x is no limit" in refused.stderr
