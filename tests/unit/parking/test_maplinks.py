"""Each map application gets the coordinates it expects."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from citizen_app.geo import distance_m, gcj02_to_wgs84
from citizen_app.parking.maplinks import map_links

LAT, LON = 28.8497, 121.1206
LINKS = map_links("东湖 & 北门", LAT, LON, "台州市")


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_amap_and_baidu_get_gcj02_that_leads_back_to_the_same_point() -> None:
    lon, lat, name = query(LINKS.amap)["to"].split(",")
    assert name == "东湖 & 北门"
    assert distance_m(LAT, LON, *gcj02_to_wgs84(float(lat), float(lon))) < 0.5
    asked = query(LINKS.baidu)
    assert asked["coord_type"] == "gcj02" and asked["region"] == "台州市"
    place, label = asked["destination"].removeprefix("latlng:").split("|name:")
    assert label == "东湖 & 北门"
    assert distance_m(LAT, LON, *gcj02_to_wgs84(*map(float, place.split(",")))) < 0.5


def test_tencent_gets_wgs84_and_is_told_so() -> None:
    asked = query(LINKS.tencent)
    assert (asked["tocoord"], asked["coord_type"]) == (f"{LAT:.6f},{LON:.6f}", "1")


def test_the_conversion_is_not_forgotten() -> None:
    """In the county the two systems are more than half a kilometre apart."""
    lon, lat, _ = query(LINKS.amap)["to"].split(",")
    assert 500 < distance_m(LAT, LON, float(lat), float(lon)) < 560


def test_no_link_holds_a_position_of_the_reader() -> None:
    assert "from" not in query(LINKS.amap)
    assert "fromcoord" not in query(LINKS.tencent)
    assert query(LINKS.baidu)["origin"] == "name:我的位置"
