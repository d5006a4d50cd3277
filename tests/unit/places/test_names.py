"""What people call villages, and how the county's own tables say they are read."""

from __future__ import annotations

import pytest

from citizen_app.places.county import Village
from citizen_app.places.names import own_readings, village_name


@pytest.mark.parametrize(
    ("official", "called"),
    [
        ("光明村委会", "光明村"), ("光明村村委会", "光明村"), ("光明村村民委员会", "光明村"), ("白云社区", "白云社区"),
        ("南浦居委会", "南浦居委会"), ("光明村", "光明村"), ("村委会", "村"),
    ],
)
def test_a_village_is_called_without_its_committee(official: str, called: str) -> None:
    assert village_name(official) == called


def test_the_countys_own_pinyin_reads_what_it_has_a_syllable_for() -> None:
    villages = [
        Village("1", "五孔岙村委会", "1", pinyin="Wu Kong Ao"), Village("2", "白云社区", "1", pinyin="bai yun she qu"),
        Village("3", "坏的村委会", "1", pinyin="huai"), Village("4", "没有村委会", "1"), Village("5", "怪村", "1", pinyin="guài cun"),
    ]
    assert own_readings(villages) == {"五孔岙": "wu kong ao", "白云社区": "bai yun she qu"}
