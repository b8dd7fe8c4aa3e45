"""Wire types of studies: protocol and progress."""

from datetime import datetime

from benchmark.protocol import (
    Language,
    RenditionRecipe,
    Side,
    StudyKind,
    StudyStatus,
    TaskStatus,
    Visibility,
    WatchGate,
)
from benchmark.wire.allocation import Allocation
from benchmark.wire.common import PageResponse, ResponseModel
from benchmark.wire.pay import HourlyPay
from benchmark.wire.phases import Phases
from benchmark.wire.rules import Rules


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
    renditions: RenditionRecipe | None
    comparisons: int
    votes: int
    closed_at: datetime | None
    close_reason: str | None
    rendition_losses: list[RenditionLossResponse]


class PreparationResponse(ResponseModel):
    """The progress of renditions (prepared clips): they are ready for `done` of `total` comparisons."""

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
    allocation: Allocation | None
    language: Language
    hourly_pay: HourlyPay | None
    languages: tuple[Language, ...]
    translations: dict[Language, dict[str, str]]
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
    # The revision of the draft. A request to edit the draft must contain this number.
    revision: int
    # The newest version of the protocol; null for a draft.
    protocol_version: int | None


class StudiesResponse(PageResponse):
    studies: list[StudyResponse]


class CheckResponse(ResponseModel):
    """One sentence for each stored counter that differs from a recount of the votes."""

    differences: list[str]
