"""What comes first among places that meet the words, and what is said when none does."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from citizen_app.places.search.entry import Entry, EntryKind, Match
from citizen_app.places.search.index import Index, build_index
from tests.unit.places.search.county import county_entries, county_index, read

TOWN = {"town_code": "1", "town": "汛桥镇", "town_readings": ("xun qiao zhen",)}


def entry(kind: EntryKind, name: str, **more: object) -> Entry:
    return Entry(kind, str(more.pop("code", name)), name, readings=read(name), **more)    # type: ignore[arg-type]


def names(index: Index, text: str, **how: object) -> list[str]:
    return [hit.entry.name for hit in index.find(text, **how).hits]    # type: ignore[arg-type]


def test_exact_comes_before_beginning_before_part_before_sound() -> None:
    index = build_index([entry(EntryKind.STOP, name, is_served=True) for name in ("下东山", "东山下", "冬山", "东山")])
    answer = index.find("东山")
    assert [hit.entry.name for hit in answer.hits] == ["东山", "东山下", "下东山", "冬山"]
    assert [hit.match for hit in answer.hits] == [Match.EXACT, Match.PREFIX, Match.PART, Match.FUZZY]


def test_a_served_village_comes_before_one_without_a_bus() -> None:
    index = build_index([entry(EntryKind.VILLAGE, "下湾村", code="a", **TOWN), entry(EntryKind.VILLAGE, "下湾村", code="b", is_served=True)])
    assert [hit.entry.code for hit in index.find("下湾").hits] == ["b", "a"]


def test_the_nearer_of_two_comes_first_when_the_position_is_known() -> None:
    two = [entry(EntryKind.VILLAGE, "塘头村", code=code, lat=lat, lon=121.0, is_served=True) for code, lat in (("south", 28.6), ("north", 29.0))]
    index = build_index(two)
    assert index.find("塘头", near=(29.01, 121.0)).hits[0].entry.code == "north"
    assert index.find("塘头", near=(28.61, 121.0)).hits[0].entry.code == "south"


def test_an_exact_name_far_away_comes_before_a_part_nearby() -> None:
    index = build_index([
        entry(EntryKind.STOP, "塘头", lat=28.6, lon=121.0, is_served=True), entry(EntryKind.STOP, "塘头小学", lat=29.0, lon=121.0, is_served=True),
    ])
    assert names(index, "塘头", near=(29.0, 121.0)) == ["塘头", "塘头小学"]


def test_only_the_kinds_that_are_asked_for_come() -> None:
    hits = county_index().find("客运中心", kinds=frozenset({EntryKind.LINE, EntryKind.PARKING})).hits
    assert {hit.entry.kind for hit in hits} == {EntryKind.LINE, EntryKind.PARKING}


def test_an_ending_says_which_kind_is_meant() -> None:
    index = county_index()
    assert [index.find(text).hits[0].entry.kind for text in ("汛桥", "汛桥镇", "汛桥村", "汛桥站", "汛桥集市")] == [
        EntryKind.TOWN, EntryKind.TOWN, EntryKind.VILLAGE, EntryKind.STOP, EntryKind.MARKET,
    ]


@pytest.mark.parametrize(("text", "kind"), [("停车", EntryKind.PARKING), ("parking", EntryKind.PARKING), ("赶集", EntryKind.MARKET)])
def test_a_kind_alone_lists_it_nearest_first(text: str, kind: EntryKind) -> None:
    hits = county_index().find(text, near=(28.8636, 121.1745)).hits
    assert hits
    assert {hit.entry.kind for hit in hits} == {kind}
    if kind is EntryKind.PARKING:
        assert hits[0].entry.code == "railway-station"


def test_no_more_come_than_are_wanted() -> None:
    assert [len(county_index().find("东", most).hits) for most in (0, 1, 5, 20)] == [0, 1, 5, 20]
    assert county_index().find("东", -1).hits == ()


def test_the_answer_names_what_the_words_met() -> None:
    hit = county_index().find("火车站").hits[0]
    assert (hit.entry.name, hit.by, hit.match) == ("临海站", "火车站", Match.EXACT)


def test_the_answer_says_what_was_understood() -> None:
    assert county_index().find("  臺州醫院！").understood == "台州医院"


def test_without_hits_the_nearest_names_are_offered() -> None:
    answer = county_index().find("dongwei")
    assert answer.hits == ()
    assert 0 < len(answer.spellings) <= 3
    assert county_index().find("qqqqqqqq").spellings == ()


def test_a_name_in_the_wrong_town_is_still_found() -> None:
    assert "光明村" in names(county_index(), "杜桥光明村")


def test_entries_are_got_by_their_key() -> None:
    index = county_index()
    found = index.get("stop:LH0614")
    assert found is not None
    assert found.name == "光明"
    assert index.get("stop:nowhere") is None


def test_of_two_entries_with_one_key_the_first_counts() -> None:
    index = build_index([entry(EntryKind.STOP, "光明", code="1"), entry(EntryKind.STOP, "幸福", code="1")])
    assert (len(index), names(index, "光明"), names(index, "幸福")) == (1, ["光明"], [])


def test_a_name_without_readings_is_found_by_pinyin_all_the_same() -> None:
    assert names(build_index([Entry(EntryKind.STOP, "1", "光明路口")]), "guangming") == ["光明路口"]


def test_an_empty_index_finds_nothing() -> None:
    index = build_index([])
    assert (len(index), index.find("光明").hits, index.find("guangming").hits, index.find("106").spellings) == (0, (), (), ())


def test_odd_entries_do_no_harm() -> None:
    """Names of signs only, of emoji, very long, with odd readings; towns that are entries of their own or not."""
    odd = [
        Entry(EntryKind.STOP, "1", ""), Entry(EntryKind.STOP, "2", "😀"), Entry(EntryKind.STOP, "3", "光" * 300, readings=("guang " * 300,)),
        Entry(EntryKind.STOP, "4", "光明", readings=("", "GUANG  MING", "x y z")), Entry(EntryKind.LINE, "5", "\n\n", sign="\n"),
        Entry(EntryKind.STOP, "6", "光明", aliases=(("", ()), ("老光明", ())), town="?"), Entry(EntryKind.TOWN, "7", "镇"),
    ]
    index = build_index(odd)
    assert {hit.entry.code for hit in index.find("光明").hits} >= {"4", "6"}
    assert {hit.entry.code for hit in index.find("老光明").hits} == {"6"}


@given(st.text(max_size=250))
@example("' OR 1=1; DROP TABLE entry; --")
@example("😀🚌👵")
@example("光" * 200)
@example("g" * 200)
@example("村")
@example("一百百十十零" * 20)
@example("\n\r\t\x00\u202e\ufeff\ud800")
@example("a b c d e f g h i j k l m n")
@example("(" * 100 + "[a-z]+$^\\")
def test_whatever_is_typed_is_answered(text: str) -> None:
    answer = county_index().find(text, near=(28.85, 121.12))
    assert len(answer.hits) <= 8
    assert not (answer.hits and answer.spellings)


@given(st.text(alphabet="光明汛桥镇村站路停车场到去106gmcuanhi 的", max_size=14), st.sets(st.sampled_from(list(EntryKind))))
def test_kinds_and_order_hold_for_any_words(text: str, kinds: set[EntryKind]) -> None:
    """Only these kinds come; nobody comes twice; asked twice, the answer is the same."""
    wanted = frozenset(kinds)
    answer = county_index().find(text, 12, wanted)
    keys = [hit.entry.key for hit in answer.hits]
    assert {hit.entry.kind for hit in answer.hits} <= wanted
    assert len(set(keys)) == len(keys)
    assert county_index().find(text, 12, wanted) == answer


def test_the_order_of_entries_does_not_matter() -> None:
    backwards = build_index(county_entries()[::-1])
    for text in ("塘头", "gm", "东", "106", "停车", "xian"):
        assert backwards.find(text) == county_index().find(text)
