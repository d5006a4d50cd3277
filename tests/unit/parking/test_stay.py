"""What a stay costs, as it is asked for on the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from citizen_app.clock import to_local
from citizen_app.errors import InvalidInput
from citizen_app.parking.stay import price_asked, price_examples
from citizen_app.parking.tariff import Band, Tariff, VehicleRule, fee_fen

NOW = datetime(2026, 11, 24, 7, 20, tzinfo=UTC)    # 15:20
HOURLY = Tariff(free_minutes=15, bands=(Band(unit_minutes=60, unit_fen=300),), vehicles={"disabled": VehicleRule(free=True)})


def test_examples_end_with_eight_the_next_morning() -> None:
    examples = price_examples(HOURLY, NOW)
    assert [one.minutes for one in examples[:4]] == [30, 60, 120, 240]
    assert examples[-1].overnight and to_local(examples[-1].left_at).hour == 8
    assert [one.fee_fen for one in examples[:4]] == [300, 300, 600, 1200]


def test_the_asked_stay_begins_now_or_at_the_given_time_today() -> None:
    assert price_asked(HOURLY, {"stay": "90"}, NOW).arrived_at == NOW
    asked = price_asked(HOURLY, {"stay": "90", "arrive": "9:05"}, NOW)
    assert (to_local(asked.arrived_at).hour, to_local(asked.arrived_at).minute) == (9, 5)
    assert asked.left_at - asked.arrived_at == timedelta(minutes=90)
    assert asked.fee_fen == fee_fen(HOURLY, asked.arrived_at, asked.left_at)
    assert price_asked(HOURLY, {"stay": "90", "vehicle": "disabled"}, NOW).fee_fen == 0


@pytest.mark.parametrize(
    ("args", "field", "value"),
    [
        ({"stay": "0"}, "stay", "0"),
        ({"stay": "-5"}, "stay", "-5"),
        ({"stay": "99999"}, "stay", "99999"),
        ({"stay": "٣٠"}, "stay", "٣٠"),
        ({"stay": "30", "arrive": "25:00"}, "arrive", "25:00"),
        ({"stay": "30", "vehicle": "tank"}, "vehicle", "tank"),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_value(args: dict[str, str], field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        price_asked(HOURLY, args, NOW)
    assert [(fault.field, fault.value) for fault in refused.value.problems] == [(field, value)]
