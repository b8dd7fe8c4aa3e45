"""Routes of the pages that list, register, show and edit models."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.errors import AppError, Conflict, Forbidden, Invalid, InvalidFields
from app.security.path_params import SlugPath
from app.submissions.repository import model_of
from app.submissions.service import register_model
from app.video_models.forms import parse_model_form
from app.video_models.view_builder import model_page, models_page
from app.video_models.view_models import ModelFields, ModelForm
from benchmark.protocol import Role, Scope

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
Text = Annotated[str, Form()]
_READERS = (Role.RESEARCHER, Role.VIEWER)


@router.get("/models")
def models(request: Request, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """List the models that the person sees."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, *_READERS, now=utc_now())
        built = models_page(session, principal, page=page)
    return page_response(request, "models/models.html", built)


@router.post("/models")
def register(
    request: Request,
    slug: Text = "",
    name: Text = "",
    url: Text = "",
    licence: Text = "",
    description: Text = "",
) -> Response:
    """Register a model. After an error, show the form with the submitted values."""
    fields = ModelFields(slug.strip(), name.strip(), url.strip(), licence.strip(), description.strip())
    context = context_of(request)
    try:
        with context.database.write() as session:
            now = utc_now()
            principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
            wanted = parse_model_form(fields)
            if model_of(session, fields.slug) is not None:
                raise InvalidFields({"slug": "A model with this slug exists already. Choose another slug."})
            register_model(session, slug=fields.slug, request=wanted, principal=principal, now=now)
    except (Invalid, Conflict) as refusal:
        with context.database.read() as session:
            principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
            form = _form("/models", fields, refusal, is_new=True)
            page = models_page(session, principal, page=1, form=form)
        return page_response(request, "models/models.html", page, status=refusal.status)
    return RedirectResponse(f"/models/{fields.slug}", status_code=303)


@router.get("/models/{slug}")
def model(slug: SlugPath, request: Request) -> Response:
    """Show a model with its submissions and its results in the studies that the person sees."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, *_READERS, now=utc_now())
        page = model_page(session, slug, principal)
    return page_response(request, "models/model.html", page)


@router.post("/models/{slug}")
def edit(
    slug: SlugPath,
    request: Request,
    name: Text = "",
    url: Text = "",
    licence: Text = "",
    description: Text = "",
) -> Response:
    """Change the description of a model. After an error, show the form with the submitted values."""
    fields = ModelFields(slug, name.strip(), url.strip(), licence.strip(), description.strip())
    context = context_of(request)
    try:
        with context.database.write() as session:
            now = utc_now()
            principal = require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=now)
            model_page(session, slug, principal)
            wanted = parse_model_form(fields)
            register_model(session, slug=slug, request=wanted, principal=principal, now=now)
    except (Invalid, Conflict, Forbidden) as refusal:
        with context.database.read() as session:
            principal = require_person(session, request, Role.RESEARCHER, now=utc_now())
            form = _form(f"/models/{slug}", fields, refusal, is_new=False)
            page = model_page(session, slug, principal, form=form)
        return page_response(request, "models/model.html", page, status=refusal.status)
    return RedirectResponse(f"/models/{slug}", status_code=303)


def _form(action: str, fields: ModelFields, refusal: AppError, *, is_new: bool) -> ModelForm:
    problems = refusal.fields if isinstance(refusal, InvalidFields) else None
    return ModelForm(action, fields, is_new, refusal.message, problems)
