"""How large the kept history becomes, and what its size costs: a young database beside a full one.

    bin/bench keeping [--facilities 100] [--raw-days 30] [--days 365] [--database URL]

Rows are written in the order of time, as feeds write them, because that decides how well the pages of the file are
filled. The young database has just as many rows as the queries ask for. docs/keeping.md says what came out.

SQLite in a temporary folder; a database that is given is filled with invented rows.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask_migrate import upgrade

from citizen_app import config, create_app
from citizen_app.extensions import db, transaction
from citizen_app.parking import actions, store
from citizen_app.parking.facility import Facility, FacilityKind
from citizen_app.parking.occupancy import Reading
from citizen_app.parking.store import facilities, readings
from citizen_app.parking.store.tables import QuarterRow, ReadingRow

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
MINUTE, QUARTER, DAY = timedelta(minutes=1), timedelta(minutes=15), timedelta(days=1)


@dataclass(frozen=True)
class Kept:
    """What came out of one database."""

    quarters: int
    quarter_bytes: int
    readings: int
    reading_bytes: int
    spent_ms: dict[str, float]
    pruned: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facilities", type=int, default=100)
    parser.add_argument("--raw-days", type=int, default=30)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    young = keep(asked.facilities, 29, 1, "")
    full = keep(asked.facilities, asked.days, asked.raw_days, asked.database)
    for name, rows, size_bytes in (
        ("quarters", full.quarters, full.quarter_bytes), ("raw readings", full.readings, full.reading_bytes)
    ):
        print(f"{rows:>12,} {name:<14}{size_bytes / 1e6:8.1f} MB{size_bytes / max(1, rows):7.1f} bytes each")
    print(f"\n{'fastest of 30':<44}{'young':>10}{'full':>10}{'ratio':>8}")
    for what, spent in full.spent_ms.items():
        print(f"{what:<44}{young.spent_ms[what]:>7.2f} ms{spent:>7.2f} ms{spent / young.spent_ms[what]:>8.1f}")
    print(f"prune: {full.pruned}")


def keep(count: int, days: int, raw_days: int, database: str) -> Kept:
    """Fill a database with some days of history, and measure it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = create_app({
            "DATA_DIR": folder, "SQLALCHEMY_DATABASE_URI": config.database_url(database, folder),
            "REDIS_URL": f"unix://{folder}/nobody.sock", "START_BACKGROUND": False, "SECRET_KEY": "bench",
        })
        with app.app_context():
            upgrade()
            actions.save_facilities([facility(number) for number in range(count)])
            actions.record_readings("bench", batch(count, NOW), NOW)
            sizes = [size()]
            quarters = fill(QuarterRow, days * DAY, QUARTER, quarter)
            sizes.append(size())
            raw = fill(ReadingRow, raw_days * DAY, MINUTE, reading)
            sizes.append(size())
            spent_ms = measure(count)
            began = time.monotonic()
            counts = actions.prune_history(NOW + DAY)
            pruned = f"{counts['readings']:,} raw readings in {time.monotonic() - began:.2f} s"
            db.session.remove()
            db.engine.dispose()
    return Kept(quarters, sizes[1] - sizes[0], raw, sizes[2] - sizes[1], spent_ms, pruned)


def facility(number: int) -> Facility:
    uid = f"bench-{number:03}"
    return Facility(uid, uid, 28.8, 121.1, FacilityKind.SURFACE, capacity=300, source_uid="bench", source_ref=uid)


def batch(count: int, at: datetime) -> list[Reading]:
    return [Reading(f"bench-{number:03}", at, (number * 7 + at.minute) % 300) for number in range(count)]


def fill(table: type, span: timedelta, step: timedelta, row: Callable[[int, int], dict[str, int]]) -> int:
    """Rows of every facility at every step of the span before NOW, a day in a transaction; how many."""
    ids, rows = facilities.list_facility_ids(), 0
    day = NOW - span
    while day < NOW:
        with transaction():
            moments = [int((day + number * step).timestamp()) for number in range(int(DAY / step))]
            values = [row(facility_id, moment) for moment in moments for facility_id in ids]
            db.session.execute(table.__table__.insert(), values)    # type: ignore[attr-defined]
            rows += len(values)
        day += DAY
    return rows


def quarter(facility_id: int, starts_s: int) -> dict[str, int]:
    spaces = (starts_s // 900 + facility_id) % 300
    return {
        "facility_id": facility_id, "starts_s": starts_s // 900 * 900, "spaces_min": spaces, "spaces_max": spaces + 9,
        "spaces_sum": 15 * spaces + 60, "samples": 15,
    }


def reading(facility_id: int, observed_s: int) -> dict[str, int]:
    return {
        "facility_id": facility_id, "observed_s": observed_s - 7, "delay_s": 12,
        "available_spaces": (observed_s // 60 + facility_id) % 300, "status": 1,
    }


def measure(count: int) -> dict[str, float]:
    """Milliseconds of what the service does all the time: the fastest of thirty, since other work only ever slows down."""
    at = NOW

    def record() -> None:
        nonlocal at
        at += MINUTE
        actions.record_readings("bench", batch(count, at), at)

    return {
        f"record one reading of each of {count}": spent_ms(record),
        "29 days of quarters of one (the curve)": spent_ms(lambda: store.list_aggregates("bench-007", NOW - 29 * DAY, NOW)),
        "a day of raw readings of one": spent_ms(lambda: store.list_readings("bench-007", NOW - DAY, NOW)),
        "all facilities and states (a cold start)": spent_ms(
            lambda: (store.list_facilities(), facilities.list_occupancies())
        ),
    }


def spent_ms(work: Callable[[], object], times: int = 30) -> float:
    work()    # what is loaded once is not what is measured
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    return min(spent)


def size() -> int:
    """Bytes of the database."""
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return readings.measure_history().database_bytes


if __name__ == "__main__":
    main()
