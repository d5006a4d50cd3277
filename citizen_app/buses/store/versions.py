"""Versions of the network in SQL: add, find, move from state to state, forget what is no longer kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select, text, update

from citizen_app.buses.findings import Finding, finding_document, read_finding
from citizen_app.buses.store.tables import DocumentRow, VersionRow
from citizen_app.buses.versions import Pointer, Version, VersionState
from citizen_app.errors import NotFound
from citizen_app.extensions import db, reading_sql

_HAS_NETWORK = exists().where(DocumentRow.version_id == VersionRow.id)


def list_versions() -> list[Version]:
    """All versions, the newest first. Raises Unavailable."""
    with reading_sql():
        rows = db.session.execute(select(VersionRow, _HAS_NETWORK).order_by(VersionRow.id.desc()))
        return [_version(row, has_network) for row, has_network in rows]


def get_version(version_id: int) -> Version:
    """One version. Raises NotFound, Unavailable."""
    with reading_sql():
        found = db.session.execute(select(VersionRow, _HAS_NETWORK).where(VersionRow.id == version_id)).first()
        if found is None:
            raise NotFound(f"there is no version {version_id}")
        return _version(*found)


def find_published() -> Version | None:
    """The version that the database says is published, whatever memory and Redis say. Raises Unavailable."""
    with reading_sql():
        query = select(VersionRow, _HAS_NETWORK).where(VersionRow.state == VersionState.PUBLISHED)
        found = db.session.execute(query).first()
        return None if found is None else _version(*found)


def find_pointer() -> Pointer | None:
    """Which version is published, by the database. Raises Unavailable."""
    with reading_sql():
        query = select(VersionRow.id, VersionRow.digest, VersionRow.published_at)
        found = db.session.execute(query.where(VersionRow.state == VersionState.PUBLISHED)).first()
        return None if found is None or found[2] is None else Pointer(found[0], found[1], found[2])


def get_document(digest: str) -> bytes:
    """The packed network with this digest. Raises NotFound where it is no longer kept, Unavailable."""
    with reading_sql():
        query = select(DocumentRow.data).join(VersionRow, VersionRow.id == DocumentRow.version_id)
        data = db.session.scalar(query.where(VersionRow.digest == digest).limit(1))
    if data is None:
        raise NotFound("the network of this version is no longer kept")
    return data


def find_export(version_id: int) -> bytes | None:
    """The open data of a version, a GTFS zip; None while it was never made. Raises Unavailable."""
    with reading_sql():
        return db.session.scalar(select(DocumentRow.export).where(DocumentRow.version_id == version_id))


def find_export_day(version_id: int) -> date | None:
    """The first day of the dates in a version's open data; None while it was never made. Raises Unavailable."""
    with reading_sql():
        return db.session.scalar(select(DocumentRow.export_day).where(DocumentRow.version_id == version_id))


def lock_versions() -> None:
    """Let no one else change versions until the end of the transaction; readers do not wait."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE network_version IN EXCLUSIVE MODE"))    # SQLite's transactions hold such a lock


def add_draft(
    data: bytes, digest: str, origin: str, now: datetime, *,
    replaces: int | None, summary: Mapping[str, Any], findings: Sequence[Finding], difference: Mapping[str, Any],
) -> int:
    """Keep a network as a draft; its number. Inside a transaction."""
    row = VersionRow(
        state=VersionState.DRAFT, created_at=now, origin=origin[:300], digest=digest, replaces=replaces,
        summary=dict(summary), findings=[finding_document(one) for one in findings], difference=dict(difference),
    )
    db.session.add(row)
    db.session.flush()
    db.session.execute(insert(DocumentRow).values(version_id=row.id, data=data))
    return row.id


def set_published(version_id: int, replaces: int | None, now: datetime) -> None:
    """Make a version the published one and retire what was. Inside a transaction that holds the lock."""
    retire = update(VersionRow).where(VersionRow.state == VersionState.PUBLISHED)
    db.session.execute(retire.values(state=VersionState.RETIRED, retired_at=now))
    publish = update(VersionRow).where(VersionRow.id == version_id)
    values = {"state": VersionState.PUBLISHED, "published_at": now, "retired_at": None, "replaces": replaces}
    db.session.execute(publish.values(values))


def set_export(version_id: int, export: bytes, day: date) -> None:
    """Keep the open data of a version; nothing where its network is no longer kept. Inside a transaction."""
    query = update(DocumentRow).where(DocumentRow.version_id == version_id)
    db.session.execute(query.values(export=export, export_day=day))


def delete_drafts(version_ids: Sequence[int]) -> None:
    """Forget drafts and their networks. Inside a transaction."""
    forget_documents(version_ids)
    db.session.execute(delete(VersionRow).where(VersionRow.id.in_(version_ids), VersionRow.state == VersionState.DRAFT))


def forget_documents(version_ids: Sequence[int]) -> None:
    """Forget the networks of versions; the versions stay in the list. Inside a transaction."""
    db.session.execute(delete(DocumentRow).where(DocumentRow.version_id.in_(version_ids)))


def _version(row: VersionRow, has_network: bool) -> Version:
    return Version(
        row.id, VersionState(row.state), row.created_at, row.published_at, row.retired_at, row.origin, row.digest, row.replaces,
        row.summary, tuple(read_finding(one) for one in row.findings), row.difference, bool(has_network),
    )
