"""Journeys in a real browser: every look, a villager's way there and back by clicks, without a script, and what stays on the phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site, serve_at
from tests.browser.test_bus_pages import TARGETS
from tests.browser.test_every_page import LOOKS_KEPT, PICTURES, sideways, violations

NOW = datetime(2026, 11, 24, 22, 10, tzinfo=UTC)    # 25 November, a Wednesday, 6:10: market day in 汛桥
VILLAGE, MARKET = "village:331082100217", "market:xunqiao"
BOTH = f"/journeys?from={VILLAGE}&to={MARKET}&when=both&date=2026-11-25&by=08:30&back="
PAGES = {
    "journeys": "/journeys",
    "journeys-way": "/journeys?from=小芝&to=台州医院",
    "journeys-late": "/journeys?from=小芝&to=台州医院&when=arrive&date=2026-11-26&time=06:30",
    "journeys-both": f"{BOTH}09:40",
    "journeys-tight": f"{BOTH}10:45",
    "journeys-gone": f"{BOTH}11:20",
    "journeys-no-day": BOTH.replace("11-25", "11-26") + "11:00",
    "journeys-never": "/journeys?from=光明村&to=客运中心",
    "journeys-no-stop": "/journeys?from=头门港南收费站 G1523&to=台州医院",
    "journeys-near": "/journeys?from=landmark:紫阳街&to=landmark:巾山",
    "journeys-unclear": "/journeys?from=塘头&to=不存在的地方&when=both&by=nine",
    "reach": "/stops/LH0901/reach?by=09:00",
}


@pytest.fixture(scope="module")
def server(redis_url: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration county with its buses, on the morning of a market day."""
    with serve_at(NOW, tmp_path_factory.mktemp("journeys"), redis_url, sqlite_template) as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    return server


def too_small(page: Page, least: int) -> list[str]:
    """What is less than so many pixels high."""
    found: list[str] = page.evaluate(
        """([names, least]) => Array.from(document.querySelectorAll(names))
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < least - 0.5)
            .map(one => one.outerHTML.slice(0, 100) + ' ' + one.getBoundingClientRect().height)""",
        [f"{TARGETS}, .when > label", least],
    )
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_look_is_accessible_within_the_screen_and_big_enough_to_hit(name: str, open_page: Open) -> None:
    """Kept as pictures; then everything that can be unfolded is unfolded before it is looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    found = {}
    for suffix, lang, elder, dark in (*LOOKS_KEPT, ("", "en", True, True)):
        page = open_page(PAGES[name], lang=lang, elder=elder, dark=dark, width=320 if dark and elder else 360)
        if suffix:
            page.screenshot(path=PICTURES / f"{name}-{suffix}.png", full_page=True)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        faults = [*violations(page), *too_small(page, 60 if elder else 48)]
        found[(lang, elder, dark)] = [*faults, f"{sideways(page)} px too wide"] if sideways(page) > 0 else faults
        page.context.close()
    assert {look: faults for look, faults in found.items() if faults} == {}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_villager_asks_for_the_market_and_back_without_a_script_and_for_the_day_after(open_page: Open, lang: str) -> None:
    """From the home page, in large print: both ways, the last way home in yellow; on the next day the next market day instead."""
    zh = lang == "zh"
    page = open_page("/", lang=lang, elder=True, java_script_enabled=False)
    page.get_by_role("link", name="怎么走" if zh else "Find the way").click()
    page.get_by_label("从哪里" if zh else "From").fill("光明村")
    page.get_by_label("到哪里" if zh else "To").fill("汛桥集市")
    page.locator("label[for=w-both]").click()
    page.get_by_label("几点前到那里" if zh else "Be there by").last.fill("08:30")
    page.get_by_label("几点以后回来" if zh else "Back after").fill("10:45")
    page.get_by_role("button", name="查怎么走" if zh else "Find the way").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("光明村 — 汛桥集市" if zh else "Guangming — Xunqiao Market")
    last = page.get_by_role("alert")
    expect(last).to_contain_text("很紧" if zh else "Tight")
    expect(last.locator(".time")).to_have_text("11:00")
    expect(last).to_have_css("background-color", "rgb(255, 204, 0)")
    page.locator("#change summary").click()
    page.get_by_label("哪一天" if zh else "Day").fill("2026-11-26")
    page.get_by_role("button", name="查怎么走" if zh else "Find the way").click()
    expect(page.locator(".say")).to_contain_text("农历逢二、七" if zh else "Lunar days ending in 2 or 7")
    page.get_by_role("link", name="看 11月30日 周一 怎么走" if zh else "See Mon 30 Nov").click()
    expect(page.get_by_role("alert").locator(".time")).to_have_text("11:00")
    assert "date=2026-11-30" in page.url and "from=village" in page.url


def test_places_are_chosen_from_suggestions_and_the_address_holds_the_question(open_page: Open) -> None:
    page = open_page("/journeys")
    page.get_by_role("combobox", name="从哪里").press_sequentially("gmc")
    page.locator("#from-hits [role=option]", has_text="光明村").first.click()
    page.get_by_role("combobox", name="到哪里").press_sequentially("taizhouyiyuan")
    page.locator("#to-hits [role=option]").first.click()
    page.locator("label[for=w-leave]").click()
    page.get_by_label("几点", exact=True).fill("06:30")
    page.get_by_role("button", name="查怎么走").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("光明村 — 台州医院")
    again = open_page(re.sub(r"^https?://[^/]+", "", page.url))
    expect(again.get_by_role("heading", level=1)).to_contain_text("光明村 — 台州医院")


def test_favourites_stay_on_the_phone_and_no_request_carries_them(open_page: Open) -> None:
    page = open_page(PAGES["journeys-both"])
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data} {request.all_headers()}"))
    page.get_by_role("button", name="存成常走的路").click()
    expect(page.locator("#keep")).to_have_text("已存在这部手机上")
    kept = page.evaluate("localStorage.getItem('journeys')")
    assert "光明村 — 汛桥集市" in kept
    page.goto("/journeys")
    favourite = page.locator("#favourites .row")
    expect(favourite).to_have_text("光明村 — 汛桥集市")
    page.goto("/")
    expect(page.locator("#favourites .row")).to_have_text("光明村 — 汛桥集市")
    page.reload()
    assert len(sent) >= 4
    for one in sent:
        assert "xunqiao" not in one.replace(page.url, "") and "331082100217" not in one, one
        assert "光明村" not in one and "%E5%85%89" not in one
    assert page.context.cookies() == [one for one in page.context.cookies() if one["name"] in {"elder", "lang"}]
    page.locator("#favourites .row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("光明村 — 汛桥集市")
    page.goto("/journeys")
    page.get_by_role("button", name="删掉").click()
    expect(page.locator("#favourites")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('journeys')") == "[]"


def test_another_way_unfolds_into_its_steps_and_its_stops(open_page: Open) -> None:
    page = open_page(PAGES["journeys-way"])
    other = page.locator(".alt details").first
    expect(other.locator(".way").first).to_be_hidden()
    other.locator("summary").first.click()
    expect(other.locator(".way > li").first).to_contain_text("小芝 上车")
    other.locator(".way summary").first.click()
    expect(other.locator(".via li").first).to_be_visible()
