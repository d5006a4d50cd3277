"""Names that are one slip of the thumb away from what was typed, and the nearest ones when nothing else is left. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

MOST_FOUND = 24
_TWO_SLIPS_FROM = 9
_LETTERS_AT_LEAST = 4
_SIGNS_AT_LEAST = 3
_CLOSE_ENOUGH = 0.6


class _Lengths:
    """Strings by their length, each with a number; a search looks only at those that are about as long."""

    def __init__(self) -> None:
        self._strings: dict[int, list[str]] = {}
        self._numbers: dict[int, array[int]] = {}

    def add(self, text: str, number: int) -> None:
        if text:
            self._strings.setdefault(len(text), []).append(text)
            self._numbers.setdefault(len(text), array("I")).append(number)

    def near(self, text: str, slips: int) -> Iterator[tuple[int, int]]:
        """Numbers with how many slips away they are, at most `slips`."""
        for length in range(len(text) - slips, len(text) + slips + 1):
            strings = self._strings.get(length)
            if strings:
                for _, distance, at in process.extract(text, strings, scorer=OSA.distance, score_cutoff=slips, limit=MOST_FOUND):
                    yield self._numbers[length][at], int(distance)

    def nearest(self, text: str, most: int) -> list[tuple[float, int]]:
        found: list[tuple[float, int]] = []
        for length in range(max(len(text) - 2, 1), len(text) + 3):
            strings = self._strings.get(length)
            if strings:
                found.extend(
                    (likeness, self._numbers[length][at])
                    for _, likeness, at in process.extract(
                        text, strings, scorer=OSA.normalized_similarity, score_cutoff=_CLOSE_ENOUGH, limit=most
                    )
                )
        return sorted(found, key=lambda one: (-one[0], one[1]))[:most]


class Spelled:
    """What each form looks like in letters and in characters, for one slip in either."""

    def __init__(self) -> None:
        self._letters, self._texts, self._english, self._names = _Lengths(), _Lengths(), _Lengths(), _Lengths()
        self._known: set[str] = set()

    def add_text(self, form: int, text: str, core: int) -> None:
        for one in {text, text[:core]}:
            if len(one) >= _SIGNS_AT_LEAST:
                self._texts.add(one, form)

    def add_letters(self, form: int, units: Sequence[str], core: int, town: str) -> None:
        whole, short = "".join(units), "".join(units[:core])
        for one in {whole, short, town + whole, town + short}:
            self._letters.add(one, form)
        if short not in self._known:
            self._known.add(short)
            self._names.add(short, form)

    def add_english(self, entry: int, letters: str) -> None:
        self._english.add(letters, entry)

    def near_letters(self, letters: str) -> Iterator[tuple[int, int]]:
        """Forms whose pinyin, with or without the town before it, is a slip away; two in long ones."""
        return _near(self._letters, letters)

    def near_english(self, letters: str) -> Iterator[tuple[int, int]]:
        """The same with the English names of entries."""
        return _near(self._english, letters)

    def near_text(self, text: str) -> Iterator[tuple[int, int]]:
        """Forms of three characters or more with one of them wrong, missing, too many, or two swapped."""
        if len(text) >= _SIGNS_AT_LEAST:
            yield from self._texts.near(text, 1)

    def nearest(self, letters: str, most: int) -> list[tuple[float, int]]:
        """The forms nearest in letters, with how like they are (1 is equal), most like first."""
        return self._names.nearest(letters, most)


def _near(lengths: _Lengths, letters: str) -> Iterator[tuple[int, int]]:
    if len(letters) >= _LETTERS_AT_LEAST:
        yield from lengths.near(letters, 2 if len(letters) >= _TWO_SLIPS_FROM else 1)
