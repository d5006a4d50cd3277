"""The unbound extensions, and the one way to write: `transaction()`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, NoReturn

import pg8000
import redis
from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_smorest import Api
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, event
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from citizen_app import clock
from citizen_app.errors import Unavailable
from citizen_app.problems import ProblemSchema

_POSTGRES_SILENCE_S = 5.0


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
babel = Babel()
api = Api()
api.ERROR_SCHEMA = ProblemSchema


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in and out, UTC, the same on SQLite and PostgreSQL. Refuses a datetime without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class RedisExtension:
    """A Redis client that gives up at once: a page never waits for a Redis that is down or hangs."""

    client: redis.Redis

    def init_app(self, app: Flask) -> None:
        self.client = redis.Redis.from_url(
            app.config["REDIS_URL"],
            socket_connect_timeout=app.config["REDIS_CONNECT_TIMEOUT_S"],
            socket_timeout=app.config["REDIS_READ_TIMEOUT_S"],
            retry=None,
            decode_responses=True,
        )


redis_store = RedisExtension()


@contextmanager
def asking_redis() -> Iterator[None]:
    """Around every command: a Redis that does not answer is Unavailable."""
    try:
        yield
    except redis.RedisError as error:
        raise Unavailable("Redis does not answer") from error


@contextmanager
def transaction() -> Iterator[None]:
    """One write transaction around the block: commits at its end, rolls back on any exception.

    A block inside another joins it. On SQLite the write lock is taken at the start, so that two writers wait
    for each other instead of failing half way. Raises Unavailable when the database does not answer.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        yield
        return
    try:
        session.rollback()
        session.info["in_transaction"] = True
        session.connection(execution_options={"for_writing": True})
        yield
        session.commit()
        follow_ups = session.info.pop("follow_ups", [])
    except (OperationalError, InterfaceError) as error:
        session.rollback()
        raise Unavailable(f"the database does not answer: {type(error.orig).__name__}") from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("in_transaction", None)
        session.info.pop("follow_ups", None)
    for follow_up in follow_ups:
        follow_up()


@contextmanager
def reading_sql() -> Iterator[None]:
    """Around every read: a database that does not answer is Unavailable; outside a transaction the connection is given back."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        db.session.rollback()
        raise Unavailable("the database does not answer") from error
    finally:
        if not db.session().info.get("in_transaction"):
            _give_back()


def _give_back() -> None:
    try:
        db.session.rollback()
    except (OperationalError, InterfaceError):    # the server went after it had answered: what was read is good
        db.session().invalidate()


def after_commit(follow_up: Callable[[], object]) -> None:
    """Do something once the transaction is in the database, or at once outside of one. Not done on a rollback."""
    info = db.session().info
    if info.get("in_transaction"):
        info.setdefault("follow_ups", []).append(follow_up)
    else:
        follow_up()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=10000")    # first: the next one may have to wait already
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")


_silent_until_s: dict[str, float] = {}    # by server, on the monotonic clock


class _PostgresConnection(pg8000.Connection):  # type: ignore[misc]
    """A connection that gives up on a server that does not answer, and says so as a DB-API error.

    The driver lets some socket errors through bare, and takes a refusal at the start ("the database system is starting
    up") for a fault of ours. As the "network error" that SQLAlchemy knows, they make the pool drop the connection, and
    a request after the server's return finds a new one. While a server is silent only one request at a time waits for
    it; all others fail at once, so that pages that need no history keep their threads.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._server = str(options.get("unix_sock") or (options.get("host"), options.get("port")))
        silent_until_s = _silent_until_s.get(self._server)
        if silent_until_s is not None:
            if clock.monotonic_s() < silent_until_s:
                raise pg8000.InterfaceError("network error: the server was silent a moment ago")
            self._note_silence()    # until this attempt is over, nobody else makes one
        try:
            super().__init__(*arguments, **{"timeout": _POSTGRES_SILENCE_S, **options})
        except (OSError, pg8000.Error) as error:
            self._give_up(error)
        _silent_until_s.pop(self._server, None)

    def handle_messages(self, context: Any) -> None:
        try:
            super().handle_messages(context)
        except (OSError, pg8000.InterfaceError) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> NoReturn:
        if isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError):
            self._note_silence()
        raise pg8000.InterfaceError(f"network error: {error}") from error

    def _note_silence(self) -> None:
        _silent_until_s[self._server] = clock.monotonic_s() + _POSTGRES_SILENCE_S

    def close(self) -> None:
        with suppress(pg8000.InterfaceError):    # the other side is gone already
            super().close()


@event.listens_for(Engine, "do_connect")
def _connect_postgres(dialect: Dialect, _record: Any, arguments: Any, options: Any) -> Any:
    return _PostgresConnection(*arguments, **options) if dialect.driver == "pg8000" else None


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("for_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
