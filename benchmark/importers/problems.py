"""The problems of a benchmark that cannot be imported; all of them are reported at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.plurals import counted


@dataclass(frozen=True)
class Problem:
    """One problem.

    Attributes:
        row: the row number as a spreadsheet shows it (the header is row 1); None for the whole folder.
        message: a sentence.
    """

    row: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.row is None else f"row {self.row}: {self.message}"


class ImportProblems(ValueError):
    """A benchmark cannot be imported, and nothing of it was; `problems` are sorted by row."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.row or 0)
        super().__init__(f"{counted(len(self.problems), 'problem')}; nothing was imported.")
