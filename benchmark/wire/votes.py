"""Wire types for voting: the next assignment, and requests to vote, skip and undo."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, field_validator

from benchmark.protocol import Choice, Justification, SkipReason
from benchmark.wire.common import RequestModel, ResponseModel, Token


class NextAssignmentRequest(RequestModel):
    after: Token | None = None


class AssignmentResponse(ResponseModel):
    token: str
    prompt: str
    image_url: str
    left_url: str
    right_url: str
    expires_at: datetime
    done: int
    total: int
    fps: float
    frames: int
    width: int
    height: int


class PreviousVote(ResponseModel):
    choice: Choice
    justifications: list[Justification]


class UndoResponse(AssignmentResponse):
    previous: PreviousVote


Milliseconds = Annotated[int, Field(ge=0, le=2**31 - 1)]


class VoteRequest(RequestModel):
    choice: Choice
    justifications: Annotated[tuple[Justification, ...], Field(max_length=len(Justification))] = ()
    decision_ms: Milliseconds | None = None
    left_watched_ms: Milliseconds | None = None
    right_watched_ms: Milliseconds | None = None

    @field_validator("justifications")
    @classmethod
    def _each_once(cls, ticked: tuple[Justification, ...]) -> tuple[Justification, ...]:
        if len(set(ticked)) < len(ticked):
            raise ValueError("name each justification at most once")
        return ticked


class VoteResponse(ResponseModel):
    choice: Choice
    justifications: list[Justification]
    cast_at: datetime


class SkipRequest(RequestModel):
    reason: SkipReason
