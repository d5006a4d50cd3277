"""Which place is meant by what was typed, where people get on for it, and what is said when there is no way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from citizen_app.buses.journey_places import (
    Links,
    Place,
    is_served,
    look_up,
    main_stops,
    make_place,
    nearest_served,
    walk_m,
)
from citizen_app.buses.journeys.planner import Planner
from citizen_app.buses.network import FeedInfo, Network, Route, RouteKind, Stop
from citizen_app.buses.no_way import Reason, explain, known_days
from citizen_app.buses.reached import group_by_town
from citizen_app.buses.schedule import Schedule, build_schedule
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import LunarDigits, Rule
from citizen_app.places.county import Town
from citizen_app.places.market import Market
from citizen_app.places.search.entry import Answer, Entry, EntryKind, Hit, Match
from tests.networks import STOPS, calls, make_network
from tests.unit.buses.journeys_by_hand import at

HOUR = 3600
WEDNESDAY = date(2026, 11, 25)    # 农历十月十七
TOWNS = (Town("xq", "汛桥镇", lat=28.779, lon=121.195), Town("gc", "古城街道", lat=28.85, lon=121.12))
STOP_TOWNS = {"zong": "gc", "qiao": "gc", "xun": "xq", "guang": "gm", "xiao": ""}


@dataclass(frozen=True)
class Found:
    """An index that gives set answers."""

    answers: Mapping[str, Answer] = field(default_factory=dict)

    def find(self, text: str, most: int = 8, kinds: frozenset[EntryKind] | None = None) -> Answer:
        assert kinds is not None and EntryKind.LINE not in kinds
        return self.answers.get(text, Answer(text, spellings=("光明村",)))


def entry(kind: EntryKind, code: str, name: str, town: str = "xq", **fields: float) -> Entry:
    return Entry(kind, code, name, town_code=town, **fields)    # type: ignore[arg-type]


VILLAGE = entry(EntryKind.VILLAGE, "v1", "光明村")
STOP = entry(EntryKind.STOP, "Lguang", "光明", lat=28.76, lon=121.21)
ELSEWHERE = entry(EntryKind.VILLAGE, "v2", "光明村", town="gc")
TOWN = entry(EntryKind.TOWN, "xq", "汛桥镇")


def found(text: str, *hits: tuple[Entry, Match]) -> Found:
    return Found({text: Answer(text, tuple(Hit(one, match, one.name) for one, match in hits))})


# Which place is meant.

@pytest.mark.parametrize(("text", "hits", "meant"), [
    ("光明村", [(VILLAGE, Match.EXACT)], VILLAGE),
    ("光明", [(STOP, Match.EXACT), (VILLAGE, Match.EXACT)], STOP),                 # the village's own stop
    ("光明", [(VILLAGE, Match.EXACT), (STOP, Match.EXACT)], STOP),                 # of just that name
    ("光明村", [(VILLAGE, Match.EXACT), (ELSEWHERE, Match.EXACT)], None),          # two villages
    ("光", [(VILLAGE, Match.PREFIX)], VILLAGE),                                   # the only one at all
    ("光", [(VILLAGE, Match.PREFIX), (TOWN, Match.PART)], None),
    ("关明", [(VILLAGE, Match.FUZZY)], None),                                      # a guess is asked about
])
def test_a_place_is_taken_when_only_one_can_be_meant(text: str, hits: list[tuple[Entry, Match]], meant: Entry | None) -> None:
    lookup = look_up(found(text, *hits), None, text)
    assert lookup.entry is meant
    assert bool(lookup.choices) is (meant is None)


def test_of_a_village_and_its_stop_only_one_is_offered() -> None:
    choices = look_up(found("光", (VILLAGE, Match.PREFIX), (STOP, Match.PREFIX), (TOWN, Match.PREFIX)), None, "光").choices
    assert choices == (VILLAGE, TOWN)


def test_a_key_is_the_place_itself_but_a_line_is_no_place() -> None:
    assert look_up(Found(), TOWN, "town:xq").entry is TOWN
    assert look_up(Found(), entry(EntryKind.LINE, "101", "101路"), "line:101").entry is None
    assert look_up(Found(), None, "").choices == () and look_up(Found(), None, "乱写").spellings == ("光明村",)


# Where people get on.

def network() -> Network:
    """Line 101 daily from the coach station to 汛桥, the market line between 汛桥 and 光明 on days that end in 3 and 8."""
    stops = tuple(Stop(key, name, lat, lon, code=f"L{key}", town_code=STOP_TOWNS[key]) for key, (name, lat, lon) in STOPS.items())
    rule = Rule(LunarDigits(frozenset({3, 8})))
    trips = {
        "101-a": ("101", "daily", calls(6 * HOUR, "zong", "qiao", "xun")), "101-b": ("101", "daily", calls(17 * HOUR, "xun", "qiao", "zong")),
        "m-a": ("m", "market", calls(7 * HOUR, "guang", "xun")), "m-b": ("m", "market", calls(10 * HOUR, "xun", "guang")),
    }
    return make_network(
        trips, stops=stops, services={"daily": Rule(), "market": rule}, markets=(Market("xunqiao", "汛桥集市", rule, town_code="xq"),),
        routes=(Route("101", "101路", agency_id="lhgj"), Route("m", "集1", agency_id="lhgj", kind=RouteKind.MARKET, market="xunqiao")),
    )


@pytest.fixture(scope="module")
def schedule() -> Schedule:
    return build_schedule(network(), DayCalendar())


LINKS = Links(TOWNS, lambda code: (3,) if code == "v1" else (), lambda code: (code,))


def place(schedule: Schedule, one: Entry) -> Place:
    return make_place(schedule, one, LINKS)


@pytest.mark.parametrize(("one", "codes"), [
    (STOP, {"Lguang"}), (VILLAGE, {"Lguang"}), (TOWN, {"Lxun"}), (entry(EntryKind.MARKET, "xunqiao", "汛桥集市"), {"Lxun"}),
    (entry(EntryKind.LANDMARK, "府城", "府城", lat=28.8501, lon=121.1201), {"Lzong", "Lqiao"}),
    (entry(EntryKind.STOP, "gone", "没了的站"), set()), (entry(EntryKind.LANDMARK, "天边", "天边", lat=20.0, lon=100.0), set()),
])
def test_each_kind_of_place_has_its_stops(schedule: Schedule, one: Entry, codes: set[str]) -> None:
    assert {schedule.code_of(schedule.network.stops[stop]) for stop in place(schedule, one).stops} == codes


def test_a_town_without_a_centre_is_its_stops_with_the_most_departures(schedule: Schedule) -> None:
    assert main_stops(schedule, "gc", ()) == (1, 0) and main_stops(schedule, "", ()) == ()


def test_walks_are_offered_within_reach_only() -> None:
    near, far = (entry(EntryKind.LANDMARK, name, name, lat=lat, lon=121.12) for name, lat in (("甲", 28.855), ("乙", 28.95)))
    assert 700 < (walk_m(entry(EntryKind.LANDMARK, "丙", "丙", lat=28.85, lon=121.12), near) or 0) < 740
    assert walk_m(near, far) is None and walk_m(near, VILLAGE) is None


# Why there is no way.

def test_a_line_that_rests_is_found_on_its_next_day(schedule: Schedule) -> None:
    why = explain(Planner(schedule), schedule, place(schedule, VILLAGE), place(schedule, TOWN), WEDNESDAY + timedelta(days=1))
    assert why.reason is Reason.OTHER_DAYS and why.next_day == date(2026, 12, 1) and why.journey is not None    # 十月廿三
    assert why.journey.rides[0].route.route_id == "m"


def test_places_without_buses_are_told_the_nearest_stops_with_some(schedule: Schedule) -> None:
    nowhere = entry(EntryKind.LANDMARK, "山顶", "山顶", lat=28.70, lon=121.20)
    for ends, reason in (
        ((place(schedule, nowhere), place(schedule, TOWN)), Reason.NO_STOP_AT_ORIGIN),
        ((place(schedule, TOWN), place(schedule, nowhere)), Reason.NO_STOP_AT_DESTINATION),
    ):
        why = explain(Planner(schedule), schedule, *ends, WEDNESDAY)
        assert why.reason is reason
        assert [one.stop.code for one in why.near] == ["Lguang", "Lxun", "Lqiao", "Lzong"]    # not 小芝, where no bus calls
        assert why.near[0].away_m is not None and why.near[0].away_m < 7000
    assert not is_served(schedule, (4,)) and is_served(schedule, (3, 4))
    assert {one.stop.code for one in nearest_served(schedule, ELSEWHERE)} == {"Lzong", "Lqiao"}    # those of its town


def test_what_never_connects_is_said_to_be_so_with_the_nearest_that_buses_reach() -> None:
    trips = {"a": ("101", "daily", calls(6 * HOUR, "zong", "qiao")), "b": ("101", "daily", calls(6 * HOUR, "xun", "guang"))}
    lonely = build_schedule(make_network(trips), DayCalendar())
    ends = [make_place(lonely, entry(EntryKind.STOP, code, code), LINKS) for code in ("Lzong", "Lguang")]
    why = explain(Planner(lonely), lonely, ends[0], ends[1], WEDNESDAY)
    assert why.reason is Reason.NEVER and [one.stop.code for one in why.near] == ["Lqiao"]


def test_days_beyond_the_network_are_not_looked_at() -> None:
    ended = build_schedule(make_network(feed_info=FeedInfo(end_date=WEDNESDAY)), DayCalendar())
    assert known_days(ended.network) == (None, WEDNESDAY)
    ends = [make_place(ended, entry(EntryKind.STOP, code, code), LINKS) for code in ("Lzong", "Lxun")]
    assert explain(Planner(ended), ended, ends[0], ends[1], WEDNESDAY).reason is Reason.NEVER


# How far one gets.

def test_what_is_reached_is_grouped_by_town_without_where_one_is(schedule: Schedule) -> None:
    origin = place(schedule, entry(EntryKind.STOP, "Lzong", "客运总站"))
    reach = Planner(schedule).reach_from(origin.access, at("5:30"), at("7:00"))
    towns = group_by_town(schedule, reach, {0})
    assert [(town.town_code, [one.stop.code for one in town.stops]) for town in towns] == [("gc", ["Lqiao"]), ("xq", ["Lxun"])]
    assert towns[1].stops[0].arrives_at == at("6:20") and towns[1].stops[0].transfers == 0
