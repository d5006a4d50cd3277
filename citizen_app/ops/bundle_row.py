"""One row of a bundle, value by value, with every fault collected. Pure.

Values never raise; what cannot be used is a problem in the list and None (or "") in the hand.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Container, Mapping
from typing import Any

from citizen_app import geo
from citizen_app.errors import InputProblem, problem

TO_WGS84 = {
    "": lambda lat, lon: (lat, lon),
    "wgs84": lambda lat, lon: (lat, lon),
    "cgcs2000": lambda lat, lon: (lat, lon),    # within a few decimetres of WGS-84
    "gcj02": geo.gcj02_to_wgs84,
    "bd09": geo.bd09_to_wgs84,
}
_UID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LONGEST = 500


class Row:
    """One CSV row or TOML table. `is_good` turns False with the first fault."""

    def __init__(self, name: str, values: Mapping[str, Any], problems: list[InputProblem]) -> None:
        self.name, self.values, self._problems = name, values, problems
        self.is_good = True

    def fault(self, field: str, message: str, value: object = None) -> None:
        self.is_good = False
        self._problems.append(problem(self.name, field, self.values.get(field, "") if value is None else value, message))

    def text(self, field: str, *, required: bool = False) -> str:
        value = self.values.get(field, "")
        if not isinstance(value, str):
            self.fault(field, "expected text")
            return ""
        value = value.strip()
        if required and not value:
            self.fault(field, "must not be empty")
        if len(value) > _LONGEST:
            self.fault(field, f"longer than {_LONGEST} characters")
        return str(value)

    def uid(self, field: str) -> str:
        value = self.text(field, required=True)
        if value and not _UID.fullmatch(value):
            self.fault(field, "expected at most 64 of a-z 0-9 - _, beginning with a letter or digit")
        return value

    def whole(self, field: str, least: int = 0, most: int = 1_000_000) -> int | None:
        value = self.values.get(field, "")
        if value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,12}\s*", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(field, f"expected a whole number from {least} to {most}")
            return None
        return value

    def decimal(self, field: str, *, required: bool = False) -> float | None:
        value = self.values.get(field, "")
        if value == "" and not required:
            return None
        if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]+(\.[0-9]+)?\s*", value):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.fault(field, "expected a decimal number such as 28.8486")
            return None
        return float(value)

    def choice(self, field: str, choices: Collection[str], default: str = "") -> str:
        value = self.text(field, required=not default) or default
        if value and value not in choices:
            self.fault(field, f"expected one of {', '.join(choices)}")
        return value

    def pairs(self, field: str, names: Collection[str]) -> dict[str, str]:
        """A cell such as "charging=B2 层; disabled=1 号门边"."""
        found: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in self.text(field).split(";"))):
            name, equals, value = (piece.strip() for piece in part.partition("="))
            if not equals or not value:
                self.fault(field, "expected name=value; name=value", part)
            elif name not in names or name in found:
                known = ", ".join(sorted(names))
                self.fault(field, "named twice" if name in found else f"unknown name; known are {known}", part)
            else:
                found[name] = value
        return found

    def point(self, bounds: geo.Box | None, *, required: bool = True) -> tuple[float, float] | None:
        """lat, lon in WGS-84, converted from what the column `crs` says; None where there is none or it is unusable."""
        if not required and not self.values.get("lat") and not self.values.get("lon"):
            return None
        lat, lon = self.decimal("lat", required=True), self.decimal("lon", required=True)
        crs = re.sub(r"[^a-z0-9]", "", self.text("crs").lower())
        if crs not in TO_WGS84:
            self.fault("crs", "expected WGS-84, GCJ-02 or BD-09")
        if lat is None or lon is None or crs not in TO_WGS84:
            return None
        if not geo.Box(-90, -180, 90, 180).contains(lat, lon):
            self.fault("lat", "not a point on the earth; lat comes first", f"{lat}, {lon}")
            return None
        lat, lon = TO_WGS84[crs](lat, lon)
        if bounds is not None and not bounds.contains(lat, lon):
            swapped = "; lat and lon are swapped" if bounds.contains(lon, lat) else ""
            self.fault("lat", f"outside the county's bounds{swapped}", f"{lat:.6f}, {lon:.6f}")
            return None
        return round(lat, 7), round(lon, 7)

    def known(self, names: Collection[str]) -> None:
        for field in self.values:
            if field not in names:
                self.fault(field, f"unknown; known are {', '.join(sorted(names))}")

    def once(self, field: str, value: str, found: Container[str]) -> None:
        if value in found:
            self.fault(field, "stands there twice")

    def texts(self, field: str, default: list[str]) -> tuple[str, ...]:
        value = self.values.get(field, default)
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.fault(field, "expected a list of texts")
            return ()
        return tuple(value)

    def truth(self, field: str) -> bool:
        value = self.values.get(field, False)
        if not isinstance(value, bool):
            self.fault(field, "expected true or false")
        return value is True

    def table(self, field: str) -> dict[str, Any]:
        value = self.values.get(field, {})
        try:
            json.dumps(value)
        except TypeError:
            self.fault(field, "dates and times must be texts here")
            return {}
        if not isinstance(value, dict):
            self.fault(field, "expected a table")
            return {}
        return value
