"""What places remember: the county, its towns, villages and landmarks. SQL tables and one Redis key, private to here.

What pages need at once (county, towns, landmarks) is also a live document, so it outlives Redis and the database.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from redis import RedisError
from sqlalchemy import JSON, ForeignKey, select, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from citizen_app.errors import NotFound, Unavailable
from citizen_app.extensions import db, redis_store
from citizen_app.live import Live
from citizen_app.places.county import County, Landmark, Town, Village

log = logging.getLogger(__name__)

_KEY = "places"
_KEY_LASTS_S = 300    # a load that could not reach Redis is seen by every worker after this at the latest


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


@dataclass(frozen=True)
class _Places:
    """The live document."""

    county: County | None = None
    towns: tuple[Town, ...] = ()
    landmarks: tuple[Landmark, ...] = ()


def current_county() -> County:
    """The county, from memory. Raises NotFound while none was ever loaded."""
    county = _live.current().county
    if county is None:
        raise NotFound("no county is loaded: bin/manage county load DIR")
    return county


def find_county() -> County | None:
    """The county that the database holds, whatever memory and Redis say. Raises Unavailable."""
    return _from_database().county


def list_towns() -> list[Town]:
    """The towns by code, from memory."""
    return list(_live.current().towns)


def list_landmarks() -> list[Landmark]:
    """The landmarks by name, from memory."""
    return list(_live.current().landmarks)


def list_villages(town_code: str = "") -> list[Village]:
    """The villages by code, of one town if given, from the database. Raises Unavailable."""
    with _reading_sql():
        query = select(VillageRow).order_by(VillageRow.code)
        rows = db.session.scalars(query.where(VillageRow.town_code == town_code) if town_code else query)
        return [_thing(Village, row) for row in rows]


def replace_places(
    county: County, towns: Sequence[Town], villages: Sequence[Village], landmarks: Sequence[Landmark]
) -> dict[str, dict[str, int]]:
    """Make these the places, forget all others; counts of added, changed, retired by kind. Inside a transaction."""
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE county IN EXCLUSIVE MODE"))    # a second load waits; readers do not
    counts = {"county": _replace_county(county)}
    # A town must be there before its villages come, and may go only after they went.
    counts["towns"] = _write(TownRow, "code", towns)
    counts["villages"] = _write(VillageRow, "code", villages)
    counts["landmarks"] = _write(LandmarkRow, "name", landmarks)
    counts["villages"]["retired"] = _forget(VillageRow, "code", villages)
    counts["towns"]["retired"] = _forget(TownRow, "code", towns)
    counts["landmarks"]["retired"] = _forget(LandmarkRow, "name", landmarks)
    return counts


def publish() -> bool:
    """Give Redis what the database holds; False (and a line in the log) when it does not answer."""
    try:
        _refill()
    except Unavailable as error:
        log.warning("places not published", extra={"error": str(error)})
        return False
    return True


def _refill() -> None:
    places = _from_database()
    if places.county is None:
        return
    document = _to_text(places)
    with _asking_redis():
        pipeline = redis_store.client.pipeline()
        pipeline.hset(_KEY, mapping={"version": hashlib.sha256(document.encode()).hexdigest()[:16], "document": document})
        pipeline.expire(_KEY, _KEY_LASTS_S)
        pipeline.execute()


def _replace_county(county: County) -> dict[str, int]:
    counts = {"added": 0, "changed": 0, "retired": 0}
    document = json.loads(json.dumps(asdict(county)))
    known = {row.uid: row for row in db.session.scalars(select(CountyRow))}
    row = known.pop(county.uid, None)
    if row is None:
        counts["added"] = 1
        db.session.add(CountyRow(uid=county.uid, document=document))
    elif row.document != document:
        counts["changed"] = 1
        row.document = document
    for old in known.values():
        counts["retired"] += 1
        db.session.delete(old)
    db.session.flush()
    return counts


def _write(row_class: Any, key: str, things: Sequence[Any]) -> dict[str, int]:
    """Rows carry the field names of their dataclass, so one function serves all of them."""
    counts = {"added": 0, "changed": 0, "retired": 0}
    known = {getattr(row, key): row for row in db.session.scalars(select(row_class))}
    for thing in things:
        row = known.pop(getattr(thing, key), None)
        if row is None:
            counts["added"] += 1
            db.session.add(row_class(**vars(thing)))
        elif any(getattr(row, name) != value for name, value in vars(thing).items()):
            counts["changed"] += 1
            for name, value in vars(thing).items():
                setattr(row, name, value)
    db.session.flush()
    return counts


def _forget(row_class: Any, key: str, things: Sequence[Any]) -> int:
    """Delete every row that is none of these; how many."""
    kept = {getattr(thing, key) for thing in things}
    gone = [row for row in db.session.scalars(select(row_class)) if getattr(row, key) not in kept]
    for row in gone:
        db.session.delete(row)
    db.session.flush()
    return len(gone)


def _thing(kind: type[Any], row: Any) -> Any:
    return kind(**{name: getattr(row, name) for name in kind.__dataclass_fields__})


# The live document.

def _version() -> str | None:
    with _asking_redis():
        version: str | None = redis_store.client.hget(_KEY, "version")  # type: ignore[assignment]
        return version


def _from_redis() -> _Places | None:
    with _asking_redis():
        document: str | None = redis_store.client.hget(_KEY, "document")  # type: ignore[assignment]
    return None if document is None else _from_text(document)


def _from_database() -> _Places:
    with _reading_sql():
        county = db.session.scalar(select(CountyRow))
        return _Places(
            None if county is None else _county(county.document),
            tuple(_thing(Town, row) for row in db.session.scalars(select(TownRow).order_by(TownRow.code))),
            tuple(_thing(Landmark, row) for row in db.session.scalars(select(LandmarkRow).order_by(LandmarkRow.name))),
        )


def _to_text(places: _Places) -> str:
    return json.dumps(asdict(places), ensure_ascii=False)


def _from_text(document: str) -> _Places:
    plain = json.loads(document)
    return _Places(
        _county(plain["county"]) if plain["county"] else None,
        tuple(Town(**town) for town in plain["towns"]),
        tuple(Landmark(**landmark) for landmark in plain["landmarks"]),
    )


def _county(document: dict[str, Any]) -> County:
    lists = {name: tuple(document[name]) for name in ("languages", "attributions")}
    return County(**{**document, **lists})


@contextmanager
def _reading_sql() -> Iterator[None]:
    """A database that does not answer is Unavailable; outside a transaction the connection is given back."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        db.session.rollback()
        raise Unavailable("the database does not answer") from error
    finally:
        if not db.session().info.get("in_transaction"):
            db.session.rollback()


@contextmanager
def _asking_redis() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable("Redis does not answer") from error


_live = Live(
    "places", version=_version, from_redis=_from_redis, from_database=_from_database, refill=_refill,
    to_text=_to_text, from_text=_from_text, empty=_Places(),
)
