"""shapes.txt: paths on the ground, in columns. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from citizen_app.buses.network import Shape
from citizen_app.exchange.gtfs.records import Feed
from citizen_app.exchange.gtfs.values import Memo, read_whole

_REQUIRED = ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence")
_DIST = "shape_dist_traveled"


def read_shapes(feed: Feed) -> dict[str, Shape]:
    """Every path by its id, sorted; points in the order of their sequence. A point that is none is left out, named."""
    numbers: dict[str, int] = {}
    which = Memo(lambda text: numbers.setdefault(text, len(numbers)) if text else -1, -1)
    order = Memo(read_whole, -1)
    parts: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]] = []
    for chunk in feed.chunks("shapes.txt", _REQUIRED, (_DIST,)):
        ids, lats, lons, sequences = (chunk.columns[name] for name in _REQUIRED)
        shape = np.fromiter(map(which.__getitem__, ids), np.int32, len(ids))
        sequence = np.fromiter(map(order.__getitem__, sequences), np.int32, len(ids))
        dist = read_decimals(chunk.columns[_DIST]) if _DIST in chunk.columns else np.full(len(ids), np.nan)
        points = np.column_stack([read_decimals(lats), read_decimals(lons), dist])
        with np.errstate(invalid="ignore"):
            good = (shape >= 0) & (sequence >= 0) & (np.abs(points[:, 0]) <= 90) & (np.abs(points[:, 1]) <= 180)
        for index in np.flatnonzero(~good).tolist():
            value = f"{lats[index]}, {lons[index]}, {sequences[index]}"
            feed.faults.warn("shapes.txt", chunk.rows[index], "shape_pt_lat", value, "is no point of a path; left out")
        parts.append((shape[good], sequence[good], points[good]))
    if not parts:
        return {}
    return _split(numbers, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def _split(
    numbers: dict[str, int], shape: NDArray[np.int32], sequence: NDArray[np.int32], points: NDArray[np.float64]
) -> dict[str, Shape]:
    by_place = np.lexsort((sequence, shape))
    points = points[by_place]
    ends = np.cumsum(np.bincount(shape, minlength=len(numbers)))
    shapes = {}
    for shape_id in sorted(numbers):
        number = numbers[shape_id]
        own = points[ends[number - 1] if number else 0:ends[number]]
        if len(own):
            shapes[shape_id] = Shape(*(np.ascontiguousarray(own[:, column]) for column in range(3)))
    return shapes


def read_decimals(texts: Sequence[str]) -> NDArray[np.float64]:
    """A column of decimal numbers; NaN where there is none or what is there is none."""
    try:
        values = np.array([float(text) if text else np.nan for text in texts])
    except ValueError:
        values = np.array([_decimal(text) for text in texts])
    values[np.isinf(values)] = np.nan
    return values


def _decimal(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
