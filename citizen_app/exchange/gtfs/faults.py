"""What is wrong with a feed, all of it at once. Pure.

A problem breaks a reference or a time: the feed is refused. A warning names what was repaired, left out or kept as it is.
"""

from __future__ import annotations

from citizen_app.errors import InputProblem, problem

MOST_NAMED = 200


class Faults:
    """Collects both kinds; names the first of each, counts the rest."""

    def __init__(self) -> None:
        self.problems: list[InputProblem] = []
        self.warnings: list[InputProblem] = []
        self.problem_count = 0
        self.warning_count = 0

    def error(self, file: str, row: int | None, field: str, value: object, message: str) -> None:
        """`row` counts as a spreadsheet does, the header is row 1; None is the file as a whole."""
        self.problem_count += 1
        if len(self.problems) < MOST_NAMED:
            self.problems.append(problem(_place(file, row), field, value, message))

    def warn(self, file: str, row: int | None, field: str, value: object, message: str) -> None:
        self.warning_count += 1
        if len(self.warnings) < MOST_NAMED:
            self.warnings.append(problem(_place(file, row), field, value, message))


def _place(file: str, row: int | None) -> str:
    return file if row is None else f"{file} row {row}"
