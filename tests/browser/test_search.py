"""The search box in a real browser: suggestions by keyboard and by tap, what it asks the server, and the way without a script."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Open
from tests.browser.test_bus_pages import server, site, too_small  # noqa: F401  (fixtures: the county with its buses)
from tests.browser.test_every_page import PICTURES, sideways, violations

FIRST = {"zh": "小芝镇", "en": "Xiaozhi"}


def watch(page: Page) -> list[dict[str, str]]:
    """What the page asks for suggestions from now on, as queries."""
    asked: list[dict[str, str]] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).path == "/search/suggest":
            asked.append({name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()})

    page.on("request", note)
    return asked


def wait_for_pause(page: Page) -> None:
    """Longer than the box waits after a letter, and than an answer takes."""
    page.wait_for_timeout(600)


def heights(page: Page) -> list[float]:
    found: list[float] = page.evaluate("[].map.call(document.querySelectorAll('.hits li'), one => one.getBoundingClientRect().height)")
    return found


@pytest.mark.parametrize(("lang", "elder", "dark"), [("zh", False, False), ("en", False, True), ("zh", True, True), ("en", True, False)])
def test_suggestions_are_chosen_by_keyboard_and_said_to_a_screen_reader(open_page: Open, lang: str, elder: bool, dark: bool) -> None:
    page = open_page("/", lang=lang, elder=elder, dark=dark)
    box, options = page.get_by_role("combobox"), page.get_by_role("option")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("xiaozhi")
    expect(options.first).to_contain_text(FIRST[lang])
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("listbox")).to_have_id(box.get_attribute("aria-controls") or "")
    expect(page.locator(".seek [role=status]")).to_have_text(re.compile(r"^\d "))
    assert violations(page) == [] and sideways(page) <= 0
    assert min(heights(page)) >= (60 if elder else 48) and too_small(page, 60 if elder else 48) == []
    assert page.evaluate("document.querySelector('.hits').getBoundingClientRect().right <= window.innerWidth")
    box.press("ArrowDown")
    box.press("ArrowDown")
    chosen = page.locator(".hits [aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "none")
    assert violations(page) == []
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"suggestions-{lang}{'-elder' if elder else ''}{'-dark' if dark else ''}.png")
    box.press("ArrowUp")
    box.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))    # above the first option is the box itself
    box.press("Escape")
    expect(page.locator(".hits")).to_be_hidden()
    expect(box).to_have_value("xiaozhi")
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/buses?town=331082104*")


def test_a_tapped_place_is_kept_on_the_phone_and_named_with_the_next_search(open_page: Open) -> None:
    page = open_page("/buses", has_touch=True, geolocation={"latitude": 28.85, "longitude": 121.12}, permissions=["geolocation"])
    asked = watch(page)
    page.get_by_role("combobox").tap()
    page.get_by_role("combobox").press_sequentially("gmc")
    page.get_by_role("option").first.tap()
    page.wait_for_url("**/villages/331082100217")
    page.goto("/parking")
    page.get_by_role("combobox").press_sequentially("101")
    expect(page.locator(".hits li").first).to_contain_text("101")
    page.locator(".hits li").first.click()
    page.wait_for_url("**/routes/101")
    page.goto("/search?q=LH0201")
    page.locator("#found a").first.click()
    page.wait_for_url("**/stops/LH0201")
    assert page.evaluate("JSON.stringify(localStorage)").count("stop:LH0201") == 1    # the last place; a line is none
    assert "near" not in asked[0] and asked[-1] == {"q": "101", "near": "village:331082100217"}
    assert not any("28.85" in str(one) for one in asked)


def test_only_what_stands_still_is_asked_and_an_outdated_answer_is_never_shown(open_page: Open) -> None:
    page = open_page("/")
    asked, faults = watch(page), []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    box = page.get_by_role("combobox")
    page.route("**/search/suggest?q=x", lambda route: (time.sleep(0.8), route.continue_()))
    box.press_sequentially("x")
    page.wait_for_timeout(200)
    box.press_sequentially("unqiao", delay=10)    # faster than the box waits
    expect(page.get_by_role("option").first).to_contain_text("汛桥镇")
    page.wait_for_timeout(900)
    expect(page.get_by_role("option").first).to_contain_text("汛桥镇")
    assert [one["q"] for one in asked] == ["x", "xunqiao"]
    # A word that an input method is still putting together is not asked for.
    box.fill("")
    page.evaluate("""() => {
        const box = document.getElementById('q');
        box.dispatchEvent(new CompositionEvent('compositionstart'));
        box.value = 'guang ming';
        box.dispatchEvent(new Event('input'));
    }""")
    wait_for_pause(page)
    assert len(asked) == 2
    page.evaluate("""() => {
        const box = document.getElementById('q');
        box.value = '光明';
        box.dispatchEvent(new CompositionEvent('compositionend'));
    }""")
    expect(page.get_by_role("option").first).to_contain_text("光明村")
    # Without a network nothing is said and nothing breaks; what was answered before is still there.
    page.context.set_offline(True)
    box.fill("大田")
    wait_for_pause(page)
    expect(page.locator(".hits")).to_be_hidden()
    box.fill("xunqiao")
    expect(page.get_by_role("option").first).to_contain_text("汛桥镇")
    assert faults == []


def test_words_that_mean_nothing_are_answered_with_names_like_them(open_page: Open) -> None:
    page = open_page("/")
    box = page.get_by_role("combobox")
    box.fill("hexie")
    expect(page.get_by_role("option").first).to_contain_text("是不是")
    expect(page.locator(".seek [role=status]")).to_have_text("没有找到")
    box.press("ArrowDown")
    name = page.locator(".hits [aria-selected=true] b").inner_text()
    box.press("Enter")
    expect(page.get_by_role("option").first).to_contain_text(name)
    expect(box).to_have_value(name)


def test_a_field_of_another_form_keeps_which_place_was_chosen_until_it_is_changed(open_page: Open) -> None:
    page = open_page("/journeys")
    origin, key = page.locator("#from"), page.locator("input[name=from_is]")
    expect(key).to_be_disabled()
    origin.fill("gmc")
    page.get_by_role("option").first.click()
    expect(origin).to_have_value("光明村")
    expect(key).to_have_value("village:331082100217")
    expect(key).to_be_enabled()
    origin.press_sequentially("口")
    expect(key).to_be_disabled()
    expect(key).to_have_value("")


def test_everything_can_be_found_without_a_script(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False)
    page.locator("#q").fill("汛桥光明")
    page.get_by_role("button", name="查找").click()
    page.locator("#found a").first.click()
    expect(page.locator("h1")).to_contain_text("光明")
    for start in ("/buses", "/parking"):
        page.goto(start)
        page.locator("#q").fill("hexie")
        page.get_by_role("button", name="查找").click()
        expect(page.get_by_role("heading", name="没有找到")).to_be_visible()
        assert page.locator("main a[href^='tel:']").count() == 1
        page.locator("main .chips a").first.click()
        expect(page.locator("#found a").first).to_be_visible()
