"""What the stand-in vendors send, each in the form of its own world. Pure: `payload(path, moment)`.

| path | source | form |
| --- | --- | --- |
| /parkapi/v3/parking-sites | old-town | ParkAPI v3 JSON |
| /datex2/parking-status.xml | hospitals | DATEX II v3, realtime part |
| /gateway/park/list | shopping | a Chinese vendor's JSON: nested, numbers as strings, local times, GCJ-02 |
| /export/roadside.csv | roadside | CSV in GB18030 that counts occupied spaces |
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from xml.etree import ElementTree

from citizen_app.clock import to_local
from citizen_app.geo import wgs84_to_gcj02
from citizen_app.parking.facility import SpaceKind
from feeds.demo.scene import counts

Payload = tuple[str, bytes]    # content type, body
_DATEX = {
    "prk": "http://datex2.eu/schema/3/parking", "com": "http://datex2.eu/schema/3/common",
    "d2": "http://datex2.eu/schema/3/d2Payload", "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


def payload(path: str, moment: datetime) -> Payload | None:
    """Content type and body that the vendor would give at `moment` (UTC); None for a path that nobody serves."""
    maker = MAKERS.get(path)
    return None if maker is None else maker(moment)


def parkapi(moment: datetime) -> Payload:
    items = [
        {
            "id": number,
            "original_uid": one.facility.source_ref,
            "name": one.facility.name,
            "purpose": "CAR",
            "lat": f"{one.facility.lat:.7f}",
            "lon": f"{one.facility.lon:.7f}",
            "capacity": one.facility.capacity,
            "has_realtime_data": True,
            "realtime_free_capacity": one.available,
            **{
                f"realtime_free_capacity_{kind}": one.available_by_kind[kind]
                for kind in (SpaceKind.DISABLED, SpaceKind.CHARGING) if kind in one.available_by_kind
            },
            "realtime_opening_status": "OPEN" if one.is_open else "CLOSED",
            "realtime_data_updated_at": one.observed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for number, one in enumerate(counts("old-town", moment), 1)
    ]
    return "application/json", json.dumps({"items": items, "total_count": len(items)}, ensure_ascii=False).encode()


def datex2(moment: datetime) -> Payload:
    for prefix, namespace in _DATEX.items():
        ElementTree.register_namespace(prefix, namespace)
    root = ElementTree.Element(_name("d2:payload"), {_name("xsi:type"): "prk:ParkingStatusPublication", "lang": "zh"})
    _leaf(root, "com:publicationTime", moment.strftime("%Y-%m-%dT%H:%M:00Z"))
    creator = ElementTree.SubElement(root, _name("com:publicationCreator"))
    _leaf(creator, "com:country", "cn")
    _leaf(creator, "com:nationalIdentifier", "demo-linhai")
    for one in counts("hospitals", moment):
        status = ElementTree.SubElement(root, _name("prk:parkingRecordStatus"), {_name("xsi:type"): "prk:ParkingSiteStatus"})
        reference = {"id": one.facility.source_ref, "version": "1", "targetClass": "prk:ParkingRecord"}
        ElementTree.SubElement(status, _name("prk:parkingRecordReference"), reference)
        _leaf(status, "prk:parkingStatusOriginTime", one.observed_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        occupancy = ElementTree.SubElement(status, _name("prk:parkingOccupancy"))
        _leaf(occupancy, "prk:parkingNumberOfSpacesOverride", str(one.facility.capacity))
        _leaf(occupancy, "prk:parkingNumberOfVacantSpaces", str(one.available))
        _leaf(status, "prk:parkingSiteOpeningStatus", "open" if one.is_open else "closed")
    return "application/xml", ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def chinese_json(moment: datetime) -> Payload:
    parks = []
    for one in counts("shopping", moment):
        lat, lon = wgs84_to_gcj02(one.facility.lat, one.facility.lon)
        parks.append({
            "parkCode": one.facility.source_ref,
            "parkName": one.facility.name,
            "totalParkNum": str(one.facility.capacity),
            "remainParkNum": str(one.available),
            "parkStatus": "营业" if one.is_open else "停业",
            "location": {"lng": f"{lon:.6f}", "lat": f"{lat:.6f}"},
            "updateTime": to_local(one.observed_at).strftime("%Y-%m-%d %H:%M:%S"),
        })
    body = {"code": "00", "msg": "成功", "data": {"total": len(parks), "parkList": parks}}
    return "application/json;charset=utf-8", json.dumps(body, ensure_ascii=False).encode()


def roadside_csv(moment: datetime) -> Payload:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["路段编号", "路段名称", "总泊位", "已停泊位", "状态", "采集时间"])
    for one in counts("roadside", moment):
        capacity = one.facility.capacity or 0
        rows.writerow([
            one.facility.source_ref, one.facility.name, capacity, capacity - one.available,
            "开放" if one.is_open else "关闭", to_local(one.observed_at).strftime("%Y/%m/%d %H:%M"),
        ])
    return "text/csv; charset=GB18030", text.getvalue().encode("gb18030")


def push_body(moment: datetime) -> bytes:
    """What the stations' vendor posts to us."""
    readings = [
        {
            "facility": one.facility.source_ref,
            "observed_at": one.observed_at.isoformat(),
            "available_spaces": one.available,
            "capacity": one.facility.capacity,
            "opening_status": "OPEN" if one.is_open else "CLOSED",
            "available_by_kind": {str(kind): spaces for kind, spaces in one.available_by_kind.items()},
        }
        for one in counts("stations", moment)
    ]
    return json.dumps({"readings": readings}).encode()


MAKERS: Mapping[str, Callable[[datetime], Payload]] = {
    "/parkapi/v3/parking-sites": parkapi,
    "/datex2/parking-status.xml": datex2,
    "/gateway/park/list": chinese_json,
    "/export/roadside.csv": roadside_csv,
}


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_DATEX[prefix]}}}{name}"


def _leaf(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, _name(name)).text = text
