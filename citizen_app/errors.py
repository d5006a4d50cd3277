"""The tree of errors. Pure: imported by every room, imports nothing of ours.

AppError
├── NotFound                a thing that was asked for by name does not exist (404)
├── InvalidInput            what came in cannot be taken; carries one InputProblem a fault (422)
├── Conflict                right in itself, but not now: a replayed message, a second import (409)
├── Refused                 the caller may not do this: bad or missing signature, link or role (401)
└── Unavailable             a part we depend on does not answer: database, Redis (503)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class InputProblem:
    """One fault in something that came in: where it is, what was there, what is wrong with it.

    `row` is what a person would call the place: "facilities.csv row 7", "record 3", "$.lots[3]".
    `field` is the *sender's* name of the field. `value` is what was found, shortened to 80 characters.
    """

    row: str
    field: str
    value: str
    message: str

    def __str__(self) -> str:
        return f"{self.row}: {self.field} = {self.value!r}: {self.message}"


def problem(row: object, field: str, value: object, message: str) -> InputProblem:
    """Make an InputProblem, with the value shortened so that no payload ends up in a log.

    Half characters (lone surrogates, which JSON can smuggle in) become "?": a problem can always be written out.
    """
    texts = (str(row), field[:80], str(value)[:80], message)
    return InputProblem(*(text.encode("utf-8", "replace").decode() for text in texts))


class AppError(Exception):
    """Root of every error that we raise on purpose. `str(error)` is fit to be shown to the caller."""


class NotFound(AppError):
    """A thing that was asked for by name does not exist."""


class InvalidInput(AppError):
    """What came in cannot be taken. Nothing was changed."""

    def __init__(self, problems: Sequence[InputProblem] | str) -> None:
        self.problems: tuple[InputProblem, ...] = () if isinstance(problems, str) else tuple(problems)
        super().__init__(problems if isinstance(problems, str) else "\n".join(map(str, self.problems)))


class Conflict(AppError):
    """Right in itself, but not now: a replayed message, a second import at once."""


class Refused(AppError):
    """The caller may not do this."""


class Unavailable(AppError):
    """A part that we depend on does not answer."""
