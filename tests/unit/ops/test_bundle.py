"""A bundle is taken whole, or every fault in it is named at once: file, row, field, value."""

from __future__ import annotations

from datetime import date

import pytest

from citizen_app import geo
from citizen_app.days.calendar import DayCalendar, Term
from citizen_app.days.rules import LunarDigits, Rule
from citizen_app.errors import InvalidInput
from citizen_app.ops.bundle import parse_bundle
from citizen_app.ops.source import SourceMode
from citizen_app.parking.closures import Closure
from citizen_app.parking.facility import FacilityKind, SpaceKind

COUNTY = """
uid = "green"
name = "绿县"
name_en = "Green County"
hotline = "0000-0000"
languages = ["zh"]
attributions = ["someone, CC BY 4.0"]
[bounds]
south = 29.0
west = 103.0
north = 30.0
east = 104.0
"""
TARIFFS = """
[[tariff]]
uid = "hourly"
free_minutes = 15
cap_fen = 2000
[[tariff.band]]
unit_minutes = 60
unit_fen = 300
"""
SOURCES = """
[[source]]
uid = "vendor"
name = "Vendor"
format = "parkapi"
url = "https://vendor.example/parking"
interval_s = 120
[[source]]
uid = "pusher"
name = "Pusher"
mode = "push"
secret_env = "PUSHER_SECRET"
[source.settings]
anything = { nested = [1, 2] }
"""
FACILITIES = (
    "uid,name,kind,lat,lon,crs,town_code,capacity,charging,space_notes,opening_hours,closures,tariff,payment,"
    "source,source_ref,limits\n"
    "market,市场,surface,29.5,103.5,,t1,100,10,charging=门边; coach=后院,Mo-Su 06:00-22:00,逢三八 05:30-11:30 大集 market=big en=The fair,hourly,cash; wechat,"
    "vendor,A1,stale_after_s=3600\n"
    "school,学校,on_street,29.6,103.6,GCJ-02,,,,,,,,,,,\n"
)


def files(**changes: str | bytes | None) -> dict[str, bytes]:
    """A good bundle; a keyword replaces a file (towns_csv is towns.csv), None takes it away."""
    texts: dict[str, str | bytes | None] = {
        "county.toml": COUNTY,
        "towns.csv": "code,name,name_en,lat,lon\nt1,一镇,First,29.5,103.5\nt2,二镇,Second,,\n",
        "villages.csv": "code,name,town_code,pinyin\nv1,一村,t1,yi cun\n",
        "landmarks.csv": "name,lat,lon\n东门,29.5,103.5\n",
        "facilities.csv": FACILITIES,
        "entrances.csv": "facility,name,lat,lon\nmarket,南门,29.501,103.501\nmarket,北门,29.502,103.502\n",
        "tariffs.toml": TARIFFS,
        "sources.toml": SOURCES,
        **{name[::-1].replace("_", ".", 1)[::-1]: content for name, content in changes.items()},
    }
    return {
        name: content.encode() if isinstance(content, str) else content
        for name, content in texts.items() if content is not None
    }


