"""A network as bytes, and back. Pure; one form for the database and the disk.

A JSON head holds the small things, table by table and column by column; columns that only hold the default are left
out. Behind it lie the calls and the shapes as plain columns of numbers. All of it is compressed. Equal networks give equal bytes.
An earlier and a later release read each other's documents: a column that is missing has its default, one that is not
known is passed over.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import date
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.network import (
    STOP_TIME_COLUMNS,
    Agency,
    Fare,
    FareRule,
    FeedInfo,
    Frequency,
    Network,
    Position,
    Route,
    RouteKind,
    Shape,
    Stop,
    StopTimes,
    Transfer,
    Translation,
    Trip,
)
from citizen_app.days.rule_documents import read_rule, rule_document
from citizen_app.errors import InvalidInput
from citizen_app.places.market import Market

Thing = TypeVar("Thing")

_MAGIC = b"network1"
_LEVEL = 3    # the columns compress little better at a higher one, and take three times as long
_TABLES: Mapping[str, type[Any]] = {
    "agencies": Agency, "stops": Stop, "routes": Route, "trips": Trip, "frequencies": Frequency, "transfers": Transfer,
    "fares": Fare, "fare_rules": FareRule, "translations": Translation, "markets": Market,
}
_SHAPE_COLUMNS = ("lat", "lon", "dist")


def pack(network: Network) -> bytes:
    """The network as bytes; the same bytes for an equal network. Services and shapes have no order, all else has."""
    shapes = sorted(network.shapes.items())
    info = vars(network.feed_info).items()
    head = {
        "tables": {name: _columns(kind, getattr(network, name)) for name, kind in _TABLES.items()},
        "services": {service_id: rule_document(rule) for service_id, rule in sorted(network.services.items())},
        "feed_info": {name: value.isoformat() if isinstance(value, date) else value for name, value in info},
        "shapes": {"ids": [shape_id for shape_id, _ in shapes], "lengths": [len(shape.lat) for _, shape in shapes]},
        "calls": len(network.stop_times.stop),
        "headsigns": network.stop_times.headsigns,
        "is_demo": network.is_demo,
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    compressor = zlib.compressobj(_LEVEL)
    parts = [_MAGIC, compressor.compress(len(text).to_bytes(8, "little")), compressor.compress(text)]
    for column in _number_columns(network.stop_times, [shape for _, shape in shapes]):
        parts.append(compressor.compress(column.data.cast("B") if len(column) else b""))
    return b"".join((*parts, compressor.flush()))


def unpack(data: bytes) -> Network:
    """The inverse of `pack`; the columns of numbers cannot be written to. Raises InvalidInput for anything else."""
    if not data.startswith(_MAGIC):
        raise InvalidInput("not a network, or one of another release")
    try:
        return _unpack(memoryview(zlib.decompress(memoryview(data)[len(_MAGIC):])))
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"a damaged network: {error}") from error


def digest_of(data: bytes) -> str:
    """What a packed network is known by: 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def is_same(one: Network, other: Network) -> bool:
    """Whether two networks are equal in everything."""
    return pack(one) == pack(other)


def _unpack(body: memoryview) -> Network:
    start = 8 + int.from_bytes(body[:8], "little")
    head = json.loads(bytes(body[8:start]).decode("utf-8", "surrogatepass"))
    take = _taker(body, start)
    calls, trips = head["calls"], head["tables"]["trips"]["count"]
    columns = {name: take(kind, trips + 1 if name == "first" else calls) for name, kind in STOP_TIME_COLUMNS}
    lengths = head["shapes"]["lengths"]
    ends = np.cumsum(np.array(lengths, dtype=np.int64))[:-1]
    parts = [np.split(take("<f8", sum(lengths)), ends) for _ in _SHAPE_COLUMNS]
    info = _known(FeedInfo, head["feed_info"])
    for name in ("start_date", "end_date"):
        info[name] = date.fromisoformat(info[name]) if info.get(name) else None
    return Network(
        **{name: tuple(_things(kind, head["tables"].get(name, {"count": 0}))) for name, kind in _TABLES.items()},
        services={service_id: read_rule(rule) for service_id, rule in head["services"].items()},
        stop_times=StopTimes(**columns, headsigns=tuple(head["headsigns"])),
        shapes={shape_id: Shape(*three) for shape_id, three in zip(head["shapes"]["ids"], zip(*parts, strict=True), strict=False)},
        feed_info=FeedInfo(**info),
        is_demo=head["is_demo"],
    )


def _columns(kind: type[Any], things: Sequence[Any]) -> dict[str, Any]:
    """A table: how many rows, and each column that says anything."""
    table: dict[str, Any] = {"count": len(things)}
    for one in fields(kind):
        values = [getattr(thing, one.name) for thing in things]
        if one.name == "rule":
            values = [rule_document(rule) for rule in values]
        if one.default is MISSING or any(value != one.default for value in values):
            table[one.name] = values
    return table


def _things(kind: type[Thing], table: Mapping[str, Any]) -> Iterator[Thing]:
    columns = [_column(one, table) for one in fields(kind)]    # type: ignore[arg-type]
    return map(kind, *columns)


def _column(one: Field[Any], table: Mapping[str, Any]) -> Iterable[Any]:
    if one.name not in table:
        return [one.default] * table["count"]
    values = table[one.name]
    if one.name == "rule":
        return map(read_rule, values)
    if isinstance(one.default, RouteKind | Position):
        return map(type(one.default), values)
    return values    # type: ignore[no-any-return]


def _number_columns(stop_times: StopTimes, shapes: Sequence[Shape]) -> Iterator[NDArray[Any]]:
    """The columns in the order in which they are stored; there is one NaN among the many that floats have."""
    for name, kind in STOP_TIME_COLUMNS:
        yield _one_nan(np.ascontiguousarray(getattr(stop_times, name), dtype=kind))
    for name in _SHAPE_COLUMNS:
        yield _one_nan(np.concatenate([np.empty(0), *(getattr(shape, name) for shape in shapes)]).astype("<f8"))


def _one_nan(column: NDArray[Any]) -> NDArray[Any]:
    return np.where(np.isnan(column), np.nan, column) if column.dtype.kind == "f" else column


def _taker(body: memoryview, start: int) -> Any:
    """A function that takes the next column of a type and length."""
    at = start

    def take(kind: str, length: int) -> NDArray[Any]:
        nonlocal at
        column = np.frombuffer(body, dtype=kind, count=length, offset=at) if length else np.empty(0, dtype=kind)
        at += column.nbytes
        return column

    return take


def _known(kind: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in document.items() if name in names}
