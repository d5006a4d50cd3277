"""The home page says in one line what kind of day it is."""

from __future__ import annotations

import contextvars
import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from citizen_app import clock
from tests.every_state import fill_every_state


def day_line(app: Flask, query: str = "") -> str:
    """Asked for from outside the test's own application context, as a phone does."""
    html = contextvars.Context().run(app.test_client(use_cookies=False).get, f"/{query}").text
    found = re.search(r'<p class="day">(.*?)</p>', html, re.DOTALL)
    assert found is not None
    return re.sub(r"<[^>]+>", "", found[1])


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(("now", "chinese", "english"), [
    ("2026-11-25T04:00", "11月25日 周三 · 农历十月十七 · 工作日", "Wed 25 Nov · lunar 10/17 · Working day"),
    ("2026-10-01T04:00", "10月1日 周四 · 农历八月廿一 · 国庆节", "Thu 1 Oct · lunar 8/21 · National Day"),
    ("2026-10-10T04:00", "10月10日 周六 · 农历九月初一 · 调休上班", "Sat 10 Oct · lunar 9/1 · Working day in exchange for a holiday"),
    ("2025-07-24T16:30", "7月25日 周五 · 农历闰六月初一 · 工作日", "Fri 25 Jul · lunar leap 6/1 · Working day"),
    ("2027-10-01T04:00", "10月1日 周五 · 农历九月初二 · 工作日 · 放假安排未公布",
     "Fri 1 Oct · lunar 9/2 · Working day · Holidays not yet announced"),
    ("2058-05-05T04:00", "5月5日 周日 · 周末 · 放假安排未公布", "Sun 5 May · Weekend · Holidays not yet announced"),
])
def test_the_day_in_both_languages(
    app: Flask, monkeypatch: pytest.MonkeyPatch, now: str, chinese: str, english: str
) -> None:
    """The county's day, also between midnight there and midnight UTC; what is not known is left out or said to be so."""
    fill_every_state(clock.now())
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert day_line(app) == chinese
    assert day_line(app, "?lang=en") == english
