"""What changes places: loading a county's bundle replaces them all at once."""

from __future__ import annotations

from collections.abc import Sequence

from citizen_app.extensions import after_commit, transaction
from citizen_app.places import store
from citizen_app.places.county import County, Landmark, Town, Village


def save_places(
    county: County, towns: Sequence[Town], villages: Sequence[Village], landmarks: Sequence[Landmark]
) -> dict[str, dict[str, int]]:
    """Make these the places, forget all others. Joins an open transaction.

    Gives, for county, towns, villages and landmarks, how many were added, changed and retired. Redis is told after the
    commit. Raises Unavailable.
    """
    with transaction():
        after_commit(store.publish)
        return store.replace_places(county, towns, villages, landmarks)
