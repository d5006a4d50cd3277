"""What is near: measured on the phone from its own position, which goes nowhere; and without a position by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from citizen_app.extensions import db
from citizen_app.geo import distance_m
from citizen_app.parking import actions as parking_actions
from citizen_app.parking.occupancy import Reading
from tests.browser.conftest import Open, Site, serve_at
from tests.browser.test_every_page import LOOKS, LOOKS_KEPT, PICTURES, sideways, violations
from tests.bus_site import demo_network
from tests.every_state import FACILITIES, SOURCE, last_readings

NOW = datetime(2026, 11, 25, 0, 10, tzinfo=UTC)    # a Wednesday, 8:10, 十月十七
HERE = {"latitude": 28.857312, "longitude": 121.126534, "accuracy": 12}
TRACES = ("28.857", "121.126", "28857", "121126", "28.86", "121.13")    # of the position, however it may be written
VILLAGE, UNSERVED = "331082001225", "331082001201"
PAGES = {
    "near": "/near", "near-town": "/near?town=331082104", "near-place": "/near?place=landmark:东湖公园",
    "near-village": f"/near?place=village:{UNSERVED}", "near-nowhere": "/near?place=landmark:nowhere",
    "villages": "/villages", "villages-town": "/villages?town=331082001",
    "village": f"/villages/{VILLAGE}", "village-unserved": f"/villages/{UNSERVED}",
}
TARGETS = ".row, .btn, .chips a, .held a, .more, .big, .hm, .lang, .tel, .instead"


@pytest.fixture(scope="module")
def server(redis_url: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration county with its buses and with a car park in every state, at a set moment."""
    def count() -> None:
        parking_actions.record_readings(SOURCE, last_readings(NOW, live_now=True), NOW)

    with serve_at(NOW, tmp_path_factory.mktemp("near"), redis_url, sqlite_template, count) as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    return server


def open_here(open_page: Open, path: str = "/near", **options: Any) -> Page:
    """On a phone that is at HERE and may say so."""
    return open_page(path, **{"geolocation": HERE, "permissions": ["geolocation"], **options})


def locate(page: Page) -> None:
    page.locator("#locate").click()
    expect(page.locator("#stops .far").first).to_be_visible()


def metres(page: Page, names: str) -> list[float]:
    found = page.locator(names).all_inner_texts()
    return [float(one.split()[0]) * (1000 if "公里" in one else 1) for one in found]


def test_the_nearest_stops_and_car_parks_are_shown_and_the_position_leaves_the_phone_in_no_way(site: Site, open_page: Open) -> None:
    """Every request of the whole visit, refreshes and the pages after it included, and all that the browser keeps."""
    page = open_here(open_page)
    sent: list[Request] = []
    page.context.on("request", lambda request: sent.append(request))  # noqa: PLW0108  (a builtin cannot be watched)
    page.clock.install()
    page.reload()
    locate(page)
    expect(page.locator("#said")).to_have_text("找到了，由近到远。")
    expect(page.locator("#rows .led").first).to_be_visible()
    away = metres(page, "#stops .far")
    stops = sorted(distance_m(HERE["latitude"], HERE["longitude"], one.lat or 0, one.lon or 0) for one in demo_network().stops)
    assert len(away) == 8 and all(abs(shown - right) <= 6 for shown, right in zip(away, stops, strict=False))
    assert len(metres(page, "#rows .away")) == 5 and metres(page, "#rows .away") == sorted(metres(page, "#rows .away"))
    assert re.fullmatch(r"走路约 \d+ 分钟", page.locator("#stops .foot").first.inner_text())
    page.clock.fast_forward(21_000)
    expect(page.locator("#rows .led").first).to_be_visible()
    with site.app.app_context():
        parking_actions.record_readings(SOURCE, [Reading("plenty", NOW + timedelta(seconds=1), 777)], NOW)
        db.session.remove()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#f-plenty .led b")).to_have_text("777")
    expect(page.locator("#f-plenty .away")).not_to_be_empty()
    page.locator("#locate").click()
    page.locator("#stops a.row").first.click()
    page.wait_for_url("**/stops/*")
    page.go_back()
    page.goto("/parking")
    addresses = [request.url for request in sent]
    assert sum("/near/index-zh.json?v=" in one for one in addresses) == 1 and any("/parking/parts" in one for one in addresses)
    for request in sent:
        everything = f"{request.url} {request.post_data or ''} {request.all_headers()}"
        assert request.method == "GET" and not [trace for trace in TRACES if trace in everything], everything
    kept = f"{page.context.cookies()} {page.evaluate('JSON.stringify([localStorage, sessionStorage, history.state, location.href, name])')}"
    assert not [trace for trace in TRACES if trace in kept], kept
    databases = page.evaluate("indexedDB.databases ? indexedDB.databases().then(all => all.length) : 0")
    assert databases == 0 and page.evaluate("'caches' in window ? caches.keys().then(all => all.length) : 0") == 0


def test_what_phones_ask_for_is_the_same_wherever_they_are(open_page: Open) -> None:
    asked = []
    for lat, lon in ((28.857312, 121.126534), (28.7664, 121.5161)):
        page = open_here(open_page, geolocation={"latitude": lat, "longitude": lon, "accuracy": 5})
        sent: list[str] = []
        page.on("request", lambda request, sent=sent: sent.append(request.url))
        locate(page)
        expect(page.locator("#rows .led").first).to_be_visible()
        asked.append((sent, page.locator("#stops .nm").first.inner_text()))
    assert asked[0][0] == asked[1][0] and asked[0][1] != asked[1][1]


def test_the_phone_and_the_server_say_the_same_of_one_place(open_page: Open) -> None:
    by_name = open_page("/near?place=landmark:东湖公园", java_script_enabled=False)
    shown = [by_name.locator("#stops > li").all_inner_texts(), by_name.locator("#rows .nm").all_inner_texts()]
    page = open_here(open_page, geolocation={"latitude": 28.8548, "longitude": 121.1248, "accuracy": 5})
    locate(page)
    expect(page.locator("#rows .led").first).to_be_visible()
    assert [page.locator("#stops > li").all_inner_texts(), page.locator("#rows .nm").all_inner_texts()] == shown


def test_a_rough_position_and_one_outside_the_county_are_said_to_be_so(open_page: Open) -> None:
    page = open_here(open_page, geolocation={**HERE, "accuracy": 1800})
    locate(page)
    expect(page.locator("#said")).to_have_text("手机的位置不准，可能差 1.8 公里，远近只能参考。")
    page = open_here(open_page, geolocation={"latitude": 31.23, "longitude": 121.47})
    page.locator("#locate").click()
    expect(page.locator("#said")).to_have_text("您现在不在临海。请在下面选一个地方。")
    expect(page.locator("#said")).to_be_focused()
    expect(page.locator("#around")).to_be_hidden()


@pytest.mark.parametrize(("code", "words"), [(1, "手机没有给位置。"), (2, "手机一时找不到位置。"), (3, "手机一时找不到位置。")])
def test_without_a_position_the_page_says_why_and_a_place_can_be_chosen(open_page: Open, code: int, words: str) -> None:
    page = open_page("/near")
    page.evaluate("code => { navigator.geolocation.getCurrentPosition = (good, bad) => bad({ code: code }); }", code)
    page.locator("#locate").click()
    expect(page.locator("#said")).to_contain_text(words)
    expect(page.locator("#said")).to_be_focused()
    expect(page.locator("#locate")).not_to_have_attribute("aria-busy", "true")
    page.get_by_role("link", name="小芝镇").click()
    page.get_by_role("link", name="南丰村").click()
    expect(page.locator("h1")).to_have_text("南丰村附近")
    expect(page.locator("#stops .far").first).to_be_visible()


def test_without_a_connection_it_says_so_and_a_second_tap_tries_again(open_page: Open) -> None:
    page = open_here(open_page)
    page.context.set_offline(True)
    page.locator("#locate").click()
    expect(page.locator("#said")).to_have_text("没有连上网，站点表没有拿到。请再试一次。")
    page.context.set_offline(False)
    locate(page)
    page.context.set_offline(True)    # the index is there: nothing needs to be asked
    page.locator("#locate").click()
    expect(page.locator("#said")).to_have_text("找到了，由近到远。")


def test_without_scripts_a_village_is_found_from_the_home_page_and_so_is_its_last_bus(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False, elder=True)
    page.get_by_role("link", name="离我近的站和停车场").click()
    expect(page.locator("#locate")).to_be_hidden()
    page.get_by_role("link", name="古城街道").click()
    page.get_by_role("link", name="后山村").click()
    page.locator("#stops a.row").first.click()
    expect(page.locator("h1")).to_have_text("后山村")
    page.goto("/buses")
    page.get_by_role("link", name="按村找").click()
    page.get_by_role("link", name="古城街道").click()
    page.get_by_role("link", name="后山村").click()
    expect(page.locator(".rows .last").first).to_have_text("今天末班 19:43")


def too_small(page: Page, least: int) -> list[str]:
    found: list[str] = page.evaluate(
        """([names, least]) => Array.from(document.querySelectorAll(names))
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < least - 0.5)
            .map(one => one.outerHTML.slice(0, 100) + ' ' + one.getBoundingClientRect().height)""",
        [TARGETS, least],
    )
    return found


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible_fit_and_are_kept_as_pictures(name: str, open_page: Open) -> None:
    """In each language, size and light; what the phone itself makes of the page, too."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    faults: dict[Any, list[str]] = {}
    for lang, elder, dark in LOOKS:
        page = open_here(open_page, PAGES[name], lang=lang, elder=elder, dark=dark, width=320 if dark else 360)
        if name == "near":
            locate(page)
            expect(page.locator("#rows .led").first).to_be_visible()
        faults[lang, elder, dark] = violations(page) + too_small(page, 60 if elder else 48)
        assert sideways(page) <= 0, f"{lang} elder={elder}"
        kept = next((suffix for suffix, *look in LOOKS_KEPT if look == [lang, elder, dark]), None)
        if kept:
            page.screenshot(path=PICTURES / f"{name}-{kept}.png", full_page=True)
        page.context.close()
    assert {look: found for look, found in faults.items() if found} == {}


@pytest.mark.parametrize("path", ["/near", f"/villages/{VILLAGE}"])
def test_no_page_breaks_its_own_security_policy_or_logs_an_error(path: str, open_page: Open) -> None:
    page = open_here(open_page, "/robots.txt")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path)
    if path == "/near":
        locate(page)
    page.wait_for_load_state("networkidle")
    assert said == [] and len(FACILITIES) > 5
