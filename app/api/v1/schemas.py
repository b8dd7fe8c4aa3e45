"""Shapes of requests and answers; a field nobody knows is an error, not a shrug."""

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from benchmark.protocol import (
    Choice,
    Justification,
    RenditionRecipe,
    SkipReason,
    StudyStatus,
    SubmissionStatus,
    WatchGate,
)

_MOST_INT = 2**31 - 1


def _one_line(text: str) -> str:
    if any(unicodedata.category(letter) in _CONTROL for letter in text):
        raise ValueError("line breaks and control characters are not allowed")
    return text


def _paragraphs(text: str) -> str:
    if any(unicodedata.category(letter) == "Cc" and letter not in "\r\n\t" for letter in text):
        raise ValueError("control characters are not allowed")
    return text


# Control characters, line and paragraph separators: PostgreSQL refuses some, tables and logs break on others.
_CONTROL = ("Cc", "Zl", "Zp")
OneLine = AfterValidator(_one_line)
# Lengths are those of the columns; PostgreSQL refuses what is longer.
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), OneLine]
OptionalLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), OneLine]
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^(https?://.*)?$"), OneLine
]
Paragraphs = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=10_000), AfterValidator(_paragraphs)
]
SLUG = r"^[a-z0-9][a-z0-9._-]{0,63}$"
Slug = Annotated[str, StringConstraints(pattern=SLUG)]
Label = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$")]
PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]

SlugPath = Annotated[str, Path(pattern=SLUG)]
PublicIdPath = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
TokenPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{43}$")]
PAIR_ID = r"^[^\x00-\x1f/\\]+$"
PairIdPattern = Annotated[str, StringConstraints(max_length=400, pattern=PAIR_ID)]
PairIdPath = Annotated[str, Path(max_length=400, pattern=PAIR_ID)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class ErrorAnswer(Answer):
    error: str
    message: str
    request_id: str
    problems: list[str] | None = None


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


class BenchmarkAnswer(Answer):
    slug: str
    version: int
    title: str
    source: str
    licence: str
    content_hash: str
    pairs: int
    images: int
    prompts: int
    scenarios: int


class PairAnswer(Answer):
    pair_id: str
    image: str
    prompt: str
    scenario: str
    tags: dict[str, str]
    image_url: str


class PairsAnswer(Answer):
    pairs: list[PairAnswer]
    next_cursor: str | None


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


class MatchupBody(Body):
    reference: PublicId
    other: PublicId


class GoldBody(Body):
    """How often an annotator gets a gold question: so many in all, or in such a share of comparisons."""

    count: Annotated[int, Field(ge=1, le=1000)] | None = None
    share: Annotated[float, Field(gt=0, le=0.5, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.count is None) == (self.share is None):
            raise ValueError("give either count or share")
        return self


class StudyBody(Body):
    slug: Slug
    title: Line
    benchmark: Slug
    matchups: Annotated[list[MatchupBody], Field(min_length=1, max_length=2000)]
    votes_per_comparison: Annotated[int, Field(ge=1, le=99)] = 5
    instructions: Paragraphs = ""
    comparisons_per_annotator: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    lease_s: Annotated[int, Field(ge=5, le=86_400)] = 900
    watch_gate: WatchGate = WatchGate.DELIVERED
    renditions: RenditionRecipe = RenditionRecipe.REMUX
    require_justification: bool = True
    seed: Annotated[int, Field(ge=0, lt=2**62)] | None = None
    gold: GoldBody | None = None

    @field_validator("votes_per_comparison")
    @classmethod
    def _panel_is_odd(cls, votes: int) -> int:
        if votes % 2 == 0:
            raise ValueError("must be odd, so that a full panel always has a majority")
        return votes


class MatchupAnswer(Answer):
    reference: str
    other: str
    reference_id: str
    other_id: str
    comparisons: int
    votes: int
    closed_at: datetime | None
    close_reason: str | None


class StudyAnswer(Answer):
    slug: str
    title: str
    instructions: str
    benchmark: str
    benchmark_version: int
    status: StudyStatus
    votes_per_comparison: int
    comparisons_per_annotator: int | None
    lease_s: int
    watch_gate: WatchGate
    renditions: RenditionRecipe
    require_justification: bool
    seed: int
    gold_block: int | None
    gold_most: int | None
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    votes: int
    votes_wanted: int
    annotators: int
    matchups: list[MatchupAnswer]


class InvitationsBody(Body):
    count: Annotated[int, Field(ge=1, le=1000)]


class InvitationsAnswer(Answer):
    links: list[str]


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


Milliseconds = Annotated[int, Field(ge=0, le=_MOST_INT)]


class VoteBody(Body):
    choice: Choice
    justifications: Annotated[list[Justification], Field(max_length=len(Justification))] = []
    decision_ms: Milliseconds | None = None
    left_watched_ms: Milliseconds | None = None
    right_watched_ms: Milliseconds | None = None

    @field_validator("justifications")
    @classmethod
    def _each_once(cls, ticked: list[Justification]) -> list[Justification]:
        if len(set(ticked)) < len(ticked):
            raise ValueError("each justification at most once")
        return ticked


class VoteAnswer(Answer):
    choice: Choice
    justifications: list[Justification]
    cast_at: datetime


class SkipBody(Body):
    reason: SkipReason


class RenewedAnswer(Answer):
    expires_at: datetime
