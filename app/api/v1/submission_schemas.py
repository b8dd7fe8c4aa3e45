"""Shapes of what is asked and answered about models, their submissions and clips."""

from datetime import datetime
from typing import Any

from app.api.v1.schemas import Address, Answer, Body, Label, Line, OptionalLine, Paragraphs, Slug
from benchmark.protocol import SubmissionStatus


class ModelBody(Body):
    name: Line
    description: Paragraphs = ""
    url: Address = ""
    licence: OptionalLine = ""


class ModelAnswer(Answer):
    slug: str
    name: str
    description: str
    url: str
    licence: str
    created_at: datetime


class SubmissionBody(Body):
    model: Slug
    benchmark: Slug
    label: Label = ""


class SubmissionAnswer(Answer):
    id: str
    model: str
    label: str
    benchmark: str
    benchmark_version: int
    status: SubmissionStatus
    is_partial: bool
    expected: int
    received: int
    created_at: datetime
    finalised_at: datetime | None
    withdrawn_at: datetime | None


class SubmissionDetail(SubmissionAnswer):
    missing: list[str]
    problems: list[str]


class ClipAnswer(Answer):
    pair_id: str
    sha256: str
    bytes: int
    codec: str
    width: int
    height: int
    frames: int
    fps: float
    duration_s: float
    is_static: bool
    first_frame_distance: float | None
    provenance: dict[str, Any] | None


class ClipsAnswer(Answer):
    clips: list[ClipAnswer]
    next_cursor: str | None


class FinaliseBody(Body):
    allow_partial: bool = False


class ReasonBody(Body):
    reason: Line
