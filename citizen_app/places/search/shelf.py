"""All names of all entries, laid out for the search: as writing, as sounds, as English, as signs, and the towns. Pure."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citizen_app.places.search.book import Book
from citizen_app.places.search.characters import sounds_of
from citizen_app.places.search.endings import core_of, english_form
from citizen_app.places.search.entry import Entry, EntryKind
from citizen_app.places.search.fold import fold, fold_numerals, is_hanzi, squeeze
from citizen_app.places.search.sound_book import SoundBook
from citizen_app.places.search.typos import Spelled

NO_TOWN = -1


@dataclass(frozen=True)
class Form:
    """One name of an entry. `text` is squeezed writing, `core` how much of its beginning is the name without its ending;
    `folded` and `folded_core` are the same with digits for numerals."""

    number: int
    name: str
    text: str
    core: int
    folded: str
    folded_core: int


@dataclass(frozen=True)
class TownKeys:
    """Towns by what they are called: writing, sounds to the ear, first letters; with and without the ending. `readings` are
    the right syllables, parted by spaces."""

    by_text: dict[str, int]
    by_ear: dict[str, frozenset[int]]
    by_initials: dict[str, frozenset[int]]
    readings: frozenset[str]


class Shelf:
    """Entries in the order that decides between equals, so that a search that stops early has seen the better ones."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.by_key = {entry.key: entry for entry in entries}
        town_ids: dict[str, int] = {}
        self.towns = array("i", (_town_id(entry, town_ids) for entry in entries))
        self.forms: list[Form] = []
        self.sound_forms = array("I")
        self.sound_cores = array("B")
        readings: list[str] = []
        spelled = Spelled()
        town_letters = {entry.town: _letters(entry.town_readings, _town_core(entry.town)) for entry in entries if entry.town}
        for number, entry in enumerate(entries):
            for name, own in ((entry.name, entry.readings), *entry.aliases):
                form = _form(number, name, entry.kind)
                if form is None:
                    continue
                self.forms.append(form)
                spelled.add_text(len(self.forms) - 1, form.text, form.core)
                for reading in own or _guess(form.text):
                    units = reading.lower().split()
                    core = form.core if len(units) == len(form.text) else len(units)
                    readings.append(" ".join(units))
                    self.sound_forms.append(len(self.forms) - 1)
                    self.sound_cores.append(min(core, 255))
                    spelled.add_letters(len(self.forms) - 1, units, core, town_letters.get(entry.town, ""))
        self.texts = Book([form.folded for form in self.forms])
        self.sounds = SoundBook(readings)
        self.spelled = spelled
        self.english_of = array("I")
        english: list[str] = []
        for number, entry in enumerate(entries):
            words = english_form(fold(entry.name_en))
            if words:
                english.append(words)
                self.english_of.append(number)
                spelled.add_english(number, squeeze(words))
        self.english = Book([" " + words for words in english])
        self.english_squeezed = Book([squeeze(words) for words in english])
        self.haystacks = [_haystack(entry) for entry in entries]
        self.signs = _signs(entries)
        self.sign_keys = sorted(self.signs)
        self.tails = _tails(self.signs)
        self.cores = _cores(self.forms)
        self.town_keys = _town_keys(entries, town_ids, self.sounds)

    def stands_in(self, number: int, towns: frozenset[int] | None) -> bool:
        """Whether an entry is in one of the towns; a town itself is not in one."""
        return towns is None or (self.towns[number] in towns and self.entries[number].kind is not EntryKind.TOWN)


def _form(number: int, name: str, kind: EntryKind) -> Form | None:
    text = squeeze(fold(name))
    if not text:
        return None
    core = core_of(text, kind)
    folded = fold_numerals(text)
    return Form(number, name, text, len(core), folded, len(fold_numerals(core)))


def _guess(text: str) -> tuple[str, ...]:
    """A reading from the characters alone, for a name that came without one."""
    units = [(sounds_of(sign) or ("?",))[0] if is_hanzi(sign) else sign for sign in text]
    return (" ".join(units),)


def _haystack(entry: Entry) -> str:
    """All words of an entry in one string, to see whether a word is among them."""
    names = (entry.name, entry.town, entry.name_en, entry.sign, *(name for name, _ in entry.aliases))
    written = " ".join(english_form(fold(name)) for name in names if name)
    spoken = " ".join(reading.replace(" ", "") for reading in (*entry.readings[:2], *entry.town_readings[:1]))
    return f"{fold_numerals(written)} {spoken}"


def _town_core(town: str) -> str:
    return core_of(squeeze(fold(town)), EntryKind.TOWN)


def _letters(readings: Sequence[str], core: str) -> str:
    return "".join(readings[0].split()[:len(core)]) if readings else ""


def _town_id(entry: Entry, known: dict[str, int]) -> int:
    name = entry.name if entry.kind is EntryKind.TOWN else entry.town
    return known.setdefault(squeeze(fold(name)), len(known)) if name else NO_TOWN


def _signs(entries: Sequence[Entry]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, entry in enumerate(entries):
        sign = squeeze(fold(entry.sign))
        if sign:
            found.setdefault(sign, []).append(number)
    return found


def _tails(signs: dict[str, list[int]]) -> dict[str, list[int]]:
    """The digits at the end of codes such as lh0614."""
    found: dict[str, list[int]] = {}
    for sign, numbers in signs.items():
        tail = sign.lstrip("abcdefghijklmnopqrstuvwxyz")
        if tail != sign and len(tail) >= 3:
            found.setdefault(tail, []).extend(numbers)
    return found


def _cores(forms: Sequence[Form]) -> dict[str, list[int]]:
    """The forms by their name without its ending, for names that stand within a query."""
    found: dict[str, list[int]] = {}
    for at, form in enumerate(forms):
        for text in {form.folded, form.folded[:form.folded_core]}:
            if len(text) >= 2:
                found.setdefault(text, []).append(at)
    return found


def _town_keys(entries: Sequence[Entry], town_ids: dict[str, int], sounds: SoundBook) -> TownKeys:
    by_text: dict[str, int] = {}
    by_ear: defaultdict[str, set[int]] = defaultdict(set)
    by_initials: defaultdict[str, set[int]] = defaultdict(set)
    seen: set[str] = set()
    right: set[str] = set()
    for name, readings in _town_names(entries):
        text = squeeze(fold(name))
        if text in seen or text not in town_ids:
            continue
        seen.add(text)
        town, core = town_ids[text], _town_core(name)
        for one in {text, core}:
            by_text[fold_numerals(one)] = town
            for reading in readings or _guess(text):
                units = reading.split()[:len(one)]
                right.add(" ".join(units))
                by_ear["".join(sounds.ear_code(unit) for unit in units)].add(town)
                by_initials["".join(unit[0] for unit in units)].add(town)
    return TownKeys(by_text, _frozen(by_ear), _frozen(by_initials), frozenset(right))


def _town_names(entries: Sequence[Entry]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in entries:
        if entry.kind is EntryKind.TOWN:
            yield entry.name, entry.readings
            yield from ((name, readings) for name, readings in entry.aliases)
    for entry in entries:
        if entry.town:
            yield entry.town, entry.town_readings


def _frozen(sets: dict[str, set[int]]) -> dict[str, frozenset[int]]:
    return {key: frozenset(one) for key, one in sets.items()}
