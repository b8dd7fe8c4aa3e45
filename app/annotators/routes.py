"""Pages for a study's owner and admins: list, exclude and reinstate the study's annotators."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.annotators import flags, service
from app.annotators.audit import Changed, Decision
from app.annotators.service import find_annotator
from app.annotators.sort_order import first_order
from app.annotators.view_builder import annotator_page, annotators_page
from app.annotators.view_models import Order, SortBy
from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study
from app.errors import Invalid
from app.security.participants import lock_study
from app.security.path_params import PseudonymPath, SlugPath
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.protocol import Flag

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
# A form may send a longer text than a reason may have: the page then shows the refused text again.
ReasonField = Annotated[str, Form(max_length=20_000)]


class Action(Protocol):
    """Excludes or reinstates an annotator."""

    def __call__(
        self, session: Session, *, study: Study, annotator: Annotator, decision: Decision
    ) -> Changed: ...


@router.get("/studies/{slug}/annotators")
def annotators(
    slug: SlugPath, request: Request, sort: SortBy = SortBy.FLAGS, order: Order | None = None
) -> Response:
    """Show all annotators of a study to its owner and admins."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        page = annotators_page(session, study, by=sort, order=order or first_order(sort))
    return page_response(request, "annotators/annotators.html", page)


@router.get("/studies/{slug}/annotators/{name}")
def one_annotator(slug: SlugPath, name: PseudonymPath, request: Request) -> Response:
    """Show an annotator's figures, and the form that excludes or reinstates the annotator."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        annotator = find_annotator(session, study=study, pseudonym=name)
        page = annotator_page(session, study, annotator)
    return page_response(request, "annotators/annotator.html", page)


@router.post("/studies/{slug}/annotators/{name}/exclude")
def exclude(slug: SlugPath, name: PseudonymPath, request: Request, reason: ReasonField = "") -> Response:
    return _decide(slug, name, request, reason, service.exclude_annotator)


@router.post("/studies/{slug}/annotators/{name}/reinstate")
def reinstate(slug: SlugPath, name: PseudonymPath, request: Request, reason: ReasonField = "") -> Response:
    return _decide(slug, name, request, reason, service.reinstate_annotator)


@router.post("/studies/{slug}/annotators/{name}/flags/{flag}/dismiss")
def dismiss(
    slug: SlugPath, name: PseudonymPath, flag: Flag, request: Request, reason: ReasonField = ""
) -> Response:
    """Dismiss a flag; the reason is stored with the flag."""
    try:
        with context_of(request).database.read() as session:
            study, _ = require_own_study(session, request, slug)
            annotator = find_annotator(session, study=study, pseudonym=name)
            flags.require_flag(session, study=study, annotator=annotator, flag=flag)
        with context_of(request).database.write() as session:
            study, principal = require_own_study(session, request, slug)
            annotator = find_annotator(session, study=study, pseudonym=name)
            decision = Decision.of(reason, principal=principal, now=utc_now())
            flags.dismiss_flag(session, study=study, annotator=annotator, flag=flag, decision=decision)
    except Invalid as refusal:
        return _rejected_form(slug, name, request, refusal, reason=reason, flag=flag)
    return RedirectResponse(f"/studies/{slug}/annotators/{name}#flags", status_code=303)


@router.post("/studies/{slug}/annotators/{name}/flags/{flag}/restore")
def restore(slug: SlugPath, name: PseudonymPath, flag: Flag, request: Request) -> Response:
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        annotator = find_annotator(session, study=study, pseudonym=name)
        decision = Decision("", principal.name, utc_now())
        flags.restore_flag(session, study=study, annotator=annotator, flag=flag, decision=decision)
    return RedirectResponse(f"/studies/{slug}/annotators/{name}#flags", status_code=303)


def _decide(slug: str, name: str, request: Request, reason: str, decide: Action) -> Response:
    """Exclude or reinstate the annotator; redirect to the annotator's page.

    If the reason is rejected, the form still shows the submitted text.
    """
    try:
        with context_of(request).database.write() as session:
            study, principal = require_own_study(session, request, slug)
            study = lock_study(session, study.id)
            annotator = find_annotator(session, study=study, pseudonym=name)
            decision = Decision.of(reason, principal=principal, now=utc_now())
            decide(session, study=study, annotator=annotator, decision=decision)
    except Invalid as refusal:
        return _rejected_form(slug, name, request, refusal, reason=reason)
    return RedirectResponse(f"/studies/{slug}/annotators/{name}", status_code=303)


def _rejected_form(
    slug: str, name: str, request: Request, refusal: Invalid, *, reason: str, flag: Flag | None = None
) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        annotator = find_annotator(session, study=study, pseudonym=name)
        page = annotator_page(
            session, study, annotator, notice=refusal.message, noticed_flag=flag, submitted_reason=reason
        )
    return page_response(request, "annotators/annotator.html", page, status=refusal.status)
