"""The pages of journeys over HTTP, on the demonstration county at set moments: a villager's questions, and every wrong one."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from citizen_app import clock
from citizen_app.buses.network import FeedInfo
from citizen_app.parking import actions as parking_actions
from citizen_app.parking.facility import FacilityKind
from citizen_app.parking.occupancy import Reading
from citizen_app.places import actions as places_actions
from citizen_app.places import store as places_store
from tests.bus_site import demo_bundle, demo_network, publish_demo_buses, publish_network
from tests.every_state import SOURCE
from tests.factories import make_facility
from tests.integration.test_bus_pages import text
from tests.integration.test_pages import CHINESE, Phone, links, links_of_files

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

MORNING = datetime(2026, 11, 24, 22, 10, tzinfo=UTC)     # 25 November, a Wednesday, 6:10, 农历十月十七: market day in 汛桥
NIGHT = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)       # 23:30 of the same day
VILLAGE, MARKET = "village:331082100217", "market:xunqiao"       # 光明村, which only the market line serves
THERE_AND_BACK = f"/journeys?from={VILLAGE}&to={MARKET}&when=both&date=2026-11-25&by=08:30&back=09:40"
TO_HOSPITAL = "/journeys?from=小芝&to=台州医院"


@pytest.fixture
def moment() -> datetime:
    return MORNING


@pytest.fixture
def site(app: Flask, moment: datetime, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(clock, "now", lambda: moment)
    app.test_client_class = Phone
    return app


@pytest.fixture
def pages(site: Flask, moment: datetime) -> FlaskClient:
    """A phone without cookies before the demonstration county."""
    publish_demo_buses(moment)
    return site.test_client(use_cookies=False)


def ask(pages: FlaskClient, path: str, **headers: str) -> str:
    answer = pages.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200, path
    return text(answer)


def question(**fields: str) -> str:
    return "/journeys?" + "&".join(f"{name.rstrip('_')}={quote(value)}" for name, value in fields.items())


# A villager goes to market and home again.

def test_on_a_market_day_both_ways_are_said_and_how_long_one_can_stay(database_kind: str, pages: FlaskClient) -> None:
    words = ask(pages, THERE_AND_BACK)
    head, there, back = re.split("去程|回程", words[words.index("来回"):])[:3]
    assert "光明村 — 汛桥集市" in head and "在那里最多能待 3 小时 44 分钟" in head
    assert "8:30 前到" in there and "7:00" in there and "J1 往 汛桥菜场" in there and "农历逢二、七" in there and "2 元" in there
    assert "末班，最晚上车 11:00" in back and "错过了，今天没有车回光明村。" in back and "9:40 以后只有这一班。" in back


def test_the_last_way_home_is_yellow_and_loud_when_it_is_tight_or_gone(database_kind: str, pages: FlaskClient) -> None:
    tight, gone = (pages.get(THERE_AND_BACK.replace("09:40", back)) for back in ("10:45", "11:20"))
    assert 'class="lastway" role="alert"' in tight.text and "很紧：只多" in text(tight)
    assert 'class="lastway" role="alert"' in gone.text and "赶不上：11:20 以后没有车回家" in text(gone)
    assert "再下一趟要到 11月30日 周一 9:2" in text(gone)


def test_on_the_day_after_it_is_said_on_which_days_the_line_runs_and_when_next(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get(THERE_AND_BACK.replace("2026-11-25", "2026-11-26"))
    words = text(answer)
    assert "11月26日 周四没有车" in words and "农历逢二、七才开" in words and "下次 11月30日 周一（5 天后）" in words
    link, = [one for one in links(answer) if "date=2026-11-30" in one]
    assert "去程" in ask(pages, link) and "11月30日" in ask(pages, link)


def test_every_link_of_an_answer_leads_somewhere(database_kind: str, pages: FlaskClient) -> None:
    for path in (THERE_AND_BACK, TO_HOSPITAL, "/journeys?from=塘头&to=台州衣院", "/stops/LH0901/reach?by=09:00"):
        for link in links(pages.get(path))[:60]:
            if link.startswith("/") and not link.startswith("/static/"):
                assert pages.get(unescape(link)).status_code == 200, link


# One way.

def test_a_journey_with_a_change_says_each_step_and_what_it_costs_in_all(database_kind: str, pages: FlaskClient) -> None:
    words = ask(pages, TO_HOSPITAL)
    assert "换 1 次车" in words and "等车 7 分钟" in words and "16 元" in words
    steps = ("6:20 小芝 上车", "101 往 客运中心", "大约每 20 分钟一班", "客运中心 下车", "等 7 分钟", "客运中心 上车", "到 台州医院")
    places = [words.index(one) for one in steps]
    assert places == sorted(places)
    assert "首班 6:00 · 末班 17:00" in words and "今天末班" in words and "错过了，今天没有车去台州医院。" in words


def test_the_stops_between_are_there_to_be_unfolded(database_kind: str, pages: FlaskClient) -> None:
    html = pages.get(TO_HOSPITAL).text
    via = re.search(r'(?s)<summary>坐 42 站</summary><ul class="via">(.*?)</ul>', html)
    assert via is not None and via[1].count("<li>") == 41


def test_later_and_earlier_ways_are_a_tap_away(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get(question(from_="小芝", to="台州医院", when="leave", date="2026-11-25", time="9:00"))
    departs = re.findall(r'<b class="time">(\d+:\d\d)</b>', answer.text)
    later, = [one for one in links(answer) if one.startswith("/journeys") and "time=10" in one]
    earlier, = [one for one in links(answer) if one.startswith("/journeys") and "time=08" in one]
    assert _minutes(departs[0]) >= 540
    assert _minutes(re.findall(r'<b class="time">(\d+:\d\d)</b>', pages.get(later).text)[0]) > 600
    assert _minutes(re.findall(r'<b class="time">(\d+:\d\d)</b>', pages.get(earlier).text)[0]) < 540


def test_arriving_by_a_time_the_latest_way_comes_first_and_all_are_there_in_time(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get(question(from_="小芝", to="台州医院", when="arrive", date="2026-11-26", time="9:30"))
    assert "9:30 前到" in text(answer) and "11月26日 周四" in text(answer)
    departs, arrives = re.findall(r'<b class="time">(\d+:\d\d)</b>', answer.text)[:2]
    assert _minutes(departs) < _minutes(arrives) <= 570
    others = re.findall(r"<b>(\d+:\d\d) 到</b>", answer.text)
    assert others and all(_minutes(one) <= 570 for one in others)


def test_when_nothing_is_there_in_time_the_earliest_way_of_the_day_is_shown(database_kind: str, pages: FlaskClient) -> None:
    words = ask(pages, question(from_="小芝", to="台州医院", when="arrive", date="2026-11-26", time="6:30"))
    assert "这个时间前到不了" in words and re.search(r"明天最早 7:\d\d 到", words)


@pytest.mark.parametrize("moment", [NIGHT])
def test_at_night_it_is_said_that_the_last_one_has_left_and_when_the_first_one_goes(database_kind: str, pages: FlaskClient) -> None:
    words = ask(pages, TO_HOSPITAL)
    assert "今天没有车了" in words and "末班 17:00 已经开走" in words and "下面是下一趟：明天 6:00" in words


def test_a_question_turned_round_asks_for_the_way_back(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get(question(from_="小芝", to="台州医院"))
    turned = re.search(r'class="btn w" href="([^"]*)">⇅', answer.text)
    assert turned is not None and "台州医院 — 小芝" in ask(pages, unescape(turned[1]))


def test_the_form_sent_again_means_the_same_places(database_kind: str, pages: FlaskClient) -> None:
    """The text of a field goes with the key of the place that it is, as long as nobody changes it."""
    html = pages.get(question(from_=VILLAGE, to=MARKET)).text
    fields = dict(re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', html))
    assert (fields["from"], fields["from_is"], fields["to"], fields["to_is"]) == ("光明村", VILLAGE, "汛桥集市", MARKET)
    again = question(**{**{f"{name}_": value for name, value in fields.items() if name in {"from", "to"}},
                        "from_is": VILLAGE, "to_is": MARKET})
    assert "光明村 — 汛桥集市" in ask(pages, again)
    changed = question(from_="小芝", from_is=VILLAGE, to="汛桥集市", to_is=MARKET)
    assert "小芝 — 汛桥集市" in ask(pages, changed)


@pytest.mark.parametrize("moment", [NIGHT])
def test_after_the_last_market_bus_it_is_said_that_it_has_left_and_when_the_next_one_goes(
    database_kind: str, pages: FlaskClient, moment: datetime
) -> None:
    words = ask(pages, question(from_=VILLAGE, to=MARKET))
    assert "没有车了 末班 7:00 已经开走。" in words and "农历逢二、七才开" in words and "下次 11月30日 周一（5 天后）" in words


def test_a_bus_every_half_hour_is_none_that_a_day_hangs_on(database_kind: str, pages: FlaskClient) -> None:
    """Who misses the 110 after the walk from the market takes the next one; on the way back all hangs on the market line."""
    words = ask(pages, question(from_=VILLAGE, to="市一医院", when="both", date="2026-11-30", by="09:30", back="11:00"))
    there, back = words[words.index("去程"):].split("回程", 1)
    assert "走 9 分钟到 汛桥站" in there and "只有这一班" not in there and "只有这一班" in back


def test_places_that_no_bus_connects_are_said_to_be_so(database_kind: str, site: Flask, pages: FlaskClient, moment: datetime) -> None:
    """The market line's last stop is put too far from the main road to walk there."""
    network = demo_network()
    apart = tuple(replace(one, lat=one.lat - 0.4) if one.name == "汛桥菜场" and one.lat else one for one in network.stops)
    publish_network(replace(network, stops=apart), moment)
    assert "一个月里都没有车能到" in ask(pages, question(from_="光明村", to="客运中心"))


