"""History in SQL: raw readings for weeks, quarters of an hour for years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ARRAY, and_, bindparam, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from citizen_app.extensions import db, reading_sql
from citizen_app.parking.occupancy import Occupancy, OpeningStatus
from citizen_app.parking.store.tables import FacilityRow, QuarterRow, ReadingRow

QUARTER_S = 900
_STATUS = (OpeningStatus.UNKNOWN, OpeningStatus.OPEN, OpeningStatus.CLOSED)


@dataclass(frozen=True)
class Aggregate:
    """Believable readings within 15 minutes from `starts_at` (UTC)."""

    starts_at: datetime
    spaces_min: int
    spaces_mean: float
    spaces_max: int
    samples: int


@dataclass(frozen=True)
class KeptReading:
    """A raw reading as it is kept, to the second."""

    observed_at: datetime
    received_at: datetime
    available_spaces: int | None
    opening_status: OpeningStatus


@dataclass(frozen=True)
class HistorySize:
    """`database_bytes` is the whole database, with the tables of other rooms. Moments UTC, None without a row."""

    readings: int
    quarters: int
    oldest_reading_at: datetime | None
    oldest_quarter_at: datetime | None
    database_bytes: int


def list_aggregates(uid: str, start: datetime, end: datetime) -> list[Aggregate]:
    """Quarters that begin in [start, end), oldest first; quarters without a believable reading are absent."""
    table = QuarterRow
    query = (
        select(table.starts_s, table.spaces_min, table.spaces_sum, table.spaces_max, table.samples)
        .where(table.facility_id == _id_of(uid), table.starts_s >= start.timestamp(), table.starts_s < end.timestamp())
        .order_by(table.starts_s)
    )
    with reading_sql():
        return [
            Aggregate(_moment(starts_s), least, total / samples, most, samples)
            for starts_s, least, total, most, samples in db.session.execute(query)
        ]


def list_readings(uid: str, start: datetime, end: datetime, limit: int = 10_000) -> list[KeptReading]:
    """Raw readings observed in [start, end), oldest first, at most `limit`."""
    table = ReadingRow
    query = (
        select(table.observed_s, table.delay_s, table.available_spaces, table.status)
        .where(table.facility_id == _id_of(uid), table.observed_s >= start.timestamp(), table.observed_s < end.timestamp())
        .order_by(table.observed_s).limit(limit)
    )
    with reading_sql():
        return [
            KeptReading(_moment(observed_s), _moment(observed_s + delay_s), spaces, _STATUS[status])
            for observed_s, delay_s, spaces, status in db.session.execute(query)
        ]


def _id_of(uid: str) -> Any:
    return select(FacilityRow.id).where(FacilityRow.uid == uid).scalar_subquery()


def write_readings(states: Iterable[tuple[int, Occupancy]]) -> None:
    """Keep the raw readings that made these states. Inside a transaction; the same second again replaces."""
    rows = [
        {
            "facility_id": facility_id,
            "observed_s": int(state.observed_at.timestamp()),
            "delay_s": int(state.received_at.timestamp()) - int(state.observed_at.timestamp()),
            "available_spaces": state.available_spaces,
            "status": _STATUS.index(state.opening_status),
        }
        for facility_id, state in states
    ]
    _upsert(ReadingRow, rows, lambda table, new: {name: new[name] for name in ("delay_s", "available_spaces", "status")})


def add_to_quarters(counts: Iterable[tuple[int, datetime, int]]) -> None:
    """Add believable counts (facility id, moment, spaces) to their quarters of an hour. Inside a transaction."""
    quarters: dict[tuple[int, int], list[int]] = {}
    for facility_id, moment, spaces in counts:
        starts_s = int(moment.timestamp()) // QUARTER_S * QUARTER_S
        quarters.setdefault((facility_id, starts_s), []).append(spaces)
    rows = [
        {
            "facility_id": facility_id, "starts_s": starts_s, "spaces_min": min(spaces), "spaces_max": max(spaces),
            "spaces_sum": sum(spaces), "samples": len(spaces),
        }
        for (facility_id, starts_s), spaces in quarters.items()
    ]
    least, most = (func.min, func.max) if db.engine.dialect.name == "sqlite" else (func.least, func.greatest)
    _upsert(QuarterRow, rows, lambda table, new: {
        "spaces_min": least(table.spaces_min, new["spaces_min"]),
        "spaces_max": most(table.spaces_max, new["spaces_max"]),
        "spaces_sum": table.spaces_sum + new["spaces_sum"],
        "samples": table.samples + new["samples"],
    })


def prune_readings(facility_id: int, before: datetime, batch_rows: int = 20_000) -> int:
    """Delete a facility's oldest raw readings observed before a moment, at most `batch_rows`; how many.

    Those from the future, by a wrong clock, go when they were received before it. Inside a transaction, as is
    `prune_quarters`.
    """
    from_the_future = and_(ReadingRow.observed_s > before.timestamp(), ReadingRow.delay_s < -86400)
    db.session.execute(delete(ReadingRow).where(
        ReadingRow.facility_id == facility_id, from_the_future,
        ReadingRow.observed_s + ReadingRow.delay_s < before.timestamp(),
    ))
    return _prune(ReadingRow, ReadingRow.observed_s, facility_id, before, batch_rows)


def prune_quarters(facility_id: int, before: datetime, batch_rows: int = 20_000) -> int:
    """Delete a facility's oldest quarters that began before a moment, at most `batch_rows`; how many."""
    return _prune(QuarterRow, QuarterRow.starts_s, facility_id, before, batch_rows)


