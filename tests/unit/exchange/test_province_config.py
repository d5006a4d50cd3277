"""province.toml: the shipped one is right, and what is wrong with another is said all at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from citizen_app.errors import InvalidInput
from citizen_app.exchange.province import parse_province, read_province
from citizen_app.exchange.province.config import expand_url
from citizen_app.exchange.record import RecordKind
from tests.factories import NOON
from tests.platforms import FILE, demo_province, make_province


def faults_of(text: str) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        parse_province(text.encode())
    assert all(one.row == "province.toml" for one in caught.value.problems)
    return {one.field: f"{one.value}: {one.message}" for one in caught.value.problems}


def changed(*changes: tuple[str, str]) -> str:
    text = FILE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_demonstration_reports_every_kind_and_knows_its_towns() -> None:
    province = demo_province()
    assert set(province.interfaces) == set(RecordKind)
    assert len(province.codes["district"]) == 19
    assert province.gateway.signer == "md5" and province.answers.success == "00"


def test_a_county_without_the_file_does_not_report(tmp_path: Path) -> None:
    assert read_province(tmp_path / "province.toml") is None


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ('signer = "md5"', 'signer = "md4"', "gateway.signer", "md4: expected one of md5, sm3"),
        ('url = "http', 'url = "ftp', "gateway.url", "expected http"),
        ("batch_size = 50", "batch_size = 0", "interfaces.parking_static.batch_size", "0: Must be greater"),
        ("batch_size = 50", 'batch_size = "50"', "interfaces.parking_static.batch_size", "50: Not a valid integer"),
        ("north = 29.15", "north = 1.0", "bounds.north", "1.0: expected more than south"),
        ("[interfaces.line]", "[interfaces.lines]", "interfaces.lines", "expected one of parking_static"),
        ('closed = "2"', "", "codes.parking_status", "a code is missing for closed"),
        ("[codes.district]", "[codes.districts]", "codes.districts", "expected one of"),
        ('"名称" = 50', '"名字" = 50', "lengths.名字", "50: no field of ours"),
        ('availability = "latest"', 'availability = "newest"', "sending.availability", "newest: expected one of latest, all"),
        ("late_after_s = 300", "late_after = 300", "sending.late_after", "300: Unknown field"),
        ('late_values = ["0", "1"]', 'late_values = ["0"]', "envelope.late_values", "Length"),
        ('push = "/gateway/api/001/dataSharing/busTrip.htm"', 'push = "busTrip"', "interfaces.trip.push", "busTrip: expected a path"),
        ("[sending]", '[spelling.line]\n"名" = "x"\n[sending]', "spelling.line", "no field of ours: 名"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_place(old: str, new: str, field: str, words: str) -> None:
    found = faults_of(changed((old, new)))
    assert words in found[field], found


def test_all_faults_come_at_once_those_of_tables_too() -> None:
    found = faults_of(changed(('signer = "md5"', 'signer = "md4"'), ('closed = "2"', ""), ("north = 29.15", "north = 1.0")))
    assert {"gateway.signer", "codes.parking_status", "bounds.north"} <= set(found)


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b"gateway = 1", b"", b"codes = 1\nbounds = 2\ninterfaces = []"])
def test_a_file_that_is_none_is_a_problem_and_no_crash(content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_province(content)
    assert caught.value.problems


def test_an_address_takes_its_variables_from_the_environment_and_says_which_one_is_missing() -> None:
    assert expand_url("http://h:${DEMO_PLATFORM_PORT}/", {"DEMO_PLATFORM_PORT": "81"}) == "http://h:81"
    with pytest.raises(InvalidInput, match="DEMO_PLATFORM_PORT is not set"):
        expand_url("http://h:${DEMO_PLATFORM_PORT}", {})


def test_moments_are_on_the_countys_clock_or_milliseconds() -> None:
    assert demo_province().write_moment(NOON) == "2026-03-11 12:00:00"
    in_ms = make_province(moment_format="ms")
    assert in_ms.write_moment(NOON + timedelta(milliseconds=5)) == str(int(NOON.timestamp()) * 1000 + 5)
    assert in_ms.is_moment("1773201600005") and not in_ms.is_moment("2026-03-11 12:00:00")
