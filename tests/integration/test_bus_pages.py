"""The pages of the buses over HTTP, on the demonstration county at set moments and on small networks of our own."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from citizen_app import clock
from citizen_app.buses.network import FeedInfo, Frequency, Route, RouteKind, Stop
from citizen_app.days.rules import LunarDigits, Rule
from citizen_app.parking import actions as parking_actions
from citizen_app.places.market import Market
from tests.bus_site import demo_network, publish_demo_buses, publish_network
from tests.factories import make_facility
from tests.integration.test_pages import CHINESE, Phone, links, links_of_files
from tests.networks import calls, make_network

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

MORNING = datetime(2026, 11, 25, 0, 10, tzinfo=UTC)      # a Wednesday, 8:10, 十月十七
EVENING = datetime(2026, 11, 25, 14, 40, tzinfo=UTC)     # 22:40
CENTRE = "/stops/LH0201"
PAGES = (
    "/buses", "/search?q=小芝", "/search?q=不存在", "/buses?town=331082104", CENTRE, f"{CENTRE}?at=2026-11-28T08:10", f"{CENTRE}/poster",
    "/routes/101", "/routes/101?dir=1&stop=LH0204", "/routes/j2?date=2026-11-25", "/markets", "/markets?month=2026-12",
    "/markets/duqiao",
)


@pytest.fixture
def moment() -> datetime:
    return MORNING


@pytest.fixture
def site(app: Flask, moment: datetime, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(clock, "now", lambda: moment)
    app.test_client_class = Phone
    return app


@pytest.fixture
def phone(site: Flask) -> FlaskClient:
    """A phone without cookies before a county without a network."""
    return site.test_client(use_cookies=False)


@pytest.fixture
def pages(site: Flask, moment: datetime) -> FlaskClient:
    """The same before the demonstration county."""
    publish_demo_buses(moment)
    return site.test_client(use_cookies=False)


def text(answer: TestResponse) -> str:
    """The words of a page as a reader gets them, single spaces between them."""
    main = re.sub(r"(?s)<footer.*|<head>.*</head>", "", answer.text)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


# Without a network.

def test_without_a_network_the_lists_say_so_and_single_pages_are_not_there(database_kind: str, phone: FlaskClient) -> None:
    assert "还没有公交时刻表" in phone.get("/buses").text
    assert "还没有集市的资料" in phone.get("/markets").text
    for path in ("/routes/101", "/routes/101.csv", CENTRE, f"{CENTRE}/qr.svg", f"{CENTRE}/poster", "/markets/duqiao", "/markets/duqiao.ics"):
        assert phone.get(path).status_code == 404, path
    assert "时刻表筹备中" in phone.get("/").text


@pytest.mark.parametrize("path", ["/routes/nope", "/routes/nope.csv", "/stops/nope", "/stops/nope/qr.svg", "/markets/nope", "/markets/nope.ics"])
def test_what_the_network_does_not_have_is_not_found(database_kind: str, pages: FlaskClient, path: str) -> None:
    assert pages.get(path).status_code == 404


def test_an_address_typed_in_another_case_leads_to_the_page(database_kind: str, pages: FlaskClient) -> None:
    for typed, right in ((f"{CENTRE.lower()}?at=15:20", f"{CENTRE}?at=15:20"), ("/routes/J1.csv", "/routes/j1.csv"), ("/markets/DuQiao", "/markets/duqiao")):
        answer = pages.get(typed)
        assert (answer.status_code, answer.headers["Location"]) == (301, right)
        assert pages.get(right).status_code == 200


def test_what_leaves_the_site_carries_its_public_address(database_kind: str, site: Flask, pages: FlaskClient) -> None:
    """Whoever prints a stop's sheet inside the bureau must not print the bureau's own address on it."""
    inside = pages.get(f"{CENTRE}/qr.svg").text
    site.config["PUBLIC_URL"] = "https://bus.example"
    assert "https://bus.example/markets/duqiao" in pages.get("/markets/duqiao.ics").text.replace("\r\n ", "")
    assert pages.get(f"{CENTRE}/qr.svg").text != inside


# What every page promises.

def test_every_page_comes_out_in_both_languages_with_headers_and_nothing_inline(database_kind: str, pages: FlaskClient) -> None:
    for path in PAGES:
        for language in ("zh", "en"):
            answer = pages.get(path, headers={"Accept-Language": language})
            assert answer.status_code == 200, path
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*src=)", answer.text) is None, path
            assert answer.text.count('class="sign') == (0 if path.endswith("poster") else 1), path
            assert 'class="led' not in answer.text, f"{path}: a printed time is lit"


def test_english_pages_hold_no_chinese_but_names_that_have_no_other(database_kind: str, pages: FlaskClient) -> None:
    """The operator and the footnotes of single buses are only known in Chinese."""
    for path in PAGES:
        html = pages.get(path, headers={"Accept-Language": "en"}).text
        html = re.sub(r'value="[^"]*"|<p class="pt sm"><b>[a-z]+</b>.*?</p>|演示城乡公交公司|演示微公交车队|href="[^"]*"|“[^”]*”', "", html)
        found = CHINESE.search(html.replace("中文", ""))
        assert found is None, f"{path}: {html[max(0, found.start() - 80):][:160]}"


def test_choices_without_cookies_are_carried_on_by_every_link_and_form(database_kind: str, pages: FlaskClient) -> None:
    for path in ("/buses", CENTRE, "/routes/101", "/markets/duqiao"):
        answer = pages.get(f"{path}?lang=en&elder=1")
        inner = [one for one in links(answer) if one.startswith("/") and not one.startswith(("/static/", "/buses.css"))]
        assert [one for one in inner if "lang=" not in one and not one.endswith("qr.svg")] == [], path
        for form in re.findall(r"(?s)<form.*?</form>", answer.text):
            assert 'name="lang" value="en"' in form, path


@pytest.mark.parametrize(
    ("path", "limit_bytes"),
    [(CENTRE, 10 * 1024), ("/routes/101", 14 * 1024), ("/routes/201", 14 * 1024), ("/buses", 14 * 1024), ("/markets", 14 * 1024)],
)
def test_the_first_view_is_light(database_kind: str, pages: FlaskClient, path: str, limit_bytes: int) -> None:
    """HTML, stylesheet, icon and pictures as a phone without anything kept gets them, compressed."""
    page = pages.get(path, headers={"Accept-Encoding": "gzip"})
    html = gzip.decompress(page.data).decode()
    files = links_of_files(html) + re.findall(r'(?:href|src)="(/buses\.css[^"]*|[^"]*qr\.svg)"', html)
    sizes = [len(page.data), *(len(pages.get(unescape(one), headers={"Accept-Encoding": "gzip"}).data) for one in files)]
    assert len(files) >= 2
    assert sum(sizes) <= limit_bytes, sizes


# A stop.

def test_the_next_bus_and_todays_last_are_said_first(database_kind: str, pages: FlaskClient) -> None:
    words = text(pages.get("/stops/LH0901?at=15:20"))
    head = words[:words.index("接下来的车")]
    assert "下一班" in head and "今天末班" in head


def test_every_departure_of_the_board_is_a_row_with_its_line_and_its_last_bus(database_kind: str, pages: FlaskClient) -> None:
    html = pages.get(CENTRE).text
    row = next(one for one in re.findall(r"(?s)<li.*?</li>", html) if ">108A<" in one)
    assert 'class="time">8:20<' in row and "10 分钟后" in row and re.search(r'末班 <b class="n">17:00</b>', row)
    assert 'href="/routes/108a?dir=0&amp;stop=LH0201"' in row


@pytest.mark.parametrize("moment", [EVENING])
def test_after_the_last_bus_the_page_says_so_and_when_the_first_one_goes(database_kind: str, pages: FlaskClient) -> None:
    network = demo_network()
    quiet = next(stop for stop in network.stops if stop.name == "小芝")
    words = text(pages.get(f"/stops/{quiet.code}"))
    assert "今天没有车了" in words and re.search(r"明天 ?首班 \d:\d\d", words)


def test_a_market_line_that_rests_shows_its_next_days_as_leaves(database_kind: str, site: Flask, moment: datetime, phone: FlaskClient) -> None:
    market = Market("xun", "汛桥集市", Rule(LunarDigits(frozenset({3, 9}))))
    trips = {"m": ("M1", "market", calls(6 * 3600, "guang", "xun"))}
    network = make_network(
        trips, routes=(Route("M1", "M1", kind=RouteKind.MARKET, market="xun"),), services={"market": market.rule}, markets=(market,),
    )
    publish_network(network, moment + timedelta(days=2))
    page = text(phone.get("/stops/Lguang?at=2026-11-24T09:00"))    # 十月十六
    assert "今天不开。 农历逢三、九" in page
    assert "11月 周四 26 十八" not in page and "11月 周五 27 十九" in page and "12月 周二 1 廿三" in page


def test_another_time_is_taken_and_a_wrong_one_is_named(database_kind: str, pages: FlaskClient) -> None:
    assert "11月28日 周六 8:10" in text(pages.get(f"{CENTRE}?at=2026-11-28T08:10"))
    assert "15:20 ·" in text(pages.get(f"{CENTRE}?at=15:20"))
    for wrong in ("<b>", "25:00", "24:00", "9999-99-99T00:00", "0001-01-01T00:00", "١٢:٠٠"):
        answer = pages.get(CENTRE, query_string={"at": wrong})
        assert answer.status_code == 200 and 'aria-invalid="true"' in answer.text and "<b>”" not in answer.text


def test_the_code_at_the_stop_leads_to_its_page(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get(f"{CENTRE}/qr.svg")
    assert answer.mimetype == "image/svg+xml" and answer.data.startswith(b"<svg")
    assert b"style=" not in answer.data and b"<script" not in answer.data


def test_the_poster_has_every_line_with_its_last_bus_the_version_and_that_it_is_a_demonstration(database_kind: str, pages: FlaskClient) -> None:
    words = text(pages.get(f"{CENTRE}/poster"))
    for needed in ("108A", "每天", "17:00", "2026-11-25", "演示", "第 1 版", "黄底是末班"):
        assert needed in words, needed


# A line.

def test_a_timetable_is_a_table_with_heads_and_its_last_bus_marked(database_kind: str, pages: FlaskClient) -> None:
    html = pages.get("/routes/j2?date=2026-11-26").text
    table = html[html.index('<table class="tt">'):html.index("</table>")]
    assert len(re.findall(r'<th scope="row">', table)) == 12
    assert re.search(r'<th scope="col" class="y">末班', table)
    first = re.search(r'<th scope="row">前进</th>(.*?)</tr>', table)
    assert first and re.findall(r"\d+:\d\d", first[1]) == ["5:30", "6:30", "7:20"]
    assert '<td class="y">7:20</td>' in first[1]


def test_intervals_stand_once_for_many_buses(database_kind: str, pages: FlaskClient) -> None:
    table = pages.get("/routes/101").text
    cell = re.search(r'<td class="ev" rowspan="(\d+)">.*?</td>', table)
    assert cell and "此后每" in cell[0] and "15–20" in cell[0]
    assert int(cell[1]) == table[:table.index("</tbody>")].count('<th scope="row">')


def test_on_a_day_without_buses_the_next_running_day_is_shown(database_kind: str, pages: FlaskClient) -> None:
    words = text(pages.get("/routes/j2?date=2026-11-25"))
    assert "11月25日 周三（今天）不开" in words and "下一个开的日子：11月26日 周四（明天）" in words
    assert "11月26日 周四 时刻表" in words


def test_kinds_of_day_are_said_as_people_say_them(database_kind: str, pages: FlaskClient) -> None:
    html = pages.get("/routes/101").text
    chips = re.findall(r'<div class="chips">(.*?)</div>', html)
    assert "工作日" in chips[0] and "双休日及节假日" in chips[0]


@pytest.mark.parametrize("wrong", ["tomorrow", "2026-13-01", "1066-10-14", "<b>"])
def test_a_wrong_date_is_named_and_today_is_shown(database_kind: str, pages: FlaskClient, wrong: str) -> None:
    answer = pages.get("/routes/101", query_string={"date": wrong})
    assert answer.status_code == 200 and "不是日期" in answer.text and "<b>”" not in answer.text


def test_the_fare_between_two_stops_is_asked_by_a_form(database_kind: str, pages: FlaskClient) -> None:
    assert re.search(r'<b class="n">2 元</b>', pages.get("/routes/101?from=0&to=1").text)
    assert re.search(r'<b class="n">14 元</b>', pages.get("/routes/101").text)
    assert pages.get("/routes/101?from=99999&to=-1").status_code == 200


def test_the_csv_holds_the_same_times_and_no_formula(database_kind: str, site: Flask, moment: datetime, phone: FlaskClient) -> None:
    evil = ("=cmd|'/C calc'!A0", "+1", "-2", "@SUM(A1)", "\tx")
    stops = tuple(Stop(f"s{number}", name, 28.8, 121.1 + number / 100, code=f"c{number}") for number, name in enumerate(evil))
    trips = {"t": ("101", "daily", calls(6 * 3600, *(stop.stop_id for stop in stops)))}
    publish_network(make_network(trips, stops=stops), moment)
    answer = phone.get("/routes/101.csv")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:6]] == [f"'{name}" for name in evil]
    assert [row[1] for row in rows[1:6]] == ["6:00", "6:10", "6:20", "6:30", "6:40"]


def test_headways_are_said_and_the_next_bus_is_only_about_then(database_kind: str, site: Flask, moment: datetime, phone: FlaskClient) -> None:
    trips = {"t": ("101", "daily", calls(0, "zong", "qiao", "xun"))}
    publish_network(make_network(trips, frequencies=(Frequency("t", 6 * 3600, 18 * 3600, 900, headway_min_s=600),)), moment)
    words = text(phone.get("/stops/Lqiao"))
    assert "下一班（大约）" in words and "每 10–15 分钟" in words
    assert "每 10–15 分钟" in text(phone.get("/routes/101"))


def test_a_line_without_any_bus_and_an_ended_timetable_say_so(database_kind: str, site: Flask, moment: datetime, phone: FlaskClient) -> None:
    ended = Rule(last=date(2026, 11, 1))
    network = make_network(services={"daily": ended, "workdays": ended}, feed_info=FeedInfo(end_date=date(2026, 11, 1)))
    publish_network(network, moment)
    for path in ("/routes/101", "/stops/Lzong", "/buses", "/routes/208"):
        answer = phone.get(path)
        assert answer.status_code == 200 and "这份时刻表到 11月1日 周日 为止" in text(answer), path
    assert "查不到这条线往后的班次" in phone.get("/routes/101").text
    assert "查不到这一站以后的车" in phone.get("/stops/Lzong").text


def test_a_line_without_directions_and_a_name_full_of_markup_stay_whole(database_kind: str, site: Flask, moment: datetime, phone: FlaskClient) -> None:
    trips = {
        "out": ("<b>&", "daily", calls(6 * 3600, "zong", "qiao")), "home": ("<b>&", "daily", calls(7 * 3600, "qiao", "zong")),
    }
    network = make_network(trips, routes=(Route("<b>&", "<b>&\"'"),))
    publish_network(network, moment)
    page = phone.get("/buses")
    assert "&lt;b&gt;&amp;" in page.text and "<b>&\"" not in page.text
    line = next(one for one in links(page) if one.startswith("/routes/"))
    answer = phone.get(line)
    assert answer.status_code == 200 and answer.text.count('class="on" aria-current="true"') == 1
    other = next(one for one in links(answer) if "dir=" in one and "%E5%AE%A2" in one)
    assert "灵江大桥 → 客运总站" in text(phone.get(other))


def test_hundreds_of_lines_are_parted_by_their_beginnings(database_kind: str, site: Flask, moment: datetime, phone: FlaskClient) -> None:
    numbers = [str(number) for number in range(100, 400)]
    trips = {number: (number, "daily", calls(6 * 3600, "zong", "qiao")) for number in numbers}
    publish_network(make_network(trips, routes=tuple(Route(number, number) for number in numbers)), moment)
    page = phone.get("/buses", headers={"Accept-Encoding": "gzip"})
    assert len(page.data) < 3000
    shown = phone.get("/buses?start=10")
    assert re.findall(r'href="/routes/(\d+)"', shown.text) == [str(number) for number in range(100, 110)]


# Finding.

def test_what_was_looked_for_among_the_lines_is_looked_for_everywhere(database_kind: str, pages: FlaskClient) -> None:
    found = pages.get("/buses?q=小芝", follow_redirects=True)
    assert found.request.path == "/search"
    assert 'href="/routes/101"' in found.text and re.search(r'href="/stops/LH\d+"', found.text)
    nothing = pages.get("/buses?q=<script>", follow_redirects=True)
    assert "没有找到" in nothing.text and "<script>" not in nothing.text and "电话" in nothing.text


def test_lines_of_a_town_are_those_that_call_there(database_kind: str, pages: FlaskClient) -> None:
    html = pages.get("/buses?town=331082104").text
    assert 'href="/routes/101"' in html and 'href="/routes/104"' not in html


# Markets.

def test_a_market_page_says_the_rule_the_next_days_and_the_last_way_home(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get("/markets/duqiao")
    words = text(answer)
    assert "农历逢 三 八" in words and "今天（十月十七）不赶集" in words
    assert "11月 周四 26 十月十八 明天" in words
    assert re.search(r'<span class="last">11:30</span>', answer.text)


def test_the_calendar_file_has_a_year_of_days_with_names_that_stay(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get("/markets/duqiao.ics")
    assert answer.mimetype == "text/calendar"
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert 65 <= len(events) <= 80
    assert events[0]["UID"] == "duqiao-20261126@linhai.citizen-travel"
    assert events[0].decoded("DTSTART").isoformat() == "2026-11-26T05:00:00+08:00"
    again = icalendar.Calendar.from_ical(pages.get("/markets/duqiao.ics").data).walk("VEVENT")
    assert [one["UID"] for one in again] == [one["UID"] for one in events]


def test_the_two_weeks_and_the_month_agree_with_the_rules(database_kind: str, pages: FlaskClient) -> None:
    words = text(pages.get("/markets?month=2026-12"))
    day = words[words.index("12月1日 周二"):words.index("12月2日 周三")]
    assert "杜桥集市" in day and "东塍集市" not in day
    assert "2026年12月" in words
    assert "不是月份" in pages.get("/markets?month=12-2026").text
    assert "不是月份" in pages.get("/markets?month=2019-12").text


def test_car_parks_near_a_market_are_named(database_kind: str, site: Flask, moment: datetime, phone: FlaskClient) -> None:
    market = Market("xun", "汛桥集市", Rule(LunarDigits(frozenset({2, 7}))), lat=28.8581, lon=121.1221)
    publish_network(make_network(markets=(market,)), moment)
    parking_actions.save_facilities([make_facility(), make_facility("far", lat=28.7)])
    parking_actions.publish_snapshot()
    html = phone.get("/markets/xun").text
    assert 'href="/parking/east-lake"' in html and 'href="/parking/far"' not in html


# The home page.

def test_the_home_page_counts_todays_lines_and_names_todays_markets(database_kind: str, pages: FlaskClient) -> None:
    words = text(pages.get("/"))
    assert re.search(r"公交 \d\d 条线运行", words)
    assert "今天有 4 个集市" in words and re.search(r"汛桥集市 5:30–11:30 回程末班 \d+:\d\d", words)


def test_a_stop_says_which_town_and_village_it_serves(database_kind: str, pages: FlaskClient) -> None:
    stop = next(one for one in demo_network().stops if one.village_code and one.name == "后山村")
    page = pages.get(f"/stops/{stop.code}")
    assert re.search(r"这一站服务：\S+[镇道]、 \S+村", text(page)) and f'href="/villages/{stop.village_code}"' in page.text
    assert CHINESE.search(re.sub(r"中文", "", text(pages.get(f"/stops/{stop.code}", headers={"Accept-Language": "en"})))) is None