def test_what_is_near_is_walked_and_only_a_faster_bus_is_named(database_kind: str, pages: FlaskClient) -> None:
    asked = {"from_": "landmark:紫阳街", "to": "landmark:巾山"}
    for more in ({}, {"when": "both"}, {"when": "arrive", "date": "2026-11-26", "time": "9:00"}):
        words = ask(pages, question(**asked, **more))
        assert "不远，走路约 9 分钟" in words and "末班" not in words and "分钟 · 不用坐车" not in words


# Wrong questions, each with its own answer.

@pytest.mark.parametrize(("asked", "said"), [
    ({"from_": "不存在的地方", "to": "台州医院"}, ["没有找到“不存在的地方”"]),
    ({"from_": "塘头", "to": "台州医院"}, ["“塘头”有好几个，是哪一个？", "邵家渡街道", "涌泉镇"]),
    ({"from_": "小芝", "to": "小芝"}, ["出发地和目的地都是小芝"]),
    ({"from_": "小芝", "to": ""}, ["请写上到哪里去。"]),
    ({"from_": "小芝", "to": "台州医院", "when": "leave", "date": "someday"}, ["“someday”不是日期"]),
    ({"from_": "小芝", "to": "台州医院", "when": "arrive", "time": "nine"}, ["“nine”不是时间"]),
    ({"from_": "小芝", "to": "台州医院", "when": "both", "by": "25:00"}, ["“25:00”不是时间"]),
    ({"from_": "landmark:紫阳街", "to": "landmark:巾山"}, ["不远，走路约"]),
    ({"from_": "头门港南收费站 G1523", "to": "台州医院"}, ["没有公交站", "附近有车的站", "相距"]),
])
def test_a_wrong_question_is_told_what_is_wrong_and_what_is_possible(
    database_kind: str, pages: FlaskClient, asked: dict[str, str], said: Sequence[str]
) -> None:
    words = ask(pages, question(**asked))
    assert [one for one in said if one not in words] == [], words


