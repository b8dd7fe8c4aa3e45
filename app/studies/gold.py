"""Adds gold questions to a study. A benchmark defines the gold pairs; submissions contain the clips.

An owner can also make gold questions from the clips of a submission (app/gold_clips). A study asks only gold
questions that the owner confirmed.

Two tags of a pair (the columns `gold` and `gold_against` of the benchmark's CSV) say whether the pair is a
gold question, and which model made the wrong clip. The model `reference` made the correct clip; the model
that the tag names made the wrong clip. benchmark/scenes renders the clips of both models, which are submitted
like all other clips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.security.identity import Principal
from app.security.visibility import sees_submission
from app.studies.own_gold import own_gold
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Matchup, Study
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import SubmissionStatus
from benchmark.wire.drafts import GoldRequest

RIGHT_MODEL = "reference"
# The value of benchmark.scenes.gold.GoldUse, repeated because importing that module would load the whole
# scene engine.
_GOLD = "gold"
# Without a limit of comparisons per annotator, one comparison in ten is a gold question, up to the requested
# number.
_USUAL_BLOCK = 10
LEAST_BLOCK = 2


@dataclass(frozen=True)
class GoldSide:
    """A submission, and the gold pairs for which the submission has clips."""

    submission_id: int
    pair_ids: frozenset[int]


@dataclass(frozen=True)
class GoldMatchup:
    """The submission with the correct clips, the submission with the wrong clips, and their gold pairs."""

    reference_id: int
    other_id: int
    pair_ids: frozenset[int]


def plan_gold(study: Study, wanted: GoldRequest) -> None:
    """Set how often the annotators of a draft study will get a gold question."""
    if wanted.count is not None:
        shown = study.comparisons_per_annotator
        study.gold_block = max(LEAST_BLOCK, shown // wanted.count if shown else _USUAL_BLOCK)
        study.gold_most = wanted.count
    elif wanted.share is not None:
        study.gold_block = max(LEAST_BLOCK, round(1 / wanted.share))


def find_gold(
    session: Session, benchmark: Benchmark, compared: Sequence[tuple[int, int]], *, principal: Principal
) -> list[GoldMatchup]:
    """Return the matchups from which a study can take its gold questions.

    Args:
        compared: the two submissions of each ordinary matchup of the study.

    Raises:
        Invalid: the benchmark has no gold questions, no submission has clips of the gold pairs, or an
            ordinary matchup of the study already compares the submissions that contain the gold clips.
            Invalid is also raised if annotators would recognise the gold clips by a format that no other clip
            of the study has.
    """
    wrong = gold_pairs(session, benchmark)
    sides = [side for both in compared for side in both]
    own = own_gold(session, sides, principal=principal)
    if not wrong and not own:
        raise Invalid(
            f"The benchmark {benchmark.slug} defines no gold questions: its CSV has no column gold. Make "
            "gold questions from the clips of a compared submission, and confirm them on "
            "the page /submissions/ID/gold.",
            code="no_gold",
        )
    right = _side(session, benchmark, RIGHT_MODEL, frozenset().union(*wrong.values()), principal)
    found = [GoldMatchup(*submissions, pair_ids) for submissions, pair_ids in sorted(own.items())]
    for model, pair_ids in sorted(wrong.items()):
        side = _side(session, benchmark, model, pair_ids, principal)
        if right and side and (common := right.pair_ids & side.pair_ids):
            found.append(GoldMatchup(right.submission_id, side.submission_id, common))
    if not found:
        raise Invalid(
            f"Gold questions on {benchmark.slug} need clips of {RIGHT_MODEL} and of "
            f"{' or '.join(sorted(wrong))}, but no final submissions contain them. Submit these clips first.",
            code="no_gold_clips",
        )
    if {frozenset((each.reference_id, each.other_id)) for each in found} & set(map(frozenset, compared)):
        raise Invalid(
            "This study compares the clips that its gold questions would show. Compare other submissions.",
            code="gold_is_compared",
        )
    _refuse_conspicuous(session, found, sides)
    return found


def add_gold_matchups(session: Session, study: Study, gold: Sequence[GoldMatchup], *, first: int) -> None:
    """Add the matchups of gold questions to a draft, from position `first` on."""
    for position, matchup in enumerate(gold, start=first):
        session.add(
            Matchup(
                study_id=study.id,
                position=position,
                reference_id=matchup.reference_id,
                other_id=matchup.other_id,
                is_gold=True,
            )
        )
    session.flush()


def gold_pairs(session: Session, benchmark: Benchmark) -> dict[str, frozenset[int]]:
    """Return the pairs of the gold questions. The keys are the models whose clips are the wrong answers."""
    wrong: dict[str, set[int]] = {}
    for row in session.execute(select(Pair.id, Pair.tags).where(Pair.benchmark_id == benchmark.id)):
        if row.tags.get("gold") == _GOLD and row.tags.get("gold_against"):
            wrong.setdefault(row.tags["gold_against"], set()).add(row.id)
    return {model: frozenset(pair_ids) for model, pair_ids in wrong.items()}


def _side(
    session: Session, benchmark: Benchmark, model: str, pair_ids: frozenset[int], principal: Principal
) -> GoldSide | None:
    """Return the visible final submission that covers the most pairs; if several do, return the oldest."""
    submissions = session.scalars(
        select(Submission.id)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .where(
            VideoModel.slug == model,
            Submission.benchmark_id == benchmark.id,
            Submission.status == SubmissionStatus.FINAL,
            sees_submission(principal),
        )
        .order_by(Submission.id)
    )
    sides = [GoldSide(id, pairs_with_clips(session, id) & pair_ids) for id in submissions.all()]
    return max(sides, key=lambda side: len(side.pair_ids), default=None)


def pairs_with_clips(session: Session, submission_id: int) -> frozenset[int]:
    """Return the pairs for which a submission has a clip with seed 0; gold questions show only this seed."""
    return frozenset(
        session.scalars(select(Clip.pair_id).where(Clip.submission_id == submission_id, Clip.seed == 0))
    )


def _refuse_conspicuous(session: Session, gold: Sequence[GoldMatchup], sides: Sequence[int]) -> None:
    """Refuse a gold clip if no other clip of the study has the same size, length and frame rate."""
    usual = _forms(session, sides)
    for matchup in gold:
        for submission_id in (matchup.reference_id, matchup.other_id):
            if not _forms(session, [submission_id], matchup.pair_ids) <= usual:
                raise Invalid(
                    "The clips of the gold questions differ in size, number of frames or frame rate from the "
                    "study's clips, so annotators would recognise them. Submit gold clips in the study's "
                    "format.",
                    code="gold_stands_out",
                )


def _forms(
    session: Session, submission_ids: Sequence[int], pair_ids: frozenset[int] | None = None
) -> set[tuple[int, int, int, float]]:
    """Return the combinations of size, frame count and frame rate that occur among the submissions' clips.

    If `pair_ids` is given, only the clips of these pairs are read.
    """
    query = select(Clip.width, Clip.height, Clip.frames, Clip.fps).where(
        Clip.submission_id.in_(submission_ids)
    )
    if pair_ids is not None:
        query = query.where(Clip.pair_id.in_(pair_ids))
    return {(row.width, row.height, row.frames, row.fps) for row in session.execute(query.distinct())}
