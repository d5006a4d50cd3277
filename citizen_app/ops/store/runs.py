"""What became of each run of a source, in SQL."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.errors import InputProblem
from citizen_app.extensions import UtcDateTime, db, reading_sql
from citizen_app.ops.source import Run, SourceState
from citizen_app.ops.store.sources import list_sources

_MOST_PROBLEMS = 20


class RunRow(db.Model):  # type: ignore[name-defined,misc]
    """One run of a source."""

    __tablename__ = "source_run"
    __table_args__ = (Index("ix_source_run_newest", "source_uid", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    source_uid: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(16))
    http_status: Mapped[int | None] = mapped_column(Integer)
    bytes_read: Mapped[int] = mapped_column(Integer)
    rows_good: Mapped[int] = mapped_column(Integer)
    rows_bad: Mapped[int] = mapped_column(Integer)
    problems: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    error: Mapped[str] = mapped_column(String(300))
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def list_source_states() -> list[SourceState]:
    """Every source with its newest runs, in the order of the bundle."""
    sources = list_sources()
    with reading_sql():
        return [SourceState(one, _newest_run(one.uid), _newest_run(one.uid, RunRow.outcome != "error")) for one in sources]


def list_runs(source_uid: str, limit: int = 50) -> list[Run]:
    """A source's runs, newest first."""
    query = select(RunRow).where(RunRow.source_uid == source_uid).order_by(RunRow.id.desc()).limit(limit)
    with reading_sql():
        return [_run(row) for row in db.session.scalars(query)]


def add_run(run: Run) -> None:
    """Inside a transaction."""
    values = {**vars(run), "problems": [asdict(one) for one in run.problems[:_MOST_PROBLEMS]], "error": run.error[:300]}
    db.session.add(RunRow(**values))


def forget_runs(before: datetime) -> int:
    """Delete runs that started before a moment; how many. Inside a transaction."""
    result: Any = db.session.execute(delete(RunRow).where(RunRow.started_at < before))
    return int(result.rowcount)


def _newest_run(source_uid: str, *conditions: Any) -> Run | None:
    """One step down the index, however many runs are kept."""
    query = select(RunRow).where(RunRow.source_uid == source_uid, *conditions).order_by(RunRow.id.desc()).limit(1)
    row = db.session.scalar(query)
    return None if row is None else _run(row)


def _run(row: RunRow) -> Run:
    return Run(
        row.source_uid, row.started_at, row.ended_at, row.outcome, row.http_status, row.bytes_read, row.rows_good,
        row.rows_bad, tuple(InputProblem(**one) for one in row.problems), row.error, row.next_due_at,
    )