def test_a_choice_among_places_of_one_name_leads_to_the_answer(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get(question(from_="塘头", to="台州医院"))
    chosen = [one for one in links(answer) if one.startswith("/journeys?from=village")]
    assert len(chosen) == 2
    assert all("— 台州医院" in ask(pages, one) for one in chosen)


@pytest.mark.parametrize(("day", "said"), [
    ("2027-04-01", "时刻表到 3月31日 周三 为止"), ("2026-10-01", "时刻表从 11月1日 周日 开始"),
])
def test_a_day_that_the_timetable_does_not_know_is_refused_with_the_nearest_one(
    database_kind: str, site: Flask, moment: datetime, day: str, said: str
) -> None:
    publish_demo_buses(moment)
    publish_network(replace(demo_network(), feed_info=FeedInfo(start_date=date(2026, 11, 1), end_date=date(2027, 3, 31))), moment)
    pages = site.test_client(use_cookies=False)
    answer = pages.get(question(from_="小芝", to="台州医院", when="leave", date=day, time="9:00"))
    assert said in text(answer)
    nearest, = [one for one in links(answer) if "date=2027-03-31" in one or "date=2026-11-01" in one]
    assert "小芝 — 台州医院" in ask(pages, nearest)


def test_without_a_network_the_page_says_so(database_kind: str, site: Flask) -> None:
    phone = site.test_client(use_cookies=False)
    assert "还没有公交时刻表" in phone.get("/journeys").text
    assert phone.get("/stops/LH0201/reach").status_code == 404


PLACES = st.sampled_from(["小芝", "stop:LH0201", VILLAGE, MARKET, "town:331082112", "landmark:紫阳街", "parking:full", "line:101", "塘头", ""]) | st.text()
TIMES = st.sampled_from(["08:30", "23:59", "0:00", "x", ""]) | st.text(max_size=5)
DAYS = st.dates(date(2026, 11, 1), date(2027, 3, 1)).map(str) | st.sampled_from(["", "2056-12-31", "2020-01-01", "11月26日", "x"])


def test_no_address_makes_the_page_fail(database_kind: str, pages: FlaskClient) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(origin=PLACES, destination=PLACES, when=st.sampled_from(["now", "leave", "arrive", "both", "x"]), day=DAYS, time=TIMES, back=TIMES)
    def is_answered(origin: str, destination: str, when: str, day: str, time: str, back: str) -> None:
        asked = {"from": origin, "to": destination, "when": when, "date": day, "time": time, "by": time, "back": back}
        assert pages.get("/journeys", query_string=asked).status_code == 200
        assert pages.get("/stops/LH0901/reach", query_string={"from": time, "by": back}).status_code == 200

    is_answered()


# How far one gets.

def test_what_is_reached_is_listed_by_town_and_nothing_later_than_asked(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get("/stops/LH0901/reach?from=06:30&by=08:30")
    words = text(answer)
    assert "小芝镇" in words and "大田街道" in words
    times = [_minutes(one) for one in re.findall(r'<b class="time">(\d+:\d\d)</b>', answer.text)]
    assert len(times) > 50 and all(390 <= one <= 510 for one in times)
    link = next(one for one in links(answer) if one.startswith("/journeys?from=stop:LH0901"))
    arrives = re.search(r'<b class="time">(\d+:\d\d)</b></a>', answer.text)
    assert arrives is not None and arrives[1] in pages.get(link).text
    assert "“nine”不是时间" in ask(pages, "/stops/LH0901/reach?by=nine")


# Car parks and buses.

@pytest.fixture
def full_town(pages: FlaskClient, moment: datetime) -> FlaskClient:
    """Two full car parks in the old town, and one with room at the coach station, from where buses go there."""
    places_actions.save_places(demo_bundle().county, demo_bundle().towns, demo_bundle().villages, demo_bundle().landmarks)
    places_store.publish()
    old_town = [(one.lat, one.lon) for one in demo_bundle().landmarks if one.kind == "old_town"]
    station = next(one for one in demo_bundle().landmarks if one.name == "客运中心")
    parking_actions.save_facilities([
        *(make_facility(f"old{n}", lat=lat, lon=lon, capacity=100, source_uid=SOURCE, source_ref=f"old{n}")
          for n, (lat, lon) in enumerate(old_town)),
        make_facility("out", name="客运中心停车场", lat=station.lat, lon=station.lon, kind=FacilityKind.PARK_AND_RIDE, capacity=200,
                      source_uid=SOURCE, source_ref="out"),
    ])
    _count(moment, old0=0, old1=0, out=150)
    return pages


def _count(moment: datetime, **spaces: int) -> None:
    parking_actions.record_readings(SOURCE, [Reading(ref, moment, free) for ref, free in spaces.items()], moment)


def test_when_the_old_town_is_full_a_car_park_on_a_line_offers_to_park_there_and_ride(
    database_kind: str, full_town: FlaskClient, moment: datetime
) -> None:
    out = full_town.get("/parking/out")
    assert "老城满了：停这里，坐车去老城" in text(out)
    link = next(one for one in links(out) if one.startswith("/journeys?from=parking:out") or "parking%3Aout" in one)
    assert "客运中心停车场 —" in ask(full_town, link)
    assert "老城满了：停到客运中心停车场，坐公交进来" in ask(full_town, "/parking/old0")


def test_while_the_old_town_has_space_nobody_is_sent_away(database_kind: str, full_town: FlaskClient, moment: datetime) -> None:
    _count(moment + timedelta(seconds=1), old0=60)
    assert "老城满了" not in ask(full_town, "/parking/out") + ask(full_town, "/parking/old1")


def test_a_car_park_can_be_reached_by_bus(database_kind: str, full_town: FlaskClient) -> None:
    link = next(one for one in links(full_town.get("/parking/out")) if one.startswith("/journeys?to="))
    assert "从哪里" in ask(full_town, link)
    assert "小芝 — 客运中心停车场" in ask(full_town, f"{link}&from={quote('小芝')}")


# What holds for every page.

PAGES = (
    "/journeys", THERE_AND_BACK, THERE_AND_BACK.replace("2026-11-25", "2026-11-26"), TO_HOSPITAL, "/journeys?from=塘头&to=台州衣院",
    "/journeys?from=小芝&to=小芝", "/stops/LH0901/reach?by=09:00", question(from_="光明村", to="客运中心"),
    question(from_="小芝", to="台州医院", when="arrive", date="2026-11-26", time="6:30"), "/journeys?from=不存在&to=&when=both&by=x",
)


@pytest.mark.parametrize("moment", [MORNING, NIGHT])
def test_english_pages_hold_no_chinese(database_kind: str, pages: FlaskClient, moment: datetime) -> None:
    for path in PAGES:
        html = pages.get(path, headers={"Accept-Language": "en"}).text
        html = re.sub(r'value="[^"]*"|href="[^"]*"|data-path="[^"]*"|“[^”]*”', "", html).replace("中文", "")
        found = CHINESE.search(html)
        assert found is None, f"{path}: {html[max(0, found.start() - 80):][:160]}"


def test_choices_without_cookies_are_carried_on_by_every_link_and_form(database_kind: str, pages: FlaskClient) -> None:
    for path in PAGES:
        answer = pages.get(f"{path}{'&' if '?' in path else '?'}lang=en&elder=1")
        inner = [one for one in links(answer) if one.startswith("/") and not one.startswith(("/static/", "/journeys.css"))]
        assert [one for one in inner if "lang=" not in one] == [], path
        for form in re.findall(r"(?s)<form.*?</form>", answer.text):
            assert 'name="lang" value="en"' in form, path


def test_no_page_has_inline_scripts_or_styles_and_none_is_for_search_engines(database_kind: str, pages: FlaskClient) -> None:
    for path in PAGES:
        html = pages.get(path).text
        assert re.search(r"<style|\sstyle=|\son\w+=|javascript:", html) is None, path
        assert '<meta name="robots" content="noindex">' in html, path
    assert "Disallow: /journeys" in pages.get("/robots.txt").text


@pytest.mark.parametrize("path", PAGES)
def test_the_first_view_is_light(database_kind: str, pages: FlaskClient, path: str) -> None:
    """HTML, stylesheet, scripts and icon as a phone without anything kept gets them, compressed."""
    page = pages.get(path, headers={"Accept-Encoding": "gzip"})
    html = gzip.decompress(page.data).decode()
    files = links_of_files(html) + re.findall(r'href="(/journeys\.css[^"]*)"', html)
    sizes = [len(page.data), *(len(pages.get(unescape(one), headers={"Accept-Encoding": "gzip"}).data) for one in files)]
    assert len(files) >= 2
    assert sum(sizes) <= 14 * 1024, sizes


def _minutes(clock_text: str) -> int:
    hour, minute = clock_text.split(":")
    return int(hour) * 60 + int(minute)
