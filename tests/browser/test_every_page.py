"""Each page, in each language, size and light: accessible, inside the screen, big enough to hit; kept as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from citizen_app.parking import store
from citizen_app.parking.attendant import make_key
from tests.browser.conftest import ROOT, Open, Site

AXE = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "artifacts" / "screenshots"
PAGES = {
    "home": "/",
    "list": "/parking",
    "list-near": "/parking?sort=near&place=东湖&charging=1",
    "list-empty": "/parking?height=400&charging=1",
    "scarce": "/parking/scarce?stay=120&arrive=09:00",
    "wrong-stay": "/parking/plenty?stay=120&arrive=nine",
    "full": "/parking/full",
    "delayed": "/parking/delayed",
    "stale": "/parking/stale",
    "stuck": "/parking/stuck",
    "impossible": "/parking/impossible",
    "reported-closed": "/parking/reported-closed",
    "closed": "/parking/closed",
    "unknown": "/parking/unknown",
    "not-found": "/nowhere",
    "interface": "/api/",
    "open-data": "/open-data/",
}
MAIN_LINKS = (
    ".door[href], .row, .btn, .tabs a, .big, .hm, .lang, .tel, .instead, summary, .checks label, .field input,"
    " .field select, .count-big"
)
LOOKS = [(lang, elder, dark) for lang in ("zh", "en") for elder in (False, True) for dark in (False, True)]
LOOKS_KEPT = (
    ("zh", "zh", False, False), ("en", "en", False, False), ("zh-elder", "zh", True, False), ("zh-dark", "zh", False, True),
)


def visit(open_page: Open, name: str, **look: Any) -> Page:
    return open_page(PAGES[name], status=404 if name == "not-found" else 200, **look)


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]


def sideways(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wide


def too_small(page: Page, least: int) -> list[str]:
    found: list[str] = page.evaluate(
        """([names, least]) => Array.from(document.querySelectorAll(names))
            .filter(one => one.offsetParent && one.getBoundingClientRect().height < least - 0.5)
            .map(one => one.outerHTML.slice(0, 100) + ' ' + one.getBoundingClientRect().height)""",
        [MAIN_LINKS, least],
    )
    return found


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_any_language_size_or_light(name: str, open_page: Open) -> None:
    found = {}
    for lang, elder, dark in LOOKS:
        page = visit(open_page, name, lang=lang, elder=elder, dark=dark)
        found[(lang, elder, dark)] = violations(page)
        page.context.close()
    assert {look: faults for look, faults in found.items() if faults} == {}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_and_everything_can_be_hit(name: str, open_page: Open) -> None:
    for lang, elder, _ in LOOKS[::2]:
        for width in (320, 360):
            page = visit(open_page, name, lang=lang, elder=elder, width=width)
            assert sideways(page) <= 0, f"{lang} elder={elder} {width}"
            assert too_small(page, 60 if elder else 48) == [], f"{lang} elder={elder} {width}"
            page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_pictures_of_every_page_are_kept(name: str, open_page: Open) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for suffix, lang, elder, dark in LOOKS_KEPT:
        page = visit(open_page, name, lang=lang, elder=elder, dark=dark, device_scale_factor=1.5)
        path = PICTURES / f"{name}-{suffix}.png"
        page.screenshot(path=path, full_page=True)
        assert path.stat().st_size > 10_000
        page.context.close()


def test_the_attendants_page_is_accessible_and_fits(site: Site, open_page: Open) -> None:
    with site.app.app_context():
        key = make_key(site.app.config["SECRET_KEY"], "few", store.get_link_generation("few"))
    for lang, elder, dark in LOOKS:
        page = open_page(f"/parking/few/count?key={key}", lang=lang, elder=elder, dark=dark, width=320)
        assert violations(page) == []
        assert sideways(page) <= 0
        assert too_small(page, 60 if elder else 48) == []
        if lang == "zh" and not dark:
            page.screenshot(path=_picture(f"count-zh{'-elder' if elder else ''}"), full_page=True)


def _picture(name: str) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{name}.png"
