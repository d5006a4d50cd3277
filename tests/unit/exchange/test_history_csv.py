"""A month of history as CSV: no hole between the rows of a car park, no number where nothing was counted, no formula."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.clock import LOCAL
from citizen_app.exchange.history_csv import COLUMNS, QUARTER, facility_rows, heading, month_span, months_since
from tests.factories import make_facility

START = datetime(2026, 3, 1, tzinfo=LOCAL)


@dataclass(frozen=True)
class Counted:
    starts_at: datetime
    spaces_min: int = 4
    spaces_mean: float = 5.25
    spaces_max: int = 6
    samples: int = 15


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(heading().removeprefix("\ufeff") + text)))


@given(st.sets(st.integers(0, 95), max_size=60))
def test_the_rows_of_a_car_park_follow_each_other_without_a_hole(numbers: set[int]) -> None:
    end = START + timedelta(days=1)
    quarters = [Counted(START.astimezone(UTC) + number * QUARTER) for number in sorted(numbers)]
    rows = read(facility_rows(make_facility(), quarters, START, end, True))
    moments = [(datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["ends_at"])) for row in rows]
    assert moments[0][0] == START and moments[-1][1] == end
    assert all(before[1] == after[0] for before, after in pairwise(moments))
    counted = [row for row in rows if row["samples"] != "0"]
    assert [datetime.fromisoformat(row["starts_at"]) for row in counted] == [one.starts_at for one in quarters]
    for row in rows:
        spaces = (row["spaces_min"], row["spaces_mean"], row["spaces_max"])
        assert spaces == (("", "", "") if row["samples"] == "0" else ("4", "5.2", "6")) and row["demo"] == "true"


def test_no_cell_is_taken_for_a_formula_and_commas_and_lines_stay_in_their_cell() -> None:
    facility = make_facility(name="=HYPERLINK(\"http://x\",1)", name_en="@SUM(1),\n+2")
    [row] = read(facility_rows(facility, [], START, START + QUARTER, False))
    assert row["name"] == "'=HYPERLINK(\"http://x\",1)" and row["name_en"] == "'@SUM(1),\n+2" and row["demo"] == "false"
    assert set(row) == set(COLUMNS) and heading().startswith("\ufeff")


def test_a_month_is_one_of_the_countys_calendar_and_the_present_one_ends_with_the_last_quarter_that_is_over() -> None:
    now = datetime(2026, 3, 11, 4, 29, 59, tzinfo=UTC)
    assert month_span("2026-03", now) == (START, datetime(2026, 3, 11, 12, 15, tzinfo=LOCAL))
    assert month_span("2025-12", now) == (datetime(2025, 12, 1, tzinfo=LOCAL), datetime(2026, 1, 1, tzinfo=LOCAL))
    assert month_span("2026-03", datetime(2026, 2, 28, 16, 14, tzinfo=UTC)) is None
    assert month_span("2026-03", datetime(2026, 2, 28, 16, 15, tzinfo=UTC)) is not None


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026-3", "26-03", "2026-03-01", "2026-04", "９９９９-01", "", "../etc"])
def test_what_is_no_month_or_has_not_begun_is_none(month: str) -> None:
    assert month_span(month, datetime(2026, 3, 11, tzinfo=UTC)) is None


def test_months_go_back_to_the_oldest_one_newest_first() -> None:
    now = datetime(2026, 3, 11, tzinfo=UTC)
    assert months_since(datetime(2025, 12, 31, 17, tzinfo=UTC), now) == ["2026-03", "2026-02", "2026-01"]    # 2026 in the county
    assert months_since(now + timedelta(days=40), now) == []
