"""Routes of a submission's page, and of its two forms: set the visibility, and withdraw the submission."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.errors import Conflict, Invalid
from app.jobs.service import cancel_all_jobs
from app.security.path_params import PublicIdPath
from app.sharing.forms import parse_visibility, problem_text
from app.sharing.service import find_own, set_visibility
from app.sharing.view_models import VisibilityForm
from app.submissions.service import find_submission
from app.submissions.withdrawal import withdraw
from app.video_models.view_builder import submission_page, visibility_url
from benchmark.protocol import Role, Scope, ShareSubject
from benchmark.wire.submissions import ReasonRequest
from benchmark.wire.validation import InvalidRequest, checked_request

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
Text = Annotated[str, Form()]


@router.get("/submissions/{public_id}")
def submission(public_id: PublicIdPath, request: Request) -> Response:
    """Show a submission with its warnings and the studies that compare it."""
    return _page(request, public_id)


@router.post("/submissions/{public_id}/visibility")
def visibility(
    public_id: PublicIdPath, request: Request, visibility: Text = "", people: Text = ""
) -> Response:
    """Set the visibility of a submission. After an error, show the form with the submitted values."""
    try:
        with context_of(request).database.write() as session:
            now = utc_now()
            principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
            own = find_own(session, ShareSubject.SUBMISSION, public_id, principal=principal, is_locked=True)
            set_visibility(session, own, parse_visibility(visibility, people), principal=principal, now=now)
    except (Invalid, Conflict) as refusal:
        form = VisibilityForm(visibility_url(public_id), visibility, people, problem_text(refusal))
        return _page(request, public_id, form=form, status=refusal.status)
    return RedirectResponse(f"/submissions/{public_id}#visibility", status_code=303)


@router.post("/submissions/{public_id}/withdraw")
def withdraw_submission(public_id: PublicIdPath, request: Request, reason: Text = "") -> Response:
    """Withdraw a submission from every running study, and keep the votes that were cast."""
    try:
        wanted = checked_request(ReasonRequest, reason=reason)
    except InvalidRequest:
        problem = "Enter a reason of at most 200 characters, in one line. It is stored in the audit log."
        return _page(request, public_id, problem=problem, reason=reason, status=Invalid.status)
    with context_of(request).database.write() as session:
        now = utc_now()
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
        found = find_submission(session, public_id=public_id, principal=principal, for_change=True)
        withdraw(session, submission=found, reason=wanted.reason, principal=principal)
        cancel_all_jobs(session, submission=found, now=now)
    return RedirectResponse(f"/submissions/{public_id}", status_code=303)


def _page(
    request: Request,
    public_id: str,
    *,
    form: VisibilityForm | None = None,
    problem: str = "",
    reason: str = "",
    status: int = 200,
) -> Response:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        found = find_submission(session, public_id=public_id, principal=principal)
        page = submission_page(session, found, principal, form=form, problem=problem, reason=reason)
    return page_response(request, "models/submission.html", page, status=status)
