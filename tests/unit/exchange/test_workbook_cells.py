"""One cell of the workbook, in all the ways in which Excel and people write it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.exchange.workbook import cells, hours

NUMBER_OF_2026_10_1 = 46296
LISTS = st.sets(st.integers(0, 47 * 60 + 59), min_size=1, max_size=60).map(lambda minutes: tuple(60 * one for one in sorted(minutes)))


def refused(reader: Callable[[object], object], cell: object) -> str:
    with pytest.raises(ValueError) as caught:
        reader(cell)
    assert any("一" <= char <= "鿿" for char in str(caught.value)), "it is said in Chinese"
    return str(caught.value)


class TestTimes:
    @pytest.mark.parametrize(("cell", "minutes"), [
        (time(6, 30), 390), (0.25, 360), (390 / 1440, 390), (timedelta(hours=24, minutes=30), 1470),
        (datetime(1900, 1, 1, 0, 30), 1470), (datetime(1904, 1, 2, 0, 30), 1470), ("6:30", 390), ("06:30", 390), ("6:30:00", 390),
        ("６：３０", 390), (" 6 : 30　", 390), ("6点30", 390), ("6点30分", 390), ("6时30分", 390), ("6点半", 390), ("6点", 360), ("6点整", 360),
        ("24:30", 1470), ("次日0:30", 1470), ("次日 0:30", 1470), ("翌日0点半", 1470), ("第二天0:30", 1470), ("0:00", 0), (time(0, 0), 0),
        (time(6, 29, 59, 999_999), 390),
    ])
    def test_a_time_in_every_writing(self, cell: object, minutes: int) -> None:
        assert hours.read_time(cell) == minutes * 60

    @pytest.mark.parametrize("cell", [
        "6", "6.30", "0630", "6:3", "6:60", "25:61", "48:00", "次日24:00", "早上", "6:30:15", "", 6, 630, 6.0, -0.5, 2.5, True, time(6, 30, 20),
        date(2026, 10, 1), datetime(2026, 10, 1, 6, 30), timedelta(days=3), timedelta(hours=-1),
    ])
    def test_what_is_no_time_is_refused(self, cell: object) -> None:
        refused(hours.read_time, cell)

    @pytest.mark.parametrize("cell", [
        "6:00 7:10、8:20", "6:00,7:10，8:20", "６：００　７：１０、８：２０", "6:00\n7:10;8:20", "6:00；7:10 / 8:20、", "6点 7点10分 8时20",
    ])
    def test_a_list_of_departures_in_every_writing(self, cell: str) -> None:
        assert hours.read_times(cell) == (21600, 25800, 30000)

    def test_a_list_of_one_may_be_a_time_of_excel(self) -> None:
        assert hours.read_times(time(7, 5)) == (25500,)

    @pytest.mark.parametrize(("cell", "said"), [
        ("7:10 6:00", "6:00 写在 7:10 后面"), ("23:30 0:30", "24:30 或 次日0:30"), ("6:00 6:00", "6:00 写了两次"), ("6:00 7:l0", "“7:l0”不是时刻"),
        ("、", "没有时刻"), (" ".join(["6:00"] * 401), "最多 400 个"),
    ])
    def test_a_list_that_goes_back_or_holds_something_else_is_refused(self, cell: str, said: str) -> None:
        assert said in refused(hours.read_times, cell)

    def test_past_midnight_is_written_in_two_ways(self) -> None:
        assert hours.read_times("23:30 24:30") == hours.read_times("23:30 次日 0:30") == (84600, 88200)

    @given(LISTS)
    def test_a_written_list_reads_back(self, times: tuple[int, ...]) -> None:
        assert hours.read_times(hours.times_text(times)) == times

    @given(LISTS, st.sampled_from(["、", "，", "；", "\n", "　", ", "]), st.booleans())
    def test_a_list_reads_the_same_whatever_separates_it(self, times: tuple[int, ...], between: str, wide: bool) -> None:
        text = between.join(map(hours.time_text, times))
        if wide:
            text = text.translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789:"})
        assert hours.read_times(text) == times

    @given(st.text())
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        for reader in (hours.read_time, hours.read_times, hours.read_headway, *ALL_READERS):
            try:
                reader(text)
            except ValueError as error:
                assert str(error)


class TestHeadways:
    @pytest.mark.parametrize(("cell", "shortest", "longest"), [
        ("15分钟/班", 15, 15), ("10-15分钟/班", 10, 15), ("15", 15, 15), (15, 15, 15), (15.0, 15, 15), ("10～15 分钟／班", 10, 15), ("15分", 15, 15),
        ("10至15分钟", 10, 15), ("每15分钟一班", 15, 15), ("１５分钟", 15, 15), ("60分钟/班", 60, 60), ("每隔20分钟1班", 20, 20), ("10—15分钟/班", 10, 15),
    ])
    def test_a_headway_in_every_writing(self, cell: object, shortest: int, longest: int) -> None:
        assert hours.read_headway(cell) == (shortest * 60, longest * 60)

    @pytest.mark.parametrize("cell", ["15-10分钟/班", "0", "721", "半小时", "", "15米", 7.5, None])
    def test_what_is_no_headway_is_refused(self, cell: object) -> None:
        refused(hours.read_headway, cell)

    def test_a_range_that_excel_made_a_date_is_explained(self) -> None:
        assert "Excel" in refused(hours.read_headway, datetime(2026, 10, 15))


class TestDates:
    @pytest.mark.parametrize("cell", [
        date(2026, 10, 1), datetime(2026, 10, 1), NUMBER_OF_2026_10_1, float(NUMBER_OF_2026_10_1), 20261001, "20261001", "2026-10-1", "2026-10-01", "2026/10/1",
        "2026.10.1", "2026年10月1日", "２０２６－１０－０１", " 2026 年 10 月 1 日 ",
    ])
    def test_a_date_in_every_writing(self, cell: object) -> None:
        assert cells.read_date(cell) == date(2026, 10, 1)

    @pytest.mark.parametrize("cell", ["10-1", "2026-13-1", "2026-2-30", "国庆", 12, 0.5, "1926-1-1", date(1926, 1, 1), True, "", "2026-10"])
    def test_what_is_no_date_is_refused(self, cell: object) -> None:
        refused(cells.read_date, cell)

    def test_lists_and_spans_of_dates(self) -> None:
        october = {date(2026, 10, day) for day in range(1, 8)}
        assert cells.read_dates("2026-10-1至2026-10-7") == october
        assert cells.read_dates("2026-10-1 ～ 2026-10-6、2026/10/7") == october
        assert cells.read_dates("2026年10月1日，2026年10月2日；") == {date(2026, 10, 1), date(2026, 10, 2)}
        assert cells.read_dates(date(2026, 10, 1)) == cells.read_dates(NUMBER_OF_2026_10_1) == {date(2026, 10, 1)}

    @pytest.mark.parametrize("cell", ["2026-10-7至2026-10-1", "2026-1-1至2028-1-1", "2026-10-1 明天", "2026-10-1至"])
    def test_spans_that_go_back_or_never_end_are_refused(self, cell: str) -> None:
        refused(cells.read_dates, cell)

    @given(st.sets(st.dates(date(2000, 1, 1), date(2100, 12, 31)), min_size=1, max_size=20))
    def test_a_written_list_of_dates_reads_back(self, days: set[date]) -> None:
        assert cells.read_dates("、".join(f"{day.year}-{day.month}-{day.day}" for day in days)) == days


class TestTheRest:
    @pytest.mark.parametrize(("cell", "fen"), [(2, 200), (2.5, 250), ("2元", 200), ("２．５元", 250), ("¥2.5", 250), ("￥3", 300), ("免费", 0), (0, 0), ("0.05", 5)])
    def test_prices_in_fen(self, cell: object, fen: int) -> None:
        assert cells.read_price_fen(cell) == fen

    @pytest.mark.parametrize("cell", ["两元", "-1", "2.555", 1001, "NaN", "inf", "2元起", time(2, 0)])
    def test_what_is_no_price_is_refused(self, cell: object) -> None:
        refused(cells.read_price_fen, cell)

    @pytest.mark.parametrize(("cell", "code"), [(101, "101"), (101.0, "101"), ("Ｋ１", "K1"), ("微1", "微1"), (" 108A ", "108A"), ("0101", "0101")])
    def test_codes_keep_what_stands_on_the_sign(self, cell: object, code: str) -> None:
        assert cells.read_code(cell) == code

    @pytest.mark.parametrize("cell", ["1 2", "a/b", "..", "?", "#1", "1" * 33, datetime(2026, 1, 2), True, "a\x07"])
    def test_what_cannot_stand_in_an_address_is_no_code(self, cell: object) -> None:
        refused(cells.read_code, cell)

    @pytest.mark.parametrize(("cell", "seconds"), [(0, 0), (18, 1080), (12.5, 750), ("7", 420), ("７．５", 450)])
    def test_minutes_whole_or_decimal(self, cell: object, seconds: int) -> None:
        assert cells.read_minutes(cell) == seconds

    @pytest.mark.parametrize("cell", [-1, 1441, "五", "nan", float("inf"), time(0, 5)])
    def test_what_are_no_minutes_is_refused(self, cell: object) -> None:
        refused(cells.read_minutes, cell)

    def test_a_text_is_on_one_line_and_not_endless(self) -> None:
        assert cells.read_text("  客运\n中心 ") == "客运 中心"
        assert "太长" in refused(cells.read_text, "长" * 501)


ALL_READERS: tuple[Callable[[Any], object], ...] = (
    cells.read_text, cells.read_code, cells.read_number, cells.read_count, cells.read_minutes, cells.read_price_fen, cells.read_date, cells.read_dates,
)
