"""On generated networks the planner finds exactly what a plain connection scan finds, and every journey can be travelled."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from citizen_app.buses.journeys.journey import Overlay
from citizen_app.buses.schedule import build_schedule
from tests.unit.buses.journeys import generated
from tests.unit.buses.journeys.comparison import Comparison
from tests.unit.buses.journeys.timetable import of_network
from tests.unit.buses.oracle import CALENDAR

KINDS = ("depart at", "arrive by", "range", "one to all", "all to one")


def make_comparison(data: st.DataObject, counted: Counter[str]) -> Comparison:
    network = data.draw(generated.networks())
    return Comparison(build_schedule(network, CALENDAR), of_network(network, CALENDAR), data.draw(generated.terms), counted)


def test_every_kind_of_question_is_answered_as_the_oracle_does() -> None:
    counted: Counter[str] = Counter()

    @settings(max_examples=400, derandomize=True)
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        compared = make_comparison(data, counted)
        for _ in range(2):
            question = data.draw(generated.questions(compared.schedule.network, compared.changes))
            compared.all_kinds(question, compared.oracle(question.at, question.at))

    ask()
    assert all(counted[kind] >= 700 for kind in KINDS) and counted["replayed"] > 800, counted


def test_cancelled_and_late_trips_are_laid_over_the_timetable() -> None:
    counted: Counter[str] = Counter()

    @settings(max_examples=150, derandomize=True)
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        compared = make_comparison(data, counted)
        question = data.draw(generated.questions(compared.schedule.network, compared.changes))
        overlay = Overlay(*data.draw(generated.changes(compared.schedule.network, question.at.date())))
        compared.all_kinds(question, compared.oracle(question.at, question.at, overlay), overlay)

    ask()
    assert all(counted[kind] >= 120 for kind in KINDS) and counted["replayed"] > 100, counted


def test_many_to_many_gives_the_earliest_arrival_of_each_pair() -> None:
    counted: Counter[str] = Counter()

    @settings(max_examples=100, derandomize=True)
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        compared = make_comparison(data, counted)
        questions = [data.draw(generated.questions(compared.schedule.network, compared.changes)) for _ in range(3)]
        at = questions[0].at
        compared.travel_times(questions, compared.oracle(at, at))

    ask()
    assert counted["many to many"] > 300, counted
