"""Links that open a point in the map applications people have, each in the coordinates it expects. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from citizen_app.geo import wgs84_to_gcj02

_APP = "citizen.travel"


@dataclass(frozen=True)
class MapLinks:
    amap: str
    baidu: str
    tencent: str


def map_links(name: str, lat: float, lon: float, region: str) -> MapLinks:
    """Drive to a WGS-84 point called `name`. `region` is the city's name as map providers know it.

    Amap and Baidu get GCJ-02, Tencent takes WGS-84 as it is (coord_type 1). No link holds where the reader is:
    Amap and Tencent take the phone's own position, Baidu does so for the name 我的位置.
    """
    gcj_lat, gcj_lon = wgs84_to_gcj02(lat, lon)
    amap = {
        "to": f"{gcj_lon:.6f},{gcj_lat:.6f},{name}", "mode": "car", "policy": 0, "src": _APP, "coordinate": "gaode",
        "callnative": 1,
    }
    baidu = {
        "origin": "name:我的位置",
        "destination": f"latlng:{gcj_lat:.6f},{gcj_lon:.6f}|name:{name}", "mode": "driving", "region": region,
        "coord_type": "gcj02", "output": "html", "src": f"webapp.{_APP}",
    }
    tencent = {"type": "drive", "to": name, "tocoord": f"{lat:.6f},{lon:.6f}", "coord_type": 1, "referer": _APP}
    return MapLinks(
        amap="https://uri.amap.com/navigation?" + urlencode(amap, quote_via=quote),
        baidu="https://api.map.baidu.com/direction?" + urlencode(baidu, quote_via=quote),
        tencent="https://apis.map.qq.com/uri/v1/routeplan?" + urlencode(tencent, quote_via=quote),
    )
