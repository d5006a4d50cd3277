"""Asking the planner and the oracle the same question, in every way that it can be asked."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from citizen_app.buses.journeys.journey import AS_PLANNED, Access, Journey, Overlay, StopAccess
from citizen_app.buses.journeys.planner import Planner
from citizen_app.buses.journeys.reach import Reach
from citizen_app.buses.journeys.rules import Rules
from citizen_app.buses.network import Network
from citizen_app.buses.schedule import Schedule
from tests.unit.buses.journeys.generated import Question, near
from tests.unit.buses.journeys.oracle import (
    NEVER,
    Changed,
    Found,
    Oracle,
    Terms,
    arriving,
    between,
    changes_between,
    departing,
    latest,
)
from tests.unit.buses.journeys.replay import Replay
from tests.unit.buses.journeys.timetable import Timetable, minute_of

MARGIN_MIN = 90     # connections that the oracle knows beyond what a question may need


def rules_of(terms: Terms) -> Rules:
    return Rules(
        change_min=terms.change_min, walk_m=terms.walk_m, walk_m_per_s=terms.walk_m_per_s, detour=terms.detour,
        max_transfers=terms.max_transfers, search_h=terms.search_h,
    )


def access_of(walks_s: Mapping[int, int]) -> Access:
    return Access(tuple(StopAccess(stop, walk_s, walk_s) for stop, walk_s in walks_s.items()))


def minutes_of(walks_s: Mapping[int, int]) -> dict[int, int]:
    return {stop: -(-walk_s // 60) for stop, walk_s in walks_s.items()}


def changed_of(network: Network, overlay: Overlay) -> Changed:
    def named(key: tuple[int, object]) -> tuple[str, object]:
        return network.trips[key[0]].trip_id, key[1]

    return Changed(frozenset(map(named, overlay.cancelled)), {named(key): late_s for key, late_s in overlay.delays_s.items()})  # type: ignore[arg-type]


@dataclass
class Comparison:
    """One network under one set of rules. `counted` says how many questions of each kind were answered alike, and how many journeys replayed."""

    schedule: Schedule
    timetable: Timetable
    terms: Terms
    counted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.planner = Planner(self.schedule, rules_of(self.terms))
        self.replay = Replay(self.schedule.network, self.timetable, self.terms)
        self.changes = changes_between(self.timetable, self.terms)

    def oracle(self, first: datetime, last: datetime, overlay: Overlay = AS_PLANNED) -> Oracle:
        """An oracle for questions about departures between two moments, or arrivals."""
        reach_min = self.terms.search_h * 60 + MARGIN_MIN
        changed = changed_of(self.schedule.network, overlay)
        return Oracle(self.timetable, self.terms, minute_of(first) - reach_min, minute_of(last) + reach_min, changed, self.changes)

    def depart_at(self, question: Question, expected: list[tuple[int, int]], overlay: Overlay = AS_PLANNED) -> None:
        origin, destination = access_of(question.origin), access_of(question.destination)
        journeys = self.planner.depart_at(origin, destination, question.at, overlay)
        _alike("depart at", [(minute_of(one.arrives_at), one.transfers) for one in _by_arrival(journeys)], expected, question)
        assert all(one.departs_at >= question.at for one in journeys), question
        self._travel("depart at", journeys, origin, destination, overlay)

    def arrive_by(self, question: Question, expected: list[tuple[int, int]], overlay: Overlay = AS_PLANNED) -> None:
        origin, destination = access_of(question.origin), access_of(question.destination)
        journeys = self.planner.arrive_by(origin, destination, question.at, overlay)
        told = sorted(((minute_of(one.departs_at), one.transfers) for one in journeys), key=lambda one: -one[0])
        _alike("arrive by", told, expected, question)
        assert all(one.arrives_at <= question.at for one in journeys), question
        self._travel("arrive by", journeys, origin, destination, overlay)

    def depart_between(self, question: Question, expected: list[Found], overlay: Overlay = AS_PLANNED) -> None:
        origin, destination = access_of(question.origin), access_of(question.destination)
        end = question.at + timedelta(minutes=question.window_min)
        journeys = self.planner.depart_between(origin, destination, question.at, end, overlay)
        told = [(minute_of(one.departs_at), minute_of(one.arrives_at), one.transfers) for one in journeys]
        assert [one[0] for one in told] == sorted(one[0] for one in told), question
        _alike("range", sorted(told), expected, question)
        self._travel("range", journeys, origin, destination, overlay)

    def reach_from(self, question: Question, arrivals: list[list[int]], overlay: Overlay = AS_PLANNED) -> None:
        """`arrivals` are the oracle's of leaving the origin at the moment."""
        at, until = minute_of(question.at), minute_of(question.at) + question.window_min
        reach = self.planner.reach_from(access_of(question.origin), question.at, _moment(until), overlay)
        expected = {}
        for stop, by_rides in enumerate(arrivals):
            ways = [(arrival, max(rides - 1, 0)) for rides, arrival in enumerate(by_rides)]
            if stop in question.origin:
                ways.append((at + minutes_of(question.origin)[stop], 0))
            if min(ways)[0] <= min(until, at + self.terms.search_h * 60):
                expected[stop] = min(ways)
        _alike("one to all", _reached(reach), expected, question)
        self.counted["one to all"] += 1

    def reach_to(self, question: Question, profile: list[list[tuple[int, list[int]]]], overlay: Overlay = AS_PLANNED) -> None:
        """`profile` is the oracle's of the destination."""
        by, since = minute_of(question.at), minute_of(question.at) - question.window_min
        reach = self.planner.reach_to(access_of(question.destination), question.at, _moment(since), overlay)
        expected = {}
        for stop in range(len(profile)):
            found = latest(profile[stop], by)
            ways = [] if found is None else [(found[0], -found[1])]
            if stop in question.destination:
                ways.append((by - minutes_of(question.destination)[stop], 0))
            if ways and max(ways)[0] >= max(since, by - self.terms.search_h * 60):
                expected[stop] = (max(ways)[0], -max(ways)[1])
        _alike("all to one", _reached(reach), expected, question)
        self.counted["all to one"] += 1

    def travel_times(self, questions: list[Question], oracle: Oracle) -> None:
        """From all origins to all destinations, at the moment of the first."""
        at = questions[0].at
        told = self.planner.travel_times([access_of(one.origin) for one in questions], [access_of(one.destination) for one in questions], at)
        for one, row in zip(questions, told, strict=True):
            arrivals = oracle.arrivals(minutes_of(one.origin), minute_of(at))
            for other, moment in zip(questions, row, strict=True):
                if not set(one.origin) & set(other.destination):
                    ways = oracle.depart_at(arrivals, minutes_of(other.destination), minute_of(at))
                    expected = ways[0][0] if ways else None
                    assert (None if moment is None else minute_of(moment)) == expected, (one, other)
                    self.counted["many to many"] += 1

    def all_kinds(self, question: Question, oracle: Oracle, overlay: Overlay = AS_PLANNED) -> None:
        """The question in every way. The oracle's two scans must say the same of it."""
        origin, destination, at = minutes_of(question.origin), minutes_of(question.destination), minute_of(question.at)
        profile, arrivals = oracle.profile(destination), oracle.arrivals(origin, at)
        assert departing(oracle.journeys(profile, origin), at, self.terms.search_h) == oracle.depart_at(arrivals, destination, at)
        self.journeys(question, oracle, profile, overlay)
        self.reach_from(question, arrivals, overlay)
        self.reach_to(question, profile, overlay)

    def journeys(
        self, question: Question, oracle: Oracle, profile: list[list[tuple[int, list[int]]]], overlay: Overlay = AS_PLANNED
    ) -> None:
        """Leaving at the moment, arriving by it, leaving within the window; `profile` is the oracle's of the destination."""
        origin, destination, at = minutes_of(question.origin), minutes_of(question.destination), minute_of(question.at)
        found = oracle.journeys(profile, origin)
        earliest = departing(found, at, self.terms.search_h)
        on_foot = min((origin[stop] + destination[stop] for stop in origin.keys() & destination.keys()), default=NEVER)
        walk = [] if on_foot == NEVER else [(at + on_foot, 0)]
        self.depart_at(question, [one for one in earliest if one[0] < at + on_foot] + walk, overlay)
        walk = [] if on_foot == NEVER else [(at - on_foot, 0)]
        self.arrive_by(question, [one for one in arriving(found, at, self.terms.search_h) if one[0] > at - on_foot] + walk, overlay)
        walks = [] if on_foot == NEVER else [(at, at + on_foot, 0)]
        faster = [one for one in between(found, at, at + question.window_min) if one[1] - one[0] < on_foot]
        self.depart_between(question, sorted(faster + walks), overlay)

    def _travel(self, kind: str, journeys: list[Journey], origin: Access, destination: Access, overlay: Overlay) -> None:
        for one in journeys:
            self.replay.travel(one, origin, destination, overlay)
        self.counted[kind] += 1
        self.counted["answered"] += bool(journeys)
        self.counted["replayed"] += len(journeys)
        self.counted["with a fare"] += sum(ride.fare is not None for one in journeys for ride in one.rides)


