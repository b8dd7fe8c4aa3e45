"""REST routes that read and set the visibility of benchmarks, submissions and studies."""

from fastapi import Request

from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.security.path_params import PublicIdPath, SlugPath
from app.sharing.service import find_own, set_visibility, visibility_of
from benchmark.protocol import Role, Scope, ShareSubject
from benchmark.wire.visibility import VisibilityRequest, VisibilityResponse

router = api_router("visibility")


@router.get("/benchmarks/{slug}/visibility")
def get_of_benchmark(slug: SlugPath, request: Request) -> VisibilityResponse:
    """Return who sees a benchmark of yours."""
    return _read(request, slug, ShareSubject.BENCHMARK)


@router.put("/benchmarks/{slug}/visibility")
def set_of_benchmark(slug: SlugPath, body: VisibilityRequest, request: Request) -> VisibilityResponse:
    """Set who sees a benchmark of yours, in all its versions."""
    return _change(request, slug, body, ShareSubject.BENCHMARK, Scope.STUDY)


@router.get("/submissions/{public_id}/visibility")
def get_of_submission(public_id: PublicIdPath, request: Request) -> VisibilityResponse:
    """Return who sees a submission of yours."""
    return _read(request, public_id, ShareSubject.SUBMISSION)


@router.put("/submissions/{public_id}/visibility")
def set_of_submission(
    public_id: PublicIdPath, body: VisibilityRequest, request: Request
) -> VisibilityResponse:
    """Set who sees a submission of yours."""
    return _change(request, public_id, body, ShareSubject.SUBMISSION, Scope.SUBMIT)


@router.get("/studies/{slug}/visibility")
def get_of_study(slug: SlugPath, request: Request) -> VisibilityResponse:
    """Return who sees a study of yours."""
    return _read(request, slug, ShareSubject.STUDY)


@router.put("/studies/{slug}/visibility")
def set_of_study(slug: SlugPath, body: VisibilityRequest, request: Request) -> VisibilityResponse:
    """Set who sees a study of yours and its results."""
    return _change(request, slug, body, ShareSubject.STUDY, Scope.STUDY)


def _read(request: Request, name: str, kind: ShareSubject) -> VisibilityResponse:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        return visibility_of(session, find_own(session, kind, name, principal=principal))


def _change(
    request: Request, name: str, body: VisibilityRequest, kind: ShareSubject, scope: Scope
) -> VisibilityResponse:
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=scope, now=utc_now())
        subject = find_own(session, kind, name, principal=principal, is_locked=True)
        return set_visibility(session, subject, body, principal=principal, now=utc_now())
