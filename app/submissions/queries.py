"""Reads models, submissions and clips, and returns them as response types of the REST API."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.cursors import KeyType, ListOrder, PageRequest
from app.errors import NotFound
from app.security.identity import Principal
from app.security.visibility import sees_model, sees_submission
from app.submissions.repository import expected_clips, received_clips
from app.submissions.service import missing_clips
from app.submissions.warnings import clip_notes
from app.tables.bench import Benchmark, Pair
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import SubmissionStatus
from benchmark.wire.submissions import (
    ClipResponse,
    ClipsResponse,
    ModelResponse,
    ModelsResponse,
    SubmissionDetailResponse,
    SubmissionResponse,
    SubmissionsResponse,
)

SUBMISSIONS = ListOrder("submissions", (KeyType.BIG_INTEGER,))
MODELS = ListOrder("models", (KeyType.TEXT,))
# Clips are sorted by the position of their pair in the benchmark, then by seed.
CLIPS = ListOrder("clips", (KeyType.INTEGER, KeyType.BIG_INTEGER))


@dataclass(frozen=True)
class SubmissionFilter:
    """Filter of the list of submissions. A field with the value None matches all submissions.

    `visible` adds submissions of other people, if the person may see these submissions.
    """

    model: str | None = None
    label: str | None = None
    benchmark: str | None = None
    status: SubmissionStatus | None = None
    visible: bool = False


@dataclass(frozen=True)
class ClipFilter:
    """Filter of the list of clips. A field with the value None matches all clips."""

    pair_id: str | None = None
    seed: int | None = None


def submissions_page(
    session: Session, principal: Principal, wanted: SubmissionFilter, page: PageRequest
) -> SubmissionsResponse:
    """Return a page of a person's own submissions, newest first. An admin gets all submissions."""
    query = _submissions().order_by(Submission.id.desc()).limit(page.fetched)
    if wanted.visible:
        query = query.where(sees_submission(principal))
    elif not principal.is_admin:
        query = query.where(Submission.owner_id == principal.person_id)
    matches = (
        (VideoModel.slug, wanted.model),
        (Submission.label, wanted.label),
        (Benchmark.slug, wanted.benchmark),
        (Submission.status, wanted.status),
    )
    query = query.where(*(column == value for column, value in matches if value is not None))
    if page.after is not None:
        query = query.where(Submission.id < page.after[0])
    found = page.cut(session.execute(query).all(), lambda row: (row[0].id,))
    return SubmissionsResponse(
        submissions=[_response(*row) for row in found.rows], next_cursor=found.next_cursor
    )


def models_page(session: Session, principal: Principal, *, mine: bool, page: PageRequest) -> ModelsResponse:
    """Return a page of the models that a person sees, sorted by slug.

    `mine` selects the person's own models.
    """
    query = select(VideoModel).where(sees_model(principal)).order_by(VideoModel.slug).limit(page.fetched)
    if mine:
        query = query.where(VideoModel.owner_id == principal.person_id)
    if page.after is not None:
        query = query.where(VideoModel.slug > page.after[0])
    found = page.cut(session.scalars(query).all(), lambda row: (row.slug,))
    return ModelsResponse(
        models=[ModelResponse.model_validate(row) for row in found.rows], next_cursor=found.next_cursor
    )


def visible_model(session: Session, slug: str, principal: Principal) -> ModelResponse:
    """Return a model that a person sees.

    Raises:
        NotFound: there is no such model, or the person does not see it.
    """
    model = session.scalar(select(VideoModel).where(VideoModel.slug == slug, sees_model(principal)))
    if model is None:
        raise NotFound("This model does not exist, or you may not see it.")
    return ModelResponse.model_validate(model)


def own_model(session: Session, slug: str, principal: Principal) -> VideoModel:
    """Return a model that the person may change.

    Raises:
        NotFound: there is no such model, or it belongs to somebody else.
    """
    model = session.scalar(select(VideoModel).where(VideoModel.slug == slug, sees_model(principal)))
    if model is None or not (principal.is_admin or model.owner_id == principal.person_id):
        raise NotFound("This model does not exist, or you may not change it.")
    return model


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
    session: Session, submission: Submission, wanted: ClipFilter, page: PageRequest
) -> ClipsResponse:
    """Return a page of a submission's clips, sorted by pair and seed."""
    query = (
        select(Clip, Pair.name, Pair.position)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(Clip.submission_id == submission.id)
        .order_by(Pair.position, Clip.seed)
        .limit(page.fetched)
    )
    if wanted.pair_id is not None:
        query = query.where(Pair.name == wanted.pair_id)
    if wanted.seed is not None:
        query = query.where(Clip.seed == wanted.seed)
    if page.after is not None:
        position, seed = page.after
        query = query.where((Pair.position > position) | ((Pair.position == position) & (Clip.seed > seed)))
    found = page.cut(session.execute(query).all(), lambda row: (row.position, row.Clip.seed))
    return ClipsResponse(
        clips=[clip_response(clip, name) for clip, name, _ in found.rows], next_cursor=found.next_cursor
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
        deletes_at=submission.deletes_at,
    )
