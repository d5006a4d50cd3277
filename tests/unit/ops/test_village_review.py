"""The list of villages that staff correct: what it says, and what becomes of what they write."""

from __future__ import annotations

import csv
import io

import pytest

from citizen_app.buses.csv_table import write_csv
from citizen_app.buses.network import Stop
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.buses.villages import Corrections, link_villages
from citizen_app.days.calendar import DayCalendar
from citizen_app.errors import InvalidInput
from citizen_app.ops.village_review import changes, read_review, review_rows
from citizen_app.places.county import Town, Village
from tests.networks import calls, make_network

TOWN = Town("331082100", "汛桥镇", "Xunqiao", 28.80, 121.20)
PLACES = [Village("v1", "光明村委会", TOWN.code), Village("v2", "利民村委会", TOWN.code), Village("v3", "后山村委会", TOWN.code)]
STOPS = (
    Stop("a", "光明", 28.81, 121.20, code="0012", town_code=TOWN.code), Stop("b", "光明；村口", code="=1+1", town_code=TOWN.code),
    Stop("c", "汛桥", 28.80, 121.20, code="X3", town_code=TOWN.code),
)


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    return build_schedule(make_network({"t": ("101", "daily", calls(6 * 3600, "a", "b", "c"))}, stops=STOPS), DayCalendar())


def write(schedule: Schedule, corrections: Corrections = (), **cells: dict[str, str]) -> bytes:
    """The list as it is written, with some cells of some villages changed."""
    rows = review_rows(schedule, link_villages(schedule, PLACES, corrections), PLACES, [TOWN], corrections)
    for row in rows[1:]:
        for column, text in cells.get(row[2], {}).items():
            row[rows[0].index(column)] = text
    return write_csv(rows).encode()


def read(schedule: Schedule, content: bytes) -> dict[str, tuple[str, ...] | None]:
    return read_review("villages.csv", content, schedule, PLACES)


def faults(schedule: Schedule, content: bytes) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidInput) as refused:
        read(schedule, content)
    return [(one.row, one.field, one.value) for one in refused.value.problems]


def test_the_list_has_every_village_with_its_stops_how_sure_they_are_and_how_far_from_town(schedule: Schedule) -> None:
    rows = list(csv.DictReader(io.StringIO(write(schedule, (("v2", ("X3", "gone")), ("v3", ()))).decode("utf-8-sig"))))
    first, second, third = rows
    assert (first["town"], first["village"], first["stops"], first["certainty"]) == ("汛桥镇", "光明村委会", "0012 光明", "bare")
    assert first["metres_from_town"] == "1112" and first["checked"] == ""
    assert (second["stops"], second["checked"], second["gone"]) == ("X3 汛桥", "yes", "gone")
    assert (third["stops"], third["checked"]) == ("无", "yes")


def test_a_list_that_nobody_touched_corrects_nothing_new(schedule: Schedule) -> None:
    corrections: Corrections = (("v2", ("X3",)), ("v3", ()))
    assert read(schedule, write(schedule)) == {}
    assert changes(read(schedule, write(schedule, corrections)), corrections) == {}


def test_what_is_changed_or_checked_becomes_a_correction(schedule: Schedule) -> None:
    content = write(
        schedule, v1={"stops": "0012 光明; '=1+1 光明 村口"}, v2={"stops": "X3；\n0012"}, v3={"checked": "是"},
    ).replace(b"'=1+1", b"=1+1")
    assert read(schedule, content) == {"v1": ("0012", "=1+1"), "v2": ("X3", "0012"), "v3": ()}
    assert read(schedule, write(schedule, v1={"checked": "yes"})) == {"v1": ("0012",)}
    assert read(schedule, write(schedule, v1={"stops": "无"})) == {"v1": ()}


def test_auto_gives_a_village_back_to_what_the_names_say(schedule: Schedule) -> None:
    corrections: Corrections = (("v1", ("X3",)),)
    assert read(schedule, write(schedule, corrections, v1={"checked": "auto"})) == {"v1": None}
    assert changes({"v1": None, "v2": None}, corrections) == {"v1": None}


def test_every_fault_is_named_with_row_field_and_value(schedule: Schedule) -> None:
    content = write(
        schedule, v1={"stops": "0012 光明; nine 站; 0012"}, v2={"village_code": "v1"}, v3={"checked": "maybe", "village_code": "v9"},
    )
    assert sorted(faults(schedule, content)) == [
        ("villages.csv row 2", "stops", "0012"), ("villages.csv row 2", "stops", "nine 站"),
        ("villages.csv row 3", "village_code", "v1"), ("villages.csv row 4", "checked", "maybe"),
        ("villages.csv row 4", "village_code", "v9"),
    ]
    assert faults(schedule, write(schedule, v1={"checked": "auto", "stops": "X3"})) == [("villages.csv row 2", "checked", "auto")]
    assert faults(schedule, b"village_code\nv1\n") == [("villages.csv row 1", "stops", "stops")]


def test_a_short_list_of_codes_is_enough(schedule: Schedule) -> None:
    assert read(schedule, "village_code,stops\nv2,X3\n".encode("gb18030")) == {"v2": ("X3",)}
