"""How well labelled queries are answered; `python -m tests.unit.places.search.quality` lists what is not first."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tests.unit.places.search.county import county_index, keys_by_label

QUERIES = Path(__file__).with_name("queries.csv")


@dataclass(frozen=True)
class Labelled:
    """`expected` are keys of which any may come first; `together` are keys that all have to be among the first six."""

    query: str
    expected: frozenset[str]
    together: frozenset[str]
    about: str


def labelled_queries() -> list[Labelled]:
    keys = keys_by_label()
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return [
            Labelled(
                row["query"], frozenset(keys[one] for one in row["expected"].split("|")),
                frozenset(keys[one] for one in split_labels(row["together"])), row["about"],
            )
            for row in csv.DictReader(file)
        ]


def split_labels(text: str) -> list[str]:
    """Labels parted by spaces; a name that has a space in it keeps it."""
    labels: list[str] = []
    for word in text.split():
        if ":" in word:
            labels.append(word)
        else:
            labels[-1] += " " + word
    return labels


def place_of(one: Labelled) -> int:
    """At which place, counted from 1, the first expected key comes; 99 when it does not."""
    keys = [hit.entry.key for hit in county_index().find(one.query).hits]
    return next((place for place, key in enumerate(keys, 1) if key in one.expected), 99)


def main() -> None:
    queries = labelled_queries()
    places = [place_of(one) for one in queries]
    for one, place in zip(queries, places, strict=True):
        keys = [hit.entry for hit in county_index().find(one.query).hits]
        if place > 1 or one.together - {entry.key for entry in keys[:6]}:
            print(f"{place:3} {one.query} ({one.about}): " + " ".join(f"{entry.kind}:{entry.name}@{entry.town}" for entry in keys[:5]))
    print(f"{len(places)} queries, first {sum(place == 1 for place in places)}, first three {sum(place <= 3 for place in places)}")


if __name__ == "__main__":
    main()
