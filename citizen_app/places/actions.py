"""What changes places and their names: one function, one transaction; after it, Redis is told. No Flask.

Readings are computed here and nowhere else, when names come in: web requests find them ready.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from citizen_app.clock import to_local
from citizen_app.extensions import after_commit, transaction
from citizen_app.places import store
from citizen_app.places.county import County, Landmark, Town, Village
from citizen_app.places.names import Alias, own_readings, village_name

KEEP_UNMET = timedelta(days=400)
_HANZI = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


def save_places(
    county: County, towns: Sequence[Town], villages: Sequence[Village], landmarks: Sequence[Landmark]
) -> dict[str, dict[str, int]]:
    """Make these the places, forget all others, and read their names. Joins an open transaction.

    Gives, for county, towns, villages and landmarks, how many were added, changed and retired. Redis is told after the
    commit. Raises Unavailable.
    """
    with transaction():
        after_commit(store.publish)
        counts = store.replace_places(county, towns, villages, landmarks)
        read_again(place_names(towns, villages, landmarks))
        return counts


def save_aliases(aliases: Sequence[Alias]) -> dict[str, int]:
    """Make these the other names of places, and read them. Joins an open transaction. Raises Unavailable."""
    with transaction():
        store.lock_names()
        after_commit(store.publish_names)
        counts = store.replace_aliases(aliases)
        read_names(one.name for one in aliases)
        return counts


def save_corrections(corrections: Mapping[str, str]) -> dict[str, int]:
    """Make these the corrected readings of names and words, and read every name anew. Joins an open transaction.

    Gives how many were added, changed and retired. Raises Unavailable.
    """
    with transaction():
        store.lock_names()
        known = store.list_corrections()
        gone = known.keys() - corrections.keys()
        changed = {name for name, reading in corrections.items() if known.get(name, reading) != reading}
        if gone or changed or corrections.keys() - known.keys():
            after_commit(store.publish_names)
            store.add_readings({name: (reading,) for name, reading in corrections.items()}, are_corrections=True)
            store.forget_readings(gone)
            read_again({*store.list_readings(), *gone})
        return {"added": len(corrections.keys() - known.keys()), "changed": len(changed), "retired": len(gone)}


def read_names(names: Iterable[str]) -> int:
    """Compute how these names are read where that is not known yet; how many were new. Joins an open transaction.

    Names without Chinese characters need no reading. Raises Unavailable.
    """
    known = store.list_readings()
    wanted = sorted({name for name in names if _HANZI.search(name)} - known.keys())
    return _keep(wanted) if wanted else 0


def read_again(names: Iterable[str]) -> int:
    """The same for names that are known too, but for corrected ones: how a part of them is read may have changed."""
    return _keep(sorted({name for name in names if _HANZI.search(name)}))


def place_names(towns: Iterable[Town], villages: Iterable[Village], landmarks: Iterable[Landmark]) -> list[str]:
    """All names that search knows these places by."""
    return [
        *(one.name for one in towns), *(name for one in villages for name in (one.name, village_name(one.name))),
        *(one.name for one in landmarks),
    ]


def keep_unmet() -> int:
    """Move the counts of searches that found nothing from Redis to SQL; how many texts. Raises Unavailable.

    A process that is killed in between loses the counts of a minute.
    """
    counts = store.take_unmet()
    if counts:
        try:
            with transaction():
                store.add_unmet(counts)
        except BaseException:
            store.give_back_unmet(counts)
            raise
    return len(counts)


def prune_unmet(now: datetime) -> int:
    """Forget the counts of searches older than they are kept; how many rows."""
    with transaction():
        return store.forget_unmet(to_local(now - KEEP_UNMET).date())


def _keep(names: Sequence[str]) -> int:
    """Read names as staff say, else as the county's villages say, and keep what is not kept so already; how many.

    Here alone pypinyin and its tables are loaded: never in a web worker.
    """
    from citizen_app.places.search.readings import read_name

    with transaction():
        store.lock_names()
        corrections, known = store.list_corrections(), store.list_readings()
        own = own_readings(store.list_villages())
        found = {}
        for name in names:
            is_corrected = any(word in name for word in corrections)
            words = corrections if is_corrected else {one: own[one] for one in (name, name.removesuffix("村")) if one in own}
            if name not in corrections and (readings := tuple(read_name(name, words))) != known.get(name):
                found[name] = readings
        if found:
            after_commit(store.publish_names)
            store.add_readings(found)
        return len(found)
