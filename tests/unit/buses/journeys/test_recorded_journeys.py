"""On two real feeds, read anew from their files, the planner finds exactly what a plain connection scan finds."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from citizen_app.buses.journeys.journey import AS_PLANNED, Overlay
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from tests.unit.buses.journeys.comparison import Comparison, Survey
from tests.unit.buses.journeys.oracle import Terms
from tests.unit.buses.journeys.timetable import Timetable, of_feed

FEEDS = Path(__file__).parents[3] / "recorded" / "gtfs"
SEED = 20261125


@cache
def read(name: str) -> tuple[Schedule, Timetable]:
    """The feed as the service reads it, and its files read once more."""
    with open_archive(FEEDS / f"{name}.zip") as archive:
        schedule = build_schedule(read_network(archive).get_network(), DayCalendar())
    timetable = of_feed(FEEDS / f"{name}.zip")
    assert timetable.stop_ids == [stop.stop_id for stop in schedule.network.stops]
    return schedule, timetable


@pytest.mark.parametrize(("name", "day", "terms", "places"), [
    ("cairns", date(2014, 6, 18), Terms(walk_m=0), 5),
    ("cairns", date(2014, 6, 9), Terms(), 4),                       # a holiday that a Monday's service is taken from
    ("cairns", date(2014, 6, 20), Terms(change_min=5, max_transfers=2), 3),    # a Friday with buses long after midnight
    ("hdbrts", date(2026, 6, 17), Terms(walk_m=0, search_h=20), 2),
    ("hdbrts", date(2026, 6, 20), Terms(search_h=4), 1),            # a Saturday before a Sunday on which not every service runs
])
def test_journeys_are_those_of_the_oracle(name: str, day: date, terms: Terms, places: int) -> None:
    schedule, timetable = read(name)
    morning = datetime(day.year, day.month, day.day, 6, tzinfo=timetable.zone)
    last = morning + timedelta(hours=20 if terms.search_h > 6 else 3)
    survey = Survey(Comparison(schedule, timetable, terms), morning, last, random.Random(SEED))
    survey.places(places, questions=75)
    survey.reach(4)
    counted = survey.compared.counted
    assert counted["depart at"] == counted["arrive by"] == counted["range"] == places * 75
    assert counted["answered"] > places * 75 and counted["replayed"] > places * 75, counted


def test_what_is_cancelled_or_late_on_a_real_day_is_left_out_or_late() -> None:
    schedule, timetable = read("cairns")
    day, chance, counted = date(2014, 6, 20), random.Random(SEED), Counter[str]()
    keys = [(trip, day + timedelta(days=off)) for trip in range(len(schedule.network.trips)) for off in (-1, 0, 1)]
    late = {key: chance.choice([60, 200, 900, 3600]) for key in chance.sample(keys, len(keys) // 3)}
    overlay = Overlay(frozenset(chance.sample(keys, len(keys) // 4)), late)
    for laid_over in (AS_PLANNED, overlay):
        morning = datetime(day.year, day.month, day.day, 6, tzinfo=timetable.zone)
        survey = Survey(Comparison(schedule, timetable, Terms(), counted), morning, morning + timedelta(hours=18), random.Random(SEED), laid_over)
        survey.places(2, questions=50)
    assert counted["replayed"] > 200, counted
