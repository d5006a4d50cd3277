"""The pages over HTTP: what they say, in which language, with which headers, and what happens when something breaks."""

from __future__ import annotations

import contextvars
import gzip
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from citizen_app import clock
from citizen_app.access import PUBLIC, access
from citizen_app.errors import Unavailable
from tests.every_state import FACILITIES, fill_every_state

PAGES = ("/", "/parking", "/parking/scarce", "/parking/unknown", "/nowhere")
LIVE = {"scarce", "full", "few", "enough", "plenty"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Phone(FlaskClient):
    """Asks from outside the test's own application context, as a real phone does."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture
def site(app: Flask) -> Flask:
    app.test_client_class = Phone
    return app


@pytest.fixture
def pages(site: Flask) -> FlaskClient:
    """A client without cookies, before a county with a car park in every state."""
    fill_every_state(clock.now())
    return site.test_client(use_cookies=False)


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]


def links(answer: TestResponse) -> list[str]:
    return Links(answer.text).links


def rows(html: str) -> dict[str, str]:
    return {found[1]: found[0] for found in re.finditer(r'<li data-part id="f-([\w-]+)".*?</li>', html, re.DOTALL)}


# What is shown.

def test_only_live_counts_are_lit(pages: FlaskClient) -> None:
    found = rows(pages.get("/parking").text)
    assert set(found) == {uid for uid, *_ in FACILITIES}
    for uid, html in found.items():
        lit = re.search(r'class="led( [ar])?( d[34])?"', html) is not None
        assert lit == (uid in LIVE), uid
        assert ("<b>" in html) == (uid in LIVE | {"delayed"}), f"{uid} shows a number it must not show"


@pytest.mark.parametrize(
    ("uid", "words"),
    [
        ("scarce", "空位 / 共 260"), ("full", "请改去别处"), ("delayed", "27 分钟前的数"), ("stale", "旧数不再显示"),
        ("stuck", "数字很久没有变"), ("impossible", "比车位还多"), ("reported-closed", "车场报告现在关闭"),
        ("closed", "现在不在开放时间"), ("unknown", "现在没有余位数"),
    ],
)
def test_each_state_says_what_it_means_and_what_to_do(pages: FlaskClient, uid: str, words: str) -> None:
    assert words in pages.get(f"/parking/{uid}").text


def test_the_home_page_counts_live_spaces_only_and_says_of_how_many_car_parks(pages: FlaskClient) -> None:
    html = pages.get("/").text
    assert "<b>1235</b>" in html
    assert "12 个车场里 5 个有实时数" in html
    feeds = re.sub(r"<[^>]+>|\s+", " ", html[html.index('id="feeds"'):])
    assert "5 实时 · 1 延迟 · 4 无数据 · 2 关闭" in re.sub(r" +", " ", feeds)


def test_a_full_one_links_to_the_nearest_with_space(pages: FlaskClient) -> None:
    assert 'href="/parking/few"' in rows(pages.get("/parking").text)["full"]
    assert 'href="/parking/few"' in pages.get("/parking/full").text


def test_every_page_of_the_demonstration_says_so(pages: FlaskClient) -> None:
    for path in PAGES:
        assert '<span class="demo">演示</span>' in pages.get(path).text, path


def test_filters_and_order_stay_in_the_address(pages: FlaskClient) -> None:
    answer = pages.get("/parking?charging=1&space=1")
    assert list(rows(answer.text)) == ["scarce"]
    assert "/parking?charging=1&space=1&sort=name" in [link.replace("&amp;", "&") for link in links(answer)]


def test_an_empty_result_says_what_to_do(pages: FlaskClient) -> None:
    html = pages.get("/parking?height=400&charging=1").text
    assert rows(html) == {}
    assert "没有符合条件的车场" in html and "看全部车场" in html


def test_nearness_works_from_a_place_chosen_by_name(pages: FlaskClient) -> None:
    html = pages.get("/parking?sort=near&place=东湖").text
    assert len(re.findall(r'<span class="away">[\d.]+ (米|公里)</span>', html)) == len(FACILITIES)
    assert "东湖" in html


def test_a_stay_is_priced_and_a_wrong_time_is_named(pages: FlaskClient) -> None:
    assert re.search(r'<b class="n">6 元</b>', pages.get("/parking/scarce?stay=120&arrive=09:00").text)
    html = pages.get("/parking/scarce?stay=120&arrive=<b>").text
    assert "“&lt;b&gt;”不是时间" in html and 'aria-invalid="true"' in html


def test_the_parts_that_are_refreshed_are_the_same_as_in_the_page(pages: FlaskClient) -> None:
    whole, parts = rows(pages.get("/parking").text), rows(pages.get("/parking/parts").text)
    assert set(whole) == set(parts)
    assert "<html" not in pages.get("/parts").text


# Languages and large print.

@pytest.mark.parametrize(
    ("wish", "language"),
    [("", "zh-CN"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("fr", "zh-CN"), ("zh-TW", "zh-CN"), ("en;q=0.5,zh;q=0.9", "zh-CN")],
)
def test_the_browser_chooses_the_language_and_chinese_is_the_default(pages: FlaskClient, wish: str, language: str) -> None:
    assert f'<html lang="{language}"' in pages.get("/", headers={"Accept-Language": wish}).text


def test_a_choice_by_link_wins_and_is_remembered(site: Flask, pages: FlaskClient) -> None:
    phone = site.test_client()
    assert '<html lang="en" class="elder"' in phone.get("/?lang=en&elder=1").text
    assert '<html lang="en" class="elder"' in phone.get("/parking").text
    assert '<html lang="zh-CN">' in phone.get("/parking?lang=zh&elder=0").text
    assert '<html lang="zh-CN">' in phone.get("/", headers={"Accept-Language": "en"}).text


def test_without_cookies_every_link_carries_the_choice_on(pages: FlaskClient) -> None:
    for path in PAGES:
        inner = [
            link for link in links(pages.get(f"{path}?lang=en&elder=1"))
            if link.startswith("/") and not link.startswith(("/static/", "/style.css"))
        ]
        assert inner
        assert [link for link in inner if "lang=" not in link or "elder=" not in link] == [], path


def test_english_pages_hold_no_chinese_but_the_link_to_it(pages: FlaskClient) -> None:
    untranslated = {"地下一层", "中文", "我的位置", "台州市"}
    for path in (*PAGES, *(f"/parking/{uid}" for uid, *_ in FACILITIES), "/parking?sort=near", "/parking?height=400&charging=1"):
        html = pages.get(path, headers={"Accept-Language": "en"}).text
        html = re.sub(r'value="[^"]*"', "", html)
        for word in untranslated:
            html = html.replace(word, "")
        assert CHINESE.search(html) is None, f"{path}: {html[max(0, CHINESE.search(html).start() - 60):][:120]}"


# Headers, weight, files.

@pytest.mark.parametrize("path", [*PAGES, "/style.css", "/robots.txt", "/static/js/refresh.js", "/parking/parts"])
def test_every_answer_carries_the_security_headers(pages: FlaskClient, path: str) -> None:
    headers = pages.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Strict-Transport-Security" in pages.get(path, base_url="https://example.org").headers


def test_no_page_has_inline_scripts_or_styles(pages: FlaskClient) -> None:
    for path in (*PAGES, *(f"/parking/{uid}" for uid, *_ in FACILITIES)):
        html = pages.get(path).text
        assert re.search(r"<style|\sstyle=|\son\w+=|javascript:", html) is None, path
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html)), path


@pytest.mark.parametrize(("path", "limit_bytes"), [("/", 14 * 1024), ("/parking", 20 * 1024), ("/parking/scarce", 20 * 1024)])
def test_the_first_view_is_light(pages: FlaskClient, path: str, limit_bytes: int) -> None:
    """HTML, stylesheet, scripts and icon as a phone without anything kept gets them, compressed."""
    page = pages.get(path, headers={"Accept-Encoding": "gzip"})
    files = links_of_files(gzip.decompress(page.data).decode())
    sizes = [len(page.data), *(len(pages.get(link, headers={"Accept-Encoding": "gzip"}).data) for link in files)]
    assert len(files) >= 3
    assert sum(sizes) <= limit_bytes, sizes


def links_of_files(html: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in Links(html).links if link.startswith(("/static/", "/style.css"))]


def test_files_are_kept_for_a_year_under_an_address_that_names_their_content(pages: FlaskClient) -> None:
    for link in links_of_files(pages.get("/parking").text):
        assert re.search(r"\?v=[0-9a-f]{10}$", link), link
        assert "immutable" in pages.get(link).headers["Cache-Control"]
    assert pages.get("/style.css").headers["Cache-Control"] == "public, no-cache"
    assert pages.get("/").headers["Cache-Control"] == "private, no-cache"


# When something is wrong.

def test_an_unknown_address_gets_a_page_that_says_where_to_go(pages: FlaskClient) -> None:
    for path in ("/nowhere", "/parking/nobody"):
        answer = pages.get(path)
        assert answer.status_code == 404
        assert "没有这一页" in answer.text and 'href="/parking"' in answer.text


def test_machines_get_a_problem_instead_of_a_page(pages: FlaskClient) -> None:
    answer = pages.get("/api/v1/nowhere")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json()["status"] == 404
    assert pages.delete("/api/v1/nowhere").status_code == 404


def test_a_fault_of_ours_gets_a_page_of_ours_and_shows_nothing_of_it(site: Flask) -> None:
    site.config["PROPAGATE_EXCEPTIONS"] = False

    @site.get("/broken")
    @access(PUBLIC)
    def broken() -> str:
        raise RuntimeError("secret detail")

    @site.get("/away")
    @access(PUBLIC)
    def away() -> str:
        raise Unavailable("database gone")

    for path, status, words in (("/broken", 500, "出错了"), ("/away", 503, "暂时查不到")):
        answer = site.test_client().get(path)
        assert answer.status_code == status
        assert words in answer.text and "再试一次" in answer.text and "detail" not in answer.text
        assert "Content-Security-Policy" in answer.headers


def test_a_view_that_does_not_say_who_may_call_it_is_called_by_nobody(site: Flask) -> None:
    @site.get("/silent")
    def silent() -> str:
        return "secret"

    answer = site.test_client().get("/silent")
    assert answer.status_code == 403 and "secret" not in answer.text


def test_pages_come_out_before_any_county_is_loaded(site: Flask) -> None:
    phone = site.test_client()
    assert phone.get("/").status_code == 200
    assert "还没有车场的资料" in phone.get("/parking").text
    assert phone.get("/parking/scarce").status_code == 404
