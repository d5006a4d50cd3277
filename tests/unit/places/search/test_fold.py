"""Writing is folded to one way before it is compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.places.search.characters import simplified, sounds_of, syllables
from citizen_app.places.search.fold import MOST_CHARACTERS, fold, fold_numerals, runs_of, squeeze


@pytest.mark.parametrize(("typed", "folded"), [
    ("ＬＨ０２０１", "lh0201"), ("臺州醫院", "台州医院"), ("崇和門廣場", "崇和门广场"), ("lühua", "lvhua"), ("Lǚhuà", "lvhua"),
    ("guāng míng", "guang ming"), ("xi'an", "xi an"), ("「光明村」。", "光明村"), ("汛桥，光明", "汛桥 光明"), ("  No.106 ", "no 106"),
    ("一〇六路", "一零六路"), ("😀", ""), ("", ""), ("\x00\ud800", ""),
])
def test_width_case_script_accents_and_signs_do_not_matter(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text(max_size=300))
def test_folding_ends_and_twice_is_as_good_as_once(text: str) -> None:
    once = fold(text)
    assert len(once) <= MOST_CHARACTERS
    assert fold(once) == once
    assert "".join(runs_of(once)) == squeeze(once)


@pytest.mark.parametrize(("text", "digits"), [
    ("十八浒", "18浒"), ("一零六路", "106路"), ("一百零六", "106"), ("一百一十", "110"), ("一百二十三", "123"), ("两百零二路", "202路"),
    ("幺零六", "106"), ("松一村", "松1村"), ("三十", "30"), ("二十三", "23"), ("十", "10"), ("两水", "2水"), ("百步", "百步"), ("三峰寺", "3峰寺"),
])
def test_numerals_become_digits(text: str, digits: str) -> None:
    assert fold_numerals(text) == digits


@given(st.text(alphabet="零一二三四五六七八九十百两幺千松村路1a", max_size=12))
def test_any_row_of_numerals_can_be_folded(text: str) -> None:
    assert not set(fold_numerals(text)) & set("零一二三四五六七八九十幺两")


@given(st.integers(1, 999))
def test_a_number_in_words_is_the_number(number: int) -> None:
    """Up to 999, as numbers of lines are said: 一百零六."""
    signs = "零一二三四五六七八九"
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = f"{signs[hundreds]}百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else signs[tens]) + "十"
    elif hundreds and ones:
        words += "零"
    words += signs[ones] if ones else ""
    assert fold_numerals(words) == str(number)


def test_tables_of_characters_are_sound() -> None:
    assert simplified("門") == "门"
    assert simplified("门") == "门"
    assert sounds_of("长")[0] in {"chang", "zhang"}
    assert sounds_of("明")[0] == "ming"
    assert sounds_of("a") == ()
    assert {"lv", "nve", "zhuang", "er"} <= syllables()
    assert all(one.isascii() and one.islower() for one in syllables())
