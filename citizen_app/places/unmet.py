"""Which words that nothing was found for may be counted: what can be the name of a place, and nothing that can be a person's. Pure."""

from __future__ import annotations

import re

MOST_CHARACTERS = 20
_NAME = re.compile(r"[^\W\d_]+(?:[ ·'’-]?[^\W\d_]+)*")
_LINE = re.compile(r"[A-Za-z]?\d{1,3}[A-Za-z]?[路线]?")


def countable(text: str) -> str:
    """The words as they are counted, "" for what is not.

    Names are letters and characters, at most 20, with single spaces between; the number of a line has at most three digits.
    So no phone number, address of a house, plate or identity number is ever kept.
    """
    plain = " ".join(text.split()).casefold()
    if not 2 <= len(plain) <= MOST_CHARACTERS:
        return ""
    return plain if _NAME.fullmatch(plain) or _LINE.fullmatch(plain) else ""
