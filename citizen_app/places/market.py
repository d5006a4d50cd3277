"""A market as a place: where it is held, on which days, at which hours. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from citizen_app.days.rules import Rule


@dataclass(frozen=True)
class Market:
    """`slug` stands in addresses. `opens_s` and `closes_s` are seconds of the local day; None is not known.

    `lat`, `lon` are WGS-84. `is_demo` says that the days are invented.
    """

    slug: str
    name: str
    rule: Rule
    name_en: str = ""
    town_code: str = ""
    lat: float | None = None
    lon: float | None = None
    opens_s: int | None = None
    closes_s: int | None = None
    note: str = ""
    is_demo: bool = False