def measure_history() -> HistorySize:
    """How much history is kept. Counts every row: seconds on a large database, so not for a page."""
    with reading_sql():
        bind = db.session.connection()
        size = "page_count * page_size FROM pragma_page_count, pragma_page_size"
        if bind.dialect.name == "postgresql":
            size = "pg_database_size(current_database())"
        oldest_reading = db.session.scalar(select(func.min(ReadingRow.observed_s)))
        oldest_quarter = db.session.scalar(select(func.min(QuarterRow.starts_s)))
        return HistorySize(
            readings=db.session.scalar(select(func.count()).select_from(ReadingRow)) or 0,
            quarters=db.session.scalar(select(func.count()).select_from(QuarterRow)) or 0,
            oldest_reading_at=None if oldest_reading is None else _moment(oldest_reading),
            oldest_quarter_at=None if oldest_quarter is None else _moment(oldest_quarter),
            database_bytes=int(db.session.scalar(text(f"SELECT {size}")) or 0),
        )


def _upsert(table: Any, rows: Sequence[dict[str, Any]], changes: Any) -> None:
    if not rows:
        return
    key = [column.name for column in table.__table__.primary_key]
    if db.engine.dialect.name == "sqlite":
        statement: Any = sqlite.insert(table)
        statement = statement.on_conflict_do_update(index_elements=key, set_=changes(table, statement.excluded))
        db.session.execute(statement, rows)
        return
    # PostgreSQL's driver would go to the server once a row; as arrays all rows go at once, where none may come twice.
    single = list({tuple(row[name] for name in key): row for row in rows}.values())
    arrays = [
        func.unnest(bindparam(name, [row[name] for row in single], ARRAY(table.__table__.c[name].type))) for name in single[0]
    ]
    statement = postgresql.insert(table).from_select(list(single[0]), select(*arrays))
    db.session.execute(statement.on_conflict_do_update(index_elements=key, set_=changes(table, statement.excluded)))


def _prune(table: Any, column: Any, facility_id: int, before: datetime, batch_rows: int) -> int:
    """Facility by facility, since that is how the rows lie: no batch reads more than it deletes."""
    old = and_(table.facility_id == facility_id, column < before.timestamp())
    last = db.session.scalar(select(column).where(old).order_by(column).offset(batch_rows - 1).limit(1))
    result: Any = db.session.execute(delete(table).where(old if last is None else and_(old, column <= last)))
    return int(result.rowcount)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
