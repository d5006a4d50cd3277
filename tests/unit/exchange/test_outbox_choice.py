"""Whose turn it is: checked against a platform in memory, whatever happens in between."""

from __future__ import annotations

from datetime import datetime, timedelta

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from citizen_app.exchange.outbox import Head, Pace, Queue, choose, is_late, minute_bit, row_pause
from tests.factories import NOON, at

LATE_S = 300.0
SUBJECTS = ("a", "b", "c")


class Outbox(RuleBasedStateMachine):
    """Rows in memory; each rule is what a writer, a sender, the platform or the clock may do."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.next_id = NOON, 1
        self.rows: dict[int, tuple[str, Head]] = {}
        self.claimed: set[int] = set()
        self.held: dict[str, datetime] = {}
        self.arrived: dict[str, list[tuple[int, datetime, bool]]] = {subject: [] for subject in SUBJECTS}
        self.written: dict[str, int] = dict.fromkeys(SUBJECTS, 0)
        self.broken: list[str] = []

    @rule(subject=st.sampled_from(SUBJECTS))
    def write(self, subject: str) -> None:
        self.rows[self.next_id] = (subject, Head(self.next_id, self.now, self.now, 0))
        self.next_id += 1
        self.written[subject] += 1
        self.now += timedelta(seconds=1)

    @rule(seconds=st.sampled_from([1, 30, 299, 400]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(most=st.integers(1, 4), is_shaken=st.booleans(), outcome=st.sampled_from(["accepted", "lost", "refused", "slow"]))
    def send(self, most: int, is_shaken: bool, outcome: str) -> None:
        chosen = choose(self.queues(), most, self.now, LATE_S, is_shaken)
        subjects = [self.rows[one][0] for one in chosen]
        if len(subjects) != len(set(subjects)) or len(chosen) > most:
            self.broken.append(f"{subjects} in one request of {most}")
        for one in chosen:
            subject, head = self.rows[one]
            late = is_late(head.observed_at, self.held.get(subject), self.now, LATE_S)
            if outcome == "accepted":
                self.arrive(one, late)
            elif outcome == "refused":
                del self.rows[one]
                self.written[subject] -= 1
            elif outcome == "slow":
                self.claimed.add(one)
            else:
                self.rows[one] = (subject, Head(one, head.observed_at, self.now + timedelta(seconds=20), head.attempts + 1))

    @rule()
    def answer(self) -> None:
        for one in sorted(self.claimed):
            subject, head = self.rows[one]
            self.arrive(one, is_late(head.observed_at, self.held.get(subject), self.now, LATE_S))
        self.claimed.clear()

    def arrive(self, one: int, late: bool) -> None:
        subject, head = self.rows.pop(one)
        self.arrived[subject].append((one, head.observed_at, late))
        self.held[subject] = max(self.held.get(subject, head.observed_at), head.observed_at)

    def queues(self) -> list[Queue]:
        queues = []
        for subject in SUBJECTS:
            ids = sorted(one for one, (whose, _) in self.rows.items() if whose == subject)
            if ids and not self.claimed & set(ids):
                queues.append(Queue(self.rows[ids[0]][1], self.rows[ids[-1]][1], self.held.get(subject)))
        return queues

    @invariant()
    def no_subject_is_twice_in_a_request(self) -> None:
        assert self.broken == []

    @invariant()
    def what_is_not_late_arrives_in_order(self) -> None:
        for arrived in self.arrived.values():
            newest = None
            for _, observed_at, late in arrived:
                assert late or newest is None or observed_at > newest
                newest = observed_at if newest is None else max(newest, observed_at)

    @invariant()
    def late_rows_follow_their_own_order(self) -> None:
        """Those that were overtaken keep their order among themselves."""
        for arrived in self.arrived.values():
            late = [one for one, _, is_late_one in arrived if is_late_one]
            assert late == sorted(late)

    def teardown(self) -> None:
        """Whatever happened, all of it goes out in the end."""
        self.claimed.clear()
        for _ in range(500):
            self.now += timedelta(seconds=21)
            for one in choose(self.queues(), 4, self.now, LATE_S, False):
                subject, head = self.rows[one]
                self.arrive(one, is_late(head.observed_at, self.held.get(subject), self.now, LATE_S))
        assert not self.rows
        assert {subject: len(arrived) for subject, arrived in self.arrived.items()} == self.written


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def head(number: int, minutes: float = 0, tried: int = 0, due: float = 0) -> Head:
    return Head(number, at(minutes), at(due), tried)


def test_what_is_not_late_goes_before_what_is() -> None:
    queues = [Queue(head(1, -60), head(1, -60)), Queue(head(9, -1), head(9, -1))]
    assert choose(queues, 1, NOON, LATE_S, False) == [9]
    assert choose(queues, 2, NOON, LATE_S, False) == [9, 1]


def test_while_it_is_not_known_whether_the_platform_answers_what_was_tried_is_tried_again_the_longest_ago_first() -> None:
    queues = [Queue(head(one, tried=tried, due=due), head(one)) for one, tried, due in ((1, 0, 0), (2, 1, -1), (3, 2, -2), (4, 1, 1))]
    assert choose(queues, 3, NOON, LATE_S, True) == [3, 2, 1]


class TestPace:
    def test_requests_become_smaller_and_rarer_but_never_rarer_than_every_45_seconds(self) -> None:
        pace, sizes, pauses = Pace(), [], []
        for _ in range(12):
            sizes.append(pace.size_of(100))
            pace = pace.failed(NOON, 100, None, 1.0)
            assert pace.not_before is not None
            pauses.append((pace.not_before - NOON).total_seconds())
        assert sizes == [100, 100, 50, 25, 12, 6, 3, 1, 1, 1, 1, 1]
        assert pauses[:5] == [2, 4, 8, 16, 32] and set(pauses[5:]) == {45}

    @given(st.integers(0, 40), st.floats(0, 1), st.floats(0, 86_400))
    def test_a_pause_is_jittered_and_never_shorter_than_the_platform_asks(self, failures: int, spread: float, asked_s: float) -> None:
        pace = Pace(failures=failures).failed(NOON, 100, asked_s, spread)
        assert pace.not_before is not None
        pause_s = (pace.not_before - NOON).total_seconds()
        assert pause_s >= min(asked_s, 1.0) and pause_s >= asked_s - 1e-3 and pause_s <= max(asked_s, 45.0) + 1e-3

    def test_after_a_success_requests_grow_again(self) -> None:
        pace, sizes = Pace(failures=9, size=1), []
        for _ in range(9):
            pace = pace.succeeded(100)
            sizes.append(pace.size_of(100))
        assert sizes == [2, 4, 8, 16, 32, 64, 100, 100, 100] and not pace.is_shaken

    @given(st.integers(0, 1000), st.floats(0, 1))
    def test_a_record_waits_ten_minutes_at_most(self, attempts: int, spread: float) -> None:
        assert timedelta(seconds=15) <= row_pause(attempts, spread) <= timedelta(seconds=600)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)))
def test_the_bit_of_a_minute_says_which_it_was(naive: datetime) -> None:
    moment = naive.replace(tzinfo=NOON.tzinfo)
    hour_s, bit = minute_bit(moment)
    minute = bit.bit_length() - 1
    assert hour_s + minute * 60 == int(moment.timestamp()) // 60 * 60 and bit < 1 << 60
