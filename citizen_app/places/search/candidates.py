"""The ways in which words can meet a name: as a sign, in writing, by sound, in English, by a slip, as a part. Pure."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import takewhile

from citizen_app.places.search.endings import Wording, english_form
from citizen_app.places.search.entry import EntryKind
from citizen_app.places.search.fold import fold_numerals, squeeze
from citizen_app.places.search.parts import Row
from citizen_app.places.search.scores import EXACT, FUZZY, PART, PREFIX, Score, Scores, away_from
from citizen_app.places.search.shelf import Form, Shelf
from citizen_app.places.search.sound_book import MOST_PLACES, Sounding

_MOST_BEGINNINGS, _MOST_PARTS = 250, 150
_AROUND_M = 1_000.0
_SIGN = re.compile(
    r"(?:坐|乘|公交|公交车|班车|bus|line|route|no)*(?P<sign>[a-z]{0,3}\d{1,6})(?P<letter1>[a-z]?)(?P<way>路|号线|线|号)?(?P<letter2>[a-z]?)"
    r"(?:公交车|公交|班车|车|bus)*(?P<rest>.*)"
)


@dataclass(frozen=True)
class Ask:
    """What is searched, and how a hit in it counts. `kinds`: only of these; `towns`: only there. No hit is better than `floor`."""

    shelf: Shelf
    scores: Scores
    wording: Wording
    kinds: frozenset[EntryKind] | None = None
    towns: frozenset[int] | None = None
    floor: int = EXACT

    @property
    def reach(self) -> int:
        """How many times as many places are looked at, where most of what is found may not count."""
        return 1 if self.kinds is None and self.towns is None else 4

    def admits(self, number: int) -> bool:
        shelf = self.shelf
        return (self.kinds is None or shelf.entries[number].kind in self.kinds) and shelf.stands_in(number, self.towns)

    def add(self, number: int, level: int, shade: float, name: str) -> None:
        if not self.admits(number):
            return
        kind, wording = self.shelf.entries[number].kind, self.wording
        is_other = wording.kind not in (None, kind)
        loss = wording.loss + (0.1 if wording.leans_to not in (None, kind) else 0) + (0.05 if self.towns and level else 0)
        is_passed_over = is_other and wording.is_strict and level < FUZZY
        self.scores.add(number, Score(is_passed_over, max(level, self.floor), is_other, shade + loss, name))


def meet_signs(ask: Ask) -> bool:
    """Numbers of lines and codes of stops. Says whether the words were one of them and nothing else."""
    found = _SIGN.fullmatch(fold_numerals(squeeze(ask.wording.text)))
    if found is None:
        return False
    shelf, sign = ask.shelf, found["sign"] + (found["letter1"] or found["letter2"])
    exact = list(shelf.signs.get(sign, ()))
    if found["rest"]:
        if found["way"] or len(sign) >= 3:    # 101路小芝
            for number in exact:
                ask.add(number, PREFIX, 1, shelf.entries[number].sign)
        return False
    if not exact:
        digits = sign.lstrip("abcdefghijklmnopqrstuvwxyz")
        for number in shelf.signs.get(digits, ()):
            ask.add(number, EXACT, 0.5, shelf.entries[number].sign)
    for number in exact:
        ask.add(number, EXACT, 0, shelf.entries[number].sign)
    for number in shelf.tails.get(sign, ()):
        ask.add(number, PREFIX, 2, shelf.entries[number].sign)
    first = bisect_left(shelf.sign_keys, sign)
    for key in takewhile(lambda key: key.startswith(sign), shelf.sign_keys[first:first + _MOST_BEGINNINGS * ask.reach]):
        for number in shelf.signs[key]:
            ask.add(number, PREFIX, min(len(key) - len(sign), 3), shelf.entries[number].sign)
    return bool(exact)


def meet_writing(ask: Ask, text: str) -> None:
    """The text, squeezed and with digits for numerals, in the writing of the names."""
    shelf = ask.shelf
    for at in shelf.cores.get(text, ()):
        ask.add(shelf.forms[at].number, EXACT, 0, shelf.forms[at].name)
    count = 0
    for at in shelf.texts.find_beginning(text, _MOST_BEGINNINGS * ask.reach):
        ask.add(shelf.forms[at].number, PREFIX, 0, shelf.forms[at].name)
        count += 1
    if count < _MOST_PARTS * ask.reach:
        for at, place in shelf.texts.find(text, _MOST_PARTS * ask.reach):
            if place:
                ask.add(shelf.forms[at].number, PART, 0, shelf.forms[at].name)


def meet_sounds(ask: Ask, row: Row, most: int = MOST_PLACES) -> None:
    """A row of sounds in the readings of the names; what only sounds alike counts as fuzzy. Looks at `most` places or so."""
    if len(row) == 1 and row[0].sign:
        return    # what one character sounds like is half the county
    shelf = ask.shelf
    signs = [(number, part.sign) for number, part in enumerate(row) if part.sign and not part.sign.isdigit()]
    all_begun = all(part.is_initial for part in row)
    for sounding in shelf.sounds.find(row, ask.scores.take(most * ask.reach)):
        ask.scores.left -= 1
        form = shelf.forms[shelf.sound_forms[sounding.line]]
        if ask.admits(form.number):
            level, shade = _weigh_sounding(shelf, sounding, form, len(row), signs, all_begun)
            if level >= 0:
                ask.add(form.number, level, shade, form.name)


def _weigh_sounding(
    shelf: Shelf, found: Sounding, form: Form, length: int, signs: list[tuple[int, str]], all_begun: bool
) -> tuple[int, float]:
    """Level and shade; -1 when it is too little to go by."""
    units = shelf.sounds.lengths[found.line]
    is_complete = found.at == 0 and found.end in (shelf.sound_cores[found.line], units)
    aligned = units == len(form.text)
    other_signs = sum(
        (form.text[found.at + place] != sign) if aligned else (sign not in form.text) for place, sign in signs
    )
    if found.by_ear or other_signs:
        if length == 1:
            return -1, 0
        place = 0.0 if is_complete else 1.5 if found.at == 0 else 3.0
        return FUZZY, place + found.by_ear + 0.5 * max(other_signs - found.by_ear, 0) + 0.7 * found.begun
    if found.at:
        if all_begun and length < 3:
            return -1, 0
        return PART, 3 if all_begun else 1 if found.begun else 0
    if not is_complete:
        return PREFIX, 3 if all_begun else 0.5 + 0.5 * found.begun if found.begun else 0
    if not found.begun:
        return EXACT, 0
    return PREFIX, 0.4 if all_begun else 0.5 * found.begun


def meet_english(ask: Ask) -> None:
    """The words at the beginning of words of the English names."""
    shelf, words = ask.shelf, english_form(ask.wording.text)
    if not words.isascii():
        return
    for at in shelf.english_squeezed.find_beginning(squeeze(words), _MOST_PARTS * ask.reach):
        number = shelf.english_of[at]
        is_full = len(squeeze(words)) == len(shelf.english_squeezed.line(at))
        ask.add(number, EXACT if is_full else PREFIX, 0 if is_full else 1 if len(words) > 2 else 3, shelf.entries[number].name_en)
    for at, place in shelf.english.find(" " + words, _MOST_PARTS * ask.reach // 2):
        if place:
            number = shelf.english_of[at]
            ask.add(number, PART, 0, shelf.entries[number].name_en)


def meet_typos(ask: Ask, text: str, letters: str) -> None:
    """One slip away in letters or in characters; two in many letters."""
    shelf = ask.shelf
    for at, slips in shelf.spelled.near_letters(letters) if letters else shelf.spelled.near_text(text):
        form = shelf.forms[at]
        ask.add(form.number, FUZZY, 2.0 * slips + (form.text[0] != text[0] and not letters), form.name)
    if letters:
        for number, slips in shelf.spelled.near_english(letters):
            ask.add(number, FUZZY, 2.0 * slips, shelf.entries[number].name_en)


def meet_short(ask: Ask, text: str) -> None:
    """Names that people shorten by leaving characters out: 台医 for 台州医院."""
    if not 2 <= len(text) <= 4 or text.isascii():
        return
    shelf = ask.shelf
    for at in shelf.texts.find_beginning(text[0], _MOST_BEGINNINGS):
        form = shelf.forms[at]
        place = 0
        for sign in text[1:]:
            place = form.folded.find(sign, place + 1)
            if place < 0:
                break
        else:
            ask.add(form.number, FUZZY, 0.75 + (form.folded_core - len(text)) / 8, form.name)


def meet_within(ask: Ask, text: str) -> None:
    """Names that stand within the text, the longest first."""
    shelf = ask.shelf
    for length in range(min(len(text), 12), 1, -1):
        for start in range(len(text) - length + 1):
            for at in shelf.cores.get(text[start:start + length], ())[:_MOST_PARTS]:
                form = shelf.forms[at]
                is_line = shelf.entries[form.number].kind is EntryKind.LINE
                ask.add(form.number, FUZZY, 2.4 + (len(text) - length) / 8 + start / 64 + is_line, form.name)


def meet_beginnings(ask: Ask, text: str) -> None:
    """Names that begin as the text does: 体育中心 for 体育馆. The longest common beginning, of two characters at least."""
    shelf = ask.shelf
    if text.isascii():
        return
    for length in range(min(len(text) - 1, 6), 1, -1):
        found = list(shelf.texts.find_beginning(text[:length], _MOST_PARTS))
        for at in found:
            ask.add(shelf.forms[at].number, FUZZY, 2.2 + (len(text) - length) / 4, shelf.forms[at].name)
        if found:
            return


def meet_kind(ask: Ask, kind: EntryKind, level: int) -> None:
    """Whatever is of the kind."""
    for number, entry in enumerate(ask.shelf.entries):
        if entry.kind is kind:
            ask.add(number, level, 0, entry.name)


def meet_nearby(ask: Ask, kind: EntryKind) -> None:
    """What is of the kind around the best hit: the car park of a station that has another name."""
    entries, best = ask.shelf.entries, ask.scores.best
    if not best or any(entries[number].kind is kind for number in best):
        return
    place = entries[min(best, key=lambda number: (best[number], number))]
    for number, entry in enumerate(entries):
        if entry.kind is kind:
            away_m = away_from(place, entry)
            if away_m < _AROUND_M or (away_m == math.inf and entry.town and entry.town == place.town):
                ask.add(number, FUZZY, min(away_m, _AROUND_M) / 1000, entry.name)
