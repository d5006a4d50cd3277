"""Bad values are named and their neighbours kept; bad payloads and bad settings are refused whole; nothing else ever happens."""

from __future__ import annotations

import io
import json
import time
import zipfile
from datetime import timedelta
from itertools import pairwise
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.errors import InvalidInput
from citizen_app.parking.occupancy import Reading
from feeds.base import Parsed
from feeds.registry import ADAPTERS
from tests.unit.feeds.reading import MAP, SETTINGS_FREE, faults, parse, readings, spaces

NOON = "2026-11-24T12:00:00+08:00"
LAUGHS = '<!ENTITY a "lol">' + "".join(f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in pairwise("abcdefghi"))


def settings_of(kind: str) -> dict[str, Any]:
    return {} if kind in SETTINGS_FREE else MAP


class TestRows:
    def test_bad_rows_are_named_and_good_ones_kept(self) -> None:
        rows = [
            {"id": "a", "free": 1, "time": NOON},
            {"id": "b", "free": "lots", "time": NOON},
            {"id": "c", "free": 3, "time": "yesterday"},
            {"free": 4, "time": NOON},
            {"id": "a", "free": 5, "time": NOON},
            "not a record",
            {"id": "d", "free": True, "time": NOON},
            {"id": "e", "free": 6, "time": ""},
            {"id": "f", "free": "many", "time": "soon"},
            {"id": {"deep": 1}, "free": 7, "time": NOON},
            {"id": "\ud800", "free": 7, "time": NOON},
            {"id": True, "free": 7, "time": NOON},
            {"id": "g", "free": [3], "time": 1795492800},
        ]
        parsed = parse("mapped_json", json.dumps(rows), MAP)
        assert (spaces(parsed), parsed.rows) == ({"a": 1}, 13)
        assert faults(parsed) == [
            ("row 2", "free"), ("row 3", "time"), ("row 4", "id"), ("row 5", "id"), ("row 6", "id"), ("row 7", "free"), ("row 8", "time"),
            ("row 9", "free"), ("row 9", "time"), ("row 10", "id"), ("row 11", "id"), ("row 12", "id"), ("row 13", "free"), ("row 13", "time"),
        ]
        assert [one.value for one in parsed.problems][:2] == ["lots", "yesterday"]
        assert all(one.message for one in parsed.problems)

    def test_a_bad_value_beside_the_count_costs_only_itself(self) -> None:
        fields = {"ref": "id", "available_spaces": "free", "capacity": "all", "charging": "ev", "opening_status": "state"}
        parsed = parse("mapped_json", [{"id": "a", "free": 9, "all": "?", "ev": "x", "state": "odd"}], {"fields": fields})
        assert spaces(parsed) == {"a": 9}
        assert faults(parsed) == [("row 1", "all"), ("row 1", "ev"), ("row 1", "state")]

    @pytest.mark.parametrize("value", ["", " ", "-", "--", "null", 2147483647, "2147483647", None, -1, -1.0, "-1", "故障"])
    def test_what_means_no_number_is_none_and_no_problem(self, value: object) -> None:
        parsed = parse("mapped_json", [{"id": "a", "free": value, "time": NOON}], {**MAP, "no_data": [-1, "故障"]})
        assert (spaces(parsed), parsed.problems) == ({"a": None}, ())

    def test_a_row_with_neither_time_nor_number_just_knows_nothing(self) -> None:
        parsed = parse("mapped_json", [{"id": "a", "free": "--", "time": None}, {"id": "b", "free": 1, "time": NOON}], MAP)
        assert (spaces(parsed), parsed.problems) == ({"b": 1}, ())

    def test_suspicious_numbers_are_passed_on_as_they_are(self) -> None:
        rows = [{"id": "a", "free": -748, "time": "2036-01-01T00:00:00Z"}, {"id": "b", "free": 8259.0, "time": NOON}]
        assert spaces(parse("mapped_json", rows, MAP)) == {"a": -748, "b": 8259}

    @pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity"])
    def test_numbers_that_json_does_not_have_are_no_number(self, written: str) -> None:
        assert spaces(parse("mapped_json", f'[{{"id": "a", "free": {written}, "time": "{NOON}"}}]', MAP)) == {"a": None}

    @pytest.mark.parametrize("written", ["1e400", "1.5", "9" * 30, "9" * 6000, "99999999"])
    def test_absurd_numbers_cost_one_row(self, written: str) -> None:
        parsed = parse("mapped_json", f'[{{"id": "a", "free": {written}, "time": "{NOON}"}}, {{"id": "b", "free": 2, "time": "{NOON}"}}]', MAP)
        assert (spaces(parsed), faults(parsed)) == ({"b": 2}, [("row 1", "free")])
        assert len(parsed.problems[0].value) <= 80

    def test_values_that_are_nested_deeply_are_named_not_written_out(self) -> None:
        deep = "[" * 900 + "]" * 900
        for kind, settings in (("mapped_json", MAP), ("parkapi", {}), ("geojson", {})):
            rows = f'[{{"id": {deep}, "original_uid": {deep}, "free": {deep}, "time": {deep}, "properties": {deep}}}]'
            parsed = parse(kind, f'{{"features": {rows}}}' if kind == "geojson" else rows, settings)
            assert parsed.items == () and {one.value for one in parsed.problems} <= {"(a list)", ""}


