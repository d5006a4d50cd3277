"""The tables of parking. Readings are narrow rows with integer keys, since there are millions of them a year."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.extensions import UtcDateTime, db


class FacilityRow(db.Model):  # type: ignore[name-defined,misc]
    """A facility as a document; `retired` ones keep their history but are on no page."""

    __tablename__ = "facility"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    source_uid: Mapped[str] = mapped_column(String(64), index=True, default="")
    source_ref: Mapped[str] = mapped_column(String(128), default="")
    retired: Mapped[bool] = mapped_column(Boolean, default=False)
    link_generation: Mapped[int] = mapped_column(Integer, default=0)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class OccupancyRow(db.Model):  # type: ignore[name-defined,misc]
    """The last known state of a facility."""

    __tablename__ = "occupancy"

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(Integer)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class ReadingRow(db.Model):  # type: ignore[name-defined,misc]
    """One raw reading. `observed_s` is whole seconds since 1970 UTC, `delay_s` how long after that it was received."""

    __tablename__ = "reading"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), primary_key=True, autoincrement=False)
    observed_s: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    delay_s: Mapped[int] = mapped_column(BigInteger)
    available_spaces: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[int] = mapped_column(SmallInteger, default=0)


class QuarterRow(db.Model):  # type: ignore[name-defined,misc]
    """Fifteen minutes of believable readings of one facility; `starts_s` since 1970 UTC."""

    __tablename__ = "reading_quarter"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), primary_key=True, autoincrement=False)
    starts_s: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    spaces_min: Mapped[int] = mapped_column(Integer)
    spaces_max: Mapped[int] = mapped_column(Integer)
    spaces_sum: Mapped[int] = mapped_column(BigInteger)
    samples: Mapped[int] = mapped_column(Integer)


class PressRow(db.Model):  # type: ignore[name-defined,misc]
    """A press on an attendant's page that was taken; the same message of a facility is never taken twice."""

    __tablename__ = "attendant_press"

    facility_id: Mapped[int] = mapped_column(ForeignKey("facility.id"), primary_key=True, autoincrement=False)
    message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
