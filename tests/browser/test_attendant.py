"""The attendant's page on a phone with gloves on and bad signal: every press is kept, and counted once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from citizen_app import clock
from citizen_app.extensions import db
from citizen_app.parking import actions, store
from citizen_app.parking.attendant import make_key
from tests.browser.conftest import Open, Site
from tests.browser.test_every_page import PICTURES

_presses = iter(range(10_000, 99_999))


@pytest.fixture
def link(site: Site) -> str:
    """The link of a car park with 20 free spaces."""
    with site.app.app_context():
        now = clock.now()
        actions.record_hand_count("few", f"start-{next(_presses)}", now, now, available=20)
        db.session.remove()
        return f"/parking/few/count?key={make_key(site.app.config['SECRET_KEY'], 'few', 0)}"


def counted(site: Site) -> int | None:
    with site.app.app_context():
        state = store.find_occupancy("few")
        db.session.remove()
        return state.available_spaces if state else None


def press(page: Page, name: str, value: str) -> None:
    page.locator(f"button[name={name}][value='{value}']").click()


def test_presses_are_shown_at_once_and_counted(site: Site, open_page: Open, link: str) -> None:
    page = open_page(link)
    for _ in range(3):
        press(page, "change", "-1")
    expect(page.locator("#spaces")).to_have_text("17")
    expect(page.locator("#notice")).to_have_text("都送出了")
    assert counted(site) == 17
    press(page, "status", "full")
    expect(page.locator("#spaces")).to_have_text("0")
    page.fill("#available", "9")
    page.locator("#count-set button").click()
    expect(page.locator("#spaces")).to_have_text("9")
    expect(page.locator("#notice")).to_have_text("都送出了")
    assert counted(site) == 9


def test_without_signal_presses_wait_on_the_phone_and_survive_a_reload(site: Site, open_page: Open, link: str) -> None:
    page = open_page(link)
    page.context.route("**/count?*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    press(page, "change", "-1")
    press(page, "change", "-1")
    expect(page.locator("#notice")).to_contain_text("还有 2 次没送出")
    expect(page.locator("#spaces")).to_have_text("18")
    assert counted(site) == 20
    page.reload()
    expect(page.locator("#notice")).to_contain_text("还有 2 次没送出")
    expect(page.locator("#spaces")).to_have_text("18")
    page.context.unroute("**/count?*")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#notice")).to_have_text("都送出了", timeout=20_000)
    assert counted(site) == 18


def test_a_press_whose_answer_was_lost_is_sent_again_and_counted_once(site: Site, open_page: Open, link: str) -> None:
    page = open_page(link)
    sent: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(route.request.post_data or "")
        answer = route.fetch()
        if len(sent) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.context.route("**/count?*", lose_the_first_answer)
    press(page, "change", "-1")
    expect(page.locator("#notice")).to_have_text("都送出了", timeout=20_000)
    assert len(sent) == 2
    expect(page.locator("#spaces")).to_have_text("19")
    assert counted(site) == 19


def test_without_a_script_the_same_buttons_count(site: Site, open_page: Open, link: str) -> None:
    page = open_page(link, java_script_enabled=False)
    press(page, "change", "1")
    expect(page.locator("#spaces")).to_have_text("21")
    page.fill("#available", "5")
    page.locator("#count-set button").click()
    expect(page.locator("#spaces")).to_have_text("5")
    assert counted(site) == 5


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("elder", [False, True])
def test_the_big_buttons_are_big_enough_for_gloves(open_page: Open, link: str, lang: str, elder: bool) -> None:
    page = open_page(link, lang=lang, elder=elder)
    for button in page.locator("button.count-big").all():
        box = button.bounding_box()
        assert box is not None and box["width"] >= 120 and box["height"] >= 96
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(PICTURES / f"count-{lang}{'-elder' if elder else ''}.png"), full_page=True)
