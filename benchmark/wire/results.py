"""Results of a study."""

from benchmark.protocol import StudyStatus
from benchmark.wire.common import ResponseModel


class ResultsResponse(ResponseModel):
    """`preferences` has one object per matchup; the keys are the columns listed in docs/tables.md."""

    study: str
    status: StudyStatus
    interim: bool
    votes_per_comparison: int
    preferences: list[dict[str, str | int | float | None]]
