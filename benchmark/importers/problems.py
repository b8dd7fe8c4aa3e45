"""Defines the error that lists all problems of a benchmark that cannot be imported."""

from collections.abc import Sequence

from benchmark.plurals import counted
from benchmark.tables import TableError, TableProblem


class ImportProblems(ValueError):
    """The benchmark to import has problems, so nothing was imported.

    Args:
        problems: the problems in any order; the error sorts the problems by line.
        source: the name of the table; the line numbers of the problems are lines of this table.
    """

    def __init__(self, problems: Sequence[TableProblem], source: str | None = None) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.line or 0)
        table = f"{source}: " if source else ""
        super().__init__(f"{table}{counted(len(self.problems), 'problem')}; nothing was imported.")

    @classmethod
    def of(cls, message: str, source: str | None = None) -> "ImportProblems":
        """Return the error for one problem that concerns the whole benchmark."""
        return cls([TableProblem(message)], source)

    @classmethod
    def of_table(cls, error: TableError, source: str) -> "ImportProblems":
        """Return the error for a table that cannot be read."""
        return cls(error.found or [TableProblem(str(error))], source)
