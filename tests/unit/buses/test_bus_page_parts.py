"""What the pages of the buses are made of: days in words, months, lists of lines, cells, the drawing, CSV and calendar files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.calendar_file import MarketDay, Subscription, write_calendar
from citizen_app.buses.csv_table import escape, write_csv
from citizen_app.buses.day_words import say_days
from citizen_app.buses.drawing import WIDTH, draw_line
from citizen_app.buses.grid import Column, Grid, Row
from citizen_app.buses.kinds_of_day import list_day_choices
from citizen_app.buses.listing import group_by_beginning, sort_key
from citizen_app.buses.market_rule import RuleSign, rule_sign
from citizen_app.buses.month import month_after, month_before, month_of, month_text, weeks_of
from citizen_app.buses.network import Route, Stop
from citizen_app.buses.poster import make_poster
from citizen_app.buses.route_days import last_known_day, route_day
from citizen_app.buses.schedule import build_schedule
from citizen_app.buses.stop_views import parse_at
from citizen_app.buses.table_cells import make_table
from citizen_app.buses.times import clock_text
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.kinds import DayKind
from citizen_app.days.rules import Daily, DayKinds, LunarDays, LunarDigits, Rule, Weekdays, dates_between
from tests.networks import make_network

CALENDAR = DayCalendar()
WEDNESDAY = date(2026, 11, 25)
DAYS = 60
FIRST_AND_FIFTEENTH = Rule(LunarDays(frozenset({1, 15})))


def said(rule: Rule, *rules: Rule, in_english: bool = False, start: date = WEDNESDAY) -> str:
    """What is said of the dates of a rule when `rules` may be used to say it."""
    dates = dates_between(rule, WEDNESDAY, WEDNESDAY + timedelta(days=DAYS - 1), CALENDAR)
    return say_days(dates, start, DAYS, rules, CALENDAR, in_english)


@pytest.mark.parametrize(
    ("rule", "chinese", "english"),
    [
        (Rule(Daily()), "每天", "Every day"),
        (Rule(DayKinds(frozenset({DayKind.WORKDAY}))), "工作日", "Working days"),
        (Rule(DayKinds(frozenset({DayKind.WEEKEND, DayKind.HOLIDAY}))), "双休日及节假日", "Weekends and public holidays"),
        (Rule(Weekdays(frozenset({5}))), "周六", "Sat"),
        (Rule(first=date(2026, 12, 1), last=date(2026, 12, 20)), "每天（12月1日至12月20日）", "Every day, 1 Dec to 20 Dec"),
        (Rule(last=date(2026, 11, 26)), "11月25日、11月26日", "25 Nov, 26 Nov"),
    ],
)
def test_dates_are_said_by_the_simplest_rule_that_says_exactly_them(rule: Rule, chinese: str, english: str) -> None:
    assert said(rule) == chinese
    assert said(rule, in_english=True) == english


def test_days_that_are_left_out_are_named_where_a_rule_says_them() -> None:
    others = dates_between(FIRST_AND_FIFTEENTH, WEDNESDAY, WEDNESDAY + timedelta(days=DAYS - 1), CALENDAR)
    dates = [day for day in (WEDNESDAY + timedelta(days=number) for number in range(DAYS)) if day not in others]
    assert say_days(dates, WEDNESDAY, DAYS, [FIRST_AND_FIFTEENTH], CALENDAR, False) == "除农历初一、十五外每天"


def test_dates_that_no_rule_says_are_named_as_far_as_anyone_reads() -> None:
    dates = [date(2026, 11, 25), date(2026, 11, 27), date(2026, 12, 2), date(2026, 12, 12)]
    assert say_days(dates, WEDNESDAY, DAYS, (), CALENDAR, False) == "11月25日、11月27日、12月2日等"
    assert say_days([], WEDNESDAY, DAYS, (), CALENDAR, False) == ""


@given(st.frozensets(st.integers(0, DAYS - 1), min_size=1))
def test_words_that_name_a_rule_hold_for_the_dates(offsets: frozenset[int]) -> None:
    """Whatever the dates: "每天", "工作日" and "双休日" are only said when they are exactly these."""
    dates = sorted(WEDNESDAY + timedelta(days=number) for number in offsets)
    words = say_days(dates, WEDNESDAY, DAYS, (), CALENDAR, False)
    kinds = {"每天": Rule(), "工作日": Rule(DayKinds(frozenset({DayKind.WORKDAY}))), "双休日": Rule(DayKinds(frozenset({DayKind.WEEKEND})))}
    if words in kinds:
        assert dates == dates_between(kinds[words], WEDNESDAY, WEDNESDAY + timedelta(days=DAYS - 1), CALENDAR)


def test_a_rule_of_digits_stands_on_the_sign_in_boxes() -> None:
    sign = rule_sign(Rule(LunarDigits(frozenset({0, 5}))), False)
    assert (sign.words, sign.boxes, sign.days) == ("农历逢", ("五", "十"), "初五 初十 十五 二十 廿五 三十")
    assert rule_sign(Rule(LunarDigits(frozenset({3, 8}))), True).boxes == ("3", "8")
    assert rule_sign(Rule(Weekdays(frozenset({2, 6}))), False) == RuleSign("周三、日")


@given(st.dates(date(2020, 1, 1), date(2056, 12, 31)))
def test_a_month_holds_each_of_its_days_once_and_its_neighbours_lead_back(day: date) -> None:
    first = day.replace(day=1)
    days = [one for week in weeks_of(first) for one in week if one]
    assert days[0] == first and days == sorted(set(days)) and day in days
    assert all(len(week) == 7 for week in weeks_of(first))
    after = month_of(month_after(first))
    assert after is None or month_before(after) == month_text(first)


@pytest.mark.parametrize("text", ["2026-13", "2019-12", "2057-01", "26-12", "2026-1", "２０２６-12", "2026-12-01", ""])
def test_what_is_no_month_is_none(text: str) -> None:
    assert month_of(text) is None


def test_lines_stand_in_the_order_of_their_numbers() -> None:
    names = ["集3", "108A", "9", "K1", "108", "10", "集10"]
    assert sorted(names, key=lambda name: sort_key(Route(name, name))) == ["9", "10", "108", "108A", "K1", "集3", "集10"]


@given(st.lists(st.text("0123AB集", min_size=1, max_size=4), max_size=60))
def test_groups_by_beginning_hold_every_line_once_and_are_small(names: list[str]) -> None:
    routes = [Route(str(number), name) for number, name in enumerate(names)]
    groups = group_by_beginning(routes, 8)
    assert sorted(route.route_id for group in groups for route in group.routes) == sorted(route.route_id for route in routes)
    for group in groups:
        assert all(route.short_name.startswith(group.beginning) for route in group.routes)
        assert len(group.routes) <= 8 or all(route.short_name == group.beginning for route in group.routes)


def test_many_trips_stand_in_one_cell_between_the_others() -> None:
    rows = tuple(Row(Stop(key, key)) for key in "ab")
    columns = (
        Column(0, (21600, 22200), is_first=True), Column(-1, (), every_s=900, every_min_s=600), Column(1, (64800, None), is_last=True),
    )
    table = make_table(Grid(0, "b", rows, columns), ["<a>", "b"], here=1)
    assert [tuple(map(str, row.parts)) for row in table.rows] == [
        ("<td>6:00</td>", '<td class="y">18:00</td>'), ("<td>6:10</td>", "<td>–</td>"),
    ]
    assert table.every == ("10–15",) and [row.is_here for row in table.rows] == [False, True]
    assert [(head.starts, head.every) for head in table.heads] == [("6:00", False), ("", True), ("18:00", False)]


@given(st.lists(st.text(max_size=20), max_size=30))
def test_the_drawing_has_a_mark_for_each_stop_and_keeps_inside(names: list[str]) -> None:
    drawing = draw_line(names)
    assert len(drawing.marks) == len(names)
    assert all(0 < mark.x < WIDTH and 0 < mark.y < drawing.height for mark in drawing.marks)
    assert len({(mark.x, mark.y) for mark in drawing.marks}) == len(names)


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0")), min_size=1), max_size=5))
def test_csv_reads_back_and_no_cell_begins_a_formula(rows: list[list[str]]) -> None:
    text = write_csv(rows)
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) == [[escape(cell) for cell in row] for row in rows if row]
    assert not any(escape(cell).startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


@given(st.lists(st.dates(date(2020, 1, 1), date(2050, 1, 1)), max_size=5, unique=True))
def test_a_calendar_file_holds_the_days_and_the_same_names_each_time(days: list[date]) -> None:
    made = datetime(2026, 11, 25, tzinfo=UTC)
    one = Subscription("xun", "汛桥集市", "linhai.test", "https://bus.example/markets/xun", made, "汛桥", 19800, 41400)
    data = write_calendar(one, [MarketDay(day, "十月十八") for day in days])
    events = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert [event.decoded("DTSTART").date() for event in events] == days
    assert [str(event["UID"]) for event in events] == [f"xun-{day:%Y%m%d}@linhai.test" for day in days]
    assert all(event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=6) for event in events)
    assert data == write_calendar(one, [MarketDay(day, "十月十八") for day in days])


def test_a_line_says_its_first_and_last_bus_from_its_first_stop_else_its_next_day() -> None:
    schedule = build_schedule(make_network(), CALENDAR)
    routes = {route.route_id: route for route in schedule.network.routes}
    town = route_day(schedule, routes["101"], WEDNESDAY)
    assert town.first_s is not None and town.next_day == WEDNESDAY
    saturday = date(2026, 11, 28)
    rests = route_day(schedule, routes["208"], saturday)
    assert (rests.first_s, rests.next_day) == (None, date(2026, 11, 30))


def test_the_last_known_day_is_that_of_the_feed_else_of_its_last_service() -> None:
    ended = {"daily": Rule(last=date(2026, 3, 1)), "workdays": Rule(last=date(2026, 4, 1), added=frozenset({date(2026, 5, 1)}))}
    assert last_known_day(make_network()) is None
    assert last_known_day(make_network(services=ended)) == date(2026, 5, 1)
    assert last_known_day(make_network(services={**ended, "daily": Rule()})) is None


def test_kinds_of_day_with_the_same_times_at_a_stop_stand_once_on_the_poster() -> None:
    schedule = build_schedule(make_network(), CALENDAR)
    stop = schedule.stop_by_code("Lzong")
    lines = make_poster(schedule, stop, lambda line: list_day_choices(schedule, schedule.route_of(line), WEDNESDAY))
    assert [[tuple(map(clock_text, kind.times)) for kind in line.kinds] for line in lines] == [[("6:00", "8:00")], [("7:00",)]]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("15:20", datetime(2026, 11, 25, 7, 20, tzinfo=UTC)), ("2026-11-28T08:10", datetime(2026, 11, 28, 0, 10, tzinfo=UTC)),
        ("2026-11-28T08:10:00+09:00", datetime(2026, 11, 27, 23, 10, tzinfo=UTC)), ("24:00", None), ("1:5", None), ("x" * 50, None),
        ("0001-01-01T00:00", None), ("9999-12-31T23:59", None),
    ],
)
def test_another_time_is_read_on_the_countys_clock(text: str, utc: datetime | None) -> None:
    assert parse_at(text, datetime(2026, 11, 25, 1, 0, tzinfo=UTC)) == utc
