"""Wire types for annotators of a study: statistics, exclusions, reinstatements."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from benchmark.protocol import AnnotatorKind, Flag
from benchmark.wire.common import OneLine, PageResponse, RequestModel, ResponseModel
from benchmark.wire.rules import RuleResultResponse

# The length of the database column.
MAX_REASON_CHARS = 400

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_REASON_CHARS), OneLine
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=400), OneLine]


class DecisionRequest(RequestModel):
    """The reason for an exclusion or reinstatement.

    If the request names `matchup` and `pair` (as in the votes table), the decision applies only to that vote.
    """

    reason: Reason
    matchup: Name | None = None
    pair: Name | None = None


class ChangeResponse(ResponseModel):
    """For each status, the number of votes that an exclusion or reinstatement changed to this status.

    All numbers are 0 if no vote changed.
    """

    excluded: int
    valid: int
    surplus: int


class DismissalRequest(RequestModel):
    """The reason for the dismissal of a flag."""

    reason: Reason


class DismissedFlagResponse(ResponseModel):
    """A flag that the owner of the study dismissed: the reason, who dismissed the flag, and when."""

    flag: Flag
    reason: str
    actor: str
    at: datetime


class AnnotatorResponse(ResponseModel):
    """Statistics of one annotator. Shares are in percent; null means no data (docs/annotators.md)."""

    annotator: str
    kind: AnnotatorKind
    votes: int
    valid: int
    excluded: int
    other: int
    repeats: int
    repeats_same: int
    rules: list[RuleResultResponse]
    gold: float | None
    gold_low: float | None
    gold_high: float | None
    gold_n: int
    left: float | None
    left_low: float | None
    left_high: float | None
    side_p: float | None
    median_ms: int | None
    clip_ms: int | None
    fast: float | None
    agreement: float | None
    agreement_low: float | None
    agreement_high: float | None
    agreement_n: int
    longest_run: int | None
    same_ticks: float
    flags: list[Flag]
    dismissed_flags: list[DismissedFlagResponse]
    excluded_at: datetime | None
    excluded_reason: str | None
    left_at: datetime | None


class AnnotatorsResponse(PageResponse):
    annotators: list[AnnotatorResponse]