def faults(**changes: str | bytes | None) -> list[tuple[str, str, str, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse_bundle(files(**changes))
    return [(fault.row, fault.field, fault.value, fault.message) for fault in caught.value.problems]


def with_facility(**fields: str) -> str:
    """facilities.csv with one ordinary row, in which the fields differ."""
    row = {"uid": "one", "name": "一", "kind": "surface", "lat": "29.5", "lon": "103.5", **fields}
    return ",".join(row) + "\n" + ",".join(row.values()) + "\n"


def test_a_good_bundle_becomes_a_county_in_our_words() -> None:
    bundle = parse_bundle(files())
    market, school = bundle.facilities
    assert (bundle.county.uid, bundle.county.languages, bundle.county.is_demo) == ("green", ("zh",), False)
    assert (market.town, market.town_en, market.update_interval_s) == ("一镇", "First", 120)
    assert [entrance.name for entrance in market.entrances] == ["南门", "北门"]
    assert market.capacity_by_kind == {SpaceKind.CHARGING: 10}
    assert market.space_notes == {SpaceKind.CHARGING: "门边", SpaceKind.COACH: "后院"}
    assert market.tariff is not None and market.tariff.cap_fen == 2000
    assert (market.payment, market.limits) == (("cash", "wechat"), {"stale_after_s": 3600.0})
    assert market.closures == (Closure(Rule(LunarDigits(frozenset({3, 8}))), "大集", "big", 19800, 41400, "The fair"),)
    assert (school.kind, school.capacity, school.opening_hours, school.tariff) == (FacilityKind.ON_STREET, None, "", None)
    assert [source.mode for source in bundle.sources] == [SourceMode.PULL, SourceMode.PUSH]


def test_the_countys_own_days_are_read_and_are_as_usual_where_nothing_stands() -> None:
    assert parse_bundle(files()).county.calendar == DayCalendar((5, 1), (10, 1))
    content = COUNTY + """
[seasons]
summer_from = "04-20"
[[season_change]]
year = 2027
summer_from = "2027-05-02"
winter_from = 2027-10-08
[[term]]
name = "春季"
first = 2027-02-22
last = "2027-07-02"
[[term]]
name = "秋季"
first = "2026-09-01"
last = "2027-01-29"
"""
    assert parse_bundle(files(county_toml=content)).county.calendar == DayCalendar(
        (4, 20), (10, 1), ((2027, date(2027, 5, 2), date(2027, 10, 8)),),
        (Term("秋季", date(2026, 9, 1), date(2027, 1, 29)), Term("春季", date(2027, 2, 22), date(2027, 7, 2))),
    )


@pytest.mark.parametrize(("tables", "expected"), [
    ('[seasons]\nsummer_from = "5-1"', ("county.toml seasons", "summer_from", "5-1", "05-01")),
    ('[seasons]\nwinter_from = "02-29"', ("county.toml seasons", "winter_from", "02-29", "05-01")),
    ('[seasons]\nwinter_from = "04-30"', ("county.toml seasons", "winter_from", "04-30", "after summer_from")),
    ('[seasons]\nautumn_from = "09-01"', ("county.toml seasons", "autumn_from", "09-01", "unknown")),
    ('[season_change]\nyear = 2027', ("county.toml", "season_change", "{'year': 2027}", "[[season_change]]")),
    ('[[season_change]]\nyear = 2027\nsummer_from = "2026-05-01"\nwinter_from = "2027-10-01"',
     ("county.toml season_change 1", "summer_from", "2026-05-01", "not a day of 2027")),
    ('[[season_change]]\nsummer_from = "2026-05-01"\nwinter_from = "2026-10-01"',
     ("county.toml season_change 1", "year", "", "must not be empty")),
    ('[[term]]\nname = "秋"\nfirst = "2026-09-01"\nlast = "soon"', ("county.toml term 1", "last", "soon", "2027-04-20")),
    ('[[term]]\nname = "秋"\nfirst = "2026-09-01"\nlast = "2026-01-01"', ("county.toml term 1", "last", "2026-01-01", "before first")),
    ('[[term]]\nname = "秋"\nfirst = "2026-09-01"\nlast = "2026-12-01"\n[[term]]\nname = "冬"\nfirst = "2026-12-01"\nlast = "2027-01-01"',
     ("county.toml term 2", "first", "2026-12-01", "overlaps 秋")),
])
def test_a_fault_in_the_countys_days_names_table_key_and_value(tables: str, expected: tuple[str, str, str, str]) -> None:
    (fault,) = faults(county_toml=f"{COUNTY}\n{tables}\n")
    assert fault[:3] == expected[:3]
    assert expected[3] in fault[3]


def test_only_the_county_and_its_facilities_are_needed() -> None:
    bare = files(towns_csv=None, villages_csv=None, landmarks_csv=None, entrances_csv=None, tariffs_toml=None, sources_toml=None)
    bare["facilities.csv"] = with_facility().encode()
    assert [one.uid for one in parse_bundle(bare).facilities] == ["one"]


def test_points_are_converted_from_the_system_that_their_row_names() -> None:
    lat, lon = 29.55, 103.55
    systems = {"WGS-84": (lat, lon), "gcj02": geo.wgs84_to_gcj02(lat, lon), "BD-09": geo.wgs84_to_bd09(lat, lon)}
    for crs, point in systems.items():
        content = with_facility(lat=f"{point[0]:.8f}", lon=f"{point[1]:.8f}", crs=crs)
        facility = parse_bundle(files(facilities_csv=content, entrances_csv=None)).facilities[0]
        assert geo.distance_m(facility.lat, facility.lon, lat, lon) < 0.05, crs


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_tables_are_read_as_spreadsheets_save_them(encoding: str) -> None:
    content = FACILITIES.replace("\n", "\r\n").encode(encoding)
    assert parse_bundle(files(facilities_csv=content)).facilities[0].name == "市场"


FACILITY_CASES: list[tuple[str, dict[str, str], tuple[str, str, str]]] = [
    ("a uid is no uid", {"uid": "Old Town"}, ("uid", "Old Town", "a-z")),
    ("a name is empty", {"name": " "}, ("name", " ", "must not be empty")),
    ("a kind is unknown", {"kind": "garage"}, ("kind", "garage", "multi_storey")),
    ("lat and lon are swapped", {"lat": "103.5", "lon": "29.5"}, ("lat", "103.5", "lat comes first")),
    ("a point is outside", {"lat": "28.5"}, ("lat", "28.5", "outside the county's bounds")),
    ("a number is no number", {"lon": "103。5"}, ("lon", "103。5", "decimal")),
    ("a coordinate system is unknown", {"crs": "mars"}, ("crs", "mars", "GCJ-02")),
    ("hours cannot be read", {"opening_hours": "8 to 5"}, ("opening_hours", "8 to 5", "OpenStreetMap")),
    ("a closure says no days", {"closures": "05:30-11:30 集市"}, ("closures", "05:30-11:30 集市", "没有写是哪些日子")),
    ("a closure goes by the season", {"closures": "夏令 全天 集市"}, ("closures", "夏令 全天 集市", "夏令冬令")),
    ("a tariff is unknown", {"tariff": "daily"}, ("tariff", "daily", "tariffs.toml")),
    ("a source is unknown", {"source": "nobody"}, ("source", "nobody", "sources.toml")),
    ("a town is unknown", {"town_code": "t7"}, ("town_code", "t7", "towns.csv")),
    ("a capacity is negative", {"capacity": "-4"}, ("capacity", "-4", "whole number")),
    ("a kind of space exceeds the capacity", {"capacity": "50", "charging": "51"}, ("charging", "51", "capacity of 50")),
    ("a height is in metres", {"max_height_cm": "2.1"}, ("max_height_cm", "2.1", "from 100")),
    ("a limit is unknown", {"limits": "stale=1"}, ("limits", "stale=1", "stale_after_s")),
]

CASES: list[tuple[str, dict[str, str | bytes | None], tuple[str, str, str, str]]] = [
    ("a file that is needed is missing", {"county_toml": None}, ("county.toml", "file", "", "missing")),
    ("a file's name is misspelt", {"facilites_csv": ""},
     ("facilites.csv", "file", "facilites.csv", "unknown")),
    ("TOML cannot be read", {"tariffs_toml": "[["}, ("tariffs.toml", "content", "", "not TOML")),
    ("a table is in no encoding we know", {"towns_csv": b"code,name\n\xff\xff"},
     ("towns.csv", "encoding", "", "neither UTF-8")),
    ("a column is missing", {"towns_csv": "code\nt1\n"},
     ("towns.csv row 1", "name", "name", "column is missing")),
    ("a column is unknown", {"towns_csv": "code,name,nmae\nt1,a,b\n"},
     ("towns.csv row 1", "nmae", "nmae", "unknown column")),
    ("a column stands twice", {"towns_csv": "code,name,name\nt1,a,b\n"},
     ("towns.csv row 1", "name", "name", "twice")),
    ("a row is too short", {"towns_csv": "code,name\nt1,a\nt2\n"},
     ("towns.csv row 3", "columns", "1", "expected 2 cells")),
    ("a code stands twice", {"towns_csv": "code,name\nt1,a\nt1,b\n"},
     ("towns.csv row 3", "code", "t1", "twice")),
    ("a village is in no town", {"villages_csv": "code,name,town_code\nv,a,t9\n"},
     ("villages.csv row 2", "town_code", "t9", "towns.csv")),
    ("a landmark stands twice", {"landmarks_csv": "name,lat,lon\na,29.5,103.5\na,29.5,103.5\n"},
     ("landmarks.csv row 3", "name", "a", "twice")),
    ("a landmark is outside", {"landmarks_csv": "name,lat,lon\na,40,103.5\n"},
     ("landmarks.csv row 2", "lat", "40.0", "bounds")),
    ("bounds are upside down", {"county_toml": COUNTY.replace("29.0", "31.0")},
     ("county.toml bounds", "south", "31.0", "south < north")),
    ("a language is unknown", {"county_toml": COUNTY.replace('"zh"', '"de"')},
     ("county.toml", "languages", "de", "expected some of")),
    ("an entrance leads nowhere", {"entrances_csv": "facility,name,lat,lon\nx,a,29.5,103.5\n"},
     ("entrances.csv row 2", "facility", "x", "facilities.csv")),
    ("a tariff cannot be used", {"tariffs_toml": TARIFFS.replace("300", "-300")},
     ("tariffs.toml tariff hourly", "band[0].unit_fen", "-300", "whole number")),
    ("a tariff stands twice", {"tariffs_toml": TARIFFS * 2},
     ("tariffs.toml tariff hourly", "uid", "hourly", "twice")),
    ("a source's mode is unknown", {"sources_toml": SOURCES.replace('"push"', '"poll"')},
     ("sources.toml source pusher", "mode", "poll", "pull")),
    ("a source has no address", {"sources_toml": SOURCES.replace("url", "# url")},
     ("sources.toml source vendor", "url", "", "empty")),
    ("a source's address is no address", {"sources_toml": SOURCES.replace("https:", "file:")},
     ("sources.toml source vendor", "url", "file://vendor.example/parking", "http")),
    ("a source's key is unknown", {"sources_toml": SOURCES.replace("interval_s", "interval")},
     ("sources.toml source vendor", "interval", "120", "unknown")),
    ("a source that pushes has no secret", {"sources_toml": SOURCES.replace("secret_env", "# secret")},
     ("sources.toml source pusher", "secret_env", "", "empty")),
    ("a source is polled too often", {"sources_toml": SOURCES.replace("120", "1")},
     ("sources.toml source vendor", "interval_s", "1", "from 10")),
]


@pytest.mark.parametrize(("changes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_fault_names_file_row_field_and_value(
    changes: dict[str, str | bytes | None], expected: tuple[str, str, str, str]
) -> None:
    row, field, value, words = expected
    found = faults(**{"entrances_csv": None, **changes})
    assert any(
        fault[:2] == (row, field) and fault[2].startswith(value) and words in fault[3] for fault in found
    ), found


@pytest.mark.parametrize(("fields", "expected"), [case[1:] for case in FACILITY_CASES], ids=[case[0] for case in FACILITY_CASES])
def test_each_fault_of_a_facility_names_its_row(fields: dict[str, str], expected: tuple[str, str, str]) -> None:
    field, value, words = expected
    [found] = faults(entrances_csv=None, facilities_csv=with_facility(**fields))
    assert found[:2] == ("facilities.csv row 2", field)
    assert found[2].startswith(value) and words in found[3]


def test_all_faults_are_named_at_once() -> None:
    rows = "uid,name,kind,lat,lon,capacity\nA,,x,1,2,-1\nb,乙,surface,29.5,103.5,ten\nb,丙,surface,29.5,103.5,10\n"
    found = faults(facilities_csv=rows, entrances_csv=None, landmarks_csv="name,lat\n")
    assert {(row, field) for row, field, _, _ in found} == {
        ("landmarks.csv row 1", "lon"),
        ("facilities.csv row 2", "uid"), ("facilities.csv row 2", "name"), ("facilities.csv row 2", "kind"),
        ("facilities.csv row 2", "lat"), ("facilities.csv row 2", "capacity"),
        ("facilities.csv row 3", "capacity"), ("facilities.csv row 4", "uid"),
    }


def test_two_facilities_cannot_be_the_same_one_at_their_source() -> None:
    rows = "uid,name,kind,lat,lon,source,source_ref\na,甲,surface,29.5,103.5,vendor,1\nb,乙,surface,29.5,103.5,vendor,1\n"
    [found] = faults(facilities_csv=rows, entrances_csv=None)
    assert found[:3] == ("facilities.csv row 3", "source_ref", "1")


def test_a_file_that_cannot_be_read_is_one_fault_not_one_for_each_row_that_refers_to_it() -> None:
    found = faults(towns_csv="code;name\nt1;a\n")
    assert {row for row, *_ in found} == {"towns.csv row 1"}


def test_a_facility_knows_that_it_is_counted_by_hand() -> None:
    from pathlib import Path

    folder = Path(__file__).parents[3] / "feeds" / "demo" / "linhai"
    found = parse_bundle({path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in {".csv", ".toml"}})
    assert {one.source_uid for one in found.facilities if one.counted_by_hand} == {"by-hand"}
