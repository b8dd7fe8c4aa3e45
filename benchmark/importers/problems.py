"""What is wrong with a benchmark somebody wants to import, all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.plurals import counted


@dataclass(frozen=True)
class Problem:
    """One thing to mend.

    Attributes:
        row: as a spreadsheet numbers it, the header being row 1; None where the folder as a whole is meant.
        message: a sentence.
    """

    row: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.row is None else f"row {self.row}: {self.message}"


class ImportProblems(ValueError):
    """The benchmark cannot be imported; nothing of it was. `problems` are in the order of their rows."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.row or 0)
        super().__init__(f"{counted(len(self.problems), 'problem')}; nothing was imported.")
