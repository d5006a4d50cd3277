"""What breaks a reference or a time is named with file, row, field and value, all at once; what can be mended is, and says so."""

from __future__ import annotations

import pytest

from citizen_app.buses.network import Network
from citizen_app.errors import InvalidInput
from citizen_app.exchange.gtfs.faults import MOST_NAMED
from tests.unit.exchange.gtfs_feeds import SMALL, read, row_of, warnings_of

CALLS = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
T2 = "t2,9:00:00,9:00:00,north,1\nt2,9:30:00,9:30:00,south,2\n"
STOP = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
ROUTE = "route_id,agency_id,route_short_name,route_type,route_url,route_color\n"
WEEK = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
DATES = "service_id,date,exception_type\nonce,20261007,1\n"
FREQUENCY = "trip_id,start_time,end_time,headway_secs\n"
FARE = "fare_id,price,currency_type,payment_method,transfers\n"
SAFE = "stop_id,stop_name,stop_lat,stop_lon\nnorth,N,29,121\nhill,H,29,121\nsouth,S,29,121\n"


def calls(*rows: str) -> tuple[str, str]:
    return "stop_times.txt", CALLS + "".join(f"t1,{row}\n" for row in rows) + T2


BROKEN: list[tuple[str, str, str]] = [
    (*calls("abc,6:00:00,north,1"), "stop_times.txt row 2: arrival_time = 'abc'"),
    (*calls("6:00:00,999:00:00,north,1"), "stop_times.txt row 2: departure_time = '999:00:00'"),
    (*calls("6:60:00,6:60:00,north,1"), "stop_times.txt row 2: arrival_time = '6:60:00'"),
    (*calls("6:00,6:00:00,north,1"), "stop_times.txt row 2: arrival_time = '6:00'"),
    (*calls("-6:00:00,6:00:00,north,1"), "stop_times.txt row 2: arrival_time = '-6:00:00'"),
    (*calls("0.25,6:00:00,north,1"), "stop_times.txt row 2: arrival_time = '0.25'"),
    (*calls("6:00:00,6:00:00,north,1", "5:50:00,6:10:00,south,2"), "stop_times.txt row 3: arrival_time = '05:50:00'"),
    (*calls("6:00:00,6:00:00,north,1", "6:20:00,6:10:00,south,2"), "stop_times.txt row 3: departure_time = '06:10:00'"),
    (*calls("6:00:00,6:00:00,north,1", ",,hill,2", "5:00:00,5:00:00,south,3"), "stop_times.txt row 4: arrival_time = '05:00:00'"),
    (*calls("6:00:00,6:00:00,north,1", "6:10:00,6:10:00,south,1"), "stop_times.txt row 3: stop_sequence = '1'"),
    (*calls("6:00:00,6:00:00,nowhere,1"), "stop_times.txt row 2: stop_id = 'nowhere'"),
    (*calls("6:00:00,6:00:00,,1"), "stop_times.txt row 2: stop_id = ''"),
    (*calls("6:00:00,6:00:00,north,-1"), "stop_times.txt row 2: stop_sequence = '-1'"),
    (*calls("6:00:00,6:00:00,north,1.5"), "stop_times.txt row 2: stop_sequence = '1.5'"),
    (*calls("6:00:00,6:00:00,north,"), "stop_times.txt row 2: stop_sequence = ''"),
    (*calls("6:00:00,6:00:00,north"), "stop_times.txt row 2: stop_sequence = ''"),
    (*calls("6:00:00,6:00:00,no,rth,1"), "stop_times.txt row 2:  = '6'"),
    ("stop_times.txt", CALLS + "t9,6:00:00,6:00:00,north,1\n" + T2, "stop_times.txt row 2: trip_id = 't9'"),
    ("stop_times.txt", "trip_id,stop_id\nt1,north\n", "stop_times.txt row 1: stop_sequence = ''"),
    ("stop_times.txt", SMALL["stop_times.txt"].replace(",", ";"), "stop_times.txt row 1: trip_id = ''"),
    ("stops.txt", SAFE + "north,N,29,121\n", "stops.txt row 5: stop_id = 'north'"),
    ("stops.txt", SAFE + ",N,29,121\n", "stops.txt row 5: stop_id = ''"),
    ("stops.txt", SMALL["stops.txt"] + "x,X,29,121,0,gone,\n", "stops.txt row 7: parent_station = 'gone'"),
    ("stops.txt", SMALL["stops.txt"] + "x,X,29,121,0,north,\n", "stops.txt row 7: parent_station = 'north'"),
    ("stops.txt", SAFE + "x\0,X,29,121\n", "stops.txt row 5: stop_id = 'x\\x00'"),
    ("stops.txt", "stop_name\nNorth\n", "stops.txt row 1: stop_id = ''"),
    ("stops.txt", "", "stops.txt row 0: stop_id = ''"),
    ("routes.txt", ROUTE + "r1,b,1,3,,\n", "routes.txt row 2: agency_id = 'b'"),
    ("routes.txt", ROUTE + "r1,a,1,3,,\nr1,a,2,3,,\n", "routes.txt row 3: route_id = 'r1'"),
    ("agency.txt", "agency_name,agency_url,agency_timezone\n", "agency.txt:  = ''"),
    ("agency.txt", SMALL["agency.txt"] + "a,Other,https://b.example,Asia/Shanghai\n", "agency.txt row 3: agency_id = 'a'"),
    ("agency.txt", SMALL["agency.txt"].replace("Shanghai", "Linhai"), "agency.txt row 2: agency_timezone = 'Asia/Linhai'"),
    ("agency.txt", SMALL["agency.txt"] + "b,B,https://b.example,Asia/Tokyo\n", "agency.txt row 3: agency_timezone = 'Asia/Tokyo'"),
    ("trips.txt", "route_id,service_id,trip_id\nr9,daily,t1\nr1,daily,t2\n", "trips.txt row 2: route_id = 'r9'"),
    ("trips.txt", "route_id,service_id,trip_id\nr1,never,t1\nr1,daily,t2\n", "trips.txt row 2: service_id = 'never'"),
    ("trips.txt", "route_id,service_id,trip_id\nr1,daily,t1\nr1,daily,t1\nr1,daily,t2\n", "trips.txt row 3: trip_id = 't1'"),
    ("trips.txt", "route_id,service_id,trip_id,shape_id\nr1,daily,t1,s\nr1,daily,t2,\n", "trips.txt row 2: shape_id = 's'"),
    ("calendar.txt", WEEK + "daily,1,1,1,1,1,0,x,20260101,20261231\n", "calendar.txt row 2: sunday = 'x'"),
    ("calendar.txt", WEEK + "daily,1,1,1,1,1,0,0,2026-01-01,20261231\n", "calendar.txt row 2: start_date = '2026-01-01'"),
    ("calendar.txt", WEEK + "daily,1,1,1,1,1,0,0,20260101,20260230\n", "calendar.txt row 2: end_date = '20260230'"),
    ("calendar.txt", WEEK + "daily,1,1,1,1,1,0,0,20260101,20251231\n", "calendar.txt row 2: end_date = '20251231'"),
    ("calendar.txt", SMALL["calendar.txt"] + "daily,1,1,1,1,1,1,1,20260101,20261231\n", "calendar.txt row 3: service_id = 'daily'"),
    ("calendar_dates.txt", DATES + "once,20261008,3\n", "calendar_dates.txt row 3: exception_type = '3'"),
    ("calendar_dates.txt", DATES + "once,tomorrow,1\n", "calendar_dates.txt row 3: date = 'tomorrow'"),
    ("frequencies.txt", FREQUENCY + "t9,6:00:00,7:00:00,600\n", "frequencies.txt row 2: trip_id = 't9'"),
    ("frequencies.txt", FREQUENCY + "t1,six,7:00:00,600\n", "frequencies.txt row 2: start_time = 'six'"),
    ("frequencies.txt", FREQUENCY + "t1,7:00:00,6:00:00,600\n", "frequencies.txt row 2: end_time = '6:00:00'"),
    ("frequencies.txt", FREQUENCY + "t1,6:00:00,7:00:00,0\n", "frequencies.txt row 2: headway_secs = '0'"),
    ("transfers.txt", "from_stop_id,to_stop_id\nnorth,gone\n", "transfers.txt row 2: to_stop_id = 'gone'"),
    ("transfers.txt", "from_stop_id,to_stop_id\nnorth,\n", "transfers.txt row 2: to_stop_id = ''"),
    ("fare_attributes.txt", FARE + "f,free,CNY,0,\n", "fare_attributes.txt row 2: price = 'free'"),
    ("fare_attributes.txt", FARE + "f,2,yuan,0,\n", "fare_attributes.txt row 2: currency_type = 'yuan'"),
    ("fare_rules.txt", "fare_id\nf\n", "fare_rules.txt row 2: fare_id = 'f'"),
]


