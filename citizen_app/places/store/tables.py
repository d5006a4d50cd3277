"""The tables of places."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.extensions import db


class CountyRow(db.Model):  # type: ignore[name-defined,misc]
    """The county; there is one row."""

    __tablename__ = "county"

    uid: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class TownRow(db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "town"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    lat: Mapped[float | None]
    lon: Mapped[float | None]


class VillageRow(db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "village"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    town_code: Mapped[str] = mapped_column(ForeignKey("town.code"), index=True)
    kind: Mapped[str]
    pinyin: Mapped[str]
    initials: Mapped[str] = mapped_column(index=True)


class LandmarkRow(db.Model):  # type: ignore[name-defined,misc]
    __tablename__ = "landmark"

    name: Mapped[str] = mapped_column(primary_key=True)
    lat: Mapped[float]
    lon: Mapped[float]
    name_en: Mapped[str]
    kind: Mapped[str]
    note: Mapped[str]
