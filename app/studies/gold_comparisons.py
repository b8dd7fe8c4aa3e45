"""Creates the comparisons of a study's gold questions, when the study opens."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.panels.phases import study_phases
from app.studies.gold import gold_pairs, pairs_with_clips
from app.studies.own_gold import confirmed_pairs
from app.tables.bench import Benchmark
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Submission, VideoModel
from benchmark.design import shuffle_key
from benchmark.plurals import counted


def lay_out_gold(session: Session, study: Study, benchmark: Benchmark) -> None:
    """Create the gold comparisons of a study that is being opened."""
    matchups = session.scalars(
        select(Matchup)
        .where(Matchup.study_id == study.id, Matchup.is_gold, Matchup.closed_at.is_(None))
        .order_by(Matchup.position)
    ).all()
    if not matchups:
        return
    wrong = gold_pairs(session, benchmark)
    models = _models_of(session, [each.other_id for each in matchups])
    rows = [
        _comparison_row(study, matchup, pair_id)
        for matchup in matchups
        for pair_id in sorted(
            (
                wrong.get(models[matchup.other_id], frozenset())
                | confirmed_pairs(session, reference_id=matchup.reference_id, other_id=matchup.other_id)
            )
            & pairs_with_clips(session, matchup.reference_id)
            & pairs_with_clips(session, matchup.other_id)
        )
    ]
    if not rows:
        raise Conflict(
            "The gold questions of this study are no longer confirmed. Confirm them, or save the study "
            "without gold questions.",
            code="too_few_gold",
        )
    session.execute(insert(Comparison), rows)
    hidden = len(rows) - _quiz_questions(study)
    if hidden < 1:
        raise Conflict(
            f"The quiz can ask {_quiz_questions(study)} gold questions and one more must be left for the "
            f"comparisons, but this study has {counted(len(rows), 'gold question')}. Ask fewer questions or "
            "allow fewer attempts.",
            code="too_few_gold",
        )
    study.gold_most = min(study.gold_most or hidden, hidden)


def _comparison_row(study: Study, matchup: Matchup, pair_id: int) -> dict[str, int]:
    return {
        "study_id": study.id,
        "matchup_id": matchup.id,
        "pair_id": pair_id,
        "is_open": False,
        "is_gold": True,
        "slots_taken": 0,
        "draws": 0,
        "shuffle_key": shuffle_key(study.seed, matchup.id, pair_id, 0),
    }


def _models_of(session: Session, submission_ids: Sequence[int]) -> dict[int, str]:
    """Return the slug of each submission's model."""
    rows = session.execute(
        select(Submission.id, VideoModel.slug)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .where(Submission.id.in_(submission_ids))
    )
    return {row.id: row.slug for row in rows}


def _quiz_questions(study: Study) -> int:
    """Return how many gold questions an annotator needs for all attempts of the quiz."""
    phases = study_phases(study)
    quiz = phases.quiz if phases else None
    return quiz.questions * quiz.attempts if quiz else 0
