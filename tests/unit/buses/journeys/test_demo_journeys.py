"""In the demonstration county, market days, terms and seasons included, the planner finds what a plain connection scan finds."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.days.calendar import DayCalendar, Term
from citizen_app.exchange.workbook.reader import inspect_workbook
from citizen_app.geo import Box
from citizen_app.ops.bundle import parse_bundle
from tests.unit.buses.journeys.comparison import Comparison, Survey
from tests.unit.buses.journeys.oracle import Terms
from tests.unit.buses.journeys.timetable import of_network

FOLDER = Path(__file__).parents[4] / "feeds" / "demo" / "linhai"
CALENDAR = DayCalendar(terms=(
    Term("2026 春", date(2026, 3, 2), date(2026, 6, 30)), Term("2026 秋", date(2026, 9, 1), date(2027, 1, 22)),
))
WEDNESDAY, MARKET_DAY, MAKEUP_SATURDAY, SUMMER = date(2026, 11, 25), date(2026, 12, 1), date(2026, 10, 10), date(2026, 7, 15)


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    bundle = parse_bundle({path.name: path.read_bytes() for path in FOLDER.iterdir()})
    county = bundle.county
    bounds = Box(county.south, county.west, county.north, county.east)
    reading = inspect_workbook((FOLDER / "buses.xlsx").read_bytes(), bundle.towns, bundle.villages, bounds, CALENDAR)
    return build_schedule(reading.network, CALENDAR)


@pytest.mark.parametrize("day", [WEDNESDAY, MARKET_DAY, MAKEUP_SATURDAY, SUMMER])
def test_journeys_of_a_day_are_those_of_the_oracle(schedule: Schedule, day: date) -> None:
    timetable = of_network(schedule.network, CALENDAR)
    morning = datetime(day.year, day.month, day.day, 5, tzinfo=timetable.zone)
    survey = Survey(Comparison(schedule, timetable, Terms()), morning, morning + timedelta(hours=18), random.Random(day.toordinal()))
    survey.places(3, questions=75)
    survey.reach(4)
    counted = survey.compared.counted
    assert counted["depart at"] == counted["arrive by"] == counted["range"] == 225
    assert counted["replayed"] > 200 and counted["with a fare"] > 100, counted
