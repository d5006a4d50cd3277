"""What each character is in simplified writing, and how it may be read; the tables beside this file, read once. Pure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_HERE = Path(__file__).resolve().parent


@cache
def _simplified_forms() -> dict[str, str]:
    pairs = (_HERE / "traditional.txt").read_text(encoding="utf-8").split()
    return {pair[0]: pair[1] for pair in pairs}


@cache
def _sounds() -> dict[str, tuple[str, ...]]:
    usual: dict[str, tuple[str, ...]] = {}
    other: list[tuple[str, str]] = []
    for line in (_HERE / "sounds.txt").read_text(encoding="utf-8").splitlines():
        syllable, characters = line.split(" ")
        first, _, second = characters.partition("|")
        usual.update((character, (syllable,)) for character in first)
        other.extend((character, syllable) for character in second)
    for character, syllable in other:
        usual[character] = (*usual[character], syllable)
    return usual


@cache
def syllables() -> frozenset[str]:
    """All syllables of pinyin that a character has, with v for ü."""
    return frozenset(syllable for sounds in _sounds().values() for syllable in sounds)


def simplified(character: str) -> str:
    return _simplified_forms().get(character, character)


def sounds_of(character: str) -> tuple[str, ...]:
    """The syllables that a simplified character may be read as, the usual one first; empty for a rare or no character."""
    return _sounds().get(character, ())