@pytest.mark.parametrize(("name", "text", "expected"), BROKEN, ids=[expected for _, _, expected in BROKEN])
def test_what_breaks_a_reference_or_a_time_refuses_the_feed_and_is_named(name: str, text: str, expected: str) -> None:
    result = read({name: text})
    assert expected in row_of(result)
    assert result.network is None and len(row_of(result)) == result.problem_count <= 10
    with pytest.raises(InvalidInput, match="row|names no agency"):
        result.get_network()


def network_after(name: str, text: str) -> tuple[Network, list[str]]:
    result = read({name: text})
    return result.get_network(), warnings_of(result)


MENDED: list[tuple[str, str, str]] = [
    ("stops.txt", SAFE + "x,X,95,121\n", "stops.txt row 5: stop_lat = '95'"),
    ("stops.txt", SAFE + "x,X,east,121\n", "stops.txt row 5: stop_lat = 'east'"),
    ("stops.txt", SAFE + "x,X,0,0\n", "stops.txt row 5: stop_lat = '0'"),
    ("stops.txt", SAFE + "x,X,29,\n", "stops.txt row 5: stop_lon = ''"),
    ("stops.txt", SAFE + "x,,29,121\n", "stops.txt row 5: stop_name = ''"),
    ("stops.txt", SMALL["stops.txt"] + "x,X,29,121,7,,\n", "stops.txt row 7: location_type = '7'"),
    ("stops.txt", SMALL["stops.txt"].replace("zone_id", "stop_name"), "stops.txt row 1: stop_name = ''"),
    ("routes.txt", ROUTE + "r1,a,1,3,javascript:alert(1),\n", "routes.txt row 2: route_url = 'javascript:alert(1)'"),
    ("routes.txt", ROUTE + "r1,a,1,3,,green\n", "routes.txt row 2: route_color = 'green'"),
    ("routes.txt", ROUTE + "r1,a,1,bus,,\n", "routes.txt row 2: route_type = 'bus'"),
    ("routes.txt", ROUTE + "r1,a,,3,,\n", "routes.txt row 2: route_short_name = ''"),
    ("agency.txt", SMALL["agency.txt"].replace("Asia/Shanghai", ""), "agency.txt row 2: agency_timezone = ''"),
    ("calendar_dates.txt", DATES + "once,20261007,1\n", "calendar_dates.txt row 3: date = '20261007'"),
    ("calendar_dates.txt", DATES + "once,20261007,2\n", "calendar_dates.txt row 3: date = '20261007'"),
    (*calls(",6:00:00,north,1"), "stop_times.txt row 2: arrival_time = ''"),
    ("translations.txt", "table_name,field_name,language,translation,record_id\nstops,stop_name,zh,北,gone\n",
     "translations.txt row 2: record_id = 'gone'"),
    ("translations.txt", "table_name,field_name,language,translation,record_id\npathways,signposted_as,zh,北,p\n",
     "translations.txt row 2: record_id = 'p'"),
    ("fare_rules.txt", "fare_id,origin_id\n", ""),
    ("pathways.txt", "pathway_id\n", "pathways.txt:  = ''"),
    ("shapes.txt", "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\ns,29,121,1\ns,x,121,2\n",
     "shapes.txt row 3: shape_pt_lat = 'x, 121, 2'"),
    ("feed_info.txt", "feed_publisher_name,feed_start_date,feed_end_date\nG,20261231,20260101\n",
     "feed_info.txt row 2: feed_end_date = '20260101'"),
    ("stop_times.txt", CALLS.replace("\n", ",pickup_type\n") + "t1,6:00:00,6:00:00,north,1,9\n" + T2.replace("\n", ",\n"),
     "stop_times.txt row 2: pickup_type = '9'"),
]


