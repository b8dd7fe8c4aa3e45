"""Wire types for the results of a study."""

from benchmark.protocol import StudyStatus
from benchmark.wire.common import ResponseModel


class ResultsResponse(ResponseModel):
    """A study's results. `preferences` has one object per matchup; docs/tables.md explains the fields."""

    study: str
    status: StudyStatus
    interim: bool
    votes_per_comparison: int
    preferences: list[dict[str, str | int | float | None]]
