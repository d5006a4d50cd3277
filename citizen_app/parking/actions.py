"""What changes parking: one function, one transaction; after it, Redis is told. No Flask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from citizen_app import changes, clock
from citizen_app.errors import InputProblem, InvalidInput, NotFound, problem
from citizen_app.extensions import after_commit, transaction
from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy, OpeningStatus, Reading, advance
from citizen_app.parking.quality import Quality, judge
from citizen_app.parking.store import facilities as facility_store
from citizen_app.parking.store import readings as reading_store
from citizen_app.parking.store import snapshot
from citizen_app.places.actions import read_names

KEEP_READINGS = timedelta(days=30)
KEEP_QUARTERS = timedelta(days=730)
_KEEP_PRESSES = timedelta(days=2)
_BELIEVED = {Quality.LIVE, Quality.DELAYED}


@dataclass(frozen=True)
class RecordResult:
    """What became of some readings: new ones taken, ones that were known already, and what was wrong."""

    accepted: int
    unchanged: int
    problems: tuple[InputProblem, ...] = ()


def record_readings(
    source_uid: str, readings: Sequence[Reading], received_at: datetime, rows: Sequence[str] = ()
) -> RecordResult:
    """Take a source's readings: raw row, last known state and quarter of an hour in one transaction, then Redis.

    `rows` says what the sender calls the place of each reading; "record 3" where it is left out.
    A reading of a facility that the source does not have is a problem; all others are taken. A duplicate, or one
    older than what is known, changes nothing. Raises Unavailable when the database does not answer.
    """
    problems: list[InputProblem] = []
    taken: list[tuple[int, Facility, Occupancy]] = []
    with transaction():
        known = facility_store.facilities_of_source(source_uid)
        states = facility_store.lock_occupancies(facility_id for facility_id, _ in known.values())
        named = zip(rows or [f"record {number}" for number in range(1, len(readings) + 1)], readings, strict=True)
        for row, reading in sorted(named, key=lambda one: one[1].observed_at):
            if reading.ref not in known:
                problems.append(problem(row, "ref", reading.ref, "no facility of this source has it"))
                continue
            facility_id, facility = known[reading.ref]
            state = advance(states.get(facility_id), facility, reading, received_at)
            if state is not None:
                states[facility_id] = state
                taken.append((facility_id, facility, state))
        _keep(taken)
        changes.announce(changes.CountsRecorded([(facility, state) for _, facility, state in taken], received_at))
        after_commit(lambda: snapshot.publish(list({state.facility_uid: state for _, _, state in taken}.values())))
    return RecordResult(len(taken), len(readings) - len(taken) - len(problems), tuple(problems))


def record_hand_count(
    facility_uid: str,
    message_id: str,
    counted_at: datetime,
    received_at: datetime,
    *,
    change: int | None = None,
    available: int | None = None,
    status: OpeningStatus | None = None,
) -> Occupancy:
    """Take an attendant's press; the same message twice counts once. The state afterwards.

    The number stays within 0..capacity. Raises NotFound, and InvalidInput for a change where no number is known.
    """
    with transaction():
        facility = facility_store.find_facility(facility_uid)
        if facility is None:
            raise NotFound(f"there is no facility {facility_uid}")
        facility_id = facility_store.get_facility_id(facility_uid)
        state = facility_store.lock_occupancies([facility_id]).get(facility_id)
        if not facility_store.take_press(message_id, facility_id, received_at) and state is not None:
            return state
        spaces = available if available is not None else state.available_spaces if state else None
        if change is not None:
            if spaces is None:
                raise InvalidInput([problem("press", "change", change, "no number is known yet; give the number itself")])
            spaces += change
        if spaces is not None:
            spaces = max(0, spaces if facility.capacity is None else min(spaces, facility.capacity))
        if status is None:
            status = state.opening_status if state else OpeningStatus.OPEN
        # Presses may arrive late and in any order; each is a step from the state that the last one left.
        observed_at = max(counted_at, state.observed_at + timedelta(milliseconds=1)) if state else counted_at
        reading = Reading(facility.source_ref, observed_at, spaces, opening_status=status)
        advanced = advance(state, facility, reading, received_at)
        if advanced is None:
            raise InvalidInput([problem("press", "age_s", counted_at, "older than what is known")])
        _keep([(facility_id, facility, advanced)])
        changes.announce(changes.CountsRecorded([(facility, advanced)], received_at))
        after_commit(lambda: snapshot.publish([advanced]))
    return advanced


def import_history(uid: str, counts: Iterable[tuple[datetime, int]]) -> None:
    """Add believable past counts (moment, free spaces) of one facility to its quarters of an hour."""
    with transaction():
        facility_id = facility_store.get_facility_id(uid)
        reading_store.add_to_quarters((facility_id, moment, spaces) for moment, spaces in counts)


def save_facilities(facilities: Sequence[Facility]) -> Mapping[str, int]:
    """Make these the facilities in service; others are retired and keep their history. Counts of what changed."""
    with transaction():
        read_names(one.name for one in facilities)
        counts = facility_store.upsert_facilities(facilities)
        changes.announce(changes.FacilitiesSaved(facilities, clock.now()))
        return counts


def publish_snapshot() -> bool:
    """Make Redis hold what SQL holds; False when Redis does not answer."""
    return snapshot.publish_all()


def revoke_links(facility_uid: str) -> int:
    """Make a facility's counting links worthless; the new generation. Raises NotFound."""
    with transaction():
        return facility_store.raise_link_generation(facility_uid)


def prune_history(now: datetime, progress: Callable[[int, int], None] = lambda done, of: None) -> dict[str, int]:
    """Delete what is older than it is kept, in small transactions that let others write; rows deleted by kind.

    `progress` is told after each facility how many of how many are done.
    """
    counts = {"readings": 0, "quarters": 0}
    steps = (
        ("readings", reading_store.prune_readings, now - KEEP_READINGS),
        ("quarters", reading_store.prune_quarters, now - KEEP_QUARTERS),
    )
    ids = facility_store.list_facility_ids()
    for done, facility_id in enumerate(ids, 1):
        for name, prune, before in steps:
            rows = 1
            while rows:
                with transaction():
                    rows = prune(facility_id, before)
                counts[name] += rows
        progress(done, len(ids))
    with transaction():
        facility_store.forget_presses(now - _KEEP_PRESSES)
    return counts


def _keep(taken: Sequence[tuple[int, Facility, Occupancy]]) -> None:
    """The three things that one transaction keeps of a reading; the newest state of each facility wins."""
    facility_store.write_occupancies({facility_id: state for facility_id, _, state in taken})
    reading_store.write_readings((facility_id, state) for facility_id, _, state in taken)
    reading_store.add_to_quarters(
        (facility_id, state.observed_at, availability.available_spaces)
        for facility_id, facility, state in taken
        if (availability := judge(facility, state, min(state.observed_at, state.received_at))).quality in _BELIEVED
        and availability.available_spaces is not None
    )
