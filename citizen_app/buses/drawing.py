"""A line as a drawing: a path that turns at the edges, three stops to a row, so that names stay readable on a phone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 328
_PER_ROW = 3
_ROW_HEIGHT = 54
_LEFT, _STEP, _TOP = 62, 102, 18
_MOST_LETTERS = 6.5       # as many Chinese signs stand beside each other in one step


@dataclass(frozen=True)
class Mark:
    """One stop in the drawing: its middle, and its name as far as it fits."""

    x: int
    y: int
    label: str


@dataclass(frozen=True)
class Drawing:
    """`path` is the d of an SVG path; the view box is 0 0 WIDTH `height`."""

    path: str
    marks: tuple[Mark, ...]
    height: int


def draw_line(names: Sequence[str]) -> Drawing:
    """The stops of one direction, first to last; an empty drawing for none."""
    marks = tuple(Mark(*_place(number), shorten(name)) for number, name in enumerate(names))
    rows = -(-len(marks) // _PER_ROW)
    return Drawing(_path(marks), marks, rows * _ROW_HEIGHT)


def shorten(name: str) -> str:
    """The name, or its beginning with an ellipsis where it would run into the next one."""
    width = 0.0
    for place, letter in enumerate(name):
        width += 1 if ord(letter) > 0x2E7F else 0.55
        if width > _MOST_LETTERS:
            return f"{name[: place - 1].rstrip()}…"
    return name


def _place(number: int) -> tuple[int, int]:
    row, column = divmod(number, _PER_ROW)
    if row % 2:
        column = _PER_ROW - 1 - column
    return _LEFT + column * _STEP, _TOP + row * _ROW_HEIGHT


def _path(marks: Sequence[Mark]) -> str:
    parts: list[str] = []
    for number, mark in enumerate(marks):
        if number == 0:
            parts.append(f"M{mark.x} {mark.y}")
        elif number % _PER_ROW:
            parts.append(f"H{mark.x}")
        else:
            out = 54 if mark.x > WIDTH / 2 else -54
            parts.append(f"c{out} 0 {out} {_ROW_HEIGHT} 0 {_ROW_HEIGHT}")
    return "".join(parts)
