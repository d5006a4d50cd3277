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
MOST_PLACES = 400


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
    """What may stand at one place: the right sign, those that go on from it, those that sound like it."""

    right: str
    going_on: frozenset[str]
    alike: frozenset[str]
    ear_sign: str    # the one sign to look for, "" where several may stand


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
        self._exact = "\n" + "\n".join("".join(map(self._signs.__getitem__, row)) for row in rows) + "\n"
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
            if first == 0:
                yield from ((line, 0) for line in self._ear.find_beginning(needle, most))
            yield from ((line, at - first) for line, at in self._ear.find(needle, most))
            return
        if len(row) > 1:
            letters = "".join(part.letters[0] for part in row)
            yield from ((line, 0) for line in self._initials.find_beginning(letters, most))
            yield from self._initials.find(letters, most)
            return
        if len(row[0].letters) == 1:
            yield from ((line, 0) for line in self._initials.find_beginning(row[0].letters, most))
            return
        for sign in sorted(wanted[0].alike, key=lambda sign: self._counts[sign])[:40]:
            yield from ((line, 0) for line in self._ear.find_beginning(sign, most // 4))
        whole = self._ear_signs.get(ear(row[0].letters)) if row[0].is_whole else None
        if whole:
            yield from self._ear.find(whole, most)

    def _anchor(self, wanted: list[_Wanted]) -> tuple[int, str]:
        """The run of fixed sounds that is rarest, and where in the row it begins."""
        best, best_count = (0, ""), 1 << 60
        at = 0
        while at < len(wanted):
            end = at
            while end < len(wanted) and wanted[end].ear_sign:
                end += 1
            if end > at:
                count = min(self._counts[one.ear_sign] for one in wanted[at:end]) >> (end - at - 1)
                if count < best_count:
                    best, best_count = (at, "".join(one.ear_sign for one in wanted[at:end])), count
            at = end + 1
        return best

    def _verify(self, line: int, at: int, wanted: list[_Wanted]) -> Sounding | None:
        if at + len(wanted) > self.lengths[line]:
            return None
        start = self._ear.start(line) + at
        by_ear = begun = 0
        for number, one in enumerate(wanted, start):
            sign = self._exact[number]
            if sign == one.right:
                continue
            if sign in one.going_on:
                begun += 1
            elif self._ear.text[number] in one.alike:
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
            return _Wanted(right, frozenset(), frozenset(ear_sign), ear_sign)
        begun = frozenset(sign for syllable, sign in self._signs.items() if syllable.startswith(part.letters))
        sound = ear(part.letters)
        alike = frozenset(sign for syllable, sign in self._ear_signs.items() if syllable.startswith(sound) and len(part.letters) > 1)
        return _Wanted(right, begun, alike | frozenset(ear_sign), "")
