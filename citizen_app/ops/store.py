"""What is remembered of sources: what they are, what became of each run, whose turn it is, which messages came."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy import JSON, Index, Integer, String, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.errors import InputProblem, NotFound, Unavailable
from citizen_app.extensions import UtcDateTime, db, reading_sql, redis_store
from citizen_app.ops.source import Run, Source, SourceMode

Answer = TypeVar("Answer")


class SourceRow(db.Model):  # type: ignore[name-defined,misc]
    """A source as a document. `claimed_until` is the claim of a poller while Redis does not answer."""

    __tablename__ = "source"

    uid: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


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


class MessageRow(db.Model):  # type: ignore[name-defined,misc]
    """A pushed message that was taken; its identifier is refused from then on."""

    __tablename__ = "webhook_message"

    source_uid: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True)
class SourceState:
    """A source with its newest run and its newest run that brought or confirmed data."""

    source: Source
    last_run: Run | None
    last_good_run: Run | None

    @property
    def next_due_at(self) -> datetime | None:
        return self.last_run.next_due_at if self.last_run else None




def list_sources() -> list[Source]:
    """In the order of the county's bundle."""
    with reading_sql():
        return [_source(row.document) for row in db.session.scalars(select(SourceRow).order_by(SourceRow.position))]


def find_source(uid: str) -> Source | None:
    """None for a uid that no source has."""
    if "\x00" in uid:
        return None    # PostgreSQL takes no such text, not even to look for it
    with reading_sql():
        row = db.session.get(SourceRow, uid)
        return None if row is None else _source(row.document)


def get_source(uid: str) -> Source:
    """Raises NotFound."""
    source = find_source(uid)
    if source is None:
        raise NotFound(f"there is no source {uid}")
    return source


def replace_sources(sources: Sequence[Source]) -> dict[str, int]:
    """Make these the sources; counts of added, changed, removed. Inside a transaction."""
    known = {row.uid: row for row in db.session.scalars(select(SourceRow))}
    counts = {"added": 0, "changed": 0, "removed": 0}
    for position, source in enumerate(sources):
        row, document = known.pop(source.uid, None), json.loads(json.dumps(asdict(source)))
        if row is None:
            counts["added"] += 1
            db.session.add(SourceRow(uid=source.uid, position=position, document=document))
        else:
            counts["changed"] += row.document != document
            row.position, row.document = position, document
    for row in known.values():
        counts["removed"] += 1
        db.session.delete(row)
    return counts


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
    values = {**vars(run), "problems": [asdict(one) for one in run.problems[:20]], "error": run.error[:300]}
    db.session.add(RunRow(**values))


def forget_runs(before: datetime) -> int:
    """Delete runs that started before a moment; how many. Inside a transaction."""
    result: Any = db.session.execute(delete(RunRow).where(RunRow.started_at < before))
    return int(result.rowcount)


def take_message(source_uid: str, message_id: str, received_at: datetime) -> bool:
    """Remember a pushed message; False when it came before. Inside a transaction; a day is remembered."""
    db.session.execute(delete(MessageRow).where(MessageRow.received_at < received_at - timedelta(days=1)))
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    # The same message at the same moment, in another worker: this waits until that one is decided.
    result: Any = db.session.execute(
        insert(MessageRow).values(source_uid=source_uid, message_id=message_id, received_at=received_at).on_conflict_do_nothing()
    )
    return bool(result.rowcount)


# Leases: whose turn it is to poll a source. In Redis; in SQL while Redis does not answer.

_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


def new_owner() -> str:
    return uuid.uuid4().hex


def acquire_lease(name: str, owner: str, ttl_s: float) -> bool:
    """Whether this owner now holds the lease, for `ttl_s` at most. Raises Unavailable without Redis."""
    try:
        return bool(redis_store.client.set(f"lease:{name}", owner, nx=True, px=max(1, int(ttl_s * 1000))))
    except RedisError as error:
        raise Unavailable("Redis does not answer") from error


def release_lease(name: str, owner: str) -> None:
    """Give the lease back, if it is still ours."""
    with suppress(RedisError):    # it ends by itself
        redis_store.client.eval(_RELEASE, 1, f"lease:{name}", owner)


def claim_turn(name: str, ttl_s: float) -> bool:
    """Take the one turn of a span of time, which nobody can take again before it is over."""
    return acquire_lease(f"turn:{name}", "taken", ttl_s)


def claim_source_in_sql(uid: str, now: datetime, until: datetime) -> bool:
    """Take a source's turn through SQL, for the time that Redis is away. Inside a transaction."""
    free = or_(SourceRow.claimed_until.is_(None), SourceRow.claimed_until <= now)
    result: Any = db.session.execute(
        update(SourceRow).where(and_(SourceRow.uid == uid, free)).values(claimed_until=until)
    )
    return bool(result.rowcount)


def _newest_run(source_uid: str, *conditions: Any) -> Run | None:
    """One step down the index, however many runs are kept."""
    query = select(RunRow).where(RunRow.source_uid == source_uid, *conditions).order_by(RunRow.id.desc()).limit(1)
    row = db.session.scalar(query)
    return None if row is None else _run(row)


def _source(document: dict[str, Any]) -> Source:
    return Source(**{**document, "mode": SourceMode(document["mode"])})


def _run(row: RunRow) -> Run:
    return Run(
        row.source_uid, row.started_at, row.ended_at, row.outcome, row.http_status, row.bytes_read, row.rows_good,
        row.rows_bad, tuple(InputProblem(**one) for one in row.problems), row.error, row.next_due_at,
    )


def in_time(ask: Callable[[], Answer], wait_s: float = 1.0) -> Answer:
    """What `ask` reads from SQL, on a connection of its own; Unavailable after `wait_s`, before the driver gives up."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    answers: list[Answer] = []

    def run() -> None:
        with app.app_context(), suppress(Unavailable):
            answers.append(ask())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(wait_s)
    if not answers:
        raise Unavailable("the database does not answer")
    return answers[0]


def ask_database() -> None:
    """Raises Unavailable when SQL does not answer."""
    with reading_sql():
        db.session.execute(select(1))


def redis_answers() -> bool:
    """Whether Redis answers within the time that it is given for anything."""
    try:
        return bool(redis_store.client.ping())
    except RedisError:
        return False
