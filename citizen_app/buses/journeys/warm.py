"""Compiles the engine, or loads what was compiled before: seconds that no question should have to wait for. Pure."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from citizen_app.buses.journeys.access import access_to_stops
from citizen_app.buses.journeys.journey import Overlay
from citizen_app.buses.journeys.planner import Planner
from citizen_app.buses.network import Agency, Network, Route, Stop, StopTimes, Trip
from citizen_app.buses.schedule import build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import Rule

_DAY = date(2026, 1, 1)


def warm_up() -> None:
    """Ask one question of each kind about a network of two stops."""
    schedule = build_schedule(_two_stops(), DayCalendar())
    planner = Planner(schedule)
    here, there = access_to_stops(schedule, [0]), access_to_stops(schedule, [1])
    begin, end = schedule.moment(_DAY, 0), schedule.moment(_DAY, 7200)
    planner.depart_at(here, there, begin, Overlay(delays_s={(0, _DAY): 60}))
    planner.arrive_by(here, there, end)
    planner.depart_between(here, there, begin, begin + timedelta(hours=1))
    planner.reach_from(here, begin, end)


def _two_stops() -> Network:
    numbers, minutes = np.arange(2, dtype=np.int32), np.array([600, 1200], dtype=np.int32)
    return Network(
        agencies=(Agency("a", "a"),),
        stops=(Stop("0", "0", 28.85, 121.12), Stop("1", "1", 28.95, 121.12)),
        routes=(Route("r", agency_id="a"),),
        services={"daily": Rule()},
        trips=(Trip("t", "r", "daily"),),
        stop_times=StopTimes(
            first=np.array([0, 2], dtype=np.int32), stop=numbers, sequence=numbers, arrival_s=minutes, departure_s=minutes,
            pickup_type=np.zeros(2, np.uint8), drop_off_type=np.zeros(2, np.uint8), timepoint=np.ones(2, np.uint8),
            headsign=np.full(2, -1, np.int32), shape_dist=np.full(2, np.nan),
        ),
    )
