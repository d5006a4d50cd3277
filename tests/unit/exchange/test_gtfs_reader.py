"""GTFS as others publish it becomes the network that they mean."""

from __future__ import annotations

from datetime import date

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
    RouteKind,
    Stop,
    Transfer,
    Translation,
)
from citizen_app.days.rules import Never, Rule, Weekdays
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from tests.unit.exchange.gtfs_feeds import RECORDED, SMALL, read, row_of, warnings_of, zipped


def network_of(files: dict[str, str | bytes]) -> Network:
    return read(files).get_network()


def calls_of(network: Network, trip: int) -> list[tuple[str, int, int, int]]:
    """(stop_id, arrival, departure in minutes, timepoint) of a trip's calls."""
    calls = network.stop_times
    part = range(calls.first[trip], calls.first[trip + 1])
    return [
        (network.stops[calls.stop[i]].stop_id, calls.arrival_s[i] // 60, calls.departure_s[i] // 60, calls.timepoint[i]) for i in part
    ]


def test_a_small_feed_is_read_as_it_is_meant() -> None:
    network = network_of({})
    assert network.agencies == (Agency("a", "Green Bus", "https://bus.example"),)
    assert network.stops[3] == Stop("south", "South", 29.04, 121.0, zone_id="z2", parent_station="hub")
    assert network.routes[0].short_name == "1" and network.routes[0].route_type == 3
    assert network.services == {
        "daily": Rule(
            Weekdays(frozenset(range(5))), first=date(2026, 1, 1), last=date(2026, 12, 31), removed=frozenset({date(2026, 10, 1)})
        ),
        "once": Rule(Never(), added=frozenset({date(2026, 10, 7)})),
    }
    assert calls_of(network, 0) == [("north", 360, 360, 1), ("hill", 370, 371, 1), ("south", 380, 380, 1)]
    assert network.stop_times.sequence.tolist() == [1, 2, 4, 1, 2]
    assert network.feed_info == FeedInfo() and network.markets == () and network.stop_times.headsigns == ()


def test_times_past_midnight_stay_on_their_service_day() -> None:
    assert calls_of(network_of({}), 1) == [("north", 23 * 60 + 50, 23 * 60 + 50, 1), ("south", 25 * 60 + 10, 25 * 60 + 10, 1)]


def test_marks_white_space_quotes_empty_lines_and_foreign_columns_change_nothing() -> None:
    odd: dict[str, str | bytes] = {
        "agency.txt": b"\xef\xbb\xbf" + SMALL["agency.txt"].replace("\n", "\r\n").encode(),
        "stops.txt": SMALL["stops.txt"].replace("stop_name", ' "stop_name" ').replace(",North,", ',  "North" ,').replace("\n", "\n\n"),
        "stop_times.txt": "\n" + SMALL["stop_times.txt"].replace(",north,", ", north ,").replace("6:10:00", "06:10:00 ") + "\n  \n,,,,\n",
        "trips.txt": "colour,Trip_ID,service_id,route_id,trip_headsign,direction_id\nred,t1,daily,r1,South,0\nred, t2 , once ,r1,South,0",
    }
    assert calls_of(network_of(odd), 0) == calls_of(network_of({}), 0)
    assert network_of(odd).stops == network_of({}).stops and network_of(odd).trips == network_of({}).trips
    assert warnings_of(read(odd)) == []


def test_a_quoted_line_end_within_a_name_becomes_a_space() -> None:
    stops = SMALL["stops.txt"].replace(",North,", ',"North,\n  the ""old"" one",')
    assert network_of({"stops.txt": stops}).stops[0].name == 'North, the "old" one'


def test_calls_may_stand_in_any_order() -> None:
    head, *rows = SMALL["stop_times.txt"].splitlines()
    assert calls_of(network_of({"stop_times.txt": "\n".join([head, *reversed(rows)])}), 0) == calls_of(network_of({}), 0)


def test_a_feed_needs_only_one_of_the_two_calendars() -> None:
    dates = "service_id,date,exception_type\ndaily,20261001,1\nonce,20261007,1\nonce,20261008,2\n"
    files = {**SMALL, "calendar_dates.txt": dates}
    del files["calendar.txt"]
    with open_archive(zipped(files)) as archive:
        services = read_network(archive).get_network().services
    assert services == {
        "daily": Rule(Never(), added=frozenset({date(2026, 10, 1)})),
        "once": Rule(Never(), added=frozenset({date(2026, 10, 7)}), removed=frozenset({date(2026, 10, 8)})),
    }


def test_lines_of_a_single_agency_need_not_name_it() -> None:
    agency = "agency_name,agency_url,agency_timezone\nGreen Bus,https://bus.example,Asia/Shanghai\n"
    routes = "route_id,route_short_name,route_type\nr1,1,3\n"
    assert network_of({"agency.txt": agency, "routes.txt": routes}).routes[0].agency_id == ""
    assert network_of({"routes.txt": routes}).routes[0].agency_id == "a"


def test_intervals_keep_both_ends_of_their_headway() -> None:
    frequencies = (
        "trip_id,start_time,end_time,headway_secs,exact_times,x_headway_min_secs\n"
        "t1,6:00:00,9:00:00,900,,600\nt1,9:00:00,24:30:00,1800,1,\n"
    )
    assert network_of({"frequencies.txt": frequencies}).frequencies == (
        Frequency("t1", 21600, 32400, 900, False, 600), Frequency("t1", 32400, 88200, 1800, True),
    )


def test_shapes_are_in_the_order_of_their_sequence() -> None:
    shapes = (
        "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled\n"
        "s2,29.5,121.5,10,2\ns1,29.1,121.1,1,\ns2,29.4,121.4,9,1\n"
    )
    found = network_of({"shapes.txt": shapes}).shapes
    assert list(found) == ["s1", "s2"]
    assert found["s2"].lat.tolist() == [29.4, 29.5] and found["s2"].dist.tolist() == [1, 2] and np.isnan(found["s1"].dist[0])


def test_transfers_fares_translations_and_feed_info_are_read() -> None:
    network = network_of({
        "transfers.txt": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nnorth,south,2,180\nhill,mill,,\n",
        "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers,transfer_duration\nshort,2.5,CNY,0,,\nlong,10,cny,1,0,3600\n",
        "fare_rules.txt": "fare_id,route_id,origin_id,destination_id,contains_id\nshort,r1,z1,z2,\n",
        "translations.txt": (
            "table_name,field_name,language,translation,record_id,record_sub_id,field_value\n"
            "stops,stop_name,zh,北,north,,\ntrips,trip_headsign,zh,南,,,South\nfeed_info,feed_publisher_name,zh,绿,,,\n"
        ),
        "feed_info.txt": (
            "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version,feed_contact_email\n"
            "Green,https://bus.example,en,20260101,20261231,7,bus@county.example\n"
        ),
    })
    assert network.transfers == (Transfer("north", "south", 2, 180), Transfer("hill", "mill"))
    assert network.fares == (Fare("short", 250), Fare("long", 1000, "CNY", 1, 0, "", 3600))
    assert network.fare_rules == (FareRule("short", "r1", "z1", "z2"),)
    assert network.translations == (
        Translation("stops", "stop_name", "zh", "北", record_id="north"),
        Translation("trips", "trip_headsign", "zh", "南", field_value="South"),
        Translation("feed_info", "feed_publisher_name", "zh", "绿"),
    )
    assert network.feed_info == FeedInfo(
        "Green", "https://bus.example", "en", date(2026, 1, 1), date(2026, 12, 31), "7", "bus@county.example"
    )


def test_the_county_s_own_columns_are_read() -> None:
    network = network_of({
        "routes.txt": "route_id,route_short_name,route_type,x_route_kind,x_market\nr1,1,3,market,guangming\n",
        "stops.txt": SMALL["stops.txt"].replace("zone_id\n", "zone_id,x_town_code,x_village_code,x_position\n").replace(
            ",z1\nhill", ",z1,331082001,331082001202,estimated\nhill").replace("0,,z1\nmill", "0,,z1,,,\nmill"),
        "trips.txt": SMALL["trips.txt"].replace("direction_id", "direction_id,x_trip_note").replace("South,0", "South,0,只下不上"),
    })
    assert (network.routes[0].kind, network.routes[0].market) == (RouteKind.MARKET, "guangming")
    north = network.stops[0]
    assert (north.town_code, north.village_code, north.position) == ("331082001", "331082001202", Position.ESTIMATED)
    assert network.trips[0].note == "只下不上"


def test_headsigns_boarding_rules_and_timepoints_belong_to_calls() -> None:
    calls = (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,stop_headsign,pickup_type,drop_off_type,timepoint,shape_dist_traveled\n"
        "t2,23:50:00,23:50:00,north,1,Sea,0,1,,0\nt2,25:10:00,25:10:00,south,2,,1,,0,7.5\n"
        "t1,6:00:00,6:00:00,north,1,Hill,,,1,\nt1,6:20:00,6:20:00,south,2,Sea,3,2,,\n"
    )
    found = network_of({"stop_times.txt": calls}).stop_times
    assert found.headsigns == ("Hill", "Sea") and found.headsign.tolist() == [0, 1, 1, -1]
    assert found.pickup_type.tolist() == [0, 3, 0, 1] and found.drop_off_type.tolist() == [0, 2, 1, 0]
    assert found.timepoint.tolist() == [1, 1, 1, 0] and found.shape_dist[2:].tolist() == [0, 7.5]


def test_progress_grows_to_all_of_the_feed() -> None:
    told: list[tuple[int, int]] = []
    with open_archive(RECORDED / "hdbrts.zip") as archive:
        read_network(archive, lambda done, of: told.append((done, of)))
    assert told == sorted(told) and len(told) > 6 and told[-1][0] == told[-1][1]


@pytest.mark.parametrize("name", sorted({*SMALL} - {"calendar.txt", "calendar_dates.txt"}))
def test_each_file_that_is_missing_is_named(name: str) -> None:
    files = {key: text for key, text in SMALL.items() if key != name}
    if name == "stops.txt":
        files["levels.txt"] = ""
    with open_archive(zipped(files)) as archive:
        assert row_of(read_network(archive)) == [f"{name}:  = ''"]
