"""Which pushed messages came, in SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.extensions import UtcDateTime, db


class MessageRow(db.Model):  # type: ignore[name-defined,misc]
    """A pushed message that was taken; its identifier is refused from then on."""

    __tablename__ = "webhook_message"

    source_uid: Mapped[str] = mapped_column(String(64), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def take_message(source_uid: str, message_id: str, received_at: datetime) -> bool:
    """Remember a pushed message; False when it came before. Inside a transaction; a day is remembered."""
    db.session.execute(delete(MessageRow).where(MessageRow.received_at < received_at - timedelta(days=1)))
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    # The same message at the same moment, in another worker: this waits until that one is decided.
    result: Any = db.session.execute(
        insert(MessageRow).values(source_uid=source_uid, message_id=message_id, received_at=received_at).on_conflict_do_nothing()
    )
    return bool(result.rowcount)
