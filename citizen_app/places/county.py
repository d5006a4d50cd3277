"""The county as data: what the pages call it, where it lies, what is in it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from citizen_app.days.calendar import DayCalendar


@dataclass(frozen=True)
class County:
    """The one county that this installation serves. Bounds are WGS-84 degrees. `calendar`: its seasons and school terms."""

    uid: str
    name: str
    name_en: str
    hotline: str
    south: float
    west: float
    north: float
    east: float
    languages: tuple[str, ...] = ("zh", "en")
    is_demo: bool = False
    map_region: str = ""              # the city's name as map providers know it
    attributions: tuple[str, ...] = ()
    calendar: DayCalendar = field(default_factory=DayCalendar)


@dataclass(frozen=True)
class Town:
    code: str
    name: str
    name_en: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class Village:
    code: str
    name: str
    town_code: str
    kind: str = ""
    pinyin: str = ""
    initials: str = ""

    @property
    def name_en(self) -> str:
        """Villages have no English names; their pinyin, written as on a map, stands for one: Wukongao."""
        return self.pinyin.replace(" ", "").capitalize()


@dataclass(frozen=True)
class Landmark:
    name: str
    lat: float
    lon: float
    name_en: str = ""
    kind: str = ""
    note: str = ""
