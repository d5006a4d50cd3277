"""Writing folded to one way: width, case, traditional characters, accents, numerals, signs between words. Pure."""

from __future__ import annotations

import re
import unicodedata

from citizen_app.places.search.characters import simplified

MOST_CHARACTERS = 40    # no name is longer, and no more of a query is looked at
_ACCENTS = str.maketrans(dict.fromkeys("\u0300\u0301\u0302\u0304\u0306\u0308\u030a\u030c"))
_NOT_A_WORD = re.compile(r"[^a-z0-9\u3400-\u9fff]+")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z]+|[0-9]+")
_NUMERALS = {sign: digit for digit, sign in enumerate("零一二三四五六七八九")} | {"幺": 1, "两": 2}
_SPOKEN = re.compile(r"[零一二三四五六七八九幺两]+")
_TENS = re.compile(r"([一二三四五六七八九]?)(百)?零?([一二三四五六七八九]?)十([一二三四五六七八九]?)")
_HUNDREDS = re.compile(r"([一二三四五六七八九])百(?:零([一二三四五六七八九]))?")


def fold(text: str) -> str:
    """Half width, small letters, simplified characters, ü as v; one space for whatever is between words. May be empty."""
    text = unicodedata.normalize("NFKD", text[:8 * MOST_CHARACTERS]).lower().replace("u\u0308", "v").replace("〇", "零")
    text = "".join(map(simplified, unicodedata.normalize("NFC", text.translate(_ACCENTS))))
    return _NOT_A_WORD.sub(" ", text).strip()[:MOST_CHARACTERS].strip()


def squeeze(folded: str) -> str:
    """Without the spaces."""
    return folded.replace(" ", "")


def runs_of(folded: str) -> list[str]:
    """The pieces of one script each: `光m 106` is 光, m, 106."""
    return _RUN.findall(folded)


def is_hanzi(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"


def fold_numerals(text: str) -> str:
    """Chinese numerals as digits: 十八浒 is 18浒, 一零六路 is 106路, 一百零六 is 106. Names and queries go the same way."""
    text = _TENS.sub(_tens, text.replace("两百", "二百"))
    text = _HUNDREDS.sub(lambda found: f"{_NUMERALS[found[1]]}0{_NUMERALS.get(found[2] or '', 0)}", text)
    return _SPOKEN.sub(lambda found: "".join(str(_NUMERALS[sign]) for sign in found[0]), text)


def _tens(found: re.Match[str]) -> str:
    first, hundred, second, last = found.groups()
    if hundred and first:
        return f"{_NUMERALS[first]}{_NUMERALS.get(second, 1)}{_NUMERALS.get(last, 0)}"
    ahead = "百" if hundred else ""
    tens = second or first
    lead = first if second and first else ""
    return f"{lead}{ahead}{_NUMERALS.get(tens, 1)}{_NUMERALS.get(last, 0)}"
