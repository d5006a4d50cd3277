"""Whatever lines, running times and departures are written, and in whatever writing, exactly these are read."""

from __future__ import annotations

from datetime import time, timedelta
from itertools import accumulate
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.exchange.workbooks import Sheets, read

HALF_MINUTES = st.lists(st.integers(0, 60), min_size=1, max_size=6)
MINUTES = st.sets(st.integers(0, 27 * 60), min_size=1, max_size=12).map(sorted)


def text_of(minute: int, style: str) -> str:
    hour, rest = divmod(minute, 60)
    if style == "spoken":
        return (f"次日{hour - 24}点" if hour >= 24 else f"{hour}点") + (f"{rest}分" if rest else "")
    text = f"{hour:02d}:{rest:02d}"
    return text.translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789:"}) if style == "wide" else text


def cell_of(minute: int) -> object:
    """As Excel keeps it: a time of day, or a span where it passes midnight."""
    return time(minute // 60, minute % 60) if minute < 24 * 60 else timedelta(minutes=minute)


@given(HALF_MINUTES, MINUTES, st.sampled_from(["plain", "spoken", "wide", "cells"]), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_every_departure_calls_where_and_when_the_sheets_say(gaps: list[int], departures: list[int], style: str, shuffle: Random) -> None:
    offsets = [0, *accumulate(gaps)]    # in half minutes
    calls = [{"线路号": "9", "方向": "去", "序号": at + 1, "站号": str(at), "分钟": offset / 2} for at, offset in enumerate(offsets)]
    shuffle.shuffle(calls)
    row = {"线路号": "9", "方向": "去", "运行日": "每天"}
    rows = [{**row, "发车时刻": cell_of(minute)} for minute in departures]
    if style != "cells":
        rows = [{**row, "发车时刻": "、".join(text_of(minute, style) for minute in departures)}]
    sheets: Sheets = {
        "线路": [{"线路号": "9", "类型": "微公交"}], "站点": [{"站号": str(at), "站名": f"站{at}"} for at in range(len(offsets))],
        "站序": calls, "班次": rows, "运行日": [{"名称": "每天", "规则": "每天"}],
    }
    times = read(sheets).stop_times
    assert times.departure_s.tolist() == [minute * 60 + offset * 30 for minute in departures for offset in offsets]
    assert times.stop.tolist() == list(range(len(offsets))) * len(departures)
    assert times.first.tolist() == [number * len(offsets) for number in range(len(departures) + 1)]
