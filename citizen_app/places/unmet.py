"""Which words that nothing was found for may be counted: what can be the name of a place, and no number of a person's. Pure."""

from __future__ import annotations

import re
import unicodedata

from citizen_app.places.search.fold import fold

MOST_CHARACTERS = 20
_MOST_HANZI = 12    # the longest names of places have nine; what is longer is a sentence
_NAME = re.compile(r"[^\W\d_]+(?:[ ·'’-]?[^\W\d_]+)*")
_LINE = re.compile(r"[a-z]?\d{1,3}[a-z]?[路线]?")
_HANZI = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_NUMERALS = re.compile(r"[〇零一二三四五六七八九十两壹贰叁肆伍陆柒捌玖幺]{4}")


def countable(asked: str) -> str:
    """The words that somebody typed as they are counted, as the search understands them; "" for what is not counted.

    Names are letters and characters, at most 20, with single spaces between; the number of a line has at most three digits.
    So no phone number, plate, identity number or address of a mailbox is ever kept, nor a number in Chinese numerals.
    """
    plain = " ".join(unicodedata.normalize("NFKC", asked).split()).casefold()
    if not 2 <= len(plain) <= MOST_CHARACTERS or len(_HANZI.findall(plain)) > _MOST_HANZI or _NUMERALS.search(plain):
        return ""
    return fold(plain) if _NAME.fullmatch(plain) or _LINE.fullmatch(plain) else ""
