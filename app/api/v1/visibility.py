"""REST routes that read and set the visibility of benchmarks, submissions and studies."""

from fastapi import Request
from sqlalchemy.orm import Session

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.security.identity import Principal
from app.security.path_params import SlugPath, SubmissionPath
from app.sharing.service import find_own, set_visibility, visibility_of
from app.submissions.names import submission_id
from benchmark.protocol import Role, Scope, ShareSubject
from benchmark.wire.visibility import VisibilityRequest, VisibilityResponse

router = api_router("visibility")


@router.get("/benchmarks/{slug}/visibility", responses=errors("404 not_found"))
def get_of_benchmark(slug: SlugPath, request: Request) -> VisibilityResponse:
    """Return the visibility of one of your benchmarks."""
    return _read(request, slug, ShareSubject.BENCHMARK)


@router.put(
    "/benchmarks/{slug}/visibility",
    responses=errors("404 not_found", "409 shown_in_public", "422 unknown_person"),
)
def set_of_benchmark(slug: SlugPath, body: VisibilityRequest, request: Request) -> VisibilityResponse:
    """Set the visibility of all versions of one of your benchmarks."""
    return _change(request, slug, body, ShareSubject.BENCHMARK, Scope.STUDY)


@router.get("/submissions/{public_id}/visibility", responses=errors("404 not_found", "409 ambiguous_name"))
def get_of_submission(public_id: SubmissionPath, request: Request) -> VisibilityResponse:
    """Return the visibility of one of your submissions."""
    return _read(request, public_id, ShareSubject.SUBMISSION)


@router.put(
    "/submissions/{public_id}/visibility",
    responses=errors(
        "404 not_found", "409 ambiguous_name benchmark_not_public shown_in_public", "422 unknown_person"
    ),
)
def set_of_submission(
    public_id: SubmissionPath, body: VisibilityRequest, request: Request
) -> VisibilityResponse:
    """Set the visibility of one of your submissions."""
    return _change(request, public_id, body, ShareSubject.SUBMISSION, Scope.SUBMIT)


@router.get("/studies/{slug}/visibility", responses=errors("404 not_found"))
def get_of_study(slug: SlugPath, request: Request) -> VisibilityResponse:
    """Return the visibility of one of your studies."""
    return _read(request, slug, ShareSubject.STUDY)


@router.put(
    "/studies/{slug}/visibility",
    responses=errors(
        "404 not_found", "409 study_status sides_not_public benchmark_not_public", "422 unknown_person"
    ),
)
def set_of_study(slug: SlugPath, body: VisibilityRequest, request: Request) -> VisibilityResponse:
    """Set the visibility of one of your studies and its results."""
    return _change(request, slug, body, ShareSubject.STUDY, Scope.STUDY)


def _read(request: Request, name: str, kind: ShareSubject) -> VisibilityResponse:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        name = _id_of(session, kind, name, principal)
        return visibility_of(session, find_own(session, kind, name, principal=principal))


def _change(
    request: Request, name: str, body: VisibilityRequest, kind: ShareSubject, scope: Scope
) -> VisibilityResponse:
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=scope, now=utc_now())
        name = _id_of(session, kind, name, principal)
        subject = find_own(session, kind, name, principal=principal, is_locked=True)
        return set_visibility(session, subject, body, principal=principal, now=utc_now())


def _id_of(session: Session, kind: ShareSubject, name: str, principal: Principal) -> str:
    """Return the id of the named submission; for a benchmark or a study, return the name unchanged."""
    return submission_id(session, name, principal=principal) if kind is ShareSubject.SUBMISSION else name
