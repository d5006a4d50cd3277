"""The network as what can be found: one entry for what people mean by one name, and where a bus stops."""

from __future__ import annotations

from dataclasses import replace

from citizen_app.buses.entries import mark_served, network_entries, network_names
from citizen_app.buses.network import Network, Route, Stop, Translation
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.buses.villages import link_villages
from citizen_app.places.county import Landmark, Town, Village
from citizen_app.places.entries import place_entries
from citizen_app.places.names import Alias, Names, give_names
from citizen_app.places.search.entry import Entry, EntryKind
from citizen_app.places.search.index import build_index
from tests.networks import STOPS, calls, make_network
from tests.unit.buses.oracle import CALENDAR

TRANSLATIONS = (
    Translation("stops", "stop_name", "en", "Coach Station", record_id="zong"),
    Translation("stops", "stop_name", "en-GB", "Xunqiao", field_value="汛桥"),
)
TOWNS = {"1": "汛桥镇"}


def schedule_of(**fields: object) -> Schedule:
    return build_schedule(make_network(translations=TRANSLATIONS, **fields), CALENDAR)


def entries_of(*more: Stop) -> list[Entry]:
    return network_entries(schedule_of(stops=(*schedule_of().network.stops, *more)), TOWNS)


def entry(entries: list[Entry], key: str) -> Entry:
    return next(one for one in entries if one.key == key)


def keys(entries: list[Entry], text: str) -> list[str]:
    return [hit.entry.key for hit in build_index(entries).find(text).hits]


def test_names_in_both_languages_codes_and_parts_are_found_and_the_exact_one_comes_first() -> None:
    entries = network_entries(schedule_of(), TOWNS)
    code = {name: one.key for one in entries if one.kind is EntryKind.STOP for name in (one.name, one.sign)}
    assert keys(entries, "xun QIAO")[0] == code["汛桥"]
    assert {code["汛桥"], code["灵江大桥"]} <= set(keys(entries, "桥"))
    assert keys(entries, code["客运总站"].removeprefix("stop:").lower())[0] == code["客运总站"]
    assert keys(entries, "coach station")[0] == code["客运总站"]
    assert keys(entries, "１０１路")[0] == "line:101"
    assert "line:101" in keys(entries, "汛桥")    # by where it goes
    assert keys(entries, " ") == []


def test_a_station_is_found_by_the_code_of_its_platform_and_the_platform_is_not() -> None:
    entries = entries_of(Stop("st", "总站", location_type=1), Stop("p", "总站", parent_station="st", code="B7"))
    assert keys(entries, "b7") == ["stop:st"]
    assert not any(one.code == "B7" for one in entries)


def test_both_sides_of_a_road_are_one_entry_and_the_same_name_elsewhere_is_another() -> None:
    sides = (Stop("a", "中心小学", 28.8, 121.1, code="A1", town_code="1"), Stop("b", "中心小学", 28.8005, 121.1005, code="A2", town_code="1"))
    far = Stop("c", "中心小学", 28.9, 121.1, code="A3", town_code="1")
    other_town = Stop("d", "中心小学", 28.8, 121.1, code="A4", town_code="2")
    entries = [one for one in entries_of(*sides, far, other_town) if one.name == "中心小学"]
    assert [one.code for one in entries] == ["A1", "A3", "A4"]
    assert entries[0].aliases == (("A2", ()),) and entries[0].town == "汛桥镇"
    assert entries[0].lat is not None and abs(entries[0].lat - 28.80025) < 1e-9
    assert keys(entries, "a2") == ["stop:A1"]


def test_a_stop_is_served_where_people_may_get_on() -> None:
    entries = entries_of(Stop("idle", "停用站", 28.7, 121.1, code="X1"))
    assert not entry(entries, "stop:X1").is_served
    assert any(one.is_served for one in entries if one.kind is EntryKind.STOP)
    assert all(one.is_served for one in entries if one.kind is EntryKind.LINE)


def test_villages_towns_and_landmarks_are_served_by_what_stops_there() -> None:
    stops = tuple(replace(one, town_code="1", village_code="1001" if one.name == "光明村" else "") for one in schedule_of().network.stops)
    schedule = schedule_of(stops=stops, trips={"t": ("101", "daily", calls(6 * 3600, "zong", "guang"))})
    villages = (Village("1001", "光明村委会", "1", pinyin="guang ming"), Village("1002", "无站村", "1"))
    towns = (Town("1", "汛桥镇", lat=28.78, lon=121.19), Town("2", "别处镇"))
    _, lat, lon = STOPS["guang"]
    landmarks = (Landmark("村口大树", lat + 0.002, lon), Landmark("山顶", 29.1, 121.5))
    marked = mark_served(place_entries(towns, villages, landmarks), schedule, link_villages(schedule, villages))
    assert {one.key for one in marked if one.is_served} == {"town:1", "village:1001", "landmark:村口大树"}
    village = entry(marked, "village:1001")
    assert (village.name, village.name_en, village.town, village.lat, village.lon) == ("光明村", "Guangming", "汛桥镇", lat, lon)
    assert entry(marked, "village:1002").lat is None


def test_entries_get_the_readings_of_their_names_towns_and_aliases() -> None:
    entries = entries_of(Stop("a", "五孔岙", code="A1", town_code="1"))
    readings = {"五孔岙": ("wu kong ao",), "汛桥镇": ("xun qiao zhen",), "老凉亭": ("lao liang ting",), "客运总站": ("ke yun zong zhan",)}
    aliases = (Alias(EntryKind.STOP, "A1", "老凉亭"), Alias(EntryKind.STOP, "gone", "没有了"))
    named = give_names(entries, Names(readings, aliases))
    stop = entry(named, "stop:A1")
    assert (stop.readings, stop.town_readings) == (("wu kong ao",), ("xun qiao zhen",))
    assert stop.aliases == (("老凉亭", ("lao liang ting",)),)
    assert keys(named, "laoliangting") == ["stop:A1"] == keys(named, "wka")[:1]


def test_the_ends_of_a_line_are_read_as_its_stops_are() -> None:
    readings = {"客运总站": ("ke yun zong zhan",), "小芝": ("xiao zhi",)}
    network = make_network({"t": ("101", "daily", calls(6 * 3600, "zong", "xiao"))})
    named = give_names(network_entries(build_schedule(network, CALENDAR), {}), Names(readings))
    line = entry(named, "line:101")
    assert ("客运总站–小芝", ("ke yun zong zhan xiao zhi",)) in line.aliases


def test_every_name_that_is_found_is_among_those_that_are_read() -> None:
    network: Network = make_network(routes=(Route("101", "101路", "环城一路"),))
    assert {"101路", "环城一路", "汛桥"} <= network_names(network)
