"""What the phone does by itself: refresh, going offline, nearness; and what works without any script."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Open, Site
from tests.every_state import FACILITIES

HERE = {"latitude": 28.85731, "longitude": 121.12653}


def row(page: Page, uid: str) -> str:
    return page.locator(f"#f-{uid}").inner_text()


def names(page: Page) -> list[str]:
    found: list[str] = page.evaluate("Array.from(document.querySelectorAll('#rows > li'), row => row.id.slice(2))")
    return found


def come_back(page: Page) -> None:
    """What the browser says when its tab is looked at again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_new_count_appears_by_itself_and_only_its_row_changes(site: Site, open_page: Open) -> None:
    page = open_page("/parking")
    page.evaluate("document.querySelectorAll('#rows .led').forEach(one => { one.same = true; })")
    site.count("enough", 99)
    come_back(page)
    expect(page.locator("#f-enough .led b")).to_have_text("99")
    expect(page.locator("#head .led b")).to_have_text("1270")
    kept = page.evaluate("Array.from(document.querySelectorAll('#rows > li'), one => [one.id, !!one.querySelector('.led').same])")
    assert [uid for uid, same in kept if not same] == ["f-enough"]


def test_the_list_is_refreshed_every_twenty_seconds(site: Site, open_page: Open) -> None:
    page = open_page("/")
    page.clock.install()
    page.goto("/parking")
    site.count("full", 7)
    page.clock.fast_forward(21_000)
    expect(page.locator("#f-full .led b")).to_have_text("7")


def test_a_change_of_level_is_said_once_and_politely(site: Site, open_page: Open) -> None:
    page = open_page("/parking")
    news = page.locator("#news")
    expect(news).to_have_attribute("aria-live", "polite")
    site.count("few", 24)
    come_back(page)
    expect(page.locator("#f-few .led b")).to_have_text("24")
    expect(news).to_have_text("")
    site.count("few", 0)
    come_back(page)
    expect(news).to_have_text("紫阳街南停车场：剩 0 位，已满")


def test_the_page_of_one_car_park_is_refreshed_too(site: Site, open_page: Open) -> None:
    page = open_page("/parking/enough")
    site.count("enough", 3)
    come_back(page)
    expect(page.locator("#sign .led b")).to_contain_text("3")
    expect(page.locator("#sign .lv")).to_have_text("紧张")
    expect(page.locator("#news")).to_contain_text("剩 3 位")


def test_a_focused_row_keeps_the_focus_when_its_number_changes(site: Site, open_page: Open) -> None:
    page = open_page("/parking")
    page.locator("#f-few a.row").focus()
    site.count("few", 55)
    come_back(page)
    expect(page.locator("#f-few .led b")).to_have_text("55")
    expect(page.locator("#f-few a.row")).to_be_focused()


def test_without_network_the_page_says_so_with_the_time_of_its_data(open_page: Open) -> None:
    page = open_page("/parking")
    expect(page.locator("#offline")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_have_text(re.compile(r"^离线，\d{1,2}:\d\d 的数据$"))
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()


def test_a_number_that_was_not_renewed_for_five_minutes_is_not_lit_any_more(open_page: Open) -> None:
    page = open_page("/")
    page.clock.install()
    page.goto("/parking")
    plate = page.locator("#f-few .led")
    expect(plate).to_have_css("background-color", "rgb(5, 14, 32)")
    page.context.set_offline(True)
    page.clock.fast_forward(5 * 60_000 + 25_000)
    expect(plate).to_have_css("border-top-style", "dashed")
    expect(plate).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    page.context.set_offline(False)
    expect(plate).to_have_css("background-color", "rgb(5, 14, 32)")


def test_nearness_is_measured_on_the_phone_and_the_position_is_never_sent(site: Site, open_page: Open) -> None:
    page = open_page("/parking", geolocation=HERE, permissions=["geolocation"])
    sent: list[Request] = []
    page.context.on("request", lambda request: sent.append(request))  # noqa: PLW0108  (a builtin cannot be watched)
    before = names(page)
    page.locator("#near").click()
    expect(page.locator("#near")).to_have_attribute("aria-current", "true")
    distances = page.locator("#rows .away").all_inner_texts()
    assert len(distances) == len(FACILITIES) and all(re.fullmatch(r"[\d.]+ (米|公里)", one) for one in distances)
    metres = [float(one.split()[0]) * (1000 if "公里" in one else 1) for one in distances]
    assert metres == sorted(metres)
    assert names(page) != before
    site.count("few", 77)
    come_back(page)
    expect(page.locator("#f-few .led b")).to_have_text("77")
    expect(page.locator("#f-few .away")).not_to_be_empty()
    page.locator("#rows a.row").first.click()
    page.wait_for_load_state()
    assert len(sent) >= 2
    for request in sent:
        everything = f"{request.url} {request.post_data or ''} {request.all_headers()}"
        assert "28.85" not in everything and "121.12" not in everything
    assert "28.85" not in str(page.context.cookies())
    assert "28.85" not in page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")


def test_who_gives_no_position_can_choose_a_place_by_name(open_page: Open) -> None:
    page = open_page("/parking")
    page.locator("#near").click()
    page.wait_for_url("**/parking?sort=near")
    page.select_option("#place", "东湖")
    page.get_by_role("button", name="从这里排").click()
    expect(page.locator("#rows .away").first).to_have_text(re.compile("米"))


def test_everything_can_be_reached_without_scripts(site: Site, open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False)
    waiting, seen = ["/"], set()
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 120:
            continue
        seen.add(path)
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        for link in page.locator("a[href]").all():
            address = urlsplit(link.get_attribute("href") or "")
            is_choice = "lang=" in address.query or "elder=" in address.query
            is_file = address.path.startswith("/open-data/") and address.path != "/open-data/"    # for programs
            if address.scheme == "" and address.path and not is_choice and not is_file:
                waiting.append(address.path + (f"?{address.query}" if address.query else ""))
    assert {"/", "/parking", "/parking?sort=near", "/parking?sort=name", *(f"/parking/{uid}" for uid, *_ in FACILITIES)} <= seen


def test_forms_work_without_scripts(open_page: Open) -> None:
    page = open_page("/parking", java_script_enabled=False)
    page.locator("summary").click()
    page.get_by_label("有充电位").check()
    page.get_by_role("button", name="看结果").click()
    assert names_without_scripts(page) == ["f-scarce"]
    page.goto("/parking/scarce")
    page.get_by_label("几点进").fill("09:00")
    page.get_by_label("停多久").select_option("120")
    page.get_by_role("button", name="算一算").click()
    expect(page.locator(".answer b")).to_have_text("6 元")


def names_without_scripts(page: Page) -> list[str]:
    return [one.get_attribute("id") or "" for one in page.locator("#rows > li").all()]


def test_large_print_and_language_work_without_scripts_and_are_remembered(open_page: Open) -> None:
    page = open_page("/parking", java_script_enabled=False)
    page.locator(".big").click()
    expect(page.locator("html")).to_have_class("elder")
    page.locator(".lang").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/")
    expect(page.locator("html")).to_have_class("elder")
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("path", ["/", "/parking", "/parking/scarce"])
def test_no_page_breaks_its_own_security_policy_or_logs_an_error(path: str, open_page: Open) -> None:
    page = open_page("/robots.txt")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path)
    come_back(page)
    page.wait_for_load_state("networkidle")
    assert said == []
