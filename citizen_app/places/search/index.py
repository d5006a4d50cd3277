"""The index of all that can be found, and the search in it. Pure; made anew when the data changes, read by many threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from citizen_app.places.search import candidates
from citizen_app.places.search.candidates import Ask
from citizen_app.places.search.characters import sounds_of
from citizen_app.places.search.endings import Wording, kind_alone, wordings_of
from citizen_app.places.search.entry import Answer, Entry, EntryKind
from citizen_app.places.search.fold import fold, fold_numerals, is_hanzi, squeeze
from citizen_app.places.search.parts import MOST_ROWS, Row, rows_of
from citizen_app.places.search.scores import EXACT, FUZZY, PART, PREFIX, Scores, static_order
from citizen_app.places.search.shelf import Shelf
from citizen_app.places.search.sound_book import MOST_PLACES

MOST_SPELLINGS = 3
_MOST_WORDS = 5
_LONGEST_TOWN = 6
_MOST_SPLITS = 6
_FEW_ROWS = 3
_FEW = 3
_FEW_PLACES = 40
_ENDINGS = frozenset("村镇站路口乡市")


def build_index(entries: Sequence[Entry]) -> Index:
    """An index of the entries; of two with one key the first counts. Names without readings are read by their characters."""
    unique = {entry.key: entry for entry in reversed(entries)}
    return Index(Shelf(sorted(unique.values(), key=static_order)))


class Index:
    """Safe for many threads: a search changes nothing but what is remembered of syllables."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __len__(self) -> int:
        return len(self._shelf.entries)

    def get(self, key: str) -> Entry | None:
        return self._shelf.by_key.get(key)

    def find(
        self, text: str, most: int = 8, kinds: frozenset[EntryKind] | None = None, near: tuple[float, float] | None = None
    ) -> Answer:
        """What the words may mean, best first, at most `most`; only of these kinds if given. Never raises.

        `near` (WGS-84) lets nearer places come first among those that meet the words equally well.
        """
        understood = fold(text)
        if not understood:
            return Answer("")
        scores = Scores()
        asks = [Ask(self._shelf, scores, wording, kinds) for wording in wordings_of(understood)]
        self._meet(understood, asks, scores)
        if scores.best:
            return Answer(understood, scores.hits(self._shelf.entries, most, near))
        return Answer(understood, (), self._spellings(understood, kinds))

    def _meet(self, understood: str, asks: list[Ask], scores: Scores) -> None:
        """From the plain ways to the loose ones, as long as nothing good was met."""
        kind = kind_alone(understood)
        if kind is not None:
            candidates.meet_kind(asks[0], kind, PREFIX)
            return
        if candidates.meet_signs(asks[0]):
            return
        for ask in asks:
            self._meet_name(ask)
            self._meet_town_and_name(ask)
        if scores.best_level() > PREFIX:
            self._meet_loosely(asks, max((_words_of(ask.wording.text) for ask in asks), key=len))
        if scores.best_level() >= PART or (scores.best_level() > EXACT and len(scores.best) < _FEW):
            for ask in dict.fromkeys((asks[0], asks[-1])):
                candidates.meet_typos(ask, squeeze(ask.wording.text), _typed_letters(ask.wording.text))
        strict = next((ask.wording.kind for ask in asks if ask.wording.is_strict), None)
        if scores.best_level() >= FUZZY:
            text = fold_numerals(squeeze(understood))
            candidates.meet_within(asks[0], text)
            candidates.meet_beginnings(asks[0], text)
            if strict is not None and not scores.best:
                candidates.meet_kind(asks[0], strict, FUZZY)
        if strict is not None:
            candidates.meet_nearby(asks[0], strict)

    def _meet_loosely(self, asks: list[Ask], words: list[str]) -> None:
        if len(words) > 1:
            self._meet_words(asks[0], words[:_MOST_WORDS])
        for ask in asks:
            candidates.meet_short(ask, fold_numerals(squeeze(ask.wording.text)))

    def _meet_name(self, ask: Ask, most_rows: int = MOST_ROWS) -> None:
        candidates.meet_writing(ask, fold_numerals(squeeze(ask.wording.text)))
        candidates.meet_english(ask)
        for place, row in enumerate(rows_of(ask.wording.text)[:most_rows]):
            candidates.meet_sounds(ask, row, max(MOST_PLACES >> place, _FEW_PLACES))

    def _meet_town_and_name(self, ask: Ask) -> None:
        """Where a town stands before, behind or within the words, what is left of them in that town."""
        for rest, towns in islice(self._town_splits(fold_numerals(squeeze(ask.wording.text))), _MOST_SPLITS):
            within = replace(ask, towns=towns)
            candidates.meet_writing(within, rest)
            for row in rows_of(rest)[:_FEW_ROWS]:
                candidates.meet_sounds(within, row)
        splits: dict[tuple[Row, frozenset[int]], int] = {}
        for row in rows_of(ask.wording.text):
            for rest_row, towns, floor in self._town_row_splits(row):
                splits.setdefault((rest_row, towns), floor)
        for (rest_row, towns), floor in islice(splits.items(), _MOST_SPLITS):
            candidates.meet_sounds(replace(ask, towns=towns, floor=floor), rest_row)

    def _town_splits(self, text: str) -> Iterator[tuple[str, frozenset[int]]]:
        by_text = self._shelf.town_keys.by_text
        covered = -1
        for start in range(len(text) - 1):
            for end in range(min(start + _LONGEST_TOWN, len(text)), start + 1, -1):
                town = by_text.get(text[start:end])
                if town is None or end <= covered:
                    continue
                covered = end
                ahead, behind = text[:start], text[end:].removeprefix("的")
                for rest in (behind, ahead):
                    if rest and rest not in _ENDINGS:
                        yield rest, frozenset({town})

    def _town_row_splits(self, row: Row) -> Iterator[tuple[Row, frozenset[int], int]]:
        """What is left beside a town at either end, the town, and the best that this can be: by ear it is fuzzy."""
        keys, sounds = self._shelf.town_keys, self._shelf.sounds
        for cut in range(1, len(row)):
            for town_row, rest in ((row[:cut], row[cut:]), (row[cut:], row[:cut])):
                if len(town_row) > _LONGEST_TOWN:
                    continue
                if len(rest) == 1 and (len(town_row) == 1 or rest[0].sign in _ENDINGS):
                    continue
                letters = [part.letters for part in town_row]
                if all(part.is_whole for part in town_row):
                    towns = keys.by_ear.get("".join(map(sounds.ear_code, letters)))
                    is_right = " ".join(letters) in keys.readings and not all(part.sign for part in town_row)
                    floor = EXACT if is_right else FUZZY
                elif all(part.is_initial for part in town_row):
                    towns, floor = keys.by_initials.get("".join(one[0] for one in letters)), PREFIX
                else:
                    continue
                if towns:
                    yield rest, towns, floor

    def _meet_words(self, ask: Ask, words: list[str]) -> None:
        """What the longest word that means something meets, if the other words stand somewhere with it: name, town, English."""
        for word in sorted(words, key=len, reverse=True):
            scores = Scores(2 * MOST_PLACES)
            self._meet_name(replace(ask, scores=scores, wording=Wording(word)), _FEW_ROWS)
            others = [fold_numerals(other) for other in words if other != word]
            for number, score in scores.best.items():
                haystack = self._shelf.haystacks[number]
                missing = sum(other not in haystack for other in others)
                if not missing:
                    ask.add(number, max(score.level, PART), 2 + (score.level + score.shade) / 8, score.name)
                else:
                    ask.add(number, FUZZY, 4 + missing + (score.level + score.shade) / 8, score.name)
            if scores.best:
                return

    def _spellings(self, understood: str, kinds: frozenset[EntryKind] | None) -> tuple[str, ...]:
        letters = "".join((sounds_of(sign) or ("",))[0] if is_hanzi(sign) else sign for sign in squeeze(understood))
        shelf = self._shelf
        found = [shelf.forms[at] for _, at in shelf.spelled.nearest(letters, 4 * MOST_SPELLINGS)]
        names = (form.name for form in found if kinds is None or shelf.entries[form.number].kind in kinds)
        return tuple(dict.fromkeys(names))[:MOST_SPELLINGS]


def _words_of(text: str) -> list[str]:
    return [word for word in dict.fromkeys(text.split()) if len(word) > 1 or is_hanzi(word)]


def _typed_letters(text: str) -> str:
    squeezed = squeeze(text)
    return squeezed if squeezed.isascii() and not squeezed.isdigit() else ""
