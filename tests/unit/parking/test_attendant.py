"""The attendant's link admits to one facility, in one generation of links, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.errors import Refused
from citizen_app.parking.attendant import check_key, make_key

SECRET = "a secret of this test"


def test_a_link_opens_its_own_facility() -> None:
    check_key(SECRET, "east-lake", 3, make_key(SECRET, "east-lake", 3))


@pytest.mark.parametrize(
    ("secret", "uid", "generation"),
    [("another secret", "east-lake", 3), (SECRET, "west-gate", 3), (SECRET, "east-lake", 4), (SECRET, "east-lake", 2)],
)
def test_a_link_is_refused_with_another_secret_facility_or_generation(secret: str, uid: str, generation: int) -> None:
    with pytest.raises(Refused):
        check_key(secret, uid, generation, make_key(SECRET, "east-lake", 3))


@given(st.text(max_size=200))
def test_made_up_keys_are_refused(key: str) -> None:
    with pytest.raises(Refused):
        check_key(SECRET, "east-lake", 0, key)


@given(st.integers(0, 30))
def test_a_key_with_one_character_changed_is_refused(position: int) -> None:
    key = make_key(SECRET, "east-lake", 0)
    position %= len(key)
    changed = key[:position] + ("A" if key[position] != "A" else "B") + key[position + 1:]
    with pytest.raises(Refused):
        check_key(SECRET, "east-lake", 0, changed)
