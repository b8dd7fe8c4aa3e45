"""Reads submissions as the REST API sends them."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.security.identity import Principal
from app.security.visibility import sees_model, sees_submission
from app.submissions.repository import expected_clips, received_clips
from app.submissions.service import missing_clips
from app.submissions.warnings import clip_notes
from app.tables.bench import Benchmark, Pair
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.wire.submissions import (
    ClipResponse,
    ClipsResponse,
    ModelResponse,
    SubmissionDetailResponse,
    SubmissionResponse,
)


def own_submissions(session: Session, principal: Principal) -> list[SubmissionResponse]:
    """Return a person's own submissions, newest first. For an admin, return all submissions."""
    query = _submissions().order_by(Submission.id.desc())
    if not principal.is_admin:
        query = query.where(Submission.owner_id == principal.person_id)
    return [_response(*row) for row in session.execute(query)]


def visible_submissions(session: Session, principal: Principal) -> list[SubmissionResponse]:
    """Return the submissions that a person sees, newest first."""
    query = _submissions().where(sees_submission(principal)).order_by(Submission.id.desc())
    return [_response(*row) for row in session.execute(query)]


def visible_models(session: Session, principal: Principal) -> list[ModelResponse]:
    """Return the models that a person sees, by slug."""
    query = select(VideoModel).where(sees_model(principal)).order_by(VideoModel.slug)
    return [ModelResponse.model_validate(row) for row in session.scalars(query)]


def visible_model(session: Session, slug: str, principal: Principal) -> ModelResponse:
    """Return a model that a person sees.

    Raises:
        NotFound: there is no such model, or the person does not see it.
    """
    model = session.scalar(select(VideoModel).where(VideoModel.slug == slug, sees_model(principal)))
    if model is None:
        raise NotFound("There is no such model, or it is not open to you.")
    return ModelResponse.model_validate(model)


def submission_response(session: Session, submission: Submission) -> SubmissionResponse:
    row = session.execute(_submissions().where(Submission.id == submission.id)).one()
    return _response(*row)


def submission_detail(session: Session, submission: Submission) -> SubmissionDetailResponse:
    """Return a submission with its missing clips and the warnings about its clips."""
    return SubmissionDetailResponse(
        **submission_response(session, submission).model_dump(),
        missing=missing_clips(session, submission),
        problems=clip_notes(session, submission),
    )


def clips_page(
    session: Session, submission: Submission, *, position: int, seed: int, limit: int
) -> ClipsResponse:
    """Return up to `limit` clips, sorted by pair and seed, starting at the given position and seed."""
    rows = session.execute(
        select(Clip, Pair.name, Pair.position)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(
            Clip.submission_id == submission.id,
            (Pair.position > position) | ((Pair.position == position) & (Clip.seed >= seed)),
        )
        .order_by(Pair.position, Clip.seed)
        .limit(limit + 1)
    ).all()
    more = f"{rows[limit].position}-{rows[limit].Clip.seed}" if len(rows) > limit else None
    return ClipsResponse(
        clips=[clip_response(clip, name) for clip, name, _ in rows[:limit]], next_cursor=more
    )


def clip_response(clip: Clip, pair_name: str) -> ClipResponse:
    return ClipResponse(
        pair_id=pair_name,
        **{name: getattr(clip, name) for name in ClipResponse.model_fields if name != "pair_id"},
    )


def _submissions() -> Select[Submission, str, Benchmark, int, int]:
    return (
        select(Submission, VideoModel.slug, Benchmark, expected_clips(), received_clips())
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(Benchmark, Benchmark.id == Submission.benchmark_id)
    )


def _response(
    submission: Submission, model: str, benchmark: Benchmark, expected: int, received: int
) -> SubmissionResponse:
    return SubmissionResponse(
        id=submission.public_id,
        model=model,
        label=submission.label,
        benchmark=benchmark.slug,
        benchmark_version=benchmark.version,
        status=submission.status,
        visibility=submission.visibility,
        is_partial=submission.is_partial,
        expected=expected,
        received=received,
        created_at=submission.created_at,
        finalised_at=submission.finalised_at,
        withdrawn_at=submission.withdrawn_at,
    )
