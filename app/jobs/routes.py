"""Routes of the jobs page and its forms. Only researchers and admins can open the page."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.benchmarks.service import newest_benchmarks
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn
from app.jobs import service
from app.jobs.forms import parse_job_form
from app.jobs.requests import create_jobs as queue_jobs
from app.jobs.view_builder import jobs_part, model_choices
from app.jobs.view_models import CreateJobsForm, JobFields, JobsPage, JobsPart
from app.security.identity import Principal
from app.security.path_params import PublicIdPath
from benchmark.protocol import Role, Scope

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]
NOTHING_NEW = "No jobs were queued: every requested clip is already stored or queued."


@router.get("/jobs")
def jobs_page(
    request: Request,
    model: Annotated[str, Query(max_length=64)] = "",
    benchmark: Annotated[str, Query(max_length=64)] = "",
    label: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show the jobs. The query of the URL sets initial values in the form that requests clips."""
    return _page(request, JobFields(model, benchmark, label=label), problem="")


@router.get("/jobs/progress")
def jobs_now(request: Request) -> Response:
    """Return the section of the jobs page that lists workers and jobs.

    The page polls this section every few seconds.
    """
    context = context_of(request)
    with context.database.read() as session:
        part = _part(session, request, _researcher(session, request))
    return context.pages.answer("jobs/_now.html", part)


@router.post("/jobs")
def create_jobs(
    request: Request,
    model: Text = "",
    benchmark: Text = "",
    pairs: Text = "",
    seeds: Text = "0",
    label: Text = "",
    priority: Text = "0",
) -> Response:
    """Create the jobs that the form requests. After an error, show the form with the submitted values."""
    fields = JobFields(model.strip(), benchmark.strip(), pairs, seeds, label, priority)
    try:
        with context_of(request).database.write() as session:
            principal = _researcher(session, request)
            now = utc_now()
            created = queue_jobs(session, request=parse_job_form(fields), principal=principal, now=now)
    except (Invalid, Conflict, Forbidden, NotFound) as refusal:
        return _page(request, fields, problem=refusal.message, status=refusal.status)
    if not created.jobs:
        return _page(request, fields, problem=NOTHING_NEW)
    return _back()


@router.post("/jobs/submissions/{public_id}/cancel")
def cancel(public_id: PublicIdPath, request: Request) -> Response:
    """Cancel the queued and leased jobs of a submission."""
    with context_of(request).database.write() as session:
        principal = _researcher(session, request)
        submission = service.find_submission(session, public_id=public_id, principal=principal)
        now = utc_now()
        service.cancel_jobs(session, submission=submission, principal=principal, now=now)
    return _back()


@router.post("/jobs/submissions/{public_id}/retry")
def retry_all(public_id: PublicIdPath, request: Request) -> Response:
    """Retry all failed jobs of a submission."""
    with context_of(request).database.write() as session:
        principal = _researcher(session, request)
        submission = service.find_submission(session, public_id=public_id, principal=principal)
        now = utc_now()
        service.retry_jobs(session, submission=submission, principal=principal, now=now)
    return _back()


@router.post("/jobs/{public_id}/retry")
def retry(public_id: PublicIdPath, request: Request) -> Response:
    """Retry one job."""
    with context_of(request).database.write() as session:
        principal = _researcher(session, request)
        job = service.find_job(session, public_id=public_id, principal=principal)
        now = utc_now()
        service.retry_job(session, job=job, principal=principal, now=now)
    return _back()


def _researcher(session: Session, request: Request) -> Principal:
    try:
        scope = Scope.READ if request.method == "GET" else Scope.SUBMIT
        return require_person(session, request, Role.RESEARCHER, scope=scope, now=utc_now())
    except (Forbidden, NotSignedIn) as error:
        raise NotFound("This page does not exist, or you may not see it.") from error


def _page(request: Request, fields: JobFields, *, problem: str, status: int = 200) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        principal = _researcher(session, request)
        form = CreateJobsForm(
            models=model_choices(session, principal),
            benchmarks=tuple(each.slug for each in newest_benchmarks(session, principal=principal)),
            fields=fields,
            problem=problem,
        )
        page = JobsPage(form, _part(session, request, principal))
    return page_response(request, "jobs/jobs.html", page, status=status)


def _part(session: Session, request: Request, principal: Principal) -> JobsPart:
    settings = context_of(request).settings
    return jobs_part(
        session,
        principal,
        now=utc_now(),
        lease_s=settings.job_lease_s,
        server=settings.effective_public_url,
    )


def _back() -> Response:
    return RedirectResponse("/jobs#state", status_code=303)
