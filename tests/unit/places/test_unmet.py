"""What is counted of searches that found nothing: names, never what can belong to one person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.places.unmet import MOST_CHARACTERS, countable


@pytest.mark.parametrize(
    ("asked", "counted"),
    [
        ("大石头坑", "大石头坑"), (" 大石头坑 ", "大石头坑"), ("大石頭坑", "大石头坑"), ("Da Shi Tou", "da shi tou"), ("dstk", "dstk"),
        ("888路", "888路"), ("８８８路", "888路"), ("k9", "k9"), ("上海 火车站", "上海 火车站"), ("十八坑", "十八坑"),
    ],
)
def test_names_of_places_and_lines_are_counted_as_they_are_understood(asked: str, counted: str) -> None:
    assert countable(asked) == counted


@pytest.mark.parametrize(
    "asked",
    [
        "", " ", "坑", "13812345678", "1381 234", "331082199001011234", "浙J12345", "a@b.cn", "www.a.cn", "大洋路12号", "12345路",
        "一三八一二三四五六七八", "我叫张三住在大石头坑村东头第三家门口", "abcdefghijklmnopqrstu", "28.85, 121.12", "<b>坑</b>",
    ],
)
def test_numbers_addresses_and_sentences_are_not_counted(asked: str) -> None:
    assert countable(asked) == ""


@given(st.text(max_size=40))
def test_nothing_with_four_digits_or_more_than_twenty_characters_is_ever_counted(asked: str) -> None:
    found = countable(asked)
    assert len(found) <= MOST_CHARACTERS and not re.search(r"\d{4}|[@./\\<>]", found)
