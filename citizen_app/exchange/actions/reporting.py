"""What the province must know of a change, written to the outbox in the transaction that makes the change. No Flask.

Nothing is judged here anew: counts are those of `quality.judge`, as the pages have them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from citizen_app.buses import store as bus_store
from citizen_app.buses.documents import unpack
from citizen_app.buses.schedule import build_schedule
from citizen_app.buses.versions import Version
from citizen_app.clock import to_local
from citizen_app.exchange import store
from citizen_app.exchange.actions.queueing import queue, queue_all, queue_counts
from citizen_app.exchange.outbox import digest_of
from citizen_app.exchange.province import Province, availability_record, facility_record, network_contents, observed_at_of
from citizen_app.exchange.record import Content, RecordKind
from citizen_app.extensions import transaction
from citizen_app.parking import store as parking_store
from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import Occupancy
from citizen_app.parking.quality import judge

NETWORK_KINDS = (RecordKind.LINE, RecordKind.STOP, RecordKind.STOP_SEQUENCE, RecordKind.TRIP)
_prepared: dict[tuple[str, date], Sequence[Content]] = {}    # of one network at most


def report_facilities(facilities: Sequence[Facility], province: Province, now: datetime) -> None:
    """These are the car parks: queue each that is new or differs, and the removal of each that was reported and is not among them."""
    with transaction():
        contents = (facility_record(one, province) for one in facilities)
        queue(queue_all(RecordKind.PARKING_STATIC, contents, province, now), province, now, are_removals=True)


def report_counts(states: Sequence[tuple[Facility, Occupancy]], province: Province, received_at: datetime) -> None:
    """Queue what pages say of car parks after these readings. A moment from the future is taken for the one of the receipt."""
    if province.reports(RecordKind.PARKING_DYNAMIC):
        with transaction():
            said = [_count(facility, state, province, received_at) for facility, state in states]
            queue_counts([one for one in said if one is not None], province, received_at)


def report_turns(province: Province, now: datetime) -> int:
    """Queue counts that have changed without a reading: too old by now, closed or open by the clock. How many."""
    if not province.reports(RecordKind.PARKING_DYNAMIC):
        return 0
    if not _turned(province, now):
        return 0
    with transaction():
        ids = parking_store.list_facility_ids()
        parking_store.lock_occupancies(ids)
        turned = _turned(province, now)    # now that no reading can come in between
        queue_counts(turned, province, now)
    return len(turned)


def prepare_network(version: Version, province: Province, now: datetime) -> None:
    """Work out what is to be reported of a version before the transaction that publishes it, so that nobody waits for it."""
    contents = _contents(version, province, now)
    _prepared.clear()
    _prepared[version.digest, _month(now)] = contents


def report_network(version: Version, province: Province, now: datetime) -> None:
    """The version is the published one: queue its lines, stops, sequences and trips that differ from what was reported."""
    contents = _prepared.pop((version.digest, _month(now)), None)
    if contents is None:
        contents = _contents(version, province, now)
    by_kind: dict[RecordKind, list[Content]] = {kind: [] for kind in NETWORK_KINDS}
    for content in contents:
        by_kind[content.kind].append(content)
    with transaction():
        gone = [queue_all(kind, by_kind[kind], province, now) for kind in NETWORK_KINDS]
        for removals in reversed(gone):
            queue(removals, province, now, are_removals=True)


def report_everything(province: Province, now: datetime) -> None:
    """Queue whatever differs from what was reported: all of it the first time, the dates of trips when a month begins."""
    with transaction():
        store.lock_static()
        report_facilities(parking_store.list_facilities(), province, now)
    version = bus_store.find_published()
    if version is not None and version.has_network:
        prepare_network(version, province, now)
        with transaction():
            bus_store.lock_versions()
            published = bus_store.find_published()
            if published is not None and published.has_network:
                report_network(published, province, now)
    report_turns(province, now)


def static_contents(province: Province, now: datetime) -> Mapping[RecordKind, Mapping[str, Content]]:
    """What is to be reported of car parks and the published network at present: kind -> subject -> content."""
    contents = {kind: dict[str, Content]() for kind in (RecordKind.PARKING_STATIC, *NETWORK_KINDS)}
    if province.reports(RecordKind.PARKING_STATIC):
        for facility in parking_store.list_facilities():
            content = facility_record(facility, province)
            contents[content.kind][content.subject] = content
    version = bus_store.find_published()
    if version is not None and version.has_network:
        for content in _contents(version, province, now):
            contents[content.kind][content.subject] = content
    return contents


def present_counts(province: Province, now: datetime) -> dict[str, tuple[Content, datetime]]:
    """What pages say of each car park of which anything is known: subject -> content, when it was observed."""
    states = {one.facility_uid: one for one in parking_store.list_occupancies()}
    counts = (_count(one, states.get(one.uid), province, now) for one in parking_store.list_facilities())
    return {one[0].subject: one for one in counts if one is not None}


def _turned(province: Province, now: datetime) -> list[tuple[Content, datetime]]:
    said = store.list_said(RecordKind.PARKING_DYNAMIC)
    return [
        (content, observed_at) for subject, (content, observed_at) in present_counts(province, now).items()
        if said.get(subject) != (digest_of(content), False)
    ]


def _count(facility: Facility, state: Occupancy | None, province: Province, now: datetime) -> tuple[Content, datetime] | None:
    availability = judge(facility, state, now)
    observed_at = observed_at_of(availability)
    if observed_at is None:
        return None
    if observed_at > now:
        availability, observed_at = replace(availability, observed_at=now), now
    return availability_record(availability, province), observed_at


def _contents(version: Version, province: Province, now: datetime) -> list[Content]:
    if not any(province.reports(kind) for kind in NETWORK_KINDS):
        return []
    schedule = build_schedule(unpack(bus_store.get_document(version.digest)), bus_store.current_calendar())
    return list(network_contents(schedule, province, to_local(now).date()))


def _month(now: datetime) -> date:
    return to_local(now).date().replace(day=1)