class TestWholePayloads:
    @pytest.mark.parametrize("kind", sorted(ADAPTERS))
    @pytest.mark.parametrize("body", [b"", b"   ", b"<html><body><p>502 Bad Gateway</p><br></body></html>", b"<!DOCTYPE html><title>Login</title>"])
    def test_a_web_page_or_nothing_instead_of_data_is_refused(self, kind: str, body: bytes) -> None:
        with pytest.raises(InvalidInput):
            parse(kind, body, {**settings_of(kind), **({"records": "row"} if kind == "mapped_xml" else {})})

    def test_missing_columns_are_all_named(self) -> None:
        for kind, body in (("csv", "id,when\na,2026\n"), ("html", "<table><tr><th>id</th><th>when</th></tr></table>")):
            with pytest.raises(InvalidInput) as caught:
                parse(kind, body, MAP)
            assert [one.field for one in caught.value.problems] == ["free", "time"]

    def test_a_column_that_stands_twice_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="twice"):
            parse("csv", f"id,free,free,time\na,1,2,{NOON}\n", MAP)

    def test_records_that_are_not_where_the_map_says(self) -> None:
        with pytest.raises(InvalidInput, match=r"data\.list"):
            parse("mapped_json", {"code": 500, "msg": "busy", "data": None}, {**MAP, "records": "data.list"})
        with pytest.raises(InvalidInput, match=r"rows\.row"):
            parse("mapped_xml", "<r><rows/></r>", {**MAP, "records": "rows.row"})

    def test_truncated_documents_are_refused(self) -> None:
        for kind, body in (("mapped_json", '[{"id": 1, "free": 3'), ("datex2", "<a><parkingRecordStatus>"), ("geojson", '{"features": [')):
            with pytest.raises(InvalidInput):
                parse(kind, body, settings_of(kind))

    def test_more_records_than_any_county_has_are_refused(self) -> None:
        with pytest.raises(InvalidInput, match="20000"):
            parse("mapped_json", [{"id": number} for number in range(20_001)], {"fields": {"ref": "id"}})
        with pytest.raises(InvalidInput, match="20000"):
            parse("csv", "id\n" + "\n".join(map(str, range(20_001))), {"fields": {"ref": "id"}})

    @pytest.mark.parametrize("kind", ["mapped_xml", "datex2"])
    @pytest.mark.parametrize("declared", [
        LAUGHS,
        '<!ENTITY a "lol"><!ENTITY i SYSTEM "file:///etc/passwd">',
        '<!ENTITY i SYSTEM "http://169.254.169.254/latest/">',
        '<!ENTITY % p SYSTEM "http://169.254.169.254/x.dtd"> %p;',
    ])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_entity_bombs_and_foreign_files_are_refused_at_once(self, kind: str, declared: str, encoding: str) -> None:
        body = f"<!DOCTYPE r [{declared}]><r><row><id>&i;</id></row></r>"
        started = time.perf_counter()
        with pytest.raises(InvalidInput, match="document type"):
            parse(kind, body.encode(encoding), {} if kind == "datex2" else {"records": "row", "fields": {"ref": "id", "name": "id"}})
        assert time.perf_counter() - started < 1

    def test_deep_xml_is_refused_or_read_but_never_breaks(self) -> None:
        body = "<r>" + "<a>" * 5000 + "</a>" * 5000 + "</r>"
        with pytest.raises(InvalidInput):
            parse("mapped_xml", body, {"fields": {"ref": "a"}})

    def test_a_workbook_that_unpacks_to_too_much_or_too_many_is_refused(self) -> None:
        for parts, size in ((1, 61 * 1024 * 1024), (2001, 1)):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for number in range(parts):
                    archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * size)
            with pytest.raises(InvalidInput, match="unpacked"):
                parse("xlsx", packed.getvalue(), MAP)

    def test_a_zip_that_is_no_workbook_and_a_sheet_that_is_not_there(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("readme.txt", "hello")
        with pytest.raises(InvalidInput, match="not an Excel workbook"):
            parse("xlsx", packed.getvalue(), MAP)
        book = openpyxl.Workbook()
        packed = io.BytesIO()
        book.save(packed)
        with pytest.raises(InvalidInput, match="there are Sheet"):
            parse("xlsx", packed.getvalue(), {**MAP, "sheet": "余位"})

    def test_a_cell_at_the_far_end_of_a_sheet_costs_nothing(self) -> None:
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active["A1"], book.active["B1"], book.active["C1"] = "id", "free", "time"
        book.active["A2"], book.active["B2"], book.active["C2"] = "a", 5, NOON
        book.active["XFD1048576"] = "far"
        packed = io.BytesIO()
        book.save(packed)
        assert spaces(parse("xlsx", packed.getvalue(), MAP)) == {"a": 5}

    def test_a_page_without_a_table_or_with_fewer_than_asked(self) -> None:
        for settings in (MAP, {**MAP, "table": 3}):
            with pytest.raises(InvalidInput, match="tables"):
                parse("html", "<html><p>closed for works</p></html>", settings)
        with pytest.raises(InvalidInput, match="no such blocks"):
            parse("html", "<html><p>x</p></html>", {"records": "//div", "fields": {"ref": "@id"}})


class TestSettings:
    @pytest.mark.parametrize(("kind", "settings", "key"), [
        ("mapped_json", {"fields": {"free": "x", "ref": "a"}}, "fields.free"),
        ("mapped_json", {"fields": {"capacity": "x"}}, "fields.ref"),
        ("mapped_json", {"fields": {"ref": 5}}, "fields.ref"),
        ("mapped_json", {"fields": {"ref": "a[b"}}, "fields.ref"),
        ("mapped_json", {"fields": {"ref": "a..b"}}, "fields.ref"),
        ("mapped_json", {"fields": "id"}, "fields"),
        ("mapped_json", {}, "fields.ref"),
        ("mapped_json", {**MAP, "colour": 1}, "colour"),
        ("mapped_json", {**MAP, "sheet": "a"}, "sheet"),
        ("mapped_json", {**MAP, "records": 5}, "records"),
        ("mapped_json", {**MAP, "crs": "mars"}, "crs"),
        ("mapped_json", {**MAP, "crs": ["wgs84"]}, "crs"),
        ("mapped_json", {**MAP, "timezone": "Nowhere"}, "timezone"),
        ("mapped_json", {**MAP, "timezone": 8}, "timezone"),
        ("mapped_json", {**MAP, "status": {"a": "b"}}, "status.a"),
        ("mapped_json", {**MAP, "status": {"a": ["OPEN"]}}, "status.a"),
        ("mapped_json", {**MAP, "status": "OPEN"}, "status"),
        ("mapped_json", {**MAP, "kinds": {"a": "castle"}}, "kinds.a"),
        ("mapped_json", {**MAP, "no_data": -1}, "no_data"),
        ("mapped_json", {**MAP, "no_data": [[]]}, "no_data"),
        ("mapped_json", {**MAP, "thousands": "x"}, "thousands"),
        ("mapped_json", {**MAP, "time_format": "%H:%M"}, "time_format"),
        ("mapped_json", {**MAP, "time_format": "%Q"}, "time_format"),
        ("mapped_json", {**MAP, "time_format": "yyyy-MM-dd HH:mm:ss"}, "time_format"),
        ("mapped_json", {**MAP, "encoding": "klingon"}, "encoding"),
        ("mapped_json", {**MAP, "encoding": "rot13"}, "encoding"),
        ("csv", {**MAP, "delimiter": ";;"}, "delimiter"),
        ("csv", {**MAP, "skip_rows": -1}, "skip_rows"),
        ("csv", {**MAP, "records": "x"}, "records"),
        ("html", {**MAP, "table": "first"}, "table"),
        ("html", {"records": "//div[", "fields": {"ref": "@id"}}, "records"),
        ("html", {"records": "//div", "fields": {"ref": "none:such(1)"}}, "fields.ref"),
        ("geojson", {"fields": [1]}, "fields"),
        ("parkapi", {"status": {"a": "OPEN"}}, "status"),
        ("parkapi", {"fields": {"capacity": "x"}}, "fields"),
        ("datex2", {"fields": {"ref": "x"}}, "fields"),
    ])
    def test_a_setting_that_cannot_be_used_is_named(self, kind: str, settings: dict[str, Any], key: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            ADAPTERS[kind](settings)
        assert key in {one.field for one in caught.value.problems}

    def test_all_of_them_are_named_at_once(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            ADAPTERS["mapped_json"]({"fields": {"free": "x"}, "crs": "mars", "colour": 1, "timezone": "Nowhere", "status": {"a": "b"}})
        assert {one.field for one in caught.value.problems} == {"fields.free", "fields.ref", "crs", "colour", "timezone", "status.a"}


def is_sound(parsed: Parsed) -> bool:
    """Every moment is in UTC, every identifier can be stored and printed, and there is no problem without its row."""
    return (
        all(one.observed_at.utcoffset() == timedelta(0) for one in parsed.items if isinstance(one, Reading))
        and all(one.ref and one.ref.isprintable() and str(one).encode() for one in parsed.items)
        and all(str(one).encode() for one in parsed.problems)
    )


class TestProperties:
    beginnings = st.sampled_from([b"", b"[", b"{", b"<", b"PK\x03\x04", b"id,free,time\n", b"<table><tr><td>id</td><td>free</td><td>time</td></tr>"])

    @given(st.sampled_from(sorted(ADAPTERS)), beginnings, st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
    def test_any_bytes_give_items_or_invalid_input(self, kind: str, beginning: bytes, payload: bytes) -> None:
        try:
            assert is_sound(parse(kind, beginning + payload, settings_of(kind)))
        except InvalidInput:
            return

    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from([NOON, "12", "OPEN", "CAR"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "free", "time", "items"]), inner, max_size=4),
        max_leaves=12,
    )
    names = st.sampled_from([
        "id", "free", "time", "original_uid", "lat", "lon", "purpose", "type", "geometry", "properties", "state", "total", "coords",
        "capacity", "has_realtime_data", "realtime_free_capacity", "realtime_data_updated_at", "realtime_opening_status",
    ])

    @given(st.lists(st.dictionaries(names, values) | values, max_size=4), values)
    def test_any_json_gives_items_and_problems_of_its_rows(self, rows: list[Any], other: Any) -> None:
        for kind, body in (
            ("mapped_json", rows), ("parkapi", rows), ("parkapi", {"lots": rows, "last_updated": other}),
            ("parkapi", {"items": rows, "total_count": other}), ("geojson", {"features": rows, "crs": other}),
        ):
            parsed = parse(kind, json.dumps(body), settings_of(kind) if kind != "geojson" else {})
            assert is_sound(parsed)
            assert len({one.row for one in parsed.problems} - {"payload"}) <= parsed.rows

    @given(values)
    def test_any_settings_are_used_or_refused(self, value: Any) -> None:
        keys = ("records", "fields", "time_format", "timezone", "status", "kinds", "no_data", "thousands", "crs", "encoding", "delimiter",
                "sheet", "table", "skip_rows")
        for kind, make in ADAPTERS.items():
            for key in keys:
                try:
                    make({**settings_of(kind), key: value})
                except InvalidInput as refused:
                    assert refused.problems

    texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)

    @given(st.lists(st.lists(texts, min_size=3, max_size=3), max_size=4))
    def test_any_table_gives_items_and_problems(self, rows: list[list[str]]) -> None:
        text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [["id", "free", "time"], *rows])
        assert is_sound(parse("csv", text, MAP))

    @given(st.lists(st.tuples(st.integers(1, 999), st.integers(-99, 9999)), min_size=1, max_size=5, unique_by=lambda row: row[0]))
    def test_the_same_rows_are_the_same_in_every_format(self, rows: list[tuple[int, int]]) -> None:
        objects = [{"id": ref, "free": free, "time": NOON} for ref, free in rows]
        lines = "id;free;time\n" + "".join(f"{ref};{free};{NOON}\n" for ref, free in rows)
        elements = "".join(f"<p><id>{ref}</id><free>{free}</free><time>{NOON}</time></p>" for ref, free in rows)
        expected = readings(parse("mapped_json", objects, MAP))
        assert {ref: one.available_spaces for ref, one in expected.items()} == {str(ref): free for ref, free in rows}
        assert readings(parse("csv", lines, MAP)) == expected
        assert readings(parse("mapped_xml", f"<r>{elements}</r>", {**MAP, "records": "p"})) == expected
