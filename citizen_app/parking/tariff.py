"""What a stay costs. Pure; all money in fen, all rules on the county's clock (Asia/Shanghai).

A tariff is made of bands of the day. A stay is cut into segments where the band or the kind of day changes. In a segment
the steps of its band are asked first, then a price for each unit that has begun, up to the band's cap; a segment counts
from where the stay enters it. What falls due within one cap window is asked up to the tariff's cap. So a longer stay
never costs less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from citizen_app.clock import to_local
from citizen_app.days.kinds import DayKind, day_kind

DAY = timedelta(days=1)
DAY_MIN = 24 * 60
VEHICLES = ("car", "new_energy", "motorcycle", "coach", "disabled")


@dataclass(frozen=True)
class Step:
    """Between a band's first minutes and its units: `minutes` that cost `fen` once they have begun, `times` over."""

    minutes: int
    fen: int
    times: int = 1


@dataclass(frozen=True)
class Band:
    """A part of the day, in minutes after local midnight; `end_min` may pass 1440 (20:00-07:00 is 1200-1860).

    The first `first_minutes` cost `first_fen` in all (nothing special when 0), then come the `steps`, then every unit of
    `unit_minutes` that has begun costs `unit_fen`. Each pass through the band costs at most `cap_fen`.
    """

    start_min: int = 0
    end_min: int = DAY_MIN
    unit_minutes: int = 60
    unit_fen: int = 0
    first_minutes: int = 0
    first_fen: int = 0
    cap_fen: int | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class VehicleRule:
    """What differs for a kind of vehicle; None means "as for a car". `percent` is of what a car pays."""

    free: bool = False
    free_minutes: int | None = None
    entry_fen: int | None = None
    percent: int | None = None
    free_counts: bool | None = None


@dataclass(frozen=True)
class Tariff:
    """One tariff. With `entry_fen` a stay costs that once, whatever its length, and bands are not used.

    A stay up to `free_minutes` is free; a longer one is charged from the start when `free_counts`, else from the
    end of the free minutes. `holiday_bands` replace `bands` on statutory holidays from midnight to midnight, when there
    are any. Hours that no band names are free. The first minutes and steps of a band are asked once in a stay, of the
    first band that has any. `cap_fen` holds for each calendar day ("day"), or for each 24 h from entry ("24h"), after
    which the stay is counted anew, without free minutes.
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
    """A part of a stay that one band prices without a break. `opens`: the band's first minutes and steps are asked."""

    starts_at: datetime
    ends_at: datetime
    band: Band
    opens: bool = False


def fee_fen(tariff: Tariff, arrived_at: datetime, left_at: datetime, vehicle: str = "car") -> int:
    """The price of a stay in fen. Times are aware, in any zone. Raises ValueError when left before arrived."""
    arrived, left = to_local(arrived_at), to_local(left_at)
    if left < arrived:
        raise ValueError("left before arrived")
    rule = tariff.vehicles.get(vehicle, VehicleRule())
    free = timedelta(minutes=tariff.free_minutes if rule.free_minutes is None else rule.free_minutes)
    if rule.free or left - arrived <= free:
        return 0
    if rule.entry_fen is not None:
        return rule.entry_fen
    fee = tariff.entry_fen
    if fee is None:
        free_counts = tariff.free_counts if rule.free_counts is None else rule.free_counts
        fee = _stay_fen(tariff, arrived if free_counts else arrived + free, left)
    return fee if rule.percent is None else fee * rule.percent // 100


def _stay_fen(tariff: Tariff, begin: datetime, end: datetime) -> int:
    if tariff.cap_fen is None:
        return sum(_segment_fen(one, one.ends_at) for one in _segments(tariff, begin, end))
    if tariff.cap_window == "24h":
        fee = 0
        while begin < end:
            until = min(begin + DAY, end)
            due = sum(_segment_fen(one, one.ends_at) for one in _segments(tariff, begin, until))
            fee += min(due, tariff.cap_fen)
            begin = until
        return fee
    days: dict[object, int] = {}
    for segment in _segments(tariff, begin, end):
        for starts_at, ends_at in _calendar_days(segment.starts_at, segment.ends_at):
            due = _segment_fen(segment, ends_at) - _segment_fen(segment, starts_at)
            days[starts_at.date()] = days.get(starts_at.date(), 0) + due
    return sum(min(due, tariff.cap_fen) for due in days.values())


def _segment_fen(segment: Segment, until: datetime) -> int:
    """What has fallen due in a segment until a moment within it."""
    band, left, fee = segment.band, until - segment.starts_at, 0
    steps = (Step(band.first_minutes, band.first_fen), *band.steps) if segment.opens else ()
    for step in steps:
        for _ in range(step.times):
            if left > timedelta() and step.minutes:
                fee += step.fen
                left -= timedelta(minutes=step.minutes)
    fee += max(0, -(-left // timedelta(minutes=band.unit_minutes))) * band.unit_fen
    return fee if band.cap_fen is None else min(fee, band.cap_fen)


def _segments(tariff: Tariff, begin: datetime, end: datetime) -> list[Segment]:
    """A stay cut where the price changes; `begin` and `end` on the county's clock."""
    found: list[Segment] = []
    opened, at = False, begin
    while at < end:
        band, until = _band_at(tariff, at)
        until = min(until, end)
        if found and _goes_on(found[-1].band, band):
            found[-1] = replace(found[-1], ends_at=until)
        else:
            opens = not opened and bool(band.first_minutes or band.steps)
            opened = opened or opens
            found.append(Segment(at, until, band, opens))
        at = until
    return found


def _band_at(tariff: Tariff, at: datetime) -> tuple[Band, datetime]:
    """The band that holds at a local moment, and until when. Hours that no band names are free."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    bands = _bands_of(tariff, midnight)
    last = midnight + (DAY if _bands_of(tariff, midnight + DAY) is not bands else 2 * DAY)
    nearest = midnight + DAY
    for band in bands:
        for shift in (-DAY_MIN, 0):
            starts = midnight + timedelta(minutes=band.start_min + shift)
            ends = midnight + timedelta(minutes=band.end_min + shift)
            if starts <= at < ends:
                return band, min(ends, last)
            if at < starts:
                nearest = min(nearest, starts)
    return Band(), nearest


def _bands_of(tariff: Tariff, day: datetime) -> tuple[Band, ...]:
    if tariff.holiday_bands and day_kind(day.date()) is DayKind.HOLIDAY:
        return tariff.holiday_bands
    return tariff.bands


def _goes_on(one: Band, two: Band) -> bool:
    """Whether two bands that follow each other are one price: the unit that runs at the border is not asked twice."""
    return one.cap_fen is None and replace(one, start_min=two.start_min, end_min=two.end_min) == two


def _calendar_days(starts_at: datetime, ends_at: datetime) -> Iterator[tuple[datetime, datetime]]:
    while starts_at < ends_at:
        midnight = starts_at.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        yield starts_at, min(midnight, ends_at)
        starts_at = midnight


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
            name: {key: value for key, value in vars(rule).items() if value != vars(VehicleRule())[key]}
            for name, rule in tariff.vehicles.items()
        }
    return plain


def _band_mapping(band: Band) -> dict[str, Any]:
    plain = {name: value for name, value in vars(band).items() if value is not None}
    plain["start"] = _clock(plain.pop("start_min"))
    plain["end"] = _clock(plain.pop("end_min"))
    steps = [dict(vars(step)) for step in plain.pop("steps")]
    return {**plain, "step": steps} if steps else plain


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
