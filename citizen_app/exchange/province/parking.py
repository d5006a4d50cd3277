"""Car parks as the province has them: the facts of one, and its count. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from citizen_app import geo
from citizen_app.exchange.province.config import Province
from citizen_app.exchange.province.spec import OPERATION
from citizen_app.exchange.province.texts import say_hours, say_tariff
from citizen_app.exchange.record import Content, RecordKind
from citizen_app.parking.facility import Facility, SpaceKind
from citizen_app.parking.quality import Availability, Quality

_FROM_WGS84: Mapping[str, Callable[[float, float], geo.Point]] = {
    "wgs84": lambda lat, lon: (lat, lon), "gcj02": geo.wgs84_to_gcj02, "bd09": geo.wgs84_to_bd09,
}


def facility_record(facility: Facility, province: Province) -> Content:
    """停车场静态信息. What is not known is left out; spaces of a kind that the facility does not name are not known."""
    return Content(RecordKind.PARKING_STATIC, facility_subject(facility.uid), given({
        OPERATION: province.codes["operation"]["put"],
        "编号": facility.uid,
        "名称": facility.name,
        "地址": facility.address,
        "区划": code_of(province, "district", facility.town_code),
        "类型": code_of(province, "parking_kind", facility.kind),
        "总泊位": facility.capacity,
        "充电泊位": facility.capacity_by_kind.get(SpaceKind.CHARGING),
        "无障碍泊位": facility.capacity_by_kind.get(SpaceKind.DISABLED),
        **position_fields(facility.lat, facility.lon, province),
        "开放时间": say_hours(facility),
        "收费标准": say_tariff(facility.tariff) if facility.tariff else "",
        "电话": facility.phone,
    }))


def availability_record(availability: Availability, province: Province) -> Content:
    """停车场动态信息: the judged answer, as the pages have it. A count that is not shown is not reported: 状态 is then unknown.

    Where `observed_at_of` knows no moment there is no 采集时间, which `check_fields` then names.
    """
    status = "unknown" if availability.available_spaces is None else "open"
    status = "closed" if availability.quality is Quality.CLOSED else status
    observed_at = observed_at_of(availability)
    return Content(RecordKind.PARKING_DYNAMIC, facility_subject(availability.facility_uid), given({
        "编号": availability.facility_uid,
        "总泊位": availability.capacity,
        "余位": availability.available_spaces,
        "状态": code_of(province, "parking_status", status),
        "采集时间": province.write_moment(observed_at) if observed_at else "",
    }))


def observed_at_of(availability: Availability) -> datetime | None:
    """When the answer became true (UTC): of a count the source's clock, of a closure by rule the moment of the judgement.

    None for a car park of which nothing has ever come in: that is nothing to report.
    """
    by_rule = availability.quality is Quality.CLOSED and availability.reason in {"market", "outside_hours"}
    return availability.judged_at if by_rule else availability.observed_at


def removal_record(kind: RecordKind, subject: str, province: Province) -> Content:
    """That the province shall drop what it has of a subject ("facility:<uid>"): closed for good, or no more in the network."""
    number = subject.partition(":")[2]
    return Content(kind, subject, {OPERATION: province.codes["operation"]["remove"], "编号": number})


def facility_subject(uid: str) -> str:
    return f"facility:{uid}"


def code_of(province: Province, table: str, word: str) -> str:
    """The platform's code for a word of ours; one that has none keeps our word, which `check_fields` then names."""
    return province.codes[table].get(word, str(word))


def position_fields(lat: float | None, lon: float | None, province: Province) -> dict[str, Any]:
    """经度, 纬度 in the platform's coordinate system to a decimetre, and its name; without a position only the name."""
    fields: dict[str, Any] = {"坐标系": province.codes["coordinate_system"][province.coordinate_system]}
    if lat is not None and lon is not None:
        there_lat, there_lon = _FROM_WGS84[province.coordinate_system](lat, lon)
        fields |= {"经度": round(there_lon, 6), "纬度": round(there_lat, 6)}
    return fields


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], ())}