@pytest.mark.parametrize(("name", "text", "expected"), MENDED, ids=[f"{name} {expected}" for name, _, expected in MENDED])
def test_what_can_be_mended_is_kept_with_a_warning(name: str, text: str, expected: str) -> None:
    _, warnings = network_after(name, text)
    assert (expected in warnings) if expected else warnings == []


def test_links_that_browsers_would_run_are_dropped() -> None:
    network, _ = network_after("routes.txt", ROUTE + "r1,a,1,3,javascript:alert(1),\n")
    assert network.routes[0].url == ""


def test_a_stop_off_the_earth_has_no_position() -> None:
    network, _ = network_after("stops.txt", SAFE + "x,X,95,121\n")
    assert (network.stops[3].lat, network.stops[3].lon) == (None, None)


def test_text_that_is_not_utf8_is_named_by_its_row() -> None:
    """County offices save in GB 18030."""
    stops = SMALL["stops.txt"].replace("Mill", "磨坊")
    assert row_of(read({"stops.txt": stops.encode("gb18030")})) == ["stops.txt row 4:  = ''"]
    assert row_of(read({"stops.txt": stops.encode("utf-16")}))[0].startswith("stops.txt row 1:")


def test_a_quote_that_is_never_closed_is_named() -> None:
    calls = CALLS + 't1,"6:00:00,6:00:00,north,1\n' + "t1,6:00:00,6:00:00,north,1\n" * 10_000
    assert [row.split(" row ")[0] for row in row_of(read({"stop_times.txt": calls}))] == ["stop_times.txt"]


