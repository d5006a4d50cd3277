"""Pinyin: parting typed letters into syllables, and which syllables sound alike in the region. Pure."""

from __future__ import annotations

from functools import cache

from citizen_app.places.search.characters import syllables

MOST_READINGS = 8
_LONGEST = 6
_INITIALS = frozenset("bpmfdtnlgkhjqxrzcsywaoe") | {"zh", "ch", "sh"}
_DULL = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_ENDS = (("ing", "in"), ("eng", "en"), ("ang", "an"))
_WHOLE = {"huang": "wang", "huan": "wan", "hu": "wu"}    # 黄 and 王, 湖 and 吴 are one to the ear here


@cache
def ear(syllable: str) -> str:
    """How a syllable sounds to an ear of the region: zh as z, ch as c, sh as s, n as l, ing as in, eng as en, ang as an,
    ü as u, huang as wang, hu as wu. Also takes the first letters of one."""
    sound = syllable.replace("v", "u")
    sound = _WHOLE.get(sound, sound)
    for sharp, dull in _DULL:
        if sound.startswith(sharp):
            sound = dull + sound[len(sharp):]
            break
    for sharp, dull in _ENDS:
        if sound.endswith(sharp):
            sound = sound[:-len(sharp)] + dull
            break
    return sound


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(one[:length] for one in syllables() for length in range(1, len(one)))


def segment(letters: str, *, may_go_on: bool = True) -> list[tuple[tuple[str, bool], ...]]:
    """The sensible ways to part typed letters, likeliest first: pieces, each with whether it is a whole syllable.

    A piece that is none is the first letter or letters of one: `gmc` is g, m, c, and `xian` is xian or xi, an. The last
    piece may be any beginning of a syllable when `may_go_on`. Empty when the letters are no pinyin at all.
    """
    whole, beginnings = syllables(), _beginnings()
    ways: list[list[tuple[int, tuple[tuple[str, bool], ...]]]] = [[] for _ in range(len(letters) + 1)]
    ways[0].append((0, ()))
    for at in range(len(letters)):
        if not ways[at]:
            continue
        ways[at] = sorted(ways[at], key=lambda way: way[0])[:MOST_READINGS]
        for end in range(at + 1, min(at + _LONGEST, len(letters)) + 1):
            piece = _spelled(letters[at:end])
            if piece in whole:
                cost, is_whole = 10, True
            elif piece in _INITIALS:
                cost, is_whole = 21, False
            elif may_go_on and end == len(letters) and piece in beginnings:
                cost, is_whole = 18, False
            else:
                continue
            ways[end].extend((before + cost, (*pieces, (piece, is_whole))) for before, pieces in ways[at])
    return [pieces for _, pieces in sorted(ways[-1], key=lambda way: way[0])[:MOST_READINGS]]


def _spelled(piece: str) -> str:
    """ü as passports write it: lyu is lv."""
    return piece.replace("yu", "v") if piece.startswith(("lyu", "nyu")) else piece
