"""Numbers, moments and paths come back from every way of writing them; what only looks like one is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.parking.paths import look_up, steps_of
from feeds.parking.payloads import decode
from feeds.parking.values import BadValue, degrees, first_number, moment_of, whole_number

UTC_ZONE = ZoneInfo("UTC")
SHANGHAI = ZoneInfo("Asia/Shanghai")


class TestNumbers:
    @given(st.integers(-1_000_000, 1_000_000))
    def test_numbers_come_back_from_every_way_of_writing_them(self, number: int) -> None:
        ways: list[Any] = [number, str(number), f" {number} ", f"{number}.0", float(number), f"\u00a0{number}"]
        assert [whole_number(way) for way in ways] == [number] * len(ways)

    @given(st.integers(-1_000_000, 1_000_000), st.sampled_from([",", ".", "'", " "]))
    def test_grouped_numbers_come_back_when_the_sign_is_known(self, number: int, sign: str) -> None:
        assert whole_number(f"{number:,}".replace(",", sign), sign) == number
        if abs(number) >= 1000:
            with pytest.raises(BadValue, match="thousands"):
                whole_number(f"{number:,}".replace(",", sign))

    @pytest.mark.parametrize(
        "value",
        ["1e5", "0x10", "１２", "1_000", "nan", "inf", "99999999", float("nan"), float("inf"), [], {}, 1.5, "1.5", "12.", ".5", "1,2", "--5", "+"],
    )
    def test_what_only_looks_like_a_number_is_refused(self, value: Any) -> None:
        with pytest.raises(BadValue):
            whole_number(value)

    @pytest.mark.parametrize(("text", "number"), [
        ("12 freie Plätze", "12"), ("剩余 9 个", "9"), ("448 / 548", "448"), ("P-12: -3 frei", "12"), ("1.234 frei", "1.234"), ("voll", "voll"),
        ("14:05 Uhr: 3 frei", "3"), ("50 % frei", "50 % frei"), ("12,5%: 7", "7"), ("100%", "100%"),
    ])
    def test_the_first_number_in_a_text(self, text: str, number: str) -> None:
        assert first_number(text) == number

    @pytest.mark.parametrize("value", ["", "N28", 90.1, -91, "nan", True, None])
    def test_degrees_are_degrees(self, value: Any) -> None:
        with pytest.raises(BadValue):
            degrees(value, 90)


class TestMoments:
    @given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1)), st.integers(-12, 14))
    def test_moments_come_back_from_every_way_of_writing_them(self, naive: datetime, hours: int) -> None:
        moment = naive.replace(microsecond=0, tzinfo=UTC)
        elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))
        assert moment_of(elsewhere.isoformat(), "iso", UTC_ZONE) == moment
        assert moment_of(elsewhere, "iso", UTC_ZONE) == moment
        assert moment_of(elsewhere.strftime("%d.%m.%Y %H:%M:%S %z"), "%d.%m.%Y %H:%M:%S %z", UTC_ZONE) == moment
        assert moment_of(moment.strftime("%Y-%m-%d %H:%M:%S"), "%Y-%m-%d %H:%M:%S", UTC_ZONE) == moment
        assert moment_of(moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "iso", SHANGHAI) == moment
        assert moment_of(int(moment.timestamp()), "epoch_s", UTC_ZONE) == moment
        assert moment_of(str(int(moment.timestamp() * 1000)), "epoch_ms", UTC_ZONE) == moment

    @given(st.datetimes(datetime(1995, 1, 2), datetime(2100, 1, 1)))
    def test_a_time_without_a_zone_is_the_clock_of_the_source(self, naive: datetime) -> None:
        assert moment_of(naive.isoformat(), "iso", SHANGHAI) == (naive - timedelta(hours=8)).replace(tzinfo=UTC)

    @pytest.mark.parametrize("value", [
        "", "soon", "2026-11-24", "20261124", "1795492800", 1795492800, "2026-13-01T00:00:00", "2026-11-24T25:00:00", "0001-01-01T00:00:00",
        "9999-12-31T23:59:59-12:00", True, [], {}, "2026-W48-2T10:00",
    ])
    def test_what_is_no_date_and_time_is_refused(self, value: Any) -> None:
        with pytest.raises(BadValue):
            moment_of(value, "iso", UTC_ZONE)

    @pytest.mark.parametrize("value", ["", "nan", "inf", "1e300", "-1e300", 0, True, "12:00", []])
    def test_what_is_no_epoch_is_refused(self, value: Any) -> None:
        with pytest.raises(BadValue):
            moment_of(value, "epoch_s", UTC_ZONE)


class TestPaths:
    RECORD: ClassVar[dict[str, Any]] = {"a.b": 1, "a": {"b": 2, "c": [{"n": "x", "v": 3}, {"n": {"k": 5}, "v": 4}]}, "number[free]": 6}

    @pytest.mark.parametrize(("path", "found"), [
        ("a.b", 1), ("a.c.0.v", 3), ("a.c[n=x].v", 3), ("a.c[n.k=5].v", 4), ("a.c[n=y].v", None), ("a.c.7.v", None), ("a.c.x", None),
        ("none", None), ("number[free]", 6), ("a.b.c", None), ("$.top.0", 7), ("$.none", None), ("a.0.c.1.v", 4),
    ])
    def test_a_path_leads_to_its_value_or_nowhere(self, path: str, found: Any) -> None:
        assert look_up(self.RECORD, path, {"top": [7]}) == found

    @pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", "a[b", "a[b]", "a]b"])
    def test_what_is_no_path_is_refused(self, path: str) -> None:
        with pytest.raises(BadValue):
            steps_of(path)


class TestEncodings:
    @given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(lambda text: not text.startswith("\ufeff")))
    def test_utf_8_is_never_taken_for_anything_else(self, text: str) -> None:
        assert decode(text.encode()) == decode(text.encode("utf-8-sig")) == decode(text.encode("utf-8-sig"), "utf-8") == text

    @given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=8))
    def test_chinese_text_comes_back_from_gb18030_unless_it_is_utf_8_as_well(self, text: str) -> None:
        raw = text.encode("gb18030")
        try:
            raw.decode()
        except UnicodeDecodeError:
            assert decode(raw) == text
