"""A car park of the demonstration is closed on the days of a market, so that it can be seen."""

from __future__ import annotations

from datetime import datetime

import openpyxl

from citizen_app.clock import LOCAL
from citizen_app.days.rule_text import parse_rule_text
from citizen_app.parking.facility import Facility
from citizen_app.parking.quality import Quality, judge
from feeds.demo import scene
from feeds.demo.history import past_counts

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=LOCAL)    # 十月十八


def closed_ones() -> list[Facility]:
    return [one for one in scene.bundle().facilities if one.closures]


def test_one_car_park_is_closed_by_a_fair_and_all_others_are_as_always() -> None:
    (facility,) = closed_ones()
    one = judge(facility, None, NOON)
    assert (one.quality, one.reason) == (Quality.CLOSED, "market")
    assert one.opens_at == NOON.replace(hour=16)
    assert one.closure is not None and "演示" in one.closure.reason and "demo" in one.closure.reason_en
    assert judge(facility, None, NOON.replace(day=25)).quality is Quality.UNKNOWN


def test_its_fair_stands_in_the_workbook_with_the_same_days() -> None:
    (facility,) = closed_ones()
    (closure,) = facility.closures
    rows = openpyxl.load_workbook(scene.FOLDER / "buses.xlsx", read_only=True)["集市"].iter_rows(values_only=True)
    rules = {str(row[1]): str(row[4]) for row in rows}
    assert parse_rule_text(rules[closure.market]).pattern == closure.rule.pattern


def test_nothing_was_counted_there_while_it_was_closed() -> None:
    (facility,) = closed_ones()
    hours = {moment.astimezone(LOCAL).hour for moment, _ in past_counts(facility, NOON.replace(hour=0), NOON.replace(hour=23))}
    assert hours == {*range(4, 7), *range(16, 20)}
