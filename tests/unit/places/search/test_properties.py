"""Every place of the county is found by its own name, however it is written."""

from __future__ import annotations

import random
import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from citizen_app.places.search.entry import Entry
from citizen_app.places.search.fold import fold, squeeze
from tests.unit.places.search.county import county_entries, county_index

ENTRIES = county_entries()
IN_TOWNS = [entry for entry in ENTRIES if entry.town]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
any_entry = st.sampled_from(ENTRIES)
any_in_town = st.sampled_from(IN_TOWNS)


def core(name: str) -> str:
    return re.sub("(社区|村|站|镇|街道)$", "", squeeze(fold(name))) or name


NAMESAKES = Counter(core(entry.name) for entry in ENTRIES)
SOUNDALIKES = Counter(
    reading for entry in ENTRIES for reading in {" ".join(one.split()[:len(core(entry.name))]) for one in entry.readings}
)
TOWN_NAMESAKES = Counter((core(entry.name), entry.town) for entry in ENTRIES)


def place_of(text: str, entry: Entry) -> int:
    keys = [hit.entry.key for hit in county_index().find(text, 12).hits]
    return keys.index(entry.key) + 1 if entry.key in keys else 99


def town_of(entry: Entry) -> str:
    return re.sub("(镇|街道)$", "", entry.town)


def pinyin(reading: str) -> str:
    return reading.replace(" ", "")


def town_pinyin(entry: Entry) -> str:
    return "".join(entry.town_readings[0].split()[:len(town_of(entry))])


@given(any_entry)
def test_by_its_name(entry: Entry) -> None:
    """Among the first three, or among its namesakes where there are more."""
    assert place_of(entry.name, entry) <= max(3, NAMESAKES[core(entry.name)])


@given(any_entry, st.booleans())
def test_by_its_pinyin(entry: Entry, in_one: bool) -> None:
    reading = entry.readings[0]
    alike = SOUNDALIKES[" ".join(reading.split()[:len(core(entry.name))])]
    assert place_of(pinyin(reading) if in_one else reading, entry) <= max(3, alike)


@given(any_in_town, st.sampled_from(["{town}{name}", "{town} {name}", "{name} {town}", "{name}{town}", "{full}{name}", "{full} {name}"]))
def test_by_its_name_with_the_town(entry: Entry, pattern: str) -> None:
    text = pattern.format(town=town_of(entry), full=entry.town, name=entry.name)
    assert place_of(text, entry) <= max(3, TOWN_NAMESAKES[core(entry.name), entry.town] + 1)


@given(any_in_town, st.booleans())
def test_by_the_pinyin_of_both(entry: Entry, turned: bool) -> None:
    pair = (town_pinyin(entry), pinyin(entry.readings[0]))
    assert place_of(" ".join(pair[::-1] if turned else pair), entry) <= 3


@given(any_in_town)
def test_by_its_name_in_traditional_numerals_and_full_width(entry: Entry) -> None:
    wide = entry.name.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert county_index().find(wide) == county_index().find(entry.name)


def slip(letters: str, chance: random.Random) -> str:
    """One letter left out, put in, changed, or swapped with the next."""
    at = chance.randrange(len(letters) - 1)
    before, here, after = letters[:at], letters[at], letters[at + 1:]
    return chance.choice([
        before + after, before + chance.choice(LETTERS) + here + after, before + chance.choice(LETTERS) + after,
        before + after[0] + here + after[1:],
    ])


def test_one_slip_in_the_pinyin_of_town_and_name_does_not_hide_a_place() -> None:
    """Of all places that have eight letters or more, 99 in 100 are among the first three; a slip may hit another name."""
    chance = random.Random(20261125)
    typed = [(entry, town_pinyin(entry) + pinyin(entry.readings[0])) for entry in IN_TOWNS]
    places = [place_of(slip(letters, chance), entry) for entry, letters in typed if len(letters) >= 8]
    assert len(places) > 1000
    assert sum(place <= 3 for place in places) >= 0.99 * len(places)
