"""Names are read as the county reads them, and also as people and machines misread them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.places.search.readings import read_name
from tests.unit.places.search.county import OVERRIDES, read


@pytest.mark.parametrize(("name", "reading"), [
    ("天台", "tian tai"), ("长潭村", "chang tan cun"), ("长甸二村", "chang dian er cun"), ("长坝", "chang ba"), ("赤缪一村", "chi miao yi cun"),
    ("东溪单", "dong xi shan"), ("更楼村", "geng lou cun"), ("方家弄", "fang jia long"), ("巷弄村", "xiang long cun"), ("解家", "xie jia"),
    ("光明村", "guang ming cun"), ("绿化路口", "lv hua lu kou"), ("垟路", "yang lu"), ("吕公岙", "lv gong ao"),
])
def test_the_right_reading_comes_first(name: str, reading: str) -> None:
    assert read(name)[0] == reading


def test_the_longer_correction_wins_and_a_crooked_one_is_passed_over() -> None:
    assert read_name("长潭", {"长": "zhang", "长潭": "chang tan"})[0] == "chang tan"
    assert read_name("光明", {"光明": "guang"})[0] == "guang ming"


def test_what_a_machine_reads_is_kept_beside_the_correction() -> None:
    assert "fang jia nong" in read_name("方家弄", OVERRIDES)
    assert set(read_name("长潭", {})) == {"chang tan", "zhang tan"}


def test_letters_and_digits_stay() -> None:
    assert read_name("临海北收费站 G15", {}) == ("lin hai bei shou fei zhan g 15",)


@given(st.text(max_size=30))
def test_any_name_can_be_read(name: str) -> None:
    readings = read_name(name, OVERRIDES)
    assert len(set(readings)) == len(readings) <= 4
