"""Who sees a benchmark, a submission or a study: read and set by its owner and admins."""

from typing import Protocol

from fastapi import Request
from sqlalchemy.orm import Session

from app.api.v1.json_router import api_router
from app.benchmarks.service import find_benchmark
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.errors import NotFound
from app.security.identity import Principal
from app.security.participants import lock_study
from app.security.path_params import PublicIdPath, SlugPath
from app.security.visibility import Subject, find_study, may_change
from app.sharing.service import set_visibility, visibility_of
from app.submissions.service import find_submission
from app.tables.bench import Benchmark
from app.tables.studies import Study
from app.tables.submissions import Submission
from benchmark.protocol import Role, Scope
from benchmark.wire.visibility import VisibilityRequest, VisibilityResponse

router = api_router("visibility")


class Finder(Protocol):
    """Finds what a person may change; `is_locked` for a change."""

    def __call__(self, session: Session, name: str, principal: Principal, *, is_locked: bool) -> Subject: ...


def _own_benchmark(session: Session, name: str, principal: Principal, *, is_locked: bool) -> Benchmark:
    benchmark = find_benchmark(session, name, principal=principal)
    if not may_change(benchmark, principal):
        raise NotFound("There is no such benchmark of yours.", code="unknown_benchmark")
    if is_locked:
        session.refresh(benchmark, with_for_update=True)
    return benchmark


def _own_submission(session: Session, name: str, principal: Principal, *, is_locked: bool) -> Submission:
    submission = find_submission(session, public_id=name, principal=principal, for_change=is_locked)
    if not may_change(submission, principal):
        raise NotFound("There is no such submission of yours.")
    return submission


def _own_study(session: Session, name: str, principal: Principal, *, is_locked: bool) -> Study:
    study = find_study(session, slug=name, principal=principal, for_change=True)
    return lock_study(session, study.id) if is_locked else study


@router.get("/benchmarks/{slug}/visibility")
def get_of_benchmark(slug: SlugPath, request: Request) -> VisibilityResponse:
    """Return who sees a benchmark of yours."""
    return _read(request, slug, _own_benchmark)


@router.put("/benchmarks/{slug}/visibility")
def set_of_benchmark(slug: SlugPath, body: VisibilityRequest, request: Request) -> VisibilityResponse:
    """Set who sees a benchmark of yours, in all its versions."""
    return _change(request, slug, body, _own_benchmark, Scope.STUDY)


@router.get("/submissions/{public_id}/visibility")
def get_of_submission(public_id: PublicIdPath, request: Request) -> VisibilityResponse:
    """Return who sees a submission of yours."""
    return _read(request, public_id, _own_submission)


@router.put("/submissions/{public_id}/visibility")
def set_of_submission(
    public_id: PublicIdPath, body: VisibilityRequest, request: Request
) -> VisibilityResponse:
    """Set who sees a submission of yours."""
    return _change(request, public_id, body, _own_submission, Scope.SUBMIT)


@router.get("/studies/{slug}/visibility")
def get_of_study(slug: SlugPath, request: Request) -> VisibilityResponse:
    """Return who sees a study of yours."""
    return _read(request, slug, _own_study)


@router.put("/studies/{slug}/visibility")
def set_of_study(slug: SlugPath, body: VisibilityRequest, request: Request) -> VisibilityResponse:
    """Set who sees a study of yours and its results."""
    return _change(request, slug, body, _own_study, Scope.STUDY)


def _read(request: Request, name: str, find: Finder) -> VisibilityResponse:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        return visibility_of(session, find(session, name, principal, is_locked=False))


def _change(
    request: Request, name: str, body: VisibilityRequest, find: Finder, scope: Scope
) -> VisibilityResponse:
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=scope, now=utc_now())
        subject = find(session, name, principal, is_locked=True)
        return set_visibility(session, subject, body, principal=principal, now=utc_now())
