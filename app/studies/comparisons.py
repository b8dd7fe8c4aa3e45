"""Creates the comparisons of a study when the study opens."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.studies.gold import lay_out_gold
from app.tables.bench import Benchmark
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Clip
from benchmark.design import shuffle_key


def lay_out_comparisons(session: Session, study: Study) -> None:
    """Create one comparison for each matchup and each pair for which both sides have a clip.

    Raises:
        Conflict: the two sides of a matchup have no pair in common.
    """
    keys = _common_pairs(session, study)
    matchups = set(
        session.scalars(
            select(Matchup.id).where(
                Matchup.study_id == study.id, Matchup.closed_at.is_(None), Matchup.is_gold.is_(False)
            )
        )
    )
    if not keys or matchups - {matchup_id for matchup_id, _ in keys}:
        raise Conflict("The two sides of a matchup have no pair in common.", code="no_common_pairs")
    study.unfilled_comparisons = len(keys)
    gold_pairs = lay_out_gold(session, study, session.get_one(Benchmark, study.benchmark_id))
    study.pairs = len({pair_id for _, pair_id in keys} | gold_pairs)
    session.execute(
        insert(Comparison),
        [
            {
                "study_id": study.id,
                "matchup_id": matchup_id,
                "pair_id": pair_id,
                "is_open": True,
                "slots_taken": 0,
                "draws": 0,
                "shuffle_key": shuffle_key(study.seed, matchup_id, pair_id, 0),
            }
            for matchup_id, pair_id in keys
        ],
    )


def _common_pairs(session: Session, study: Study) -> Sequence[tuple[int, int]]:
    """Return the (matchup, pair) ids of each pair for which both sides of an open matchup have a clip."""
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
        .where(Matchup.study_id == study.id, Matchup.closed_at.is_(None), Matchup.is_gold.is_(False))
        .order_by(Matchup.position, reference.c.pair_id)
    )
    return [(row[0], row[1]) for row in rows]
