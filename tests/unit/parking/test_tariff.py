"""What a stay costs: prices worked out by hand, and what holds for every tariff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from citizen_app.clock import LOCAL
from citizen_app.parking.tariff import VEHICLES, Band, Step, Tariff, VehicleRule, fee_fen

ALL_DAY_HOURLY = Tariff(bands=(Band(unit_minutes=60, unit_fen=200),))
# 30 分钟内免费，首小时 3 元，之后每小时 2 元，当日封顶 15 元
COUNTY = Tariff(free_minutes=30, cap_fen=1500, bands=(Band(unit_fen=200, first_minutes=60, first_fen=300),))
# 白天 7:00-20:00 首小时 3 元，之后每 30 分钟 2 元；夜间 1 元/小时，每夜最多 5 元
DAY_AND_NIGHT = Tariff(free_minutes=15, bands=(
    Band(420, 1200, unit_minutes=30, unit_fen=200, first_minutes=60, first_fen=300),
    Band(1200, 1860, unit_fen=100, cap_fen=500),
))
# 夜间免费的路边泊位
ROADSIDE = Tariff(free_minutes=15, cap_fen=2400, bands=(
    Band(450, 1230, unit_minutes=30, unit_fen=200, first_minutes=60, first_fen=300),
))
# 24 小时封顶 10 元，超过重新计费；新能源 2 小时内免费，超过部分收费
RAILWAY = Tariff(
    free_minutes=20, cap_fen=1000, cap_window="24h", bands=(Band(unit_fen=200),),
    vehicles={
        "new_energy": VehicleRule(free_minutes=120, free_counts=False), "disabled": VehicleRule(free=True),
        "motorcycle": VehicleRule(entry_fen=100), "coach": VehicleRule(percent=200),
    },
)
# 2 小时内 5 元，2 至 4 小时 8 元，之后每小时 2 元
STEPPED = Tariff(bands=(Band(unit_fen=200, first_minutes=120, first_fen=500, steps=(Step(120, 300),)),))
# 首小时 3 元，之后三个半小时各 1 元，之后每小时 5 元
RISING = Tariff(bands=(Band(unit_fen=500, first_minutes=60, first_fen=300, steps=(Step(30, 100, times=3),)),))
# 平时每小时 2 元，法定节假日每小时 6 元
HOLIDAY = Tariff(bands=(Band(unit_fen=200),), holiday_bands=(Band(unit_fen=600),))
HOLIDAY_NIGHT = Tariff(
    bands=(Band(480, 1200, unit_fen=300), Band(1200, 1920, unit_fen=100, cap_fen=500)), holiday_bands=(Band(unit_fen=600),),
)
PER_ENTRY = Tariff(free_minutes=15, entry_fen=500, vehicles={"coach": VehicleRule(entry_fen=1500)})
NIGHT_FLAT = Tariff(bands=(Band(480, 1200, unit_fen=200), Band(1200, 1920, unit_minutes=720, unit_fen=500)))

GOLDEN = [
    # name, tariff, arrives (local), leaves (local), vehicle, fen
    ("nothing for nothing", COUNTY, "2026-05-20 09:00", "2026-05-20 09:00", "car", 0),
    ("thirty minutes are free", COUNTY, "2026-05-20 09:00", "2026-05-20 09:30", "car", 0),
    ("a second more counts from the start", COUNTY, "2026-05-20 09:00", "2026-05-20 09:30:01", "car", 300),
    ("one hour", COUNTY, "2026-05-20 09:00", "2026-05-20 10:00", "car", 300),
    ("a minute of the second hour", COUNTY, "2026-05-20 09:00", "2026-05-20 10:01", "car", 500),
    ("seven hours: 3 + 6 x 2", COUNTY, "2026-05-20 09:00", "2026-05-20 16:00", "car", 1500),
    ("the cap of a day", COUNTY, "2026-05-20 09:00", "2026-05-20 23:00", "car", 1500),
    ("the cap of two days", COUNTY, "2026-05-20 09:00", "2026-05-21 23:00", "car", 3000),
    ("15 for the day, 8 hours x 2 is capped too", COUNTY, "2026-05-20 09:00", "2026-05-21 08:00", "car", 3000),
    ("15 for the day, then 3 hours x 2", COUNTY, "2026-05-20 09:00", "2026-05-21 03:00", "car", 2100),
    ("an hour that runs over midnight is one hour", ALL_DAY_HOURLY, "2026-05-20 23:30", "2026-05-21 00:30", "car", 200),
    ("... and is due on the day it began", COUNTY, "2026-05-20 22:30", "2026-05-21 00:30", "car", 500),
    ("daytime: 3 + 2", DAY_AND_NIGHT, "2026-05-20 09:00", "2026-05-20 10:30", "car", 500),
    ("daytime: 3 + 2 x 2", DAY_AND_NIGHT, "2026-05-20 09:00", "2026-05-20 10:31", "car", 700),
    ("one night is five at most", DAY_AND_NIGHT, "2026-05-20 20:00", "2026-05-21 07:00", "car", 500),
    ("three hours of a night", DAY_AND_NIGHT, "2026-05-20 23:00", "2026-05-21 02:00", "car", 300),
    ("evening into night: first hour 3, half an hour 2, night 2 x 1", DAY_AND_NIGHT,
     "2026-05-20 18:30", "2026-05-20 22:00", "car", 300 + 200 + 200),
    ("night, then the first daytime hour and two halves", DAY_AND_NIGHT, "2026-05-20 22:00", "2026-05-21 09:00", "car",
     500 + 300 + 400),
    ("two nights and the 13 hours between: the first hour is asked once", DAY_AND_NIGHT,
     "2026-05-20 20:00", "2026-05-22 07:00", "car", 500 + 300 + 24 * 200 + 500),
    ("by the road at night it is free", ROADSIDE, "2026-05-20 20:30", "2026-05-21 07:30", "car", 0),
    ("who came at night pays from half past seven", ROADSIDE, "2026-05-20 22:00", "2026-05-21 08:00", "car", 300),
    ("by the road all day is capped", ROADSIDE, "2026-05-20 07:30", "2026-05-20 20:30", "car", 2400),
    ("24 hours from entry are capped, not the calendar day", RAILWAY, "2026-05-20 18:00", "2026-05-21 18:00", "car", 1000),
    ("after 24 hours it is counted anew", RAILWAY, "2026-05-20 18:00", "2026-05-21 18:01", "car", 1200),
    ("new energy: two hours free", RAILWAY, "2026-05-20 18:00", "2026-05-20 20:00", "new_energy", 0),
    ("new energy: only the rest is charged", RAILWAY, "2026-05-20 18:00", "2026-05-20 21:00", "new_energy", 200),
    ("disabled drivers are free", RAILWAY, "2026-05-20 18:00", "2026-05-25 18:00", "disabled", 0),
    ("motorcycles pay once", RAILWAY, "2026-05-20 18:00", "2026-05-20 23:00", "motorcycle", 100),
    ("coaches pay double", RAILWAY, "2026-05-20 18:00", "2026-05-20 20:00", "coach", 800),
    ("up to two hours", STEPPED, "2026-05-20 09:00", "2026-05-20 11:00", "car", 500),
    ("two to four hours", STEPPED, "2026-05-20 09:00", "2026-05-20 11:01", "car", 800),
    ("four hours and a half", STEPPED, "2026-05-20 09:00", "2026-05-20 13:30", "car", 1000),
    ("rising: 3 + 1 + 1", RISING, "2026-05-20 09:00", "2026-05-20 10:45", "car", 500),
    ("rising: 3 + 3 x 1 + 5", RISING, "2026-05-20 09:00", "2026-05-20 11:31", "car", 1100),
    ("an hour of National Day", HOLIDAY, "2026-10-01 09:00", "2026-10-01 10:00", "car", 600),
    ("a bridged holiday", HOLIDAY, "2026-10-05 09:00", "2026-10-05 10:00", "car", 600),
    ("a working Saturday", HOLIDAY, "2026-10-10 09:00", "2026-10-10 10:00", "car", 200),
    ("an ordinary Sunday is no holiday", HOLIDAY, "2026-10-18 09:00", "2026-10-18 10:00", "car", 200),
    ("the holiday begins at midnight", HOLIDAY, "2026-09-30 22:00", "2026-10-01 02:00", "car", 2 * 200 + 2 * 600),
    ("... and ends the night before it", HOLIDAY_NIGHT, "2026-09-30 22:00", "2026-10-01 01:00", "car", 200 + 600),
    ("the night after a holiday is an ordinary one", HOLIDAY_NIGHT, "2026-10-07 23:00", "2026-10-08 02:00", "car", 600 + 200),
    ("per entry", PER_ENTRY, "2026-05-20 09:00", "2026-05-22 09:00", "car", 500),
    ("per entry, a coach", PER_ENTRY, "2026-05-20 09:00", "2026-05-20 12:00", "coach", 1500),
    ("per entry, a quarter of an hour is free", PER_ENTRY, "2026-05-20 09:00", "2026-05-20 09:15", "coach", 0),
    ("a night for one price", NIGHT_FLAT, "2026-05-20 19:00", "2026-05-21 09:00", "car", 200 + 500 + 200),
    ("free of charge", Tariff(note="免费"), "2026-05-20 09:00", "2026-05-29 09:00", "car", 0),
]


@pytest.mark.parametrize(("tariff", "arrives", "leaves", "vehicle", "fen"), [one[1:] for one in GOLDEN],
                         ids=[one[0] for one in GOLDEN])
def test_prices_worked_out_by_hand(tariff: Tariff, arrives: str, leaves: str, vehicle: str, fen: int) -> None:
    arrived_at, left_at = (datetime.fromisoformat(text).replace(tzinfo=LOCAL) for text in (arrives, leaves))
    assert fee_fen(tariff, arrived_at, left_at, vehicle) == fen


def test_who_leaves_before_coming_is_refused_and_so_is_a_moment_without_a_zone() -> None:
    at = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="left before arrived"):
        fee_fen(COUNTY, at, at - timedelta(seconds=1))
    with pytest.raises(ValueError, match="time zone"):
        fee_fen(COUNTY, at.replace(tzinfo=None), at.replace(tzinfo=None))


UNITS = st.sampled_from([15, 30, 60])
FEN = st.sampled_from([0, 50, 100, 200, 500])


@st.composite
def band_lists(draw: st.DrawFn, opening: bool = True, caps: bool = True) -> tuple[Band, ...]:
    """One to three bands on whole hours, in order, that may leave gaps and cross midnight."""
    cuts = sorted(draw(st.sets(st.integers(0, 23), min_size=1, max_size=3)))
    bands = []
    for start, end in zip(cuts, [*cuts[1:], cuts[0] + 24], strict=True):
        extra: dict[str, Any] = {"cap_fen": draw(st.none() | st.sampled_from([300, 500, 1000]))} if caps else {}
        if opening:
            extra |= {"first_minutes": draw(st.sampled_from([0, 30, 60, 120])), "first_fen": draw(FEN)}
            extra["steps"] = tuple(draw(st.lists(st.builds(Step, UNITS, FEN, st.integers(1, 3)), max_size=2)))
        shorter = draw(st.sampled_from([0, 0, 60]))
        if end * 60 - shorter > start * 60:
            bands.append(Band(start * 60, end * 60 - shorter, unit_minutes=draw(UNITS), unit_fen=draw(FEN), **extra))
    return tuple(bands)


@st.composite
def tariffs(draw: st.DrawFn, free: bool = True, opening: bool = True, caps: bool = True, window: str = "") -> Tariff:
    rules = st.builds(
        VehicleRule, st.booleans(), st.none() | st.integers(0, 180), st.none() | FEN, st.none() | st.integers(0, 200),
        st.none() | st.booleans(),
    )
    return Tariff(
        free_minutes=draw(st.sampled_from([0, 15, 30, 60])) if free else 0,
        free_counts=draw(st.booleans()),
        bands=draw(band_lists(opening, caps)),
        holiday_bands=draw(st.just(()) | band_lists(opening, caps)),
        cap_fen=draw(st.sampled_from([500, 1500, 3000]) if window else st.none() | st.sampled_from([1500])) if caps else None,
        cap_window=window or draw(st.sampled_from(["day", "24h"])),
        entry_fen=draw(st.none() | FEN) if free else None,
        vehicles=draw(st.dictionaries(st.sampled_from(VEHICLES), rules, max_size=2)) if free else {},
    )


# Around National Day: working days, holidays and a working Saturday.
MOMENTS = st.datetimes(datetime(2026, 9, 28), datetime(2026, 10, 12), timezones=st.just(LOCAL))
SPANS = st.integers(0, 5 * 24 * 60 * 60).map(lambda seconds: timedelta(seconds=seconds))


@given(tariffs(), MOMENTS, SPANS, SPANS, st.sampled_from(VEHICLES))
def test_a_longer_stay_never_costs_less(tariff: Tariff, at: datetime, one: timedelta, two: timedelta, vehicle: str) -> None:
    short, long = sorted((one, two))
    assert 0 <= fee_fen(tariff, at, at + short, vehicle) <= fee_fen(tariff, at, at + long, vehicle)


@given(tariffs(window="day"), MOMENTS, SPANS)
def test_each_calendar_day_costs_at_most_the_cap(tariff: Tariff, at: datetime, stay: timedelta) -> None:
    assume(tariff.entry_fen is None)
    days = ((at + stay).date() - at.date()).days + 1
    assert tariff.cap_fen is not None
    assert fee_fen(tariff, at, at + stay, "tractor") <= days * tariff.cap_fen


@given(tariffs(window="24h"), MOMENTS, SPANS)
def test_each_24_hours_from_entry_cost_at_most_the_cap(tariff: Tariff, at: datetime, stay: timedelta) -> None:
    assume(tariff.entry_fen is None)
    assert tariff.cap_fen is not None
    assert fee_fen(tariff, at, at + stay, "tractor") <= -(-stay // timedelta(days=1)) * tariff.cap_fen


@given(tariffs(free=False, opening=False, caps=False), MOMENTS, SPANS, SPANS)
def test_driving_out_and_in_again_never_pays_where_nothing_is_free_or_capped(
    tariff: Tariff, at: datetime, one: timedelta, two: timedelta
) -> None:
    """With free minutes, dear first minutes or caps it can pay: half an hour free is free each time."""
    split = fee_fen(tariff, at, at + one) + fee_fen(tariff, at + one, at + one + two)
    assert fee_fen(tariff, at, at + one + two) <= split


@given(tariffs(free=False, opening=False, window="day"), MOMENTS, st.integers(1, 4), SPANS)
def test_splitting_at_midnight_is_never_cheaper_under_a_daily_cap(
    tariff: Tariff, at: datetime, days: int, rest: timedelta
) -> None:
    """Without free and first minutes, for units that divide an hour: only a unit that runs over midnight is lost."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)
    split = fee_fen(tariff, at, midnight) + fee_fen(tariff, midnight, midnight + rest)
    assert fee_fen(tariff, at, midnight + rest) <= split


