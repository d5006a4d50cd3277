"""The tables of places."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Integer, String
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


class ReadingRow(db.Model):  # type: ignore[name-defined,misc]
    """How a name is read: pinyin without tones. What staff correct is an override; it may be a word within names."""

    __tablename__ = "name_reading"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    readings: Mapped[list[str]] = mapped_column(JSON)
    is_override: Mapped[bool]


class AliasRow(db.Model):  # type: ignore[name-defined,misc]
    """Another name of a place. `kind` and `code` are those of a search entry. How it is read stands with all readings."""

    __tablename__ = "place_alias"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)


class UnmetRow(db.Model):  # type: ignore[name-defined,misc]
    """A name that was looked for and not found, how often on a day. Nothing says by whom."""

    __tablename__ = "unmet_query"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    text: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
