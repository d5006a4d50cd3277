"""What a stay costs. Pure; all money in fen, all rules on the county's clock (Asia/Shanghai).

A tariff is made of bands of the day. A stay is cut into segments where the band changes; each segment costs
its opening price, then a price for each started unit, up to the band's cap. The segments that begin in one
window (a calendar day, or 24 h from entry) cost at most the tariff's cap together. A longer stay therefore never
costs less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from citizen_app.clock import to_local
from citizen_app.days.kinds import DayKind, day_kind

DAY_MIN = 24 * 60
VEHICLES = ("car", "new_energy", "motorcycle", "coach", "disabled")


@dataclass(frozen=True)
class Band:
    """A part of the day, in minutes after local midnight; `end_min` may pass 1440 (20:00-07:00 is 1200-1860).

    The first `first_minutes` cost `first_fen` in all (nothing special when 0), every started `unit_minutes` after
    them `unit_fen`.
    """

    start_min: int = 0
    end_min: int = DAY_MIN
    unit_minutes: int = 60
    unit_fen: int = 0
    first_minutes: int = 0
    first_fen: int = 0
    cap_fen: int | None = None


@dataclass(frozen=True)
class VehicleRule:
    """What differs for a kind of vehicle; None means "as for a car"."""

    free: bool = False
    free_minutes: int | None = None
    entry_fen: int | None = None
    percent: int | None = None


@dataclass(frozen=True)
class Tariff:
    """One tariff. With `entry_fen` a stay costs that once, whatever its length, and bands are not used.

    A stay up to `free_minutes` is free; a longer one is charged from the start when `free_counts`, else from the
    end of the free minutes. `holiday_bands` replace `bands` on statutory holidays, when there are any.
    """

    uid: str = ""
    free_minutes: int = 0
    free_counts: bool = True
    bands: tuple[Band, ...] = ()
    holiday_bands: tuple[Band, ...] = ()
    cap_fen: int | None = None
    cap_window: str = "day"    # "day" or "24h"
    entry_fen: int | None = None
    vehicles: Mapping[str, VehicleRule] = field(default_factory=dict)
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class Segment:
    starts_at: datetime
    minutes: float
    band: Band


def fee_fen(tariff: Tariff, arrived_at: datetime, left_at: datetime, vehicle: str = "car") -> int:
    """The price of a stay in fen. Times are aware, in any zone. Raises ValueError when left before arrived."""
    if left_at < arrived_at:
        raise ValueError("left before arrived")
    rule = tariff.vehicles.get(vehicle, VehicleRule())
    free_minutes = tariff.free_minutes if rule.free_minutes is None else rule.free_minutes
    free = timedelta(minutes=free_minutes)
    if rule.free or left_at - arrived_at <= free:
        return 0
    entry_fen = tariff.entry_fen if rule.entry_fen is None else rule.entry_fen
    if entry_fen is not None:
        fee = entry_fen
    else:
        begin = arrived_at if tariff.free_counts else arrived_at + free
        fee = _bands_fen(tariff, to_local(begin), to_local(left_at))
    return fee if rule.percent is None or rule.entry_fen is not None else fee * rule.percent // 100


def _bands_fen(tariff: Tariff, begin: datetime, end: datetime) -> int:
    windows: dict[object, int] = {}
    opening = True
    for segment in segments(tariff, begin, end):
        price = segment_fen(segment.band, segment.minutes, opening)
        opening = False
        window = _window(tariff, begin, segment.starts_at)
        windows[window] = windows.get(window, 0) + price
    if tariff.cap_fen is None:
        return sum(windows.values())
    return sum(min(price, tariff.cap_fen) for price in windows.values())


def segment_fen(band: Band, minutes: float, opening: bool) -> int:
    """The price of `minutes` in one band; the opening price is asked only where a stay begins."""
    if minutes <= 0:
        return 0
    price = 0
    if opening and band.first_minutes:
        price, minutes = band.first_fen, max(0.0, minutes - band.first_minutes)
    units = -int(-minutes // band.unit_minutes)
    price += units * band.unit_fen
    return price if band.cap_fen is None else min(price, band.cap_fen)


def segments(tariff: Tariff, begin: datetime, end: datetime) -> list[Segment]:
    """A stay cut where the band or the kind of day asks for it; `begin` and `end` on the county's clock."""
    found: list[Segment] = []
    at = begin
    while at < end:
        band, until = _band_at(tariff, at)
        if tariff.cap_window == "24h":
            passed = int((at - begin) / timedelta(days=1)) + 1
            until = min(until, begin + timedelta(days=passed))
        until = min(until, end)
        found.append(Segment(at, (until - at).total_seconds() / 60, band))
        at = until
    return found


def _band_at(tariff: Tariff, at: datetime) -> tuple[Band, datetime]:
    """The band that holds at a local moment, and when it ends. Hours that no band names are free."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    nearest = midnight + timedelta(days=1)
    for day in (midnight - timedelta(days=1), midnight, midnight + timedelta(days=1)):
        for band in _bands_of(tariff, day):
            starts, ends = day + timedelta(minutes=band.start_min), day + timedelta(minutes=band.end_min)
            if starts <= at < ends:
                return band, ends
            if at < starts:
                nearest = min(nearest, starts)
    return Band(unit_minutes=60, unit_fen=0), nearest


def _bands_of(tariff: Tariff, day: datetime) -> tuple[Band, ...]:
    if tariff.holiday_bands and day_kind(day.date()) is DayKind.HOLIDAY:
        return tariff.holiday_bands
    return tariff.bands


def _window(tariff: Tariff, begin: datetime, at: datetime) -> object:
    if tariff.cap_window == "24h":
        return int((at - begin) / timedelta(days=1))
    return at.date()


def tariff_mapping(tariff: Tariff) -> dict[str, Any]:
    """The tariff as JSON-able tables; `tariff_format.parse_tariff` reads them back."""
    plain: dict[str, Any] = {
        name: value
        for name, value in vars(tariff).items()
        if name not in {"bands", "holiday_bands", "vehicles"} and value != Tariff.__dataclass_fields__[name].default
    }
    for name, bands in (("band", tariff.bands), ("holiday_band", tariff.holiday_bands)):
        if bands:
            plain[name] = [_band_mapping(band) for band in bands]
    if tariff.vehicles:
        plain["vehicles"] = {
            name: {key: value for key, value in vars(rule).items() if value not in (None, False)}
            for name, rule in tariff.vehicles.items()
        }
    return plain


def _band_mapping(band: Band) -> dict[str, Any]:
    plain = {name: value for name, value in vars(band).items() if value is not None}
    plain["start"] = _clock(plain.pop("start_min"))
    plain["end"] = _clock(plain.pop("end_min"))
    return plain


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
