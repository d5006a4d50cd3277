"""Typed letters are parted into syllables, and syllables that sound alike in the region are one to the ear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.places.search.characters import syllables
from citizen_app.places.search.parts import MOST_ROWS, rows_of
from citizen_app.places.search.sounds import MOST_READINGS, ear, segment


def pieces(letters: str) -> list[str]:
    return [" ".join(piece for piece, _ in way) for way in segment(letters)]


@pytest.mark.parametrize(("letters", "first"), [
    ("guangming", "guang ming"), ("xunqiaoguangming", "xun qiao guang ming"), ("gmc", "g m c"), ("guangm", "guang m"), ("lyuhua", "lv hua"),
    ("shjd", "sh j d"), ("niutoushan", "niu tou shan"),
])
def test_the_likeliest_way_comes_first(letters: str, first: str) -> None:
    assert pieces(letters)[0] == first


@pytest.mark.parametrize(("letters", "also"), [
    ("xian", "xi an"), ("lga", "l g a"), ("shjd", "s h j d"), ("fangan", "fan gan"), ("fangan", "fang an"), ("tiane", "tian e"), ("changan", "chang an"),
])
def test_other_sensible_ways_are_kept(letters: str, also: str) -> None:
    assert also in pieces(letters)


def test_letters_that_are_no_pinyin_have_no_way() -> None:
    assert segment("uvi") == []
    assert segment("gi") == []


def test_a_beginning_of_a_syllable_may_only_be_the_last_piece() -> None:
    assert "guang mi" in pieces("guangmi")
    assert segment("guan", may_go_on=False)[0] == (("guan", True),)
    assert all(whole or len(piece) == 1 or piece in {"zh", "ch", "sh"} for way in segment("zhon", may_go_on=False) for piece, whole in way)


@given(st.lists(st.sampled_from(sorted(syllables() - {"lve", "nve"})), min_size=1, max_size=4))
def test_joined_syllables_can_be_parted_into_no_more_pieces(row: list[str]) -> None:
    """Some way has as few pieces as were joined."""
    ways = segment("".join(row))
    assert ways
    assert min(map(len, ways)) <= len(row)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=40))
def test_every_way_spells_what_was_typed(letters: str) -> None:
    ways = segment(letters)
    assert len(ways) <= MOST_READINGS
    for way in ways:
        assert "".join(piece for piece, _ in way).replace("v", "") in {letters.replace("v", ""), letters.replace("yu", "").replace("v", "")}


@pytest.mark.parametrize(("one", "other"), [
    ("ning", "lin"), ("zhang", "zan"), ("cheng", "cen"), ("shan", "sang"), ("lv", "lu"), ("nv", "lu"), ("huang", "wang"), ("hu", "wu"),
    ("guang", "guan"), ("min", "ming"),
])
def test_what_the_region_does_not_tell_apart_is_one_to_the_ear(one: str, other: str) -> None:
    assert ear(one) == ear(other)


@pytest.mark.parametrize(("one", "other"), [("ren", "len"), ("ban", "pan"), ("jie", "xie"), ("hua", "wa"), ("tong", "dong")])
def test_what_it_tells_apart_stays_apart(one: str, other: str) -> None:
    assert ear(one) != ear(other)


@given(st.sampled_from(sorted(syllables())))
def test_the_ear_hears_the_same_again(syllable: str) -> None:
    assert ear(ear(syllable)) == ear(syllable)


@given(st.text(alphabet="光明长单abgn18 ", max_size=30))
def test_rows_are_few(text: str) -> None:
    assert len(rows_of(text)) <= MOST_ROWS
