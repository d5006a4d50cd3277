"""The lines of a network in an order to look through: by kind, or by how their names begin where there are hundreds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf

from citizen_app.buses.network import Route, RouteKind

KINDS = (RouteKind.TOWN, RouteKind.MICRO, RouteKind.MARKET, RouteKind.STATION, RouteKind.URBAN, RouteKind.OTHER)
MOST_ON_A_PAGE = 80


@dataclass(frozen=True)
class Group:
    """Lines under one heading: their kind, and for very many lines how their names begin ("" for all of them)."""

    kind: RouteKind
    routes: tuple[Route, ...]
    beginning: str = ""


def sort_key(route: Route) -> tuple[int, str, float, str]:
    """As people look for it: 9, 10, 108, 108A, 集3. Numbers are found faster than any other order."""
    name = route.short_name or route.long_name
    found = re.match(r"(\D*)(\d*)(.*)", name, re.DOTALL)
    letters, digits, rest = found.groups() if found else (name, "", "")
    return 1 if letters else 0, letters, float(digits[:12]) if digits else inf, rest


def group_by_kind(routes: Iterable[Route]) -> list[Group]:
    """All lines, kinds in the order of KINDS, each in the order of sort_key; no empty groups."""
    ordered = sorted(routes, key=lambda route: (KINDS.index(route.kind), sort_key(route)))
    return [Group(kind, tuple(found)) for kind, found in groupby(ordered, key=lambda route: route.kind)]


def group_by_beginning(routes: Sequence[Route], most: int = MOST_ON_A_PAGE) -> list[Group]:
    """All lines by the first letters of their names: as few letters as leave at most `most` in a group.

    Lines whose whole names are that short stay together, however many they are.
    """
    return list(_split(sorted(routes, key=sort_key), "", most))


def _split(routes: Sequence[Route], beginning: str, most: int) -> Iterable[Group]:
    length = len(beginning) + 1
    parts: dict[str, list[Route]] = {}
    for route in routes:
        parts.setdefault((route.short_name or route.long_name)[:length].upper(), []).append(route)
    for start, found in sorted(parts.items()):
        if len(found) <= most or len(start) < length:
            yield Group(RouteKind.OTHER, tuple(found), start)
        else:
            yield from _split(found, start, most)
