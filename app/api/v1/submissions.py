"""REST routes with which researchers manage models and the models' submissions."""

from typing import Annotated

from fastapi import Query, Request

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import LabelQuery, ListQuery, SlugQuery
from app.benchmarks.service import find_benchmark
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.jobs.service import cancel_all_jobs, cancel_jobs
from app.security.path_params import SlugPath, SubmissionPath
from app.submissions import deletion, service
from app.submissions.names import submission_id
from app.submissions.queries import (
    MODELS,
    SUBMISSIONS,
    SubmissionFilter,
    models_page,
    own_model,
    submission_detail,
    submission_response,
    submissions_page,
    visible_model,
)
from app.submissions.withdrawal import withdraw
from benchmark.protocol import Role, Scope, SubmissionStatus
from benchmark.wire.submissions import (
    FinaliseRequest,
    ModelRequest,
    ModelResponse,
    ModelsResponse,
    NamedDeletionRequest,
    ReasonRequest,
    SubmissionDetailResponse,
    SubmissionRequest,
    SubmissionResponse,
    SubmissionsResponse,
)

router = api_router("submissions")


@router.put("/models/{slug}", responses=errors("409 conflict"))
def put_model(slug: SlugPath, body: ModelRequest, request: Request) -> ModelResponse:
    """Register a model, or change the description of your own model."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        now = utc_now()
        model = service.register_model(session, slug=slug, request=body, principal=principal, now=now)
        return ModelResponse.model_validate(model)


@router.get("/models", responses=errors("422 invalid_cursor"))
def list_models(
    request: Request,
    listing: ListQuery,
    mine: Annotated[bool, Query(description="Only your own models.")] = False,
) -> ModelsResponse:
    """Return your own models and all models with a submission that you may see, sorted by slug."""
    page = listing.page_of(MODELS)
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, Role.WORKER, now=utc_now())
        return models_page(session, principal, mine=mine, page=page)


@router.get("/models/{slug}", responses=errors("404 not_found"))
def get_model(slug: SlugPath, request: Request) -> ModelResponse:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, Role.WORKER, now=utc_now())
        return visible_model(session, slug, principal)


@router.post(
    "/models/{slug}/delete",
    status_code=202,
    responses=errors("404 not_found", "409 model_in_use", "422 wrong_name"),
)
def delete_model(slug: SlugPath, body: NamedDeletionRequest, request: Request) -> ModelResponse:
    """Remove a model without submissions after a grace period of 14 days."""
    with context_of(request).database.write() as session:
        now = utc_now()
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
        model = own_model(session, slug, principal)
        deletion.delete_model(session, model=model, typed=body.name, principal=principal, now=now)
        return ModelResponse.model_validate(model)


@router.post("/models/{slug}/restore", responses=errors("404 not_found", "409 already_removed"))
def restore_model(slug: SlugPath, request: Request) -> ModelResponse:
    """Cancel the deletion of a model."""
    with context_of(request).database.write() as session:
        now = utc_now()
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
        model = own_model(session, slug, principal)
        deletion.restore_model(session, model=model, principal=principal, now=now)
        return ModelResponse.model_validate(model)


@router.post(
    "/submissions",
    status_code=201,
    responses=errors("404 unknown_model unknown_benchmark", "409 submission_exists"),
)
def open_submission(body: SubmissionRequest, request: Request) -> SubmissionResponse:
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        now = utc_now()
        benchmark = find_benchmark(session, body.benchmark, principal=principal)
        submission = service.open_submission(
            session, model=body.model, benchmark=benchmark, label=body.label, principal=principal, now=now
        )
        return submission_response(session, submission)


@router.get("/submissions", responses=errors("422 invalid_cursor"))
def list_submissions(
    request: Request,
    listing: ListQuery,
    model: SlugQuery = None,
    label: LabelQuery = None,
    benchmark: SlugQuery = None,
    status: SubmissionStatus | None = None,
    visible: Annotated[bool, Query(description="Also list submissions of others that you may see.")] = False,
) -> SubmissionsResponse:
    """Return your own submissions, newest first; an admin gets all submissions.

    With `visible`, return all submissions that you may see.
    """
    page = listing.page_of(SUBMISSIONS)
    wanted = SubmissionFilter(model, label, benchmark, status, visible)
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        return submissions_page(session, principal, wanted, page)


@router.get("/submissions/{public_id}", responses=errors("404 not_found", "409 ambiguous_name"))
def get_submission(public_id: SubmissionPath, request: Request) -> SubmissionDetailResponse:
    """Return a submission with its missing clips and the warnings about its clips."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, Role.WORKER, now=utc_now())
        name = submission_id(session, public_id, principal=principal)
        submission = service.find_submission(session, public_id=name, principal=principal)
        return submission_detail(session, submission)


