"""Routes of the page with the metrics of a submission.

Everybody who may see the submission can read the page; only the owner can start measurements.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.errors import Conflict
from app.jobs import service as jobs
from app.metrics.requests import measure
from app.metrics.view_builder import metrics_page, metrics_part
from app.security.identity import Principal
from app.security.path_params import PublicIdPath
from app.submissions.service import find_submission
from app.tables.submissions import Submission
from benchmark.protocol import Role, Scope, SuiteName
from benchmark.wire.metrics import MeasureRequest

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
_UNKNOWN = "Choose a suite from the list."


@router.get("/submissions/{public_id}/metrics")
def page(public_id: PublicIdPath, request: Request) -> Response:
    """Show a submission's scores and the jobs' progress; the owner also gets the form that starts jobs."""
    return _page(request, public_id)


@router.get("/submissions/{public_id}/metrics/progress")
def progress(public_id: PublicIdPath, request: Request) -> Response:
    """Return the part of the page that changes while clips are measured. The page polls this part."""
    context = context_of(request)
    with context.database.read() as session:
        principal = _reader(session, request)
        submission = find_submission(session, public_id=public_id, principal=principal)
        settings = context.settings
        part = metrics_part(
            session,
            submission,
            principal,
            alive_since=utc_now() - timedelta(seconds=settings.job_lease_s),
            server=settings.effective_public_url,
        )
    return context.pages.answer("metrics/_suites.html", part)


@router.post("/submissions/{public_id}/metrics")
def start(public_id: PublicIdPath, request: Request, suite: Annotated[str, Form()] = "") -> Response:
    """Queue a job for each clip, except clips that the suite has already measured.

    After an error, show the form again.
    """
    if suite not in set(SuiteName):
        return _page(request, public_id, chosen=suite, problem=_UNKNOWN, status=422)
    wanted = MeasureRequest(suite=SuiteName(suite))
    try:
        with context_of(request).database.write() as session:
            submission, principal = _own(session, request, public_id)
            measure(session, submission=submission, request=wanted, principal=principal, now=utc_now())
    except Conflict as refusal:
        return _page(request, public_id, chosen=suite, problem=refusal.message, status=refusal.status)
    return _back(public_id)


@router.post("/submissions/{public_id}/metrics/{suite}/cancel")
def cancel(public_id: PublicIdPath, suite: SuiteName, request: Request) -> Response:
    """Cancel the queued and leased jobs of a suite."""
    with context_of(request).database.write() as session:
        submission, principal = _own(session, request, public_id)
        jobs.cancel_jobs(session, submission=submission, suite=suite, principal=principal, now=utc_now())
    return _back(public_id)


@router.post("/submissions/{public_id}/metrics/{suite}/retry")
def retry(public_id: PublicIdPath, suite: SuiteName, request: Request) -> Response:
    """Queue the failed jobs of a suite again."""
    with context_of(request).database.write() as session:
        submission, principal = _own(session, request, public_id)
        jobs.retry_jobs(session, submission=submission, suite=suite, principal=principal, now=utc_now())
    return _back(public_id)


def _page(
    request: Request, public_id: str, *, chosen: str = "", problem: str = "", status: int = 200
) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        principal = _reader(session, request)
        submission = find_submission(session, public_id=public_id, principal=principal)
        settings = context.settings
        built = metrics_page(
            session,
            submission,
            principal,
            alive_since=utc_now() - timedelta(seconds=settings.job_lease_s),
            server=settings.effective_public_url,
            chosen=chosen,
            problem=problem,
        )
    return page_response(request, "metrics/metrics.html", built, status=status)


def _reader(session: Session, request: Request) -> Principal:
    return require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())


def _own(session: Session, request: Request, public_id: str) -> tuple[Submission, Principal]:
    """Return a locked submission and the person who sent the request.

    Raise NotFound if the person may not change the submission.
    """
    principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())
    found = find_submission(session, public_id=public_id, principal=principal, for_change=True)
    return found, principal


def _back(public_id: str) -> Response:
    return RedirectResponse(f"/submissions/{public_id}/metrics#state", status_code=303)
