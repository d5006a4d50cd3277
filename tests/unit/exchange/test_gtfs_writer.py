"""A written feed is right for every consumer: dates instead of rules, nothing missing that GTFS demands, the same bytes each time."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import gtfs_guru
import numpy as np
import pytest

from citizen_app.buses.network import (
    Agency,
    Fare,
    FareRule,
    FeedInfo,
    Frequency,
    Network,
    Position,
    Route,
    RouteKind,
    Shape,
    Stop,
    StopTimes,
    Transfer,
    Translation,
    Trip,
)
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.kinds import DayKind
from citizen_app.days.rules import (
    Daily,
    DayKinds,
    LunarDigits,
    Never,
    Rule,
    Season,
    Weekdays,
    dates_between,
)
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from citizen_app.exchange.gtfs.writer import write_network
from tests.unit.exchange.gtfs_feeds import RECORDED, read

TODAY = date(2026, 11, 25)
LAST = TODAY + timedelta(days=119)
CALENDAR = DayCalendar()
LUNAR = Rule(LunarDigits(frozenset({3, 8})))


def tables_of(data: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: list(csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8", newline=""))) for name in archive.namelist()
        }


def errors_of(data: bytes, folder: Path) -> list[str]:
    """What the GTFS validator calls an error."""
    path = folder / "feed.zip"
    path.write_bytes(data)
    result = gtfs_guru.validate(str(path), date=TODAY.isoformat())
    return [f"{notice.code} {notice.context()}" for notice in result.errors()]


def with_services(services: Mapping[str, Rule]) -> Network:
    """The small network, all of its trips on the first of some services."""
    network = read({}).get_network()
    trips = tuple(replace(trip, service_id=next(iter(services))) for trip in network.trips)
    return replace(network, services=services, trips=trips)


def dates_of(data: bytes, service_id: str) -> list[str]:
    rows = tables_of(data).get("calendar_dates.txt", [])
    return [f"{row['date']} {row['exception_type']}" for row in rows if row["service_id"] == service_id]


def written(services: Mapping[str, Rule], horizon_days: int = 120) -> bytes:
    return write_network(with_services(services), CALENDAR, TODAY, horizon_days)


@pytest.mark.parametrize("rule", [
    LUNAR,
    Rule(DayKinds(frozenset({DayKind.WORKDAY})), removed=frozenset({TODAY})),
    Rule(Weekdays(frozenset({5, 6})), season=Season.WINTER, first=date(2026, 1, 1), last=date(2026, 12, 31)),
    Rule(Daily(), on_holidays=False, added=frozenset({date(2026, 12, 31), date(2020, 1, 1)})),
], ids=["lunar", "working days", "season", "not on holidays"])
def test_what_gtfs_cannot_say_becomes_the_dates_of_the_coming_days(rule: Rule) -> None:
    data = written({"s": rule})
    assert "calendar.txt" not in tables_of(data)
    expected = [f"{day:%Y%m%d} 1" for day in dates_between(rule, TODAY, LAST, CALENDAR)]
    assert dates_of(data, "s") == expected and expected


def test_the_market_days_of_a_lunar_rule_are_those_of_the_almanac() -> None:
    """The tenth lunar month of 2026 begins on 9 November: its 18th, 23rd and 28th day, then the 3rd and 8th of the eleventh."""
    dates = dates_of(written({"s": LUNAR}), "s")
    assert dates[:5] == ["20261126 1", "20261201 1", "20261206 1", "20261211 1", "20261216 1"]


def test_days_of_the_week_stay_a_calendar_with_their_exceptions() -> None:
    rule = Rule(
        Weekdays(frozenset({0, 6})), first=date(2020, 1, 1), last=date(2040, 1, 1),
        added=frozenset({date(2030, 5, 1)}), removed=frozenset({date(2031, 5, 1)}),
    )
    data = written({"s": rule})
    row = tables_of(data)["calendar.txt"][0]
    assert (row["monday"], row["tuesday"], row["sunday"], row["start_date"], row["end_date"]) == ("1", "0", "1", "20200101", "20400101")
    assert dates_of(data, "s") == ["20300501 1", "20310501 2"]


def test_every_day_without_end_is_a_calendar_of_the_coming_days() -> None:
    row = tables_of(written({"s": Rule(Daily())}, 30))["calendar.txt"][0]
    assert (row["wednesday"], row["start_date"], row["end_date"]) == ("1", "20261125", "20261224")


@pytest.mark.parametrize("rule", [Rule(Never()), Rule(LunarDigits(frozenset({3})), last=date(2020, 1, 1))])
def test_a_service_without_a_day_is_named_and_never_runs(rule: Rule, tmp_path: Path) -> None:
    data = written({"s": rule, "other": Rule(Daily())})
    assert dates_of(data, "s") == ["20261125 2"]
    assert errors_of(data, tmp_path) == []


def test_a_day_that_is_added_and_removed_is_removed(tmp_path: Path) -> None:
    data = written({"s": Rule(Never(), added=frozenset({TODAY, LAST}), removed=frozenset({TODAY}))})
    assert dates_of(data, "s") == ["20261125 2", f"{LAST:%Y%m%d} 1"]
    assert errors_of(data, tmp_path) == []


def test_feed_info_says_version_and_validity() -> None:
    known = replace(with_services({"s": LUNAR}), feed_info=FeedInfo("绿县", "https://county.example", "zh", version="7"))
    row = tables_of(write_network(known, CALENDAR, TODAY))["feed_info.txt"][0]
    assert (row["feed_publisher_name"], row["feed_version"]) == ("绿县", "7")
    assert (row["feed_start_date"], row["feed_end_date"]) == ("20261125", f"{LAST:%Y%m%d}")
    row = tables_of(written({"s": Rule(Weekdays(frozenset({1})), first=date(2026, 1, 1), last=date(2027, 1, 1))}))["feed_info.txt"][0]
    assert (row["feed_start_date"], row["feed_end_date"], row["feed_version"]) == ("20260101", "20270101", "20261125")


def test_a_feed_that_was_cut_never_says_it_is_valid_for_longer() -> None:
    info = FeedInfo(start_date=date(2026, 1, 1), end_date=date(2030, 1, 1))
    row = tables_of(write_network(replace(with_services({"s": LUNAR}), feed_info=info), CALENDAR, TODAY))["feed_info.txt"][0]
    assert (row["feed_start_date"], row["feed_end_date"]) == ("20260101", f"{LAST:%Y%m%d}")


def test_intervals_are_kept() -> None:
    network = replace(with_services({"s": LUNAR}), frequencies=(Frequency("t1", 21600, 86400 + 600, 900, False, 600),))
    assert tables_of(write_network(network, CALENDAR, TODAY))["frequencies.txt"] == [{
        "trip_id": "t1", "start_time": "06:00:00", "end_time": "24:10:00", "headway_secs": "900", "exact_times": "0",
        "x_headway_min_secs": "600",
    }]


def test_equal_networks_give_equal_bytes_and_another_day_gives_others() -> None:
    services = {"a": LUNAR, "b": Rule(Daily(), added=frozenset(date(2026, 12, day) for day in range(1, 20)))}
    network = with_services(services)
    one = write_network(network, CALENDAR, TODAY)
    other_order = replace(network, services=dict(reversed(services.items())))
    assert one == write_network(network, CALENDAR, TODAY) == write_network(other_order, CALENDAR, TODAY)
    assert one != write_network(network, CALENDAR, TODAY + timedelta(days=1))
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def calls(*stops: int) -> StopTimes:
    """One trip along some stops, a call every ten minutes, the last one for getting off only."""
    count = len(stops)
    times = np.arange(count, dtype=np.int32) * 600 + 86400 - 1200
    zeros = np.zeros(count, dtype=np.uint8)
    pickup = zeros.copy()
    pickup[-1] = 1
    return StopTimes(
        np.array([0, count], dtype=np.int32), np.array(stops, dtype=np.int32), np.arange(1, count + 1, dtype=np.int32), times, times,
        pickup, zeros, zeros + 1, np.full(count, -1, dtype=np.int32), np.full(count, np.nan),
    )


BARE = Network(
    (Agency("", ""),),
    (Stop("a", "", 28.85, 121.12), Stop("b", "光明村"), Stop("c", "汛桥", 28.80, 121.20), Stop("d", "无处"), Stop("h", "总站", None, None, location_type=1)),
    (Route("r1"),), {"s": LUNAR}, (Trip("t1", "r1", "s"),), calls(0, 1, 2, 0),
)


def test_what_gtfs_demands_is_filled_where_it_is_not_known(tmp_path: Path) -> None:
    data = write_network(BARE, CALENDAR, TODAY)
    assert errors_of(data, tmp_path) == []
    stops = {row["stop_id"]: row for row in tables_of(data)["stops.txt"]}
    assert (stops["a"]["stop_name"], stops["a"]["x_filled"]) == ("a", "stop_name")
    assert (stops["b"]["stop_lat"], stops["b"]["stop_lon"]) == ("28.825", "121.16")    # between a and c
    assert stops["d"]["x_filled"] == "stop_lat stop_lon"
    assert tables_of(data)["agency.txt"][0]["agency_timezone"] == "Asia/Shanghai"


def test_what_was_filled_is_forgotten_when_it_is_read_again() -> None:
    network = read_network(open_archive(write_network(BARE, CALENDAR, TODAY))).get_network()
    assert (network.agencies, network.stops, network.routes) == (BARE.agencies, BARE.stops, BARE.routes)


def test_everything_that_a_county_knows_is_written_without_an_error(tmp_path: Path) -> None:
    full = replace(
        BARE,
        agencies=(Agency("x", "临海公交", "https://bus.example", lang="zh", phone="0576-85110000"),),
        stops=(
            Stop("a", "小芝", 28.85, 121.12, "1001", zone_id="1", town_code="331082109", position=Position.SURVEYED),
            Stop("b", "光明村", 28.83, 121.14, zone_id="2", position=Position.ESTIMATED), Stop("c", "汛桥", 28.80, 121.20, zone_id="2"),
        ),
        routes=(Route("r1", "501", "光明村 - 汛桥", "x", color="1a7f5a", text_color="FFFFFF", kind=RouteKind.MARKET, market="xunqiao"),),
        trips=(Trip("t1", "r1", "s", "汛桥", direction_id=0, shape_id="p", wheelchair_accessible=1, note="逢集开行"),),
        frequencies=(Frequency("t1", 21600, 36000, 900, False, 600),),
        shapes={"p": Shape(np.array([28.85, 28.83, 28.80, 28.85]), np.array([121.12, 121.14, 121.20, 121.12]), np.array([0.0, 1, 2, 3]))},
        transfers=(Transfer("a", "b", 2, 180),),
        fares=(Fare("short", 200, agency_id="x"), Fare("long", 350)),
        fare_rules=(FareRule("short", "r1", "1", "1"), FareRule("long", "r1", "1", "2")),
        translations=(
            Translation("stops", "stop_name", "en", "Xiaozhi", record_id="a"),
            Translation("trips", "trip_headsign", "en", "Xunqiao", field_value="汛桥"),
        ),
        feed_info=FeedInfo("临海市", "https://county.example", "zh", version="12", contact_email="bus@county.example"),
        is_demo=True,
    )
    data = write_network(full, CALENDAR, TODAY)
    assert errors_of(data, tmp_path) == []
    again = read_network(open_archive(data))
    assert again.warnings == ()
    expected = replace(full, feed_info=replace(full.feed_info, start_date=TODAY, end_date=LAST))
    for name in ("agencies", "stops", "routes", "trips", "frequencies", "transfers", "fares", "fare_rules", "translations", "feed_info", "is_demo"):
        assert getattr(again.get_network(), name) == getattr(expected, name), name


@pytest.mark.parametrize("name", ["hdbrts", "cairns"])
def test_a_real_feed_without_an_error_is_written_without_one(name: str, tmp_path: Path) -> None:
    original = (RECORDED / f"{name}.zip").read_bytes()
    assert errors_of(original, tmp_path) == []
    with open_archive(original) as archive:
        network = read_network(archive).get_network()
    assert errors_of(write_network(network, CALENDAR, TODAY), tmp_path) == []
