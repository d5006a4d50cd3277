"""The names as rows of syllables, one sign for each, searched as text: by sound, by ear, by first letters. Pure."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citizen_app.places.search.book import Book
from citizen_app.places.search.parts import Part, Row
from citizen_app.places.search.sounds import ear

_FIRST_SIGN = 0x3400
MOST_PLACES = 120


@dataclass(frozen=True)
class Sounding:
    """A row met `line` from unit `at` to before `end`. `by_ear` units only sound alike; `begun` ones were not typed whole."""

    line: int
    at: int
    end: int
    by_ear: int
    begun: int


@dataclass(frozen=True)
class _Wanted:
    """What may stand at one place: the right sign, those that go on from it, those that sound like it.

    `ear_sign` is what the letters sound like as they stand, "" where they are no syllable; `is_open` says that others may stand.
    """

    right: str
    going_on: frozenset[str]
    alike: frozenset[str]
    ear_sign: str
    is_open: bool

    @property
    def fixed(self) -> str:
        return "" if self.is_open else self.ear_sign


class SoundBook:
    """`readings` are lines of syllables parted by spaces."""

    def __init__(self, readings: Sequence[str]) -> None:
        rows = [reading.split() for reading in readings]
        self._signs: dict[str, str] = {}
        self._ear_signs: dict[str, str] = {}
        for syllable in sorted({syllable for row in rows for syllable in row}):
            self._signs[syllable] = chr(_FIRST_SIGN + len(self._signs))
            self._ear_signs.setdefault(ear(syllable), chr(_FIRST_SIGN + len(self._ear_signs)))
        by_ear = {syllable: self._ear_signs[ear(syllable)] for syllable in self._signs}
        self._exact = Book(["".join(map(self._signs.__getitem__, row)) for row in rows])
        self._ear = Book(["".join(map(by_ear.__getitem__, row)) for row in rows])
        self._initials = Book(["".join(syllable[0] for syllable in row) for row in rows])
        self._counts = Counter(self._ear.text)
        self._wanted: dict[tuple[str, bool, bool], _Wanted] = {}
        self.lengths = array("B", (min(len(row), 255) for row in rows))

    def ear_code(self, syllable: str) -> str:
        """One sign for all syllables that sound alike; the syllable itself when no name has one of them."""
        return self._ear_signs.get(ear(syllable), syllable)

    def find(self, row: Row, most: int = MOST_PLACES) -> Iterator[Sounding]:
        """Where the row stands in the lines, each place once, beginnings of lines before others; all in the order of the lines."""
        wanted = [self._want(part, number == len(row) - 1 and not part.sign) for number, part in enumerate(row)]
        if not all(one.ear_sign or one.going_on or one.alike for one in wanted):
            return
        seen: set[tuple[int, int]] = set()
        for line, at in self._places(row, wanted, most):
            if at >= 0 and (line, at) not in seen:
                seen.add((line, at))
                found = self._verify(line, at, wanted)
                if found is not None:
                    yield found

    def _places(self, row: Row, wanted: list[_Wanted], most: int) -> Iterator[tuple[int, int]]:
        first, needle = self._anchor(wanted)
        if needle:
            if self._count(needle) > most:    # the best of many first
                whole = "".join(one.ear_sign for one in wanted)
                if len(whole) == len(row):
                    yield from ((line, 0) for line in self._ear.find_beginning(whole, most))
                if first == 0:
                    yield from ((line, 0) for line in self._ear.find_beginning(needle, most))
            yield from ((line, at - first) for line, at in self._ear.find(needle, most))
        elif len(row) > 1:
            letters = "".join(part.letters[0] for part in row)
            yield from ((line, 0) for line in self._initials.find_beginning(letters + "\n", most))
            yield from ((line, 0) for line in self._initials.find_beginning(letters, most))
            yield from self._initials.find(letters, most)
        elif row[0].is_initial:
            yield from ((line, 0) for line in self._initials.find_beginning(row[0].letters[0], most))
        else:
            only = wanted[0]
            for sign in (only.right, *sorted(only.going_on, key=self._counts.__getitem__)):
                if sign:
                    yield from ((line, 0) for line in self._exact.find_beginning(sign, most // 4))
            if only.right:
                yield from self._exact.find(only.right, most // 2)

    def _anchor(self, wanted: list[_Wanted]) -> tuple[int, str]:
        """The run of fixed sounds that is rarest, and where in the row it begins."""
        best, best_count = (0, ""), 1 << 60
        at = 0
        while at < len(wanted):
            end = at
            while end < len(wanted) and wanted[end].fixed:
                end += 1
            if end > at:
                run = "".join(one.fixed for one in wanted[at:end])
                count = self._count(run) >> (end - at - 1)
                if count < best_count:
                    best, best_count = (at, run), count
            at = end + 1
        return best

    def _count(self, signs: str) -> int:
        """In how many places they stand at most."""
        return min(self._counts[sign] for sign in signs)

    def _verify(self, line: int, at: int, wanted: list[_Wanted]) -> Sounding | None:
        if at + len(wanted) > self.lengths[line]:
            return None
        start = self._ear.start(line) + at
        exact, alike = self._exact.text, self._ear.text
        by_ear = begun = 0
        for number, one in enumerate(wanted, start):
            sign = exact[number]
            if sign == one.right:
                continue
            if sign in one.going_on:
                begun += 1
            elif alike[number] in one.alike:
                by_ear += 1
            else:
                return None
        return Sounding(line, at, at + len(wanted), by_ear, begun)

    def _want(self, part: Part, may_go_on: bool) -> _Wanted:
        key = (part.letters, part.is_whole, may_go_on)
        found = self._wanted.get(key)
        if found is None:
            found = self._wanted[key] = self._make_wanted(part, may_go_on)
        return found

    def _make_wanted(self, part: Part, may_go_on: bool) -> _Wanted:
        ear_sign = self._ear_signs.get(ear(part.letters), "") if part.is_whole else ""
        right = self._signs.get(part.letters, "") if part.is_whole else ""
        if part.is_whole and not may_go_on:
            return _Wanted(right, frozenset(), frozenset(ear_sign), ear_sign, False)
        begun = frozenset(sign for syllable, sign in self._signs.items() if syllable.startswith(part.letters))
        sound = ear(part.letters)
        alike = frozenset(sign for syllable, sign in self._ear_signs.items() if syllable.startswith(sound) and len(part.letters) > 1)
        return _Wanted(right, begun, alike | frozenset(ear_sign), ear_sign, True)
