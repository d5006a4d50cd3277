"""How moments, ages, money and distances are said, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from citizen_app import words

TRANSLATIONS = Path(words.__file__).parent / "translations"
NOW = datetime(2026, 11, 24, 7, 20, tzinfo=UTC)    # Tuesday 15:20 in the county


def speaking(language: str) -> Iterator[None]:
    app = Flask("words")
    Babel(app, default_translation_directories=str(TRANSLATIONS), locale_selector=lambda: language)
    with app.test_request_context():
        yield


@pytest.fixture
def chinese() -> Iterator[None]:
    yield from speaking("zh")


@pytest.fixture
def english() -> Iterator[None]:
    yield from speaking("en")


@pytest.mark.usefixtures("chinese")
def test_ages_and_moments_in_chinese() -> None:
    assert [words.ago(s) for s in (0, 59, 60, 1620, 7300, 200_000)] == [
        "刚刚", "刚刚", "1 分钟前", "27 分钟前", "2 小时前", "2 天前",
    ]
    assert words.since(NOW - timedelta(hours=6, minutes=8), NOW) == "9:12 起"
    assert words.since(NOW - timedelta(hours=16), NOW) == "昨天 23:20 起"
    assert words.since(NOW - timedelta(days=4), NOW) == "11月20日 周五 起"
    assert words.moment(NOW + timedelta(hours=16), NOW) == "明天 7:20"
    assert words.day_name(date(2026, 11, 24)) == "11月24日 周二"
    assert words.day_name(datetime(2026, 11, 23, 16, 30, tzinfo=UTC)) == "11月24日 周二", "half past midnight in the county"


@pytest.mark.usefixtures("english")
def test_ages_and_moments_in_english() -> None:
    assert [words.ago(s) for s in (0, 60, 1620, 3600, 7300)] == [
        "just now", "1 minute ago", "27 minutes ago", "1 hour ago", "2 hours ago",
    ]
    assert words.since(NOW - timedelta(hours=16), NOW) == "since yesterday 23:20"
    assert words.day_name(date(2026, 11, 24)) == "Tue 24 Nov"
    assert words.span(90) == "1 hour 30 minutes"


@pytest.mark.usefixtures("chinese")
def test_money_distance_and_height_without_needless_zeros() -> None:
    assert [words.yuan(fen) for fen in (0, 300, 250, 5)] == ["0", "3", "2.5", "0.05"]
    assert [words.metres(one) for one in (3, 124, 994, 996, 1940)] == ["10 米", "120 米", "990 米", "1.0 公里", "1.9 公里"]
    assert [words.height(one) for one in (210, 205, 400)] == ["2.1 米", "2.05 米", "4 米"]
    assert words.clock_end(datetime(2026, 11, 24, 16, 0, tzinfo=UTC)) == "24:00"


@pytest.mark.usefixtures("english")
def test_a_name_without_english_stays_chinese() -> None:
    assert (words.either("东湖", "East Lake"), words.either("东湖", "")) == ("East Lake", "东湖")
