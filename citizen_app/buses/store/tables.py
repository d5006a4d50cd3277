"""The tables of the bus network. A version is read and written as a whole, never asked by SQL for what is in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.extensions import UtcDateTime, db

_IS_PUBLISHED = text("state = 'published'")


class VersionRow(db.Model):  # type: ignore[name-defined,misc]
    """A version without its network. The database itself refuses a second published one; numbers are never used again."""

    __tablename__ = "network_version"
    __table_args__: ClassVar[Any] = (
        Index("uq_network_version_published", "state", unique=True, sqlite_where=_IS_PUBLISHED, postgresql_where=_IS_PUBLISHED),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    origin: Mapped[str] = mapped_column(String(300))
    digest: Mapped[str] = mapped_column(String(64))
    replaces: Mapped[int | None] = mapped_column(Integer)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    difference: Mapped[dict[str, Any]] = mapped_column(JSON)


class DocumentRow(db.Model):  # type: ignore[name-defined,misc]
    """The network of a version as `documents.pack` has it, and the open data made of it on `export_day`."""

    __tablename__ = "network_document"

    version_id: Mapped[int] = mapped_column(ForeignKey("network_version.id"), primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    export: Mapped[bytes | None] = mapped_column(LargeBinary)
    export_day: Mapped[date | None] = mapped_column(Date)


class VillageCorrectionRow(db.Model):  # type: ignore[name-defined,misc]
    """Which stops (their codes) a village has, as staff wrote it; an empty list says that it has none.

    It refers to neither the village nor the stops: it outlives a county that is loaded anew and every version of the network.
    """

    __tablename__ = "village_correction"

    village_code: Mapped[str] = mapped_column(String(64), primary_key=True)
    stop_codes: Mapped[list[str]] = mapped_column(JSON)
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime)
