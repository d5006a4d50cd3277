"""People find what they mean: labelled queries over the demonstration county."""

from __future__ import annotations

import pytest

from tests.unit.places.search.county import county_index
from tests.unit.places.search.quality import Labelled, labelled_queries, place_of

TOP_1, TOP_3 = 0.95, 0.99


def test_what_is_meant_comes_first_or_among_the_first_three() -> None:
    queries = labelled_queries()
    places = [place_of(one) for one in queries]
    missed = [one.query for one, place in zip(queries, places, strict=True) if place > 3]
    assert len(queries) >= 220
    assert sum(place == 1 for place in places) >= TOP_1 * len(places)
    assert len(places) - len(missed) >= TOP_3 * len(places), missed


@pytest.mark.parametrize("one", [one for one in labelled_queries() if one.together], ids=lambda one: one.query)
def test_names_that_belong_together_come_together(one: Labelled) -> None:
    """Two villages of one name, all variants of a line, a landmark and its car park."""
    keys = {hit.entry.key for hit in county_index().find(one.query, 6).hits}
    assert one.together <= keys
