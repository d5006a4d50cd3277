"""Many short lines as one long string, so that a search through all of them is one scan. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence


class Book:
    """Lines without line ends in them. What is found comes in the order of the lines."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.text = "\n" + "\n".join(lines) + "\n"
        self._starts = array("I")
        at = 1
        for line in lines:
            self._starts.append(at)
            at += len(line) + 1

    def line(self, number: int) -> str:
        start = self._starts[number]
        return self.text[start:self.text.index("\n", start)]

    def start(self, number: int) -> int:
        return self._starts[number]

    def find(self, needle: str, most: int) -> Iterator[tuple[int, int]]:
        """Where it stands: number of the line and place in it; at most `most` places."""
        text, starts = self.text, self._starts
        at = text.find(needle)
        while at >= 0 and most > 0:
            number = bisect_right(starts, at) - 1
            yield number, at - starts[number]
            most -= 1
            at = text.find(needle, at + 1)

    def find_beginning(self, needle: str, most: int) -> Iterator[int]:
        """The numbers of the lines that begin with it."""
        text, starts = self.text, self._starts
        mark = "\n" + needle
        at = text.find(mark)
        while at >= 0 and most > 0 and at + 1 < len(text):
            yield bisect_right(starts, at + 1) - 1
            most -= 1
            at = text.find(mark, at + 1)
