"""Tariffs as tables: there and back, every fault named, and rows for a page."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.config import DEMO_COUNTY_DIR
from citizen_app.errors import InvalidInput
from citizen_app.parking.tariff import VEHICLES, Band, Step, Tariff, VehicleRule, tariff_mapping
from citizen_app.parking.tariff_format import Price, describe, parse_tariff
from tests.unit.parking.test_tariff import band_lists

WHOLE = st.integers(0, 10**6)
MAYBE = st.none() | WHOLE
TARIFFS = st.builds(
    Tariff,
    uid=st.text(), free_minutes=WHOLE, free_counts=st.booleans(), bands=band_lists(), holiday_bands=band_lists(),
    cap_fen=MAYBE, cap_window=st.sampled_from(["day", "24h"]), note=st.text(), note_en=st.text(),
    vehicles=st.dictionaries(
        st.sampled_from(VEHICLES), st.builds(VehicleRule, st.booleans(), MAYBE, MAYBE, MAYBE, st.none() | st.booleans()),
    ),
) | st.builds(Tariff, entry_fen=WHOLE)


@given(TARIFFS)
def test_a_tariff_comes_back_from_its_tables_and_from_json(tariff: Tariff) -> None:
    assert parse_tariff(json.loads(json.dumps(tariff_mapping(tariff)))) == tariff


def test_a_band_may_be_written_over_midnight_in_two_ways() -> None:
    one, two = (parse_tariff({"band": [{"start": "20:00", "end": end}]}) for end in ("07:00", "31:00"))
    assert one == two == Tariff(bands=(Band(1200, 1860),))


def test_steps_are_tables_within_a_band() -> None:
    text = """
    [[band]]
    first_minutes = 60
    first_fen = 300
    step = [{minutes = 30, fen = 100, times = 3}]
    unit_fen = 500
    """
    assert parse_tariff(tomllib.loads(text)).bands == (
        Band(first_minutes=60, first_fen=300, steps=(Step(30, 100, 3),), unit_fen=500),
    )


@pytest.mark.parametrize(("table", "field", "value"), [
    ({"free_minutes": -5}, "free_minutes", "-5"),
    ({"free_minutes": 1.5}, "free_minutes", "1.5"),
    ({"cap_fen": True}, "cap_fen", "True"),
    ({"cap_fen": "15 元"}, "cap_fen", "15 元"),
    ({"cap_window": "week"}, "cap_window", "week"),
    ({"free_counts": "yes"}, "free_counts", "yes"),
    ({"cap_yuan": 15}, "cap_yuan", "15"),
    ({"note": 5}, "note", "5"),
    ({"band": {"start": "08:00"}}, "band", "{'start': '08:00'}"),
    ({"band": [{"start": "8 Uhr"}]}, "band[0].start", "8 Uhr"),
    ({"band": [{"start": "25:00", "end": "26:00"}]}, "band[0].start", "25:00"),
    ({"band": [{"start": "08:00", "end": "40:00"}]}, "band[0].end", "40:00"),
    ({"band": [{"unit_minutes": 0}]}, "band[0].unit_minutes", "0"),
    ({"band": [{}, {"start": "20:00", "end": "07:00"}]}, "band", "00:00-24:00, 20:00-07:00"),
    ({"holiday_band": [{"colour": "red"}]}, "holiday_band[0].colour", "red"),
    ({"band": [{"step": [{"minutes": 30}]}]}, "band[0].step[0].fen", ""),
    ({"band": [{"step": [{"minutes": 30, "fen": 1, "times": 0}]}]}, "band[0].step[0].times", "0"),
    ({"entry_fen": 500, "band": [{}]}, "entry_fen", "500"),
    ({"vehicles": {"tank": {"free": True}}}, "vehicles.tank", "{'free': True}"),
    ({"vehicles": {"coach": {"percent": -1}}}, "vehicles.coach.percent", "-1"),
    ({"vehicles": {"coach": {"free_counts": 0}}}, "vehicles.coach.free_counts", "0"),
    ({"vehicles": 7}, "vehicles", "7"),
])
def test_a_fault_names_its_field_and_value(table: dict[str, Any], field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_tariff({"uid": "market", **table})
    assert [(one.row, one.field, one.value) for one in refused.value.problems] == [("market", field, value)]


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_tariff({"free_minutes": "x", "cap_window": 7, "band": [{"unit_fen": -1, "end": "?"}]})
    assert [one.field for one in refused.value.problems] == ["free_minutes", "band[0].end", "band[0].unit_fen", "cap_window"]


def test_rows_for_a_page_are_in_the_order_of_the_day_and_of_the_prices() -> None:
    night, day = Band(1200, 1860, unit_fen=100, cap_fen=500), Band(420, 1200, 30, 200, 60, 300, steps=(Step(120, 500),))
    first, second, third = describe(Tariff(bands=(night, day), holiday_bands=(Band(),)))
    assert (first.starts, first.ends, first.whole_day, first.holiday) == ("07:00", "20:00", False, False)
    assert first.prices == (Price(60, 300), Price(120, 500), Price(30, 200, None))
    assert (second.starts, second.ends, second.cap_fen) == ("20:00", "07:00", 500)
    assert (third.starts, third.ends, third.whole_day, third.holiday) == ("00:00", "24:00", True, True)
    assert third.prices == (Price(60, 0, None),)
    assert describe(Tariff(entry_fen=500)) == []


def test_the_demonstration_tariffs_can_be_read() -> None:
    tables = tomllib.loads((DEMO_COUNTY_DIR / "tariffs.toml").read_text(encoding="utf-8"))["tariff"]
    assert len({parse_tariff(table).uid for table in tables}) == len(tables) > 5