@dataclass
class Survey:
    """Random questions about one span of time on one large network; the oracle works each place out for all origins and moments at once."""

    compared: Comparison
    first: datetime
    last: datetime
    chance: random.Random
    overlay: Overlay = AS_PLANNED

    def __post_init__(self) -> None:
        self.oracle = self.compared.oracle(self.first, self.last, self.overlay)
        self.served = sorted({one.from_stop for one in self.oracle.connections} | {one.to_stop for one in self.oracle.connections})

    def question(self, destination: Mapping[int, int]) -> Question:
        walks_s = {stop: self.chance.choice([0, 0, 90, 400]) for stop in self.chance.sample(self.served, self.chance.choice([1, 1, 2]))}
        span_min = int((self.last - self.first).total_seconds()) // 60
        at = (self.first + timedelta(minutes=self.chance.randrange(span_min))).astimezone(UTC)
        return Question(near(walks_s, self.compared.changes), destination, at, self.chance.choice([30, 120, 120]))

    def places(self, number: int, questions: int) -> None:
        """So many places, and to each one so many questions of three kinds, and one of how far it can be reached from."""
        for _ in range(number):
            walks_s = {stop: self.chance.choice([0, 0, 120]) for stop in self.chance.sample(self.served, self.chance.choice([1, 2]))}
            destination = near(walks_s, self.compared.changes)
            profile = self.oracle.profile(minutes_of(destination))
            for _ in range(questions):
                self.compared.journeys(self.question(destination), self.oracle, profile, self.overlay)
            self.compared.reach_to(self.question(destination), profile, self.overlay)

    def reach(self, number: int) -> None:
        """How far people get from so many places, and the earliest arrivals from all of these to all of them."""
        asked = [self.question(near({self.chance.choice(self.served): 0}, self.compared.changes)) for _ in range(number)]
        for one in asked:
            self.compared.reach_from(one, self.oracle.arrivals(minutes_of(one.origin), minute_of(one.at)), self.overlay)
        self.compared.travel_times(asked, self.oracle)


def _alike(kind: str, told: object, expected: object, question: Question) -> None:
    assert told == expected, f"{kind}: told {told}, expected {expected}; {question}"


def _by_arrival(journeys: list[Journey]) -> list[Journey]:
    return sorted(journeys, key=lambda one: one.arrives_at)


def _reached(reach: Reach) -> dict[int, tuple[int, int]]:
    return {
        stop: (minute, transfers)
        for stop, (minute, transfers) in enumerate(zip(reach.minute.tolist(), reach.transfers.tolist(), strict=True)) if 0 <= minute < NEVER
    }


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
