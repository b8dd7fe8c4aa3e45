"""Creates the comparisons of a study: when the study opens, and when it gets another matchup."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.studies.allocation import batches_of_pairs, is_allocated
from app.studies.gold_comparisons import lay_out_gold
from app.tables.bench import Benchmark, Pair
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Clip
from benchmark.design import shuffle_key


def lay_out_comparisons(session: Session, study: Study) -> None:
    """Create the comparisons of a study that is being opened, and its gold questions.

    Raises:
        Conflict: the two sides of a matchup have no pair in common, or there are too few gold questions for
            the study's quiz.
    """
    matchups = session.scalars(
        select(Matchup.id).where(
            Matchup.study_id == study.id, Matchup.closed_at.is_(None), Matchup.is_gold.is_(False)
        )
    )
    lay_out_gold(session, study, session.get_one(Benchmark, study.benchmark_id))
    add_comparisons(session, study, set(matchups))
    study.unfilled_comparisons = count_unfilled(session, study)


def add_comparisons(session: Session, study: Study, matchup_ids: set[int]) -> None:
    """Create a comparison for each of these matchups and each pair, if both sides have a clip of the pair.

    If the study is limited to some scenarios, pairs of other scenarios are left out.

    Raises:
        Conflict: the two sides of a matchup have no pair in common.
    """
    keys = _common_pairs(session, study, matchup_ids)
    batches = batches_of_pairs(session, study)
    if not keys or matchup_ids - {matchup_id for matchup_id, _ in keys}:
        raise Conflict("The two sides of a matchup have no pair in common.", code="no_common_pairs")
    session.execute(
        insert(Comparison),
        [
            {
                "study_id": study.id,
                "matchup_id": matchup_id,
                "pair_id": pair_id,
                "is_open": True,
                "batch": batches.get(pair_id, 0),
                "slots_taken": 0,
                "draws": 0,
                "shuffle_key": shuffle_key(study.seed, matchup_id, pair_id, 0),
            }
            for matchup_id, pair_id in keys
        ],
    )
    study.pairs = session.execute(
        select(func.count(Comparison.pair_id.distinct())).where(Comparison.study_id == study.id)
    ).scalar_one()


def count_unfilled(session: Session, study: Study) -> int:
    """Return the number of open comparisons with a free slot."""
    return session.execute(
        select(func.count()).where(
            Comparison.study_id == study.id,
            Comparison.is_open.is_(True),
            Comparison.slots_taken < study.votes_per_comparison,
        )
    ).scalar_one()


def _common_pairs(session: Session, study: Study, matchup_ids: set[int]) -> Sequence[tuple[int, int]]:
    """Return tuples of ids (matchup, pair).

    The result contains each combination of a matchup and a pair for which both sides have a clip.
    """
    reference, other = Clip.__table__.alias("reference"), Clip.__table__.alias("other")
    rows = session.execute(
        select(Matchup.id, reference.c.pair_id)
        .join(
            reference,
            (reference.c.submission_id == Matchup.reference_id)
            & (reference.c.seed == Matchup.reference_seed),
        )
        .join(
            other,
            (other.c.submission_id == Matchup.other_id)
            & (other.c.seed == Matchup.other_seed)
            & (other.c.pair_id == reference.c.pair_id),
        )
        .join(Pair, Pair.id == reference.c.pair_id)
        .where(Matchup.id.in_(matchup_ids), is_allocated(study))
        .order_by(Matchup.position, reference.c.pair_id)
    )
    return [(row[0], row[1]) for row in rows]
