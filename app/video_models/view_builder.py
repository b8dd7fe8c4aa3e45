"""Builds the pages of models and submissions."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.pager import Pager, page_count
from app.panels.sides import side_name
from app.security.identity import Principal
from app.security.visibility import may_change, sees_model, sees_submission
from app.sharing.service import visibility_of
from app.sharing.view_models import VisibilityForm
from app.submissions.deletion import has_submissions, studies_comparing
from app.submissions.queries import submission_detail
from app.tables.bench import Benchmark
from app.tables.people import Person
from app.tables.submissions import Submission, VideoModel
from app.video_models.metric_scores import model_scores
from app.video_models.queries import result_rows, studies_of, submission_rows
from app.video_models.view_models import (
    DeletionForm,
    ModelFields,
    ModelForm,
    ModelPage,
    ModelRow,
    ModelsPage,
    SubmissionPage,
)
from benchmark.protocol import Role, StudyStatus, SubmissionStatus

MODELS_PER_PAGE = 50
MAX_RESULTS = 200


def models_page(
    session: Session, principal: Principal, *, page: int, form: ModelForm | None = None
) -> ModelsPage:
    """Return a page of models, sorted by name. A page number above the last page returns the last page."""
    seen = sees_model(principal)
    total = session.scalar(select(func.count()).select_from(VideoModel).where(seen)) or 0
    pages = page_count(total, MODELS_PER_PAGE)
    pager = Pager(min(page, pages), pages, "/models", (), anchor="models")
    submissions = (
        select(func.count())
        .where(Submission.model_id == VideoModel.id, sees_submission(principal))
        .correlate(VideoModel)
        .scalar_subquery()
    )
    rows = session.execute(
        select(VideoModel, submissions.label("submissions"))
        .where(seen)
        .order_by(func.lower(VideoModel.name), VideoModel.slug)
        .offset((pager.number - 1) * MODELS_PER_PAGE)
        .limit(MODELS_PER_PAGE)
    )
    return ModelsPage(
        models=tuple(
            ModelRow(
                slug=row.VideoModel.slug,
                name=row.VideoModel.name,
                licence=row.VideoModel.licence,
                submissions=row.submissions,
                is_own=row.VideoModel.owner_id == principal.person_id,
            )
            for row in rows
        ),
        pager=pager,
        form=(form or ModelForm("/models", ModelFields(), is_new=True)) if _registers(principal) else None,
    )


def model_page(
    session: Session,
    slug: str,
    principal: Principal,
    *,
    form: ModelForm | None = None,
    deletion_problem: str = "",
) -> ModelPage:
    """Return the page of a model.

    Args:
        form: the submitted form after an error; by default the stored values.
        deletion_problem: why the model was not deleted.

    Raises:
        NotFound: there is no such model, or the person does not see it.
    """
    model = session.scalar(select(VideoModel).where(VideoModel.slug == slug, sees_model(principal)))
    if model is None:
        raise NotFound("This model does not exist, or you may not see it.")
    is_own = _registers(principal) and (principal.is_admin or model.owner_id == principal.person_id)
    results = result_rows(session, model, principal, limit=MAX_RESULTS + 1)
    fields = ModelFields(model.slug, model.name, model.url, model.licence, model.description)
    return ModelPage(
        slug=model.slug,
        name=model.name,
        description=model.description,
        url=model.url,
        licence=model.licence,
        owner=session.get_one(Person, model.owner_id).name,
        created_at=model.created_at,
        submissions=submission_rows(session, principal, Submission.model_id == model.id),
        results=results[:MAX_RESULTS],
        has_more_results=len(results) > MAX_RESULTS,
        metrics=model_scores(session, model, principal),
        form=(form or ModelForm(f"/models/{slug}", fields, is_new=False)) if is_own else None,
        deletion=_deletion_of_model(session, model, deletion_problem) if is_own else None,
    )


def submission_page(
    session: Session,
    submission: Submission,
    principal: Principal,
    *,
    form: VisibilityForm | None = None,
    problem: str = "",
    reason: str = "",
    deletion_problem: str = "",
) -> SubmissionPage:
    """Return the page of a submission.

    Args:
        form: the visibility form, if the server refused the form.
        problem, reason: why the submission was not withdrawn, and the submitted reason.
        deletion_problem: why the submission was not deleted.
    """
    model = session.get_one(VideoModel, submission.model_id)
    detail = submission_detail(session, submission)
    (row,) = submission_rows(session, principal, Submission.id == submission.id)
    is_own = _registers(principal) and may_change(submission, principal)
    return SubmissionPage(
        model=model.name,
        model_slug=model.slug,
        row=row,
        benchmark_version=session.get_one(Benchmark, submission.benchmark_id).version,
        created_at=submission.created_at,
        finalised_at=submission.finalised_at,
        withdrawn_at=submission.withdrawn_at,
        warnings=tuple(detail.problems),
        missing=len(detail.missing),
        studies=studies_of(session, submission, principal),
        visibility_form=(form or _stored_visibility(session, submission)) if is_own else None,
        deletion=_deletion_of_submission(session, submission, model, deletion_problem) if is_own else None,
        problem=problem,
        reason=reason,
    )


def _deletion_of_model(session: Session, model: VideoModel, problem: str) -> DeletionForm:
    obstacle = "Delete the submissions of the model first." if has_submissions(session, model) else ""
    return DeletionForm(f"/models/{model.slug}", model.slug, model.deletes_at, obstacle, problem)


def _deletion_of_submission(
    session: Session, submission: Submission, model: VideoModel, problem: str
) -> DeletionForm:
    obstacle = ""
    if submission.status is not SubmissionStatus.WITHDRAWN:
        obstacle = "Withdraw the submission first."
    studies = studies_comparing(session, submission)
    if not obstacle and any(study.status is not StudyStatus.CLOSED for study in studies):
        obstacle = "Studies that are not closed compare this submission. Close or delete these studies first."
    return DeletionForm(
        f"/submissions/{submission.public_id}",
        side_name(model.slug, submission.label),
        submission.deletes_at,
        obstacle,
        problem,
        studies=len(studies),
        clips_removed_at=submission.clips_removed_at,
    )


def visibility_url(public_id: str) -> str:
    return f"/submissions/{public_id}/visibility"


def _stored_visibility(session: Session, submission: Submission) -> VisibilityForm:
    stored = visibility_of(session, submission)
    url = visibility_url(submission.public_id)
    return VisibilityForm(url, stored.visibility, "\n".join(stored.people))


def _registers(principal: Principal) -> bool:
    return principal.role in (Role.ADMIN, Role.RESEARCHER)
