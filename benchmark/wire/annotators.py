"""Annotators of a study: figures, exclusions, reinstatements."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from benchmark.protocol import Flag
from benchmark.wire.common import OneLine, RequestModel, ResponseModel

# As long as the column.
MAX_REASON_CHARS = 400

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_REASON_CHARS), OneLine
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=400), OneLine]


class DecisionRequest(RequestModel):
    """The reason; `matchup` and `pair`, as the votes table names them, limit it to one vote."""

    reason: Reason
    matchup: Name | None = None
    pair: Name | None = None


class ChangeResponse(ResponseModel):
    """How many votes became what; all zero if nothing was left to change."""

    excluded: int
    valid: int
    surplus: int


class AnnotatorResponse(ResponseModel):
    """One annotator; shares in percent, null without data (docs/annotators.md)."""

    annotator: str
    votes: int
    valid: int
    excluded: int
    other: int
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
    excluded_at: datetime | None
    excluded_reason: str | None
    left_at: datetime | None
