"""Wire types of drafts: the study fields that the owner can edit until the study opens."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from benchmark.protocol import (
    Language,
    RenditionRecipe,
    WatchGate,
)
from benchmark.wire.allocation import Allocation
from benchmark.wire.common import Flag, Line, Paragraphs, RequestModel, Seed, Slug, SubmissionName
from benchmark.wire.pay import HourlyPay
from benchmark.wire.phases import Phases
from benchmark.wire.rules import Rules
from benchmark.wire.studies import StudyResponse
from benchmark.wire.translations import Languages, Translations, own_texts


class MatchupRequest(RequestModel):
    """A matchup of a new study: two submissions, each with the seed of its clips.

    A null seed means the smallest seed of the submission. If `renditions` is null, the matchup uses the
    renditions of the study.

    Name a submission by its id, or as `model` or `model@label`.
    """

    reference: SubmissionName
    other: SubmissionName
    reference_seed: Seed | None = None
    other_seed: Seed | None = None
    renditions: RenditionRecipe | None = None


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
    """The study fields that the owner can edit until the study opens."""

    title: Line
    benchmark: Slug
    matchups: Annotated[Matchups, Field(min_length=1)]
    votes_per_comparison: PanelSize = 5
    instructions: Paragraphs = ""
    comparisons_per_annotator: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    lease_s: Annotated[int, Field(ge=5, le=86_400)] = 900
    watch_gate: WatchGate = WatchGate.DELIVERED
    renditions: RenditionRecipe = RenditionRecipe.REMUX
    require_justification: Flag = True
    seed: Annotated[int, Field(ge=0, lt=2**62)] | None = None
    gold: GoldRequest | None = None
    phases: Phases | None = None
    rules: Rules | None = None
    language: Language = Language.EN
    hourly_pay: HourlyPay | None = None
    allocation: Allocation | None = None
    languages: Languages = tuple(Language)
    translations: Translations = Field(default_factory=dict)

    @model_validator(mode="after")
    def _translations_fit(self) -> Self:
        if self.language not in self.languages:
            raise ValueError("languages must contain language")
        texts = own_texts(title=self.title, instructions=self.instructions, phases=self.phases)
        for language, translated in self.translations.items():
            if language not in self.languages or language is self.language:
                raise ValueError(f"translations.{language}: the study does not offer this language")
            unknown = [text for text in translated if text not in texts]
            if unknown:
                raise ValueError(f"translations.{language}: the study has no text {unknown[0][:60]!r}")
        return self

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


class DraftRequest(DraftFields):
    """A request to replace all fields of a draft.

    `revision` is the revision of the draft that the sender has seen. If the seed is null, the draft keeps its
    seed.
    """

    revision: Annotated[int, Field(ge=1, lt=2**31)]

    @classmethod
    def of(cls, study: StudyResponse) -> Self:
        """Return a request with the draft's current fields; change the request with `model_copy`."""
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
                renditions=each.renditions,
            )
            for each in study.matchups
            if each.closed_at is None
        ]
        gold = GoldRequest.of(study.gold_block, study.gold_most)
        return cls(**fields | {"matchups": open_matchups, "gold": gold, "revision": study.revision})
