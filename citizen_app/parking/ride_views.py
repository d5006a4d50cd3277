"""What the page of a car park says of buses when the old town is full: park here and ride, or park further out and ride."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import url_for

from citizen_app import language, web, words
from citizen_app.buses import store as buses_store
from citizen_app.buses.journeys.access import access_to_point
from citizen_app.buses.line_names import Names
from citizen_app.parking import store
from citizen_app.parking.board import Entry, board
from citizen_app.parking.downtown import Downtown, find_downtown, find_outside, has_room, is_full
from citizen_app.places import store as places_store

_LONGEST = timedelta(minutes=60)


def find_ride(entry: Entry) -> dict[str, Any] | None:
    """`kind` "here": a bus from this car park to the old town; "outside": another one to park at. None while there is space."""
    downtown = find_downtown(places_store.list_landmarks())
    entries = board(store.current_snapshot(), web.page_now())
    if downtown is None or not is_full(downtown, entries):
        return None
    if not downtown.holds(entry):
        return _from_here(entry, downtown) if has_room(entry) else None
    outside = find_outside(downtown, entries)
    if outside is None or _from_here(outside, downtown) is None:
        return None
    return {
        "kind": "outside", "name": words.name_of(outside.facility), "spaces": outside.availability.available_spaces,
        "url": _journeys_url(outside.facility.uid, f"parking:{entry.facility.uid}"),
    }


def _from_here(entry: Entry, downtown: Downtown) -> dict[str, Any] | None:
    """The soonest bus to the old town, within the hour; None where there is none."""
    published = buses_store.current_published()
    if published is None:
        return None
    schedule, now = published.schedule, web.page_now()
    here, there = entry.facility, downtown.landmark
    found = published.planner.depart_at(
        access_to_point(schedule, here.lat, here.lon), access_to_point(schedule, there.lat, there.lon), now
    )
    rides = [one for one in found if one.rides and one.arrives_at - now <= _LONGEST]
    if not rides:
        return None
    best = min(rides, key=lambda one: (one.arrives_at, one.transfers))
    names = Names(schedule, language.in_english())
    return {
        "kind": "here", "name": words.name_of(there), "line": names.title(best.rides[0].route),
        "stop": names.stop(schedule.network.stops[best.rides[0].board_stop]),
        "departs": words.clock_time(best.rides[0].departs_at), "arrives": words.clock_time(best.arrives_at),
        "url": _journeys_url(here.uid, f"landmark:{there.name}"),
    }


def _journeys_url(uid: str, to: str) -> str:
    values: dict[str, Any] = {"from": f"parking:{uid}", "to": to}
    return url_for("journeys.show_journeys", **values)