@router.post(
    "/submissions/{public_id}/finalise",
    responses=errors(
        "404 not_found", "409 ambiguous_name clips_missing submission_empty submission_withdrawn"
    ),
)
def finalise(
    public_id: SubmissionPath, request: Request, body: FinaliseRequest | None = None
) -> SubmissionDetailResponse:
    """Make a submission final: no clip can be added or changed afterwards."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        name = submission_id(session, public_id, principal=principal)
        submission = service.find_submission(session, public_id=name, principal=principal, for_change=True)
        now = utc_now()
        allow_partial = bool(body and body.allow_partial)
        service.finalise(
            session, submission=submission, allow_partial=allow_partial, principal=principal, now=now
        )
        # A final submission accepts no clips, so its unfinished jobs are cancelled.
        cancel_jobs(session, submission=submission, principal=principal, now=now)
        return submission_detail(session, submission)


@router.post(
    "/submissions/{public_id}/delete",
    status_code=202,
    responses=errors("404 not_found", "409 ambiguous_name submission_in_use", "422 wrong_name"),
)
def delete_submission(
    public_id: SubmissionPath, body: NamedDeletionRequest, request: Request
) -> SubmissionResponse:
    """Delete a withdrawn submission; the server removes its clips 14 days later.

    Closed studies that compare the submission keep their votes. You cannot delete a submission while a draft,
    open or paused study compares it.
    """
    with context_of(request).database.write() as session:
        now = utc_now()
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
        name = submission_id(session, public_id, principal=principal)
        submission = service.find_submission(session, public_id=name, principal=principal, for_change=True)
        deletion.delete_submission(
            session, submission=submission, typed=body.name, principal=principal, now=now
        )
        return submission_response(session, submission)


@router.post(
    "/submissions/{public_id}/restore",
    responses=errors("404 not_found", "409 ambiguous_name already_removed"),
)
def restore_submission(public_id: SubmissionPath, request: Request) -> SubmissionResponse:
    """Cancel the deletion of a submission, which stays withdrawn."""
    with context_of(request).database.write() as session:
        now = utc_now()
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
        name = submission_id(session, public_id, principal=principal)
        submission = service.find_submission(session, public_id=name, principal=principal, for_change=True)
        deletion.restore_submission(session, submission=submission, principal=principal, now=now)
        return submission_response(session, submission)


@router.post("/submissions/{public_id}/withdraw", responses=errors("404 not_found", "409 ambiguous_name"))
def withdraw_submission(
    public_id: SubmissionPath, body: ReasonRequest, request: Request
) -> SubmissionDetailResponse:
    """Withdraw a submission from every running study; existing votes are kept and still count."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
        name = submission_id(session, public_id, principal=principal)
        submission = service.find_submission(session, public_id=name, principal=principal, for_change=True)
        now = utc_now()
        withdraw(session, submission=submission, reason=body.reason, principal=principal)
        cancel_all_jobs(session, submission=submission, now=now)
        return submission_detail(session, submission)
