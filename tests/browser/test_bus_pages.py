"""The pages of the buses in a real browser: every look, no script, print, and three tasks of a grandmother by clicks from `/`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site, serve_at
from tests.browser.test_every_page import LOOKS, LOOKS_KEPT, PICTURES, sideways, violations

NOW = datetime(2026, 11, 25, 7, 20, tzinfo=UTC)    # a Wednesday, 15:20
PAGES = {
    "buses": "/buses",
    "search-found": "/search?q=小芝",
    "search-nothing": "/search?q=不存在",
    "buses-town": "/buses?town=331082104",
    "stop": "/stops/LH0201",
    "stop-night": "/stops/LH0201?at=23:50",
    "stop-wrong-time": "/stops/LH0901?at=nine",
    "line": "/routes/101?stop=LH0204",
    "line-headways": "/routes/201",
    "line-resting": "/routes/j2?date=2026-11-25",
    "line-school": "/routes/x1?date=2026-11-28",
    "markets": "/markets",
    "month": "/markets?month=2026-12",
    "market": "/markets/duqiao",
    "home-buses": "/",
}
TARGETS = (
    ".door[href], .row, .btn, .tabs a, .big, .hm, .lang, .tel, summary, .field input, .field select, .find input, .find button,"
    " .chips a, .seq a, .held a, .lnk, .tb a, .mon a"
)


@pytest.fixture(scope="module")
def server(redis_url: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration county with its buses, at a set moment."""
    with serve_at(NOW, tmp_path_factory.mktemp("buses"), redis_url, sqlite_template) as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    return server


def too_small(page: Page, least: int) -> list[str]:
    """What is less than so many pixels high; a link within a sentence or a cell may be less wide."""
    found: list[str] = page.evaluate(
        """([names, least]) => Array.from(document.querySelectorAll(names))
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < least - 0.5)
            .map(one => one.outerHTML.slice(0, 100) + ' ' + one.getBoundingClientRect().height)""",
        [TARGETS, least],
    )
    return found


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_any_language_size_or_light(name: str, open_page: Open) -> None:
    found = {}
    for lang, elder, dark in LOOKS:
        page = open_page(PAGES[name], lang=lang, elder=elder, dark=dark)
        found[(lang, elder, dark)] = violations(page)
        page.context.close()
    assert {look: faults for look, faults in found.items() if faults} == {}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_and_everything_can_be_hit(name: str, open_page: Open) -> None:
    for lang, elder, _ in LOOKS[::2]:
        for width in (320, 360, 1024):
            page = open_page(PAGES[name], lang=lang, elder=elder, width=width)
            assert sideways(page) <= 0, f"{lang} elder={elder} {width}"
            assert too_small(page, 60 if elder else 48) == [], f"{lang} elder={elder} {width}"
            page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_pictures_of_every_page_are_kept(name: str, open_page: Open) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for suffix, lang, elder, dark in LOOKS_KEPT:
        page = open_page(PAGES[name], lang=lang, elder=elder, dark=dark, device_scale_factor=1.5)
        path = PICTURES / f"{name}-{suffix}.png"
        page.screenshot(path=path, full_page=True)
        assert path.stat().st_size > 10_000
        page.context.close()


def test_the_first_column_of_a_timetable_stays_while_the_trips_scroll(open_page: Open) -> None:
    page = open_page("/routes/101")
    head = page.locator(".tt tbody th").first
    before = head.bounding_box()
    page.locator(".tts").evaluate("one => { one.scrollLeft = 300; }")
    after = head.bounding_box()
    assert before and after and abs(before["x"] - after["x"]) < 1
    assert page.locator(".tts").evaluate("one => one.scrollLeft") > 0


def test_the_sheet_for_the_stop_prints_on_a4(open_page: Open) -> None:
    """The PDF's pages are A4, and the drawings of the code and the last buses are on it."""
    page = open_page("/stops/LH0201/poster")
    assert violations(page) == []
    assert page.evaluate("document.querySelector('.head img').naturalWidth") > 0
    path = PICTURES / "poster.pdf"
    PICTURES.mkdir(parents=True, exist_ok=True)
    document = page.pdf(path=str(path), prefer_css_page_size=True, print_background=False)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", document)
    assert boxes and all((round(float(width)), round(float(height))) == (595, 842) for width, height in boxes)
    assert len(boxes) <= 4
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1000})
    assert sideways(page) <= 0
    page.screenshot(path=str(PICTURES / "poster.png"), full_page=True)


# Three tasks, each from the home page, with nothing typed into an address.

def test_task_when_is_the_last_bus_from_xiaozhi_to_town_today(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False)
    page.get_by_role("link", name="公交").click()
    page.get_by_label("找村、站、线路、车场").fill("小芝")
    page.get_by_role("button", name="查找").click()
    page.locator(".rows .row", has=page.locator(".nm", has_text=re.compile("^小芝$"))).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("小芝")
    row = page.locator(".rows li", has=page.get_by_text("往 客运中心"))
    expect(row.locator(".last")).to_have_text("末班 17:00")


def test_task_does_the_market_line_run_the_day_after_tomorrow(open_page: Open) -> None:
    """The market of 涌泉 is held on days of the lunar month that end in 4 or 9: the day after tomorrow is the nineteenth."""
    page = open_page("/", elder=True, java_script_enabled=False)
    page.get_by_role("link", name="公交").click()
    page.get_by_role("link", name="集市：哪天开，坐什么车").click()
    page.get_by_role("link", name="涌泉集市").first.click()
    expect(page.locator(".cals .cal").first).to_contain_text("后天")
    page.locator(".mt a").first.click()
    expect(page.locator(".nxt")).to_contain_text("11月27日")
    expect(page.locator(".nxt")).to_contain_text("后天")


def test_task_when_is_the_first_bus_to_the_railway_station_on_a_saturday(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False)
    page.get_by_role("link", name="公交").click()
    page.locator("h2", has_text="火车站接驳").locator("xpath=following-sibling::ul[1]").get_by_role("link").first.click()
    page.get_by_label("看哪一天").fill("2026-11-28")
    page.get_by_role("button", name="看这一天").click()
    expect(page.locator("h2", has_text="时刻表")).to_contain_text("11月28日 周六")
    expect(page.locator(".ed p").first).to_contain_text("首班")
    assert re.search(r"\d:\d\d", page.locator(".ed p").first.inner_text())
