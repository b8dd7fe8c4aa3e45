"""Wire types for studies: protocol, progress, invitations."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from benchmark.protocol import (
    AnnotatorKind,
    Language,
    RenditionRecipe,
    Side,
    StudyKind,
    StudyStatus,
    TaskStatus,
    Visibility,
    WatchGate,
)
from benchmark.wire.common import (
    Line,
    OneLine,
    PageResponse,
    Paragraphs,
    RequestModel,
    ResponseModel,
    Seed,
    Slug,
    SubmissionName,
)
from benchmark.wire.phases import Phases
from benchmark.wire.rules import Rules

# The maximum number of links that one request creates.
MAX_INVITATIONS = 1000
# The number that is added to a label has up to five more characters, and the column has 200.
InvitationLabel = Annotated[str, StringConstraints(strip_whitespace=True, max_length=190), OneLine]
# The kinds of annotators that a link can admit. Judges and imported annotators need no link.
InvitationKind = Literal[AnnotatorKind.PARTICIPANT, AnnotatorKind.PILOT, AnnotatorKind.PREVIEW]


class MatchupRequest(RequestModel):
    """A matchup of a new study: two submissions, each with the seed of its clips.

    A null seed means the smallest seed of the submission.

    A submission is named by its id, or as `model` or `model@label`.
    """

    reference: SubmissionName
    other: SubmissionName
    reference_seed: Seed | None = None
    other_seed: Seed | None = None


class GoldRequest(RequestModel):
    """How many gold questions each annotator gets: a total number, or a share of the comparisons."""

    count: Annotated[int, Field(ge=1, le=1000)] | None = None
    share: Annotated[float, Field(gt=0, le=0.5, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.count is None) == (self.share is None):
            raise ValueError("give either count or share")
        return self

    @classmethod
    def of(cls, block: int | None, most: int | None) -> "GoldRequest | None":
        """Return the request that corresponds to a study's `gold_block` and `gold_most`."""
        if most is not None:
            return cls(count=most)
        return cls(share=1 / block) if block is not None else None


def _odd(votes: int) -> int:
    if votes % 2 == 0:
        raise ValueError("must be odd, so that a full panel always has a majority")
    return votes


PanelSize = Annotated[int, Field(ge=1, le=99), AfterValidator(_odd)]
Matchups = Annotated[list[MatchupRequest], Field(max_length=2000)]


class DraftFields(RequestModel):
    """The fields of a study that can be edited until the study opens."""

    title: Line
    benchmark: Slug
    matchups: Annotated[Matchups, Field(min_length=1)]
    votes_per_comparison: PanelSize = 5
    instructions: Paragraphs = ""
    comparisons_per_annotator: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    lease_s: Annotated[int, Field(ge=5, le=86_400)] = 900
    watch_gate: WatchGate = WatchGate.DELIVERED
    renditions: RenditionRecipe = RenditionRecipe.REMUX
    require_justification: bool = True
    seed: Annotated[int, Field(ge=0, lt=2**62)] | None = None
    gold: GoldRequest | None = None
    phases: Phases | None = None
    rules: Rules | None = None
    language: Language = Language.EN

    @model_validator(mode="after")
    def _quiz_has_questions(self) -> Self:
        if self.phases is not None and self.phases.quiz is not None and self.gold is None:
            raise ValueError("a quiz asks gold questions: set gold too")
        return self

    @model_validator(mode="after")
    def _rules_can_be_checked(self) -> Self:
        if self.rules is None:
            return self
        if self.rules.gold is not None and self.gold is None:
            raise ValueError("the rule gold needs gold questions: set gold too")
        if self.rules.consistency is not None and not self.rules.repeats:
            raise ValueError("the rule consistency needs repeats: set rules.repeats too")
        shown = self.comparisons_per_annotator
        if self.rules.repeats and (shown is None or 4 * self.rules.repeats > shown):
            raise ValueError("repeats need comparisons_per_annotator, at least four for each repeat")
        return self


class StudyRequest(DraftFields):
    """A request to create a study as a draft."""

    slug: Slug


class RenditionLossResponse(ResponseModel):
    """The parts of one side's clips that annotators do not see, such as cropped pixels and cut frames.

    `length`, `width`, `height` and `frame_rate` are the largest losses in a single clip, as shares from 0 to
    1. `pairs` is the number of clips that are shortened or cropped; `all_pairs` is the number of all clips of
    the side.
    """

    side: Side
    length: float
    width: float
    height: float
    frame_rate: float
    pairs: int
    all_pairs: int
    sentence: str


class MatchupResponse(ResponseModel):
    reference: str
    other: str
    reference_id: str
    reference_seed: int
    other_id: str
    other_seed: int
    comparisons: int
    votes: int
    closed_at: datetime | None
    close_reason: str | None
    rendition_losses: list[RenditionLossResponse]


class PreparationResponse(ResponseModel):
    """The progress of a study's renditions: the renditions of `done` of `total` comparisons are ready."""

    status: TaskStatus
    done: int
    total: int
    error: str


class StudyResponse(ResponseModel):
    slug: str
    kind: StudyKind
    visibility: Visibility
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
    phases: Phases | None
    rules: Rules | None
    language: Language
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    archived_at: datetime | None
    # The time after which the deleted study is removed; null unless the owner deleted it.
    deletes_at: datetime | None
    votes: int
    votes_wanted: int
    annotators: int
    matchups: list[MatchupResponse]
    preparation: PreparationResponse | None
    # Whether the study runs as a pilot, in which no vote counts.
    is_pilot: bool
    # The revision of the draft, which an edit names.
    revision: int
    # The newest version of the protocol; null for a draft.
    protocol_version: int | None


class DraftRequest(DraftFields):
    """A request to replace all fields of a draft.

    `revision` is the revision of the draft that the sender has seen. If the seed is null, the draft keeps its
    seed.
    """

    revision: Annotated[int, Field(ge=1, lt=2**31)]

    @classmethod
    def of(cls, study: StudyResponse) -> Self:
        """Return the request that would not change the draft. Change its fields with `model_copy`."""
        fields = {
            name: getattr(study, name)
            for name in DraftFields.model_fields.keys() & StudyResponse.model_fields.keys()
        }
        open_matchups = [
            MatchupRequest(
                reference=each.reference_id,
                reference_seed=each.reference_seed,
                other=each.other_id,
                other_seed=each.other_seed,
            )
            for each in study.matchups
            if each.closed_at is None
        ]
        gold = GoldRequest.of(study.gold_block, study.gold_most)
        return cls(**fields | {"matchups": open_matchups, "gold": gold, "revision": study.revision})


class StudiesResponse(PageResponse):
    studies: list[StudyResponse]


class CheckResponse(ResponseModel):
    """One sentence for each stored counter that differs from a recount of the votes."""

    differences: list[str]


class InvitationsRequest(RequestModel):
    """A request for invitation links. Votes from a `pilot` or `preview` link never count.

    `label` is a note about the people who get the links. If several links are created, each link's label gets
    a number.
    """

    count: Annotated[int, Field(ge=1, le=MAX_INVITATIONS)]
    kind: InvitationKind = AnnotatorKind.PARTICIPANT
    label: InvitationLabel = ""


class InvitationsResponse(ResponseModel):
    links: list[str]
