"""Every format reads what real operators publish: exact numbers, moments in UTC, and each value that cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from citizen_app.parking.facility import FacilityKind, SpaceKind
from citizen_app.parking.occupancy import OpeningStatus, spaces_of
from tests.factories import make_facility
from tests.unit.feeds.reading import NOW, faults, parse, readings, recorded, sites, spaces

OPEN, CLOSED, UNKNOWN = OpeningStatus.OPEN, OpeningStatus.CLOSED, OpeningStatus.UNKNOWN


class TestDatex2:
    def test_states_of_aachen_in_version_2(self) -> None:
        parsed = parse("datex2", recorded("aachen/aachen-realtime.xml"))
        found = readings(parsed)
        assert (parsed.rows, len(parsed.items), parsed.problems) == (17, 17, ())
        assert spaces(parsed) == {
            "P1": 412, "P2": 291, "P3": 143, "P5": 0, "P6": 624, "P7": 554, "P8": 443, "P9": 74, "P10": 42, "P12": 130, "P11": 271,
            "P14": 180, "P13": 0, "P16": 80, "P15": 118, "P18": 518, "P17": 429,
        }
        assert (found["P1"].occupied, found["P1"].capacity) == (148, 560)
        assert found["P1"].observed_at == datetime(2025, 2, 7, 19, 5, 34, 176000, tzinfo=UTC)
        assert found["P14"].observed_at == datetime(2025, 2, 4, 0, 11, 19, 546000, tzinfo=UTC), "the record's time, not the publication's"
        assert {ref for ref, one in found.items() if one.opening_status is CLOSED} == {"P5", "P13", "P14", "P18"}
        assert {one.opening_status for ref, one in found.items()} == {OPEN, CLOSED}

    def test_table_of_aachen_in_version_2(self) -> None:
        parsed = parse("datex2", recorded("aachen/aachen-static.xml"))
        found = sites(parsed)
        assert (parsed.rows, len(found), parsed.problems) == (17, 17, ())
        assert (found["P1"].name, found["P1"].capacity, found["P1"].lat, found["P1"].lon, found["P1"].kind) == (
            "P01-Eurogress", 560, 50.780552, 6.0927987, FacilityKind.MULTI_STOREY,
        )
        assert {ref for ref, one in found.items() if one.capacity is None} == {"P13", "P17"}, "a record without spaces says nothing"

    def test_version_3_with_a_state_without_time_and_one_that_is_no_number(self) -> None:
        parsed = parse("datex2", recorded("handmade/datex2_v3_status.xml"))
        found = readings(parsed)
        assert (found["LH-01"].available_spaces, found["LH-01"].capacity) == (9, 345)
        assert found["LH-01"].observed_at == datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
        assert (found["LH-02"].occupied, found["LH-02"].opening_status) == (80, CLOSED)
        assert found["LH-02"].observed_at == datetime(2026, 11, 24, 4, 0, 5, tzinfo=UTC)
        assert [(one.row, one.field, one.value) for one in parsed.problems] == [("row 3", "parkingNumberOfVacantSpaces", "many")]

    def test_version_3_never_takes_a_group_of_spaces_for_the_whole_car_park(self) -> None:
        parsed = parse("datex2", recorded("handmade/datex2_v3_groups.xml"), {"timezone": "Asia/Shanghai"})
        assert spaces(parsed) == {"LH-01": 8, "LH-02": None, "LH-03": None}
        assert readings(parsed)["LH-03"].occupied == 71, "vehicles are counted where spaces are not"
        assert readings(parsed)["LH-01"].observed_at == datetime(2026, 11, 24, 4, 0, 5, tzinfo=UTC)
        assert readings(parsed)["LH-02"].opening_status is OPEN, "full is open, and no number"

    def test_table_of_version_3_with_the_site_s_own_point_and_spaces(self) -> None:
        parsed = parse("datex2", recorded("handmade/datex2_v3_table.xml"))
        found = sites(parsed)
        first = found["LH-01"]
        assert (first.name, first.capacity, first.lat, first.lon, first.kind) == (
            "人民医院停车楼", 345, 28.8533, 121.1234, FacilityKind.MULTI_STOREY,
        )
        assert (found["LH-02"].capacity, found["LH-02"].lat, found["LH-02"].kind) == (None, None, None)
        assert faults(parsed) == [("row 3", "@id")]


class TestParkApi:
    def test_version_3(self) -> None:
        parsed = parse("parkapi", recorded("handmade/parkapi_v3.json"))
        assert set(sites(parsed)) == {"east-lake", "8", "9"}
        [found] = readings(parsed).values()
        assert (found.ref, found.available_spaces, found.capacity, found.opening_status) == ("east-lake", 9, 340, OPEN)
        assert found.observed_at == datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
        assert found.available_by_kind == {SpaceKind.DISABLED: 2}
        assert sorted(faults(parsed)) == [("row 3", "realtime_data_updated_at"), ("row 4", "original_uid")]

    def test_version_3_as_a_plain_list_with_bicycles_and_a_site_whose_counts_ran_out(self) -> None:
        parsed = parse("parkapi", recorded("handmade/parkapi_v3_page.json"))
        found = sites(parsed)
        assert (parsed.rows, set(found), set(readings(parsed))) == (3, {"a", "c"}, {"c"})
        assert (found["a"].kind, found["a"].max_height_cm, found["a"].opening_hours) == (FacilityKind.UNDERGROUND, 200, "24/7")
        assert readings(parsed)["c"].observed_at == datetime(2026, 11, 24, 4, 0, tzinfo=UTC), "without a zone it is UTC"
        assert (found["c"].lat, found["c"].lon, found["c"].capacity) == (None, None, None)
        assert faults(parsed) == [("row 3", "lat"), ("row 3", "capacity")]

    def test_a_page_of_a_longer_list_says_so(self) -> None:
        parsed = parse("parkapi", {"items": [{"id": 1, "name": "A"}], "total_count": 250})
        assert [(one.field, one.value) for one in parsed.problems] == [("total_count", "250")]

    def test_the_identifier_may_be_chosen(self) -> None:
        parsed = parse("parkapi", recorded("handmade/parkapi_v3.json"), {"fields": {"ref": "id"}})
        assert set(sites(parsed)) == {"7", "8", "9"}

    def test_version_1_where_no_data_is_not_full(self) -> None:
        parsed = parse("parkapi", recorded("handmade/parkapi_v1.json"))
        found = readings(parsed)
        assert spaces(parsed) == {"lh-east": 9, "lh-silent": None, "lh-closed": 80}
        assert [one.opening_status for one in found.values()] == [OPEN, UNKNOWN, CLOSED]
        assert {one.observed_at for one in found.values()} == {datetime(2026, 11, 24, 4, 0, tzinfo=UTC)}
        assert (sites(parsed)["lh-east"].lat, sites(parsed)["lh-silent"].lat, parsed.problems) == (28.8578, None, ())


class TestGeoJson:
    FREIBURG: ClassVar[dict[str, Any]] = {
        "timezone": "Europe/Berlin", "status": {"1": "OPEN", "2": "UNKNOWN", "0": "NO_DATA"},
        "fields": {
            "ref": "properties.park_id", "name": "properties.park_name", "capacity": "properties.obs_max",
            "available_spaces": "properties.obs_free", "observed_at": "properties.obs_ts", "opening_status": "properties.obs_state",
        },
    }

    def test_freiburg_with_numbers_as_texts_local_times_and_another_projection(self) -> None:
        parsed = parse("geojson", recorded("freiburg/freiburg.json"), self.FREIBURG)
        found = readings(parsed)["P5"]
        assert (parsed.rows, len(readings(parsed)), parsed.problems) == (19, 19, ())
        assert (found.available_spaces, found.capacity, found.opening_status) == (56, 105, OPEN)
        assert found.observed_at == datetime(2024, 6, 10, 8, 20, tzinfo=UTC)
        assert sites(parsed)["P5"].lat is None, "metres of a projection must not be taken for degrees"

    def test_freiburg_where_a_broken_counter_says_0_of_0(self) -> None:
        parsed = parse("geojson", recorded("freiburg/freiburg.json"), self.FREIBURG)
        broken = readings(parsed)["P1"]
        assert (broken.available_spaces, broken.opening_status) == (None, UNKNOWN)

    def test_jena(self) -> None:
        parsed = parse("geojson", recorded("jena/jena.geojson"), {"fields": {"ref": "properties.id", "name": "properties.name"}})
        found = sites(parsed)
        assert (parsed.rows, len(found), readings(parsed), parsed.problems) == (103, 103, {}, ())
        assert (found["185"].name, found["185"].lat, found["185"].lon) == ("Eichplatz", 50.928491667, 11.585954366)

    def test_our_own_open_data_is_read_without_a_map(self) -> None:
        properties = {"uid": "a", "name": "东湖", "capacity": 90, "available_spaces": 9, "opening_status": "OPEN"}
        silent = {"uid": "b", "name": "静", "capacity": None, "available_spaces": None, "opening_status": "UNKNOWN", "observed_at": None}
        parsed = parse("geojson", {"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [121.12, 28.85]},
             "properties": {**properties, "observed_at": "2026-11-24T04:00:00+00:00"}},
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [121.12, 28.85]}, "properties": silent},
        ]})
        assert (spaces(parsed), set(sites(parsed)), parsed.problems) == ({"a": 9}, {"a", "b"}, ())

    def test_an_area_has_no_point(self) -> None:
        area = {"type": "Polygon", "coordinates": [[[121, 28], [122, 28], [122, 29], [121, 28]]]}
        parsed = parse("geojson", {"features": [{"geometry": area, "properties": {"uid": "a", "name": "A"}}]})
        assert (sites(parsed)["a"].lat, parsed.problems) == (None, ())


class TestMapped:
    def test_basel_with_a_row_that_has_no_identifier(self) -> None:
        parsed = parse("mapped_json", recorded("basel/basel.json"), {"fields": {
            "ref": "id2", "name": "title", "available_spaces": "free", "capacity": "total", "observed_at": "published",
            "lat": "geo_point_2d.lat", "lon": "geo_point_2d.lon",
        }})
        assert (parsed.rows, len(readings(parsed)), len(sites(parsed))) == (17, 16, 16)
        assert readings(parsed)["badbahnhof"].available_spaces == 286
        assert readings(parsed)["badbahnhof"].observed_at == datetime(2024, 7, 28, 12, 6, tzinfo=UTC)
        assert (readings(parsed)["anfos"].available_spaces, readings(parsed)["anfos"].capacity) == (167, 162), "over capacity is passed on"
        assert faults(parsed) == [("row 8", "id2")]

    def test_heilbronn_whose_counter_of_all_spaces_stands_at_another_place_in_each_list(self) -> None:
        parsed = parse("mapped_json", recorded("heilbronn/heilbronn_goldbeck_occupancies.json"), {
            "timezone": "Europe/Berlin",
            "fields": {"ref": "facilityId", "available_spaces": "counters[type.type=TOTAL].freePlaces",
                       "capacity": "counters[type.type=TOTAL].maxPlaces", "observed_at": "valuesFrom"},
        })
        assert spaces(parsed) == {
            "2066": None, "2068": 251, "2076": 3, "2141": 173, "2607": 140, "2608": 202, "2609": 0, "2610": 0, "2409": 321, "2483": 438,
        }, "a car park without counters has no number, which is not 0"
        assert readings(parsed)["2409"].capacity == 405
        assert readings(parsed)["2068"].observed_at == datetime(2025, 12, 3, 12, 35, 1, 623000, tzinfo=UTC)
        assert parsed.problems == ()

    def test_sites_of_heilbronn(self) -> None:
        parsed = parse("mapped_json", recorded("heilbronn/heilbronn_goldbeck_facilities.json"), {"fields": {
            "ref": "id", "name": "name", "lat": "position.latitude", "lon": "position.longitude", "address": "postalAddress.name",
        }})
        found = sites(parsed)
        assert (parsed.rows, len(found)) == (38, 38)
        assert (found["2682"].address, found["2682"].lat) == ("74076 Heilbronn - Etzelstraße, 9", 48.953437)

    def test_kienzler_states_no_time_and_gets_the_moment_of_the_fetch(self) -> None:
        fields = {"ref": "id", "name": "name", "available_spaces": "bookable", "capacity": "sum_boxes", "lat": "lat", "lon": "long"}
        parsed = parse("mapped_json", recorded("kienzler/kienzler.json"), {"fields": fields})
        assert spaces(parsed) == {"unit1676": 10, "unit567": 11, "unit574": 7, "unit621": 3, "unit629": 11}
        assert {one.observed_at for one in readings(parsed).values()} == {NOW}
        assert sites(parsed)["unit1676"].name == "Rastatt, Bahnhof, Schließfächer"


class TestTables:
    def test_csv_of_bietigheim_counts_occupied_spaces_in_an_old_encoding_with_epoch_times(self) -> None:
        parsed = parse("csv", recorded("bietigheim/bietigheim-bissingen.csv"), {
            "encoding": "latin-1", "time_format": "epoch_ms", "status": {"Geöffnet": "OPEN", "Geschlossen": "CLOSED"},
            "fields": {"ref": "Name", "capacity": "Capacity", "occupied": "OccupiedSites", "observed_at": "Timestamp",
                       "opening_status": "OpeningState"},
        })
        found = readings(parsed)
        first = found["Parkplatz Mühlwiesenstr."]
        assert (parsed.rows, len(found), parsed.problems) == (14, 14, ())
        assert (first.occupied, first.capacity, first.available_spaces) == (81, 106, None)
        assert spaces_of(first, make_facility(capacity=999)) == 25
        assert first.observed_at == datetime(2025, 2, 27, 10, 17, 47, 85000, tzinfo=UTC)
        assert [ref for ref, one in found.items() if one.opening_status is CLOSED] == ["Parkplatz Am Japangarten"]

    def test_xlsx_of_goldbeck_in_the_operators_table_of_parkapi_needs_no_map(self) -> None:
        parsed = parse("xlsx", recorded("goldbeck/goldbeck.xlsx"))
        found = sites(parsed)
        assert {ref: one.capacity for ref, one in found.items()} == {
            "3": 637, "21": 200, "22": 850, "23": 102, "92": 643, "93": 1681, "94": 304, "95": 429, "96": 78, "134": 380,
            "144": 600,
        }
        assert (parsed.rows, readings(parsed), parsed.problems) == (11, {}, ()), "empty rows at the end are no records"
        assert (found["21"].max_height_cm, found["21"].kind, found["96"].kind) == (210, FacilityKind.MULTI_STOREY, FacilityKind.SURFACE)
        assert (found["92"].kind, found["92"].lat, found["92"].lon) == (None, 49.14647222222222, 9.210166666666666)

    def test_blocks_of_a_web_page_of_ulm(self) -> None:
        count = ".//div[@class='counter-text']/p[1]"
        parsed = parse("html", recorded("ulm/ulm.html"), {"records": "//div[@data-name='Counter Element']", "fields": {
            "ref": "@data-id", "name": ".//h5/a[1]", "available_spaces": count, "capacity": f"substring-after({count}, '/')",
        }})
        assert spaces(parsed) == {
            "8": 448, "1": 414, "3": 514, "2": 352, "4": 280, "9": 780, "5": 281, "6": 235, "10": 70, "7": 68,
        }
        assert (readings(parsed)["8"].capacity, sites(parsed)["8"].name, parsed.problems) == (548, "Am Bahnhof", ())
