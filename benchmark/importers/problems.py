"""The error of a benchmark that cannot be imported; it contains all problems."""

from collections.abc import Sequence

from benchmark.plurals import counted
from benchmark.tables import TableError, TableProblem


class ImportProblems(ValueError):
    """A benchmark cannot be imported, and nothing of it was.

    Args:
        problems: in any order; sorted by line.
        source: the name of the table that the lines are of.
    """

    def __init__(self, problems: Sequence[TableProblem], source: str | None = None) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        table = f"{source}: " if source else ""
        super().__init__(f"{table}{counted(len(self.problems), 'problem')}; nothing was imported.")

    @classmethod
    def of(cls, message: str, source: str | None = None) -> "ImportProblems":
        """Return the error with one problem of the whole benchmark."""
        return cls([TableProblem(message)], source)

    @classmethod
    def of_table(cls, error: TableError, source: str) -> "ImportProblems":
        """Return the error of a table that cannot be read."""
        return cls(error.found or [TableProblem(str(error))], source)
