"""Whether SQL and Redis answer, and asking SQL without waiting for it for long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy import select

from citizen_app.errors import Unavailable
from citizen_app.extensions import db, reading_sql, redis_store

Answer = TypeVar("Answer")


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