@given(tariffs(free=False, window="24h"), MOMENTS, st.integers(1, 4), SPANS)
def test_splitting_after_24_hours_changes_nothing_under_a_24_hour_cap(
    tariff: Tariff, at: datetime, days: int, rest: timedelta
) -> None:
    middle = at + timedelta(days=days)
    split = fee_fen(tariff, at, middle) + fee_fen(tariff, middle, middle + rest)
    assert fee_fen(tariff, at, middle + rest) == split


@given(tariffs(), MOMENTS, SPANS, st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe"]))
def test_the_zone_in_which_a_moment_is_written_does_not_matter(
    tariff: Tariff, at: datetime, stay: timedelta, zone: str
) -> None:
    arrived_at, left_at = at.astimezone(UTC).astimezone(ZoneInfo(zone)), (at + stay).astimezone(UTC)
    assert fee_fen(tariff, arrived_at, left_at) == fee_fen(tariff, at, at + stay)


@given(tariffs(free=False, opening=False, caps=False), st.integers(0, 14 * 24), st.integers(0, 72))
def test_hour_by_hour_it_is_the_sum_of_the_bands_prices(tariff: Tariff, first: int, hours: int) -> None:
    """A slow oracle for stays on whole hours, where no unit crosses a border."""
    start, total = datetime(2026, 9, 28, tzinfo=LOCAL) + timedelta(hours=first), 0
    for hour in range(hours):
        at = start + timedelta(hours=hour)
        holiday = tariff.holiday_bands and at.month == 10 and at.day <= 7
        for band in tariff.holiday_bands if holiday else tariff.bands:
            if any(band.start_min <= at.hour * 60 + shift < band.end_min for shift in (0, 1440)):
                total += band.unit_fen * 60 // band.unit_minutes
    assert fee_fen(tariff, start, start + timedelta(hours=hours)) == total
