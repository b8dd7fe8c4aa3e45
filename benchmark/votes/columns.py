"""The columns of a votes table (docs/tables.md), and the error of a table that cannot be counted."""

from dataclasses import dataclass

from benchmark.protocol import Justification

JUSTIFICATION_COLUMNS = tuple(justification.value for justification in Justification)
SIDE_PAIRS = (("reference", "other"), ("left", "right"))
TAG_COLUMNS = ("style", "hard_case")
SIDE_COLUMNS = tuple(column for pair in SIDE_PAIRS for column in pair)
VOTE_COLUMNS = (
    "study",
    "matchup",
    "pair",
    "image",
    "scenario",
    "annotator",
    *SIDE_COLUMNS,
    "chosen",
    "status",
    *JUSTIFICATION_COLUMNS,
    "cast_at",
    "decision_ms",
    "replaces",
    *TAG_COLUMNS,
)
NEEDED_COLUMNS = ("matchup", "pair", "chosen", "status", *JUSTIFICATION_COLUMNS)
NAME_COLUMNS = (
    "study",
    "matchup",
    "pair",
    "image",
    "scenario",
    "annotator",
    *SIDE_COLUMNS,
    "chosen",
    "status",
    *TAG_COLUMNS,
)
READ_COLUMNS = (*NAME_COLUMNS, *JUSTIFICATION_COLUMNS, "decision_ms")


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in one row; rows count from 1, without a header."""

    row: int
    sentence: str


class VoteTableError(ValueError):
    """A table of votes that cannot be counted; `problems` names each row that is wrong."""

    def __init__(self, message: str, problems: tuple[RowProblem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems
