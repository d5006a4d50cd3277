"""Tariffs as tables: read from TOML with every fault named, and laid out in rows for a page. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.parking.tariff import DAY_MIN, VEHICLES, Band, Step, Tariff, VehicleRule

_CLOCK = re.compile(r"^([01]?\d|2\d|3\d|4[0-8]):([0-5]\d)$")
_TARIFF_KEYS = {
    "uid", "free_minutes", "free_counts", "band", "holiday_band", "cap_fen", "cap_window", "entry_fen", "vehicles",
    "note", "note_en",
}
_BAND_KEYS = {"start", "end", "unit_minutes", "unit_fen", "first_minutes", "first_fen", "cap_fen", "step"}
_STEP_KEYS = {"minutes", "fen", "times"}
_RULE_KEYS = {"free", "free_minutes", "entry_fen", "percent", "free_counts"}


@dataclass(frozen=True)
class Price:
    """`fen` for each begun `minutes`, `times` over; `times` None: from then on."""

    minutes: int
    fen: int
    times: int | None = 1


@dataclass(frozen=True)
class TariffRow:
    """One band as a page shows it: local "HH:MM", `whole_day` when it is all day; prices in the order they are asked."""

    starts: str
    ends: str
    whole_day: bool
    holiday: bool
    prices: tuple[Price, ...]
    cap_fen: int | None


def parse_tariff(mapping: Mapping[str, Any]) -> Tariff:
    """A tariff from its table. Raises InvalidInput with every problem, each naming field and value."""
    reader = _Reader(str(mapping.get("uid", "tariff")))
    reader.known(mapping, _TARIFF_KEYS, "")
    tariff = Tariff(
        uid=reader.text(mapping, "uid"),
        free_minutes=reader.whole(mapping, "free_minutes", 0) or 0,
        free_counts=reader.truth(mapping, "free_counts", True) is not False,
        bands=reader.bands(mapping, "band"),
        holiday_bands=reader.bands(mapping, "holiday_band"),
        cap_fen=reader.whole(mapping, "cap_fen", None),
        cap_window=reader.choice(mapping, "cap_window", ("day", "24h")),
        entry_fen=reader.whole(mapping, "entry_fen", None),
        vehicles=reader.vehicles(mapping.get("vehicles", {})),
        note=reader.text(mapping, "note"),
        note_en=reader.text(mapping, "note_en"),
    )
    if tariff.entry_fen is not None and (tariff.bands or tariff.holiday_bands):
        reader.fault("entry_fen", tariff.entry_fen, "a price for each entry leaves no use for bands; give one or the other")
    if reader.problems:
        raise InvalidInput(reader.problems)
    return tariff


def describe(tariff: Tariff) -> list[TariffRow]:
    """The bands in the order of the day, holiday bands last; empty for a free or per-entry tariff.

    A band that costs nothing has one Price of 0 fen.
    """
    return [
        TariffRow(
            _clock(band.start_min), _clock(band.end_min), band.end_min - band.start_min == DAY_MIN, holiday,
            _prices(band), band.cap_fen,
        )
        for holiday, bands in ((False, tariff.bands), (True, tariff.holiday_bands))
        for band in sorted(bands, key=lambda one: one.start_min)
    ]


def _prices(band: Band) -> tuple[Price, ...]:
    first = [Price(band.first_minutes, band.first_fen)] if band.first_minutes else []
    steps = [Price(step.minutes, step.fen, step.times) for step in band.steps]
    return (*first, *steps, Price(band.unit_minutes, band.unit_fen, None))


def _clock(minutes: int) -> str:
    return "24:00" if minutes == DAY_MIN else f"{minutes % DAY_MIN // 60:02d}:{minutes % 60:02d}"


class _Reader:
    """Reads values of one tariff and collects what is wrong with them."""

    def __init__(self, row: str) -> None:
        self.row = row
        self.problems: list[InputProblem] = []

    def fault(self, name: str, value: object, message: str) -> None:
        self.problems.append(problem(self.row, name, value, message))

    def known(self, mapping: Mapping[str, Any], allowed: set[str], where: str) -> None:
        for name in sorted(set(mapping) - allowed):
            self.fault(where + name, mapping[name], f"unknown; known are {', '.join(sorted(allowed))}")

    def whole(self, mapping: Mapping[str, Any], name: str, default: int | None, least: int = 0, where: str = "") -> int | None:
        if name not in mapping:
            return default
        value = mapping[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.fault(where + name, value, f"expected a whole number from {least}")
            return default
        return int(value)

    def text(self, mapping: Mapping[str, Any], name: str) -> str:
        value = mapping.get(name, "")
        if not isinstance(value, str):
            self.fault(name, value, "expected text")
        return str(value)

    def truth(self, mapping: Mapping[str, Any], name: str, default: bool | None, where: str = "") -> bool | None:
        value = mapping.get(name, default)
        if value is default or isinstance(value, bool):
            return default if value is default else bool(value)
        self.fault(where + name, value, "expected true or false")
        return default

    def choice(self, mapping: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
        value = mapping.get(name, choices[0])
        if value not in choices:
            self.fault(name, value, f"expected one of {', '.join(choices)}")
            return choices[0]
        return str(value)

    def tables(self, mapping: Mapping[str, Any], name: str, where: str = "") -> list[tuple[Mapping[str, Any], str]]:
        """A list of tables, each with what its fields are to be called in front of their names."""
        tables = mapping.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
            self.fault(where + name, tables, "expected a list of tables")
            return []
        return [(table, f"{where}{name}[{index}].") for index, table in enumerate(tables)]

    def bands(self, mapping: Mapping[str, Any], name: str) -> tuple[Band, ...]:
        bands = tuple(self.band(table, where) for table, where in self.tables(mapping, name))
        covered = sum(band.end_min - band.start_min for band in bands)
        minutes = {minute % DAY_MIN for band in bands for minute in range(band.start_min, band.end_min)}
        if len(minutes) < covered:
            spans = ", ".join(f"{_clock(band.start_min)}-{_clock(band.end_min)}" for band in bands)
            self.fault(name, spans, "bands overlap")
        return bands

    def band(self, table: Mapping[str, Any], where: str) -> Band:
        self.known(table, _BAND_KEYS, where)
        start, end = self.clock(table, "start", 0, where), self.clock(table, "end", DAY_MIN, where)
        if end <= start:
            end += DAY_MIN
        if start >= DAY_MIN:
            self.fault(where + "start", table.get("start"), "a band starts before 24:00")
        if end - start > DAY_MIN:
            self.fault(where + "end", table.get("end"), "a band is at most 24 hours long")
            end = start + DAY_MIN
        return Band(
            start, end,
            unit_minutes=self.whole(table, "unit_minutes", 60, 1, where) or 60,
            unit_fen=self.whole(table, "unit_fen", 0, 0, where) or 0,
            first_minutes=self.whole(table, "first_minutes", 0, 0, where) or 0,
            first_fen=self.whole(table, "first_fen", 0, 0, where) or 0,
            cap_fen=self.whole(table, "cap_fen", None, 0, where),
            steps=tuple(self.step(step, under) for step, under in self.tables(table, "step", where)),
        )

    def step(self, table: Mapping[str, Any], where: str) -> Step:
        self.known(table, _STEP_KEYS, where)
        for name in ("minutes", "fen"):
            if name not in table:
                self.fault(where + name, "", "missing")
        return Step(
            minutes=self.whole(table, "minutes", 60, 1, where) or 60,
            fen=self.whole(table, "fen", 0, 0, where) or 0,
            times=self.whole(table, "times", 1, 1, where) or 1,
        )

    def clock(self, table: Mapping[str, Any], name: str, default: int, where: str) -> int:
        if name not in table:
            return default
        match = _CLOCK.match(str(table[name]))
        if match is None:
            self.fault(where + name, table[name], "expected a time as HH:MM")
            return default
        return int(match[1]) * 60 + int(match[2])

    def vehicles(self, tables: object) -> dict[str, VehicleRule]:
        if not isinstance(tables, Mapping):
            self.fault("vehicles", tables, "expected a table for each kind of vehicle")
            return {}
        rules = {}
        for name, table in tables.items():
            where = f"vehicles.{name}."
            if name not in VEHICLES or not isinstance(table, Mapping):
                self.fault(f"vehicles.{name}", table, f"expected a table for one of {', '.join(VEHICLES)}")
                continue
            self.known(table, _RULE_KEYS, where)
            rules[name] = VehicleRule(
                free=self.truth(table, "free", False, where) is True,
                free_minutes=self.whole(table, "free_minutes", None, 0, where),
                entry_fen=self.whole(table, "entry_fen", None, 0, where),
                percent=self.whole(table, "percent", None, 0, where),
                free_counts=self.truth(table, "free_counts", None, where),
            )
        return rules
