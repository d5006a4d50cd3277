"""A query as a row of sounds: syllables, beginnings of syllables, characters. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from citizen_app.places.search.characters import sounds_of
from citizen_app.places.search.fold import is_hanzi, runs_of
from citizen_app.places.search.sounds import segment

MOST_ROWS = 8
_DIGITS = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")


@dataclass(frozen=True)
class Part:
    """`letters` are a syllable, or the beginning of one where not `is_whole`; `sign` is the character they were typed as."""

    letters: str
    is_whole: bool = True
    sign: str = ""

    @property
    def is_initial(self) -> bool:
        """Whether it may be the first letter of a syllable and nothing more."""
        return not self.sign and (len(self.letters) == 1 or self.letters in ("zh", "ch", "sh"))


Row = tuple[Part, ...]


def rows_of(folded: str) -> list[Row]:
    """The sensible rows for a query, likeliest first; empty when it holds what cannot be said.

    Letters with spaces are parted there too, so that `xi an` is not xian.
    """
    runs = runs_of(folded)
    if not runs or sum(map(len, runs)) == sum(len(run) for run in runs if run.isdigit()):
        return []
    choices: list[list[Row]] = []
    for number, run in enumerate(runs):
        is_last = number == len(runs) - 1
        if is_hanzi(run[0]):
            for sign in run:
                choices.append([(Part(sound, True, sign),) for sound in sounds_of(sign)] or [(Part("?", True, sign),)])
        elif run.isdigit():
            choices.append([tuple(Part(_DIGITS[int(digit)], True, digit) for digit in run)])
        else:
            choices.append([tuple(Part(*piece) for piece in way) for way in segment(run, may_go_on=is_last)])
    return _first_rows(choices) if all(choices) else []


def _first_rows(choices: list[list[Row]]) -> list[Row]:
    """The likeliest rows, at most MOST_ROWS: those that take likely choices at most places."""
    rows: list[tuple[int, Row]] = [(0, ())]
    for choice in choices:
        longer = [(rank + place, (*row, *more)) for rank, row in rows for place, more in enumerate(choice)]
        rows = sorted(longer, key=lambda one: one[0])[:MOST_ROWS]
    return [row for _, row in rows]
