"""aliases.csv and readings.csv: read back as written, every fault named with file, row, field and value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.errors import InvalidInput
from citizen_app.ops.bundle import parse_bundle
from citizen_app.ops.bundle_names import parse_aliases, parse_corrections, write_aliases, write_corrections
from citizen_app.places.names import Alias
from citizen_app.places.search.entry import EntryKind

COUNTY = b'uid = "x"\nname = "X"\nbounds = { south = 28, west = 120, north = 29, east = 122 }\n'
NAMES = st.text(st.characters(codec="utf-8", categories=("Lo", "Ll", "Nd")), min_size=1, max_size=20)


def faults(content: str) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        parse_aliases(content.encode(), {EntryKind.TOWN: {"1"}})
    return [str(one) for one in refused.value.problems]


@given(st.lists(st.builds(Alias, st.sampled_from(list(EntryKind)), NAMES, NAMES), unique=True, max_size=5))
def test_aliases_that_are_written_are_read_back(aliases: list[Alias]) -> None:
    assert parse_aliases(write_aliases(aliases).encode(), {}) == aliases


@given(st.dictionaries(st.text("光明村长潭", min_size=1, max_size=4), st.just("")))
def test_corrections_that_are_written_are_read_back(names: dict[str, str]) -> None:
    corrections = {name: " ".join(["ma"] * len(name)) for name in sorted(names)}
    assert parse_corrections(write_corrections(corrections).encode()) == corrections


def test_every_fault_of_an_alias_is_named() -> None:
    assert faults("kind,code,name\nshop,1,某店\ntown,2,某镇\ntown,1,\ntown,1,某镇\ntown,1,某镇\nstop,,某站\nstop,1,=1+1\n") == [
        "aliases.csv row 2: kind = 'shop': expected one of town, village, stop, line, parking, market, landmark",
        "aliases.csv row 3: code = '2': there is no town of this code",
        "aliases.csv row 4: name = '': must not be empty",
        "aliases.csv row 6: name = '某镇': stands there twice",
        "aliases.csv row 7: code = '': must not be empty",
        "aliases.csv row 8: name = '=1+1': expected a character, a letter or a digit at the beginning",
    ]
    assert faults("kind,name\ntown,某镇\n") == ["aliases.csv row 1: code = 'code': column is missing"]


def test_a_bundle_brings_names_or_leaves_them_and_its_faults_are_those_of_the_whole() -> None:
    files = {"county.toml": COUNTY, "facilities.csv": b"uid,name,kind,lat,lon\n", "towns.csv": "code,name\n1,某镇\n".encode()}
    bundle = parse_bundle(files)
    assert bundle.aliases is None and bundle.corrections is None
    names = {"aliases.csv": "kind,code,name\ntown,1,旧镇\nstop,A1,老站\n", "readings.csv": "name,reading\n长潭, Chang  TAN \n"}
    bundle = parse_bundle({**files, **{name: text.encode() for name, text in names.items()}})
    assert bundle.aliases == (Alias(EntryKind.TOWN, "1", "旧镇"), Alias(EntryKind.STOP, "A1", "老站"))
    assert bundle.corrections == {"长潭": "chang tan"}
    with pytest.raises(InvalidInput) as refused:
        parse_bundle({**files, "aliases.csv": "kind,code,name\ntown,9,旧镇\n".encode(), "readings.csv": "name,reading\n长潭,cháng\n".encode()})
    assert [(one.row, one.field) for one in refused.value.problems] == [("aliases.csv row 2", "code"), ("readings.csv row 2", "reading")]
