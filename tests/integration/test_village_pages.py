"""The pages of the villages and of what is near over HTTP, on the demonstration county at a set moment."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from citizen_app import clock
from citizen_app.buses import actions
from citizen_app.buses.network import Stop
from citizen_app.days.rules import Rule, Weekdays
from citizen_app.places import actions as places_actions
from citizen_app.places import store as places_store
from citizen_app.places.county import Town, Village
from citizen_app.places.near_index import read_index
from tests.bus_site import demo_bundle, demo_network, publish_demo_buses, publish_network
from tests.every_state import COUNTY, fill_every_state
from tests.integration.test_pages import CHINESE, Phone, links
from tests.networks import calls, make_network

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

NOW = datetime(2026, 11, 25, 0, 10, tzinfo=UTC)    # a Wednesday, 8:10, 十月十七
SERVED, UNSERVED = "331082001225", "331082001201"    # 后山村, 谢里王村
PAGES = (
    "/villages", "/villages?town=331082001", f"/villages/{SERVED}", f"/villages/{UNSERVED}", "/near", "/near?town=331082104",
    "/near?place=landmark:东湖公园", f"/near?place=village:{SERVED}", f"/near?place=village:{UNSERVED}", "/near?place=town:331082104",
    "/near?place=landmark:nowhere",
)


@pytest.fixture
def site(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    app.test_client_class = Phone
    return app


@pytest.fixture
def pages(site: Flask) -> FlaskClient:
    fill_every_state(NOW)
    publish_demo_buses(NOW)
    return site.test_client(use_cookies=False)


def text(answer: TestResponse) -> str:
    main = re.sub(r"(?s)<footer.*|<head>.*</head>", "", answer.text)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_in_both_languages_and_english_holds_no_chinese(database_kind: str, pages: FlaskClient, path: str) -> None:
    assert pages.get(path).status_code == 200
    html = pages.get(path, headers={"Accept-Language": "en"}).text
    html = re.sub(r'(href|data-\w+)="[^"]*"|中文|<p class="st mu"[^>]*>[^<]*</p>', "", html)
    assert CHINESE.search(html) is None, html[max(0, CHINESE.search(html).start() - 80):][:160]  # type: ignore[union-attr]


@pytest.mark.parametrize("path", PAGES)
def test_every_link_carries_language_and_size_on_and_leads_somewhere(database_kind: str, pages: FlaskClient, path: str) -> None:
    inner = [
        one for one in links(pages.get(f"{path}{'&' if '?' in path else '?'}lang=en&elder=1"))
        if one.startswith("/") and not one.startswith(("/static/", "/near.css", "/buses.css"))
    ]
    assert inner and [one for one in inner if "lang=" not in one or "elder=" not in one] == []
    for link in dict.fromkeys(unescape(one).partition("#")[0] for one in inner[:40]):
        assert pages.get(link).status_code == 200, link


@pytest.mark.parametrize("path", PAGES)
def test_the_first_view_is_light(database_kind: str, pages: FlaskClient, path: str) -> None:
    page = pages.get(path, headers={"Accept-Encoding": "gzip"})
    html = gzip.decompress(page.data).decode()
    files = [unescape(one) for one in re.findall(r'(?:href|src)="(/(?:buses|near)\.css[^"]*|/static/[^"]*)"', html)]
    sizes = [len(page.data), *(len(pages.get(one, headers={"Accept-Encoding": "gzip"}).data) for one in files)]
    assert len(files) >= 2 and sum(sizes) <= 14 * 1024, sizes


# Villages.

def test_a_village_says_its_next_and_last_bus_its_lines_and_its_market(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get(f"/villages/{SERVED}")
    words = text(answer)
    assert "古城街道 · 8:10 后山村 村里有 1 个站" in words
    assert re.search(r"后山村 \d+ 往 \S+ 今天末班 19:43 8:10 现在", words)
    stop = next(one for one in demo_network().stops if one.village_code == SERVED)
    assert f'href="/stops/{stop.code}"' in answer.text and f'href="/routes/103?dir=1&amp;stop={stop.code}"' in answer.text
    assert re.search(r"207 往 永丰站 末班 19:43 8:13 3 分钟后", words) and re.search(r"215 往 松二 末班 18:13", words)
    assert 'href="/journeys?from=village:' in unescape(answer.text).replace("%3A", ":")
    assert 'href="/markets/gucheng"' in answer.text and "11月 周四 26 十八" in words


def test_a_line_that_calls_at_two_stops_of_a_village_is_shown_once_and_one_that_rests_with_its_next_day(
    database_kind: str, site: Flask
) -> None:
    places_actions.save_places(COUNTY, [Town("t", "汛桥镇", "Xunqiao")], [Village("v", "光明村委会", "t")], [])
    places_store.publish()
    stops = tuple(Stop(key, name, 28.8, 121.2, code=key, town_code="t") for key, name in (("a", "光明"), ("b", "光明路口"), ("c", "汛桥")))
    trips = {
        "1": ("101", "daily", calls(9 * 3600, "a", "b", "c")), "2": ("101", "daily", calls(17 * 3600, "b", "c")),
        "3": ("208", "weekend", calls(9 * 3600, "a", "c")),
    }
    services = {"daily": Rule(), "weekend": Rule(Weekdays(frozenset({5})))}
    publish_network(make_network(trips, stops=stops, services=services), NOW)
    words = text(site.test_client(use_cookies=False).get("/villages/v"))
    assert "村里有 2 个站" in words and "站名像这个村的" in words
    lines = words[words.index("经过的线"):]
    assert lines.count("101 往 汛桥") == 1 and "101 往 汛桥 末班 17:00 9:00 50 分钟后" in lines
    assert "208 往 汛桥 今天不开，下次 11月28日 周六" in lines
    trips["2"] = ("101", "daily", calls(8 * 3600, "b", "c"))
    publish_network(make_network(trips, stops=stops, services=services), NOW + timedelta(hours=1))
    assert "101 往 汛桥 这是今天末班 9:00" in text(site.test_client(use_cookies=False).get("/villages/v"))


def test_a_village_without_a_stop_says_so_and_where_there_are_buses(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get(f"/villages/{UNSERVED}")
    words = text(answer)
    assert "没有查到这个村的站" in words and "也可能村里有站" in words
    assert f'href="/villages/{SERVED}"' in answer.text and answer.text.count('href="tel:0576-00000000"') == 2


def test_a_correction_is_on_the_page_at_once(database_kind: str, pages: FlaskClient) -> None:
    actions.correct_villages({UNSERVED: ("LH0152",)}, NOW)
    answer = pages.get(f"/villages/{UNSERVED}")
    assert 'href="/stops/LH0152"' in answer.text and "没有查到" not in answer.text


def test_the_villages_of_a_town_are_parted_by_whether_they_have_a_bus(database_kind: str, pages: FlaskClient) -> None:
    towns = pages.get("/villages").text
    assert len(re.findall(r'href="/villages\?town=\d+"', towns)) == len(demo_bundle().towns)
    html = pages.get("/villages?town=331082001").text
    served, unserved = html.split("村里没有站的村", 1)
    assert f"/villages/{SERVED}" in served and f"/villages/{UNSERVED}" in unserved
    assert pages.get("/villages/nobody").status_code == 404 and pages.get("/villages?town=<b>").status_code == 200


def test_without_a_network_the_list_says_so(database_kind: str, site: Flask) -> None:
    phone = site.test_client(use_cookies=False)
    assert "还没有村庄的资料" in phone.get("/villages").text and phone.get(f"/villages/{SERVED}").status_code == 404
    assert phone.get("/near").status_code == 200 and phone.get("/near?place=town:1").status_code == 200


# Near.

def test_a_named_place_has_the_nearest_stops_and_car_parks_with_their_counts(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get("/near?place=landmark:东湖公园")
    words = text(answer)
    assert "东湖公园附近" in words and re.search(r"走路约 \d+ 分钟", words)
    metres = [float(number) * (1000 if unit == "公里" else 1) for number, unit in re.findall(r'class="far">([\d.]+) (米|公里)<', answer.text)]
    assert len(metres) == 8 and metres == sorted(metres)
    assert len(re.findall(r'<li data-part id="f-', answer.text)) == 5 and 'class="led' in answer.text
    parts = pages.get("/near/parts?place=landmark:东湖公园").text
    assert re.findall(r'id="(f-[\w-]+)"', parts) == re.findall(r'id="(f-[\w-]+)"', answer.text)
    assert re.findall(r'class="away">([^<]+)<', parts) == re.findall(r'class="away">([^<]+)<', answer.text)


def test_a_village_lies_where_its_stops_are_and_one_without_in_the_middle_of_its_town(database_kind: str, pages: FlaskClient) -> None:
    here, town = text(pages.get(f"/near?place=village:{SERVED}")), text(pages.get(f"/near?place=village:{UNSERVED}"))
    assert "后山村附近" in here and "按它的乡镇中心算" not in here and "谢里王村附近" in town and "按它的乡镇中心算" in town


def test_an_unknown_place_is_named_and_others_can_be_chosen(database_kind: str, pages: FlaskClient) -> None:
    answer = pages.get("/near", query_string={"place": "landmark:<b>"})
    assert "没有找到“landmark:&lt;b&gt;”" in answer.text and "place=landmark:" in unescape(answer.text).replace("%3A", ":")
    assert "<li" not in pages.get("/near/parts?place=nowhere").text


def test_the_index_holds_every_stop_and_car_park_and_is_kept_by_the_content_of_its_address(database_kind: str, pages: FlaskClient) -> None:
    address = re.search(r'data-index="([^"]+)"', pages.get("/near").text)
    assert address
    answer = pages.get(unescape(address[1]), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers.get("Vary", "")
    stops, parking = read_index(gzip.decompress(answer.data))
    assert {one.code for one in stops} == {one.code for one in demo_network().stops} and len(parking) == 12
    assert next(one for one in stops if one.code == "LH0152").lines == ("103", "104", "207", "215")
    again = pages.get(unescape(address[1]), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.data
    assert pages.get("/near/index-zh.json?v=old").headers["Cache-Control"] == "public, no-cache"
    assert pages.get("/near/index-xx.json").status_code == 404


def test_the_index_moves_with_the_network_only(database_kind: str, pages: FlaskClient) -> None:
    before = pages.get("/near/index-zh.json").headers["ETag"]
    fill_every_state(NOW)
    publish_demo_buses(NOW)
    assert pages.get("/near/index-zh.json").headers["ETag"] == before
    assert pages.get("/near/index-en.json").headers["ETag"] != before


def test_the_search_box_and_the_list_of_lines_lead_to_what_is_near(database_kind: str, pages: FlaskClient) -> None:
    for path in ("/", "/buses", "/search"):
        assert 'href="/near"' in pages.get(path).text, path
    assert 'href="/villages"' in pages.get("/buses").text
