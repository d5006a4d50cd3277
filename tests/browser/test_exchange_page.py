"""The page of the exchange on a phone: accessible and inside the screen, in both languages, sizes and lights."""

from __future__ import annotations

import pytest

from citizen_app import clock
from citizen_app.exchange.access_rate.link import make_key
from citizen_app.exchange.actions.access import count_access
from citizen_app.extensions import db
from citizen_app.reporting import current_province
from tests.browser.conftest import Open, Site
from tests.browser.test_every_page import LOOKS, PICTURES, sideways, too_small, violations


@pytest.fixture
def path(site: Site) -> str:
    with site.app.app_context():
        province = current_province()
        assert province is not None
        count_access(province, clock.now())
        db.session.remove()
        return f"/exchange?key={make_key(str(site.app.secret_key), 0)}"


def test_axe_finds_nothing_and_nothing_scrolls_sideways(path: str, open_page: Open) -> None:
    for lang, elder, dark in LOOKS:
        page = open_page(path, lang=lang, elder=elder, dark=dark, width=320)
        page.locator("summary").click()
        assert violations(page) == [], (lang, elder, dark)
        assert sideways(page) <= 0
        assert too_small(page, 60 if elder else 48) == []
        if not dark:
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURES / f"exchange-{lang}{'-elder' if elder else ''}.png", full_page=True)
        page.context.close()


def test_another_moment_is_asked_for_without_a_script_and_the_language_is_kept(path: str, open_page: Open) -> None:
    page = open_page(path, lang="en", java_script_enabled=False)
    page.locator("#at").fill("2026-01-01T08:00")
    page.get_by_role("button", name="Show").click()
    assert page.locator("h1").inner_text() == "Data access rate"
    assert page.locator(".answer").first.inner_text().startswith("Car parks")
    assert "Nothing is expected" in page.locator(".answer").first.inner_text()
