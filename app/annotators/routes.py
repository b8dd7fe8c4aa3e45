"""The annotators of a study, for those who run it: figures, flags, and taking somebody out with a reason."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.annotators import service
from app.annotators.audit import Changed, Decision
from app.annotators.service import find_annotator
from app.annotators.sort_order import first_order
from app.annotators.view_builder import annotator_page, annotators_page
from app.annotators.view_models import Order, SortBy
from app.clock import utc_now
from app.dependencies import context_of, require_own_study
from app.errors import Invalid
from app.security.path_params import PseudonymPath, SlugPath
from app.tables.people import Annotator
from app.tables.studies import Study

router = APIRouter(include_in_schema=False)
# Longer than a reason may be, so that a long one is answered with the form and what was typed.
ReasonField = Annotated[str, Form(max_length=20_000)]


class Action(Protocol):
    """Takes an annotator out, or back in."""

    def __call__(
        self, session: Session, *, study: Study, annotator: Annotator, decision: Decision
    ) -> Changed: ...


@router.get("/studies/{slug}/annotators")
def annotators(
    slug: SlugPath, request: Request, sort: SortBy = SortBy.FLAGS, order: Order | None = None
) -> Response:
    """Show everybody who votes in a study, to those who run it."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        page = annotators_page(session, study, by=sort, order=order or first_order(sort))
    return context.pages.answer("annotators/annotators.html", page)


@router.get("/studies/{slug}/annotators/{name}")
def one_annotator(slug: SlugPath, name: PseudonymPath, request: Request) -> Response:
    """Show one annotator, with the form that takes them out of the results or back in."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        annotator = find_annotator(session, study=study, pseudonym=name)
        page = annotator_page(session, study, annotator)
    return context.pages.answer("annotators/annotator.html", page)


@router.post("/studies/{slug}/annotators/{name}/exclude")
def exclude(slug: SlugPath, name: PseudonymPath, request: Request, reason: ReasonField = "") -> Response:
    return _decide(slug, name, request, reason, service.exclude_annotator)


@router.post("/studies/{slug}/annotators/{name}/reinstate")
def reinstate(slug: SlugPath, name: PseudonymPath, request: Request, reason: ReasonField = "") -> Response:
    return _decide(slug, name, request, reason, service.reinstate_annotator)


def _decide(slug: str, name: str, request: Request, reason: str, decide: Action) -> Response:
    """Do what was asked and show the annotator again; a refused reason stays in the form."""
    now = utc_now()
    try:
        with context_of(request).database.write() as session:
            study, principal = require_own_study(session, request, slug)
            annotator = find_annotator(session, study=study, pseudonym=name)
            decision = Decision.of(reason, principal=principal, now=now)
            decide(session, study=study, annotator=annotator, decision=decision)
    except Invalid as refusal:
        return _form_again(slug, name, request, refusal, typed=reason)
    return RedirectResponse(f"/studies/{slug}/annotators/{name}", status_code=303)


def _form_again(slug: str, name: str, request: Request, refusal: Invalid, *, typed: str) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        annotator = find_annotator(session, study=study, pseudonym=name)
        page = annotator_page(session, study, annotator, notice=refusal.message, typed=typed)
    return context.pages.answer("annotators/annotator.html", page, status=refusal.status)
