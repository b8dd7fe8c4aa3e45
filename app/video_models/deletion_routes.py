"""Routes of the forms that delete and restore models and submissions."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.errors import AppError, Conflict, Invalid
from app.security.path_params import PublicIdPath, SlugPath
from app.submissions import deletion
from app.submissions.queries import own_model
from app.submissions.service import find_submission
from app.video_models.view_builder import model_page, submission_page
from benchmark.protocol import Role, Scope

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
Typed = Annotated[str, Form(max_length=200)]


@router.post("/models/{slug}/delete")
def delete_model(slug: SlugPath, request: Request, typed: Typed = "") -> Response:
    """Delete a model without submissions. After an error, show the form again."""
    try:
        with context_of(request).database.write() as session:
            now = utc_now()
            principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
            model = own_model(session, slug, principal)
            deletion.delete_model(session, model=model, typed=typed, principal=principal, now=now)
    except (Invalid, Conflict) as refusal:
        return _model_page(request, slug, refusal)
    return RedirectResponse(f"/models/{slug}#delete", status_code=303)


@router.post("/models/{slug}/restore")
def restore_model(slug: SlugPath, request: Request) -> Response:
    try:
        with context_of(request).database.write() as session:
            now = utc_now()
            principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
            model = own_model(session, slug, principal)
            deletion.restore_model(session, model=model, principal=principal, now=now)
    except Conflict as refusal:
        return _model_page(request, slug, refusal)
    return RedirectResponse(f"/models/{slug}#delete", status_code=303)


@router.post("/submissions/{public_id}/delete")
def delete_submission(public_id: PublicIdPath, request: Request, typed: Typed = "") -> Response:
    """Delete a withdrawn submission that no running study compares. After an error, show the form again."""
    try:
        with context_of(request).database.write() as session:
            now = utc_now()
            principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
            found = find_submission(session, public_id=public_id, principal=principal, for_change=True)
            deletion.delete_submission(session, submission=found, typed=typed, principal=principal, now=now)
    except (Invalid, Conflict) as refusal:
        return _submission_page(request, public_id, refusal)
    return RedirectResponse(f"/submissions/{public_id}#delete", status_code=303)


@router.post("/submissions/{public_id}/restore")
def restore_submission(public_id: PublicIdPath, request: Request) -> Response:
    try:
        with context_of(request).database.write() as session:
            now = utc_now()
            principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
            found = find_submission(session, public_id=public_id, principal=principal, for_change=True)
            deletion.restore_submission(session, submission=found, principal=principal, now=now)
    except Conflict as refusal:
        return _submission_page(request, public_id, refusal)
    return RedirectResponse(f"/submissions/{public_id}#delete", status_code=303)


def _model_page(request: Request, slug: str, refusal: AppError) -> Response:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        page = model_page(session, slug, principal, deletion_problem=refusal.message)
    return page_response(request, "models/model.html", page, status=refusal.status)


def _submission_page(request: Request, public_id: str, refusal: AppError) -> Response:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
        found = find_submission(session, public_id=public_id, principal=principal)
        page = submission_page(session, found, principal, deletion_problem=refusal.message)
    return page_response(request, "models/submission.html", page, status=refusal.status)
