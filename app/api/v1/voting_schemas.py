"""Shapes of what is asked and answered while voting."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, field_validator

from app.api.v1.schemas import Answer, Body, Token
from benchmark.protocol import Choice, Justification, SkipReason


class NextAssignmentBody(Body):
    after: Token | None = None


class AssignmentAnswer(Answer):
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


class PreviousAnswer(Answer):
    choice: Choice
    justifications: list[Justification]


class UndoneAnswer(AssignmentAnswer):
    previous: PreviousAnswer


Milliseconds = Annotated[int, Field(ge=0, le=2**31 - 1)]


class VoteBody(Body):
    choice: Choice
    justifications: Annotated[tuple[Justification, ...], Field(max_length=len(Justification))] = ()
    decision_ms: Milliseconds | None = None
    left_watched_ms: Milliseconds | None = None
    right_watched_ms: Milliseconds | None = None

    @field_validator("justifications")
    @classmethod
    def _each_once(cls, ticked: tuple[Justification, ...]) -> tuple[Justification, ...]:
        if len(set(ticked)) < len(ticked):
            raise ValueError("each justification at most once")
        return ticked


class VoteAnswer(Answer):
    choice: Choice
    justifications: list[Justification]
    cast_at: datetime


class SkipBody(Body):
    reason: SkipReason
