"""What a page says of a day in one line: its lunar date, its kind, its holiday, its season. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from citizen_app.days.calendar import DayCalendar, Season, season_of
from citizen_app.days.kinds import DayKind, day_kind, holiday_name, is_announced, is_makeup_day
from citizen_app.days.lunar import LunarDate, find_lunar


@dataclass(frozen=True)
class DayInfo:
    """`lunar` is None outside the lunar table. `holiday_name` is "" on every other day, bridged days have it.

    `is_makeup`: a weekend day on which people work. Without `is_announced` the kind is that of the week alone.
    """

    day: date
    lunar: LunarDate | None
    kind: DayKind
    holiday_name: str
    is_makeup: bool
    is_announced: bool
    season: Season


def describe_day(day: date, calendar: DayCalendar) -> DayInfo:
    """All that is known of a day of the county's calendar; never raises."""
    return DayInfo(
        day=day,
        lunar=find_lunar(day),
        kind=day_kind(day),
        holiday_name=holiday_name(day),
        is_makeup=is_makeup_day(day),
        is_announced=is_announced(day.year),
        season=season_of(day, calendar),
    )
