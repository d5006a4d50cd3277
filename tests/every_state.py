"""A small county with one car park in every state that a page can show, made through the real actions.

The moments are relative to `now`, and nothing depends on the hour of the day at which the tests run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from citizen_app.clock import to_local
from citizen_app.parking import actions
from citizen_app.parking.facility import Entrance, Facility, FacilityKind, SpaceKind
from citizen_app.parking.occupancy import OpeningStatus, Reading
from citizen_app.parking.tariff import Band, Tariff, VehicleRule
from citizen_app.places import actions as places_actions
from citizen_app.places import store as places_store
from citizen_app.places.county import County, Landmark, Town

SOURCE = "vendor"
COUNTY = County(
    "linhai", "临海", "Linhai", "0576-0000 0000", 28.6, 120.8, 29.1, 121.7, is_demo=True, map_region="台州市"
)
TARIFF = Tariff(
    uid="hourly", free_minutes=15, bands=(Band(420, 1140, 60, 300), Band(1140, 1860, 60, 100)), cap_fen=2000,
    vehicles={"new_energy": VehicleRule(percent=50), "disabled": VehicleRule(free=True)},
    note="看病凭条少付 1 小时。", note_en="One hour less with a hospital slip.",
)
_ROUND_THE_CLOCK_LIMITS = {"day_from_hour": 0, "day_to_hour": 24, "stuck_after_s": 3600}

# uid, Chinese name, English name, capacity, what is special
FACILITIES: tuple[tuple[str, str, str, int | None, Mapping[str, Any]], ...] = (
    ("scarce", "市一医院停车场", "First Hospital", 260, {
        "kind": FacilityKind.UNDERGROUND, "max_height_cm": 210,
        "entrances": (
            Entrance("北门", 28.8521, 121.1206, "North gate"), Entrance("赤城路口", 28.8512, 121.1222, "Chicheng Road"),
        ),
        "capacity_by_kind": {SpaceKind.CHARGING: 28, SpaceKind.DISABLED: 6},
        "space_notes": {SpaceKind.CHARGING: "地下一层"},
    }),
    ("full", "中心菜场停车场", "Central Market", 120, {}),
    ("few", "紫阳街南停车场", "Ziyang Street South", 180, {"capacity_by_kind": {SpaceKind.COACH: 4}}),
    ("enough", "崇和门广场停车场", "Chonghe Gate Square", 320, {"kind": FacilityKind.MULTI_STOREY, "max_height_cm": 200}),
    ("plenty", "客运中心停车场", "Coach Station", 1345, {"kind": FacilityKind.PARK_AND_RIDE}),
    ("delayed", "巾山路路边泊位", "Jinshan Road kerb", 60, {"kind": FacilityKind.ON_STREET, "phone": ""}),
    ("stale", "国贸大厦停车场", "Guomao Tower", 150, {}),
    ("stuck", "银泰城停车场", "Intime City", 600, {"limits": _ROUND_THE_CLOCK_LIMITS}),
    ("impossible", "老市府停车场", "Old City Hall", 100, {}),
    ("reported-closed", "揽胜门停车场", "Lansheng Gate", 90, {}),
    ("closed", "望江门停车场", "Wangjiang Gate", 90, {"opening_hours": "off"}),
    ("unknown", "台州府城停车场", "Fucheng Culture Park", None, {"tariff": None, "phone": "", "opening_hours": ""}),
)
# uid: (free spaces, minutes ago, what the source says of being open)
LAST: Mapping[str, tuple[int | None, float, OpeningStatus]] = {
    "scarce": (6, 1, OpeningStatus.OPEN),
    "full": (0, 2, OpeningStatus.OPEN),
    "few": (23, 0.5, OpeningStatus.OPEN),
    "enough": (64, 0.2, OpeningStatus.OPEN),
    "plenty": (1142, 1, OpeningStatus.OPEN),
    "delayed": (31, 27, OpeningStatus.OPEN),
    "stale": (70, 300, OpeningStatus.OPEN),
    "impossible": (140, 1, OpeningStatus.OPEN),
    "reported-closed": (40, 1, OpeningStatus.CLOSED),
}


def fill_every_state(now: datetime) -> None:
    """Save the county, its facilities, a last reading of each, and four weeks of history for one of them."""
    places_actions.save_places(
        COUNTY, [Town("331082001", "古城街道", "Gucheng")], [],
        [Landmark("东湖", 28.8545, 121.1271, "East Lake"), Landmark("台州府城墙", 28.8530, 121.1150, "City Wall")],
    )
    actions.save_facilities([_facility(number, row) for number, row in enumerate(FACILITIES)])
    readings = last_readings(now)
    for minutes in range(200, 0, -10):
        readings.append(Reading("stuck", now - timedelta(minutes=minutes), 220))
    for minutes in range(60, 4, -5):
        readings.append(Reading("scarce", now - timedelta(minutes=minutes), 6 + minutes))
        readings.append(Reading("plenty", now - timedelta(minutes=minutes), 1142 - minutes))
    actions.record_readings(SOURCE, readings, now)
    actions.import_history("scarce", _past(now))
    actions.publish_snapshot()
    places_store.publish()


def last_readings(now: datetime, live_now: bool = False) -> list[Reading]:
    """The newest reading of each. With `live_now` the live ones are of this moment: they replace whatever a test
    recorded since, and bring every car park back into its state.
    """
    return [
        Reading(uid, now - timedelta(minutes=0 if live_now and minutes < 5 else minutes), spaces, opening_status=status)
        for uid, (spaces, minutes, status) in LAST.items()
    ]


def _facility(number: int, row: tuple[str, str, str, int | None, Mapping[str, Any]]) -> Facility:
    uid, name, name_en, capacity, special = row
    facts: dict[str, Any] = {
        "kind": FacilityKind.SURFACE, "town_code": "331082001", "town": "古城街道", "town_en": "Gucheng",
        "address": "赤城路 1 号", "address_en": "1 Chicheng Road", "tariff": TARIFF, "opening_hours": "24/7",
        "payment": ("wechat", "alipay", "cash"), "phone": "0576-8500 0000", "source_uid": SOURCE, "source_ref": uid,
    }
    return Facility(
        uid, name, 28.8500 + number * 0.0021, 121.1206 + number * 0.0013, name_en=name_en, capacity=capacity,
        **{**facts, **special},
    )


def _past(now: datetime) -> list[tuple[datetime, int]]:
    """Four weeks of quarters of an hour: empty at night, nearly full at ten and at four; a hole today."""
    past = []
    moment = now - timedelta(days=28)
    while moment < now - timedelta(hours=1):
        hour = to_local(moment).hour + to_local(moment).minute / 60
        busy = max(0.0, 1 - abs(hour - 10) / 6, 1 - abs(hour - 16) / 5)
        past.append((moment, round(210 - 195 * min(1.0, busy) + moment.day % 7 * 6)))
        moment += timedelta(minutes=15)
    return [one for one in past if one[0].date() != now.date() or not 1 <= one[0].hour < 2]