def test_faults_of_several_files_are_named_at_once() -> None:
    result = read({
        "stop_times.txt": SMALL["stop_times.txt"].replace("6:00:00", "abc"), "routes.txt": ROUTE + "r1,b,1,3,,\n",
        "calendar_dates.txt": DATES + "once,20261008,3\n",
    })
    assert row_of(result) == [
        "calendar_dates.txt row 3: exception_type = '3'", "routes.txt row 2: agency_id = 'b'",
        "stop_times.txt row 2: arrival_time = 'abc'", "stop_times.txt row 2: departure_time = 'abc'",
    ]


def test_a_file_that_cannot_be_read_is_one_fault_not_one_for_each_reference() -> None:
    for name in ("trips.txt", "stops.txt", "routes.txt"):
        assert row_of(read({name: "nothing\n1\n"}))[0].startswith(f"{name} row 1:"), name
        assert all(row.startswith(f"{name} row 1:") for row in row_of(read({name: "nothing\n1\n"}))), name


def test_the_first_faults_are_named_and_all_are_counted() -> None:
    rows = "".join(f"t{number},6:00:00,6:00:00,north,1\n" for number in range(10, 5010))
    result = read({"stop_times.txt": CALLS + rows})
    assert len(result.problems) == MOST_NAMED and result.problem_count == 5000
    assert row_of(result)[-1] == f"stop_times.txt row {MOST_NAMED + 1}: trip_id = 't{MOST_NAMED + 9}'"
