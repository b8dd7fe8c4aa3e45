"""Reads a model's submissions, and the model's results in the studies that a person sees."""

from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session, aliased

from app.panels.sides import side_name
from app.security.identity import Principal
from app.security.visibility import may_change, sees_study, sees_submission
from app.submissions.repository import expected_clips, received_clips
from app.tables.bench import Benchmark
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Submission, VideoModel
from app.video_models.view_models import ResultRow, SubmissionRow
from benchmark.stats.rounding import percent


def submission_rows(
    session: Session, principal: Principal, condition: ColumnElement[bool]
) -> tuple[SubmissionRow, ...]:
    """Return the submissions that match a condition and that the person sees, newest first."""
    rows = session.execute(
        select(
            Submission,
            Benchmark.title,
            Benchmark.slug,
            received_clips().label("received"),
            expected_clips().label("expected"),
        )
        .join(Benchmark, Benchmark.id == Submission.benchmark_id)
        .where(condition, sees_submission(principal))
        .order_by(Submission.id.desc())
    )
    return tuple(
        SubmissionRow(
            public_id=row.Submission.public_id,
            label=row.Submission.label,
            benchmark=row.title,
            benchmark_slug=row.slug,
            status=row.Submission.status,
            is_partial=row.Submission.is_partial,
            visibility=row.Submission.visibility,
            received=row.received,
            expected=row.expected,
            is_own=may_change(row.Submission, principal),
        )
        for row in rows
    )


def result_rows(
    session: Session, model: VideoModel, principal: Principal, *, limit: int
) -> tuple[ResultRow, ...]:
    """Return the model's matchups in the studies that the person sees, newest study first.

    A matchup of two submissions of the model has two rows. Matchups of gold questions and of drafts are left
    out.
    """
    found = [
        each
        for is_reference in (True, False)
        for each in _as_side(session, model, principal, is_reference=is_reference, limit=limit)
    ]
    found.sort(key=lambda each: (-each[0], each[1].opponent))
    return tuple(row for _, row in found[:limit])


def _as_side(
    session: Session, model: VideoModel, principal: Principal, *, is_reference: bool, limit: int
) -> list[tuple[int, ResultRow]]:
    """Return the matchups in which one side is a submission of the model."""
    ours, theirs, their_model = aliased(Submission), aliased(Submission), aliased(VideoModel)
    our_id, their_id = (Matchup.reference_id, Matchup.other_id)[:: 1 if is_reference else -1]
    votes = (Comparison.votes_reference, Comparison.votes_other)[:: 1 if is_reference else -1]
    won, lost = votes[0] > votes[1], votes[0] < votes[1]
    rows = session.execute(
        select(
            Study.id,
            Study.title,
            Study.slug,
            Study.status,
            Study.kind,
            ours.label,
            their_model.slug.label("opponent"),
            theirs.label.label("opponent_label"),
            func.sum(case((won, 1), else_=0)).label("won"),
            func.sum(case((lost, 1), else_=0)).label("lost"),
            func.sum(case((votes[0] + votes[1] > 0, 1), else_=0)).label("voted"),
        )
        .join(Matchup, Matchup.study_id == Study.id)
        .join(ours, ours.id == our_id)
        .join(theirs, theirs.id == their_id)
        .join(their_model, their_model.id == theirs.model_id)
        .join(Comparison, Comparison.matchup_id == Matchup.id)
        .where(ours.model_id == model.id, Matchup.is_gold.is_(False), sees_study(principal))
        .group_by(Matchup.id, Study.id, ours.id, theirs.id, their_model.id)
        .order_by(Study.id.desc(), Matchup.id)
        .limit(limit)
    )
    return [(row.id, _result_row(row)) for row in rows]


def _result_row(row: Row[Any]) -> ResultRow:
    return ResultRow(
        study=row.title,
        study_slug=row.slug,
        status=row.status,
        kind=row.kind,
        label=row.label,
        opponent=side_name(row.opponent, row.opponent_label),
        score=_printed(percent(row.won, row.won + row.lost)),
        won=row.won,
        decided=row.won + row.lost,
        undecided=row.voted - row.won - row.lost,
    )


def _printed(score: float | None) -> str:
    return "–" if score is None else f"{score:.1f}"


def studies_of(session: Session, submission: Submission, principal: Principal) -> tuple[tuple[str, str], ...]:
    """Return title and URL of each study that compares a submission, if the person sees the study."""
    compares = (Matchup.reference_id == submission.id) | (Matchup.other_id == submission.id)
    rows = session.execute(
        select(Study.slug, Study.title)
        .where(
            Study.id.in_(select(Matchup.study_id).where(compares, Matchup.is_gold.is_(False))),
            sees_study(principal),
        )
        .order_by(Study.id.desc())
    )
    return tuple((row.title, f"/studies/{row.slug}/results") for row in rows)
