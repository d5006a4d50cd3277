"""All that the county has to say to the province at a moment. Pure; what is compared, replayed or tried starts here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from citizen_app.buses.schedule import Schedule
from citizen_app.exchange.province.buses import line_records, reported_days, stop_records, stop_sequence_records, trip_records
from citizen_app.exchange.province.config import Province
from citizen_app.exchange.province.parking import availability_record, facility_record, observed_at_of
from citizen_app.exchange.record import Content, RecordKind
from citizen_app.parking.board import Entry


def all_contents(entries: Sequence[Entry], schedule: Schedule | None, province: Province, today: date) -> Iterator[Content]:
    """Car parks, their counts, lines, stops, sequences, trips; only of kinds that are reported, good or not.

    A car park of which nothing has come in yet has no count. `schedule` is None where no network is published.
    """
    if province.reports(RecordKind.PARKING_STATIC):
        yield from (facility_record(one.facility, province) for one in entries)
    if province.reports(RecordKind.PARKING_DYNAMIC):
        yield from (availability_record(one.availability, province) for one in entries if observed_at_of(one.availability))
    if schedule is not None:
        yield from network_contents(schedule, province, today)


def network_contents(schedule: Schedule, province: Province, today: date) -> Iterator[Content]:
    """Everything of a network: lines, stops, sequences of stops, trips with the dates of `reported_days`."""
    if province.reports(RecordKind.LINE):
        yield from line_records(schedule, province)
    if province.reports(RecordKind.STOP):
        yield from stop_records(schedule.network, province)
    if province.reports(RecordKind.STOP_SEQUENCE):
        yield from stop_sequence_records(schedule, province)
    if province.reports(RecordKind.TRIP):
        yield from trip_records(schedule, province, *reported_days(today))
