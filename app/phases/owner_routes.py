"""Routes of the page on which an owner sets the phases, rules, language and platform of a study."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study
from app.errors import Conflict, Invalid, InvalidFields
from app.panels.phases import study_phases
from app.panels.quality import study_rules
from app.phases.owner_forms import CrowdFields, parse_crowd_form
from app.phases.owner_view_models import CrowdPage
from app.platforms.service import set_platform, study_platform
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.studies.drafts import draft_request, edit_draft
from app.tables.studies import Study
from benchmark.protocol import Language, StudyStatus
from benchmark.wire.drafts import DraftRequest

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
MAX_CHARS = 100_000
Text = Annotated[str, Form(max_length=MAX_CHARS)]


@router.get("/studies/{slug}/crowd")
def crowd_page(slug: SlugPath, request: Request) -> Response:
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        page = _page(request, study)
    return page_response(request, "phases/crowd.html", page)


@router.post("/studies/{slug}/crowd")
def save_crowd(
    slug: SlugPath,
    request: Request,
    phases: Text = "",
    rules: Text = "",
    platform: Text = "",
    language: Annotated[Language | None, Form()] = None,
    revision: Annotated[int, Form(ge=1, lt=2**31)] = 1,
) -> Response:
    """Save the crowd platform; for a draft, also save the settings that freeze when the study opens."""
    fields = CrowdFields(phases, rules, platform)
    try:
        with context_of(request).database.write() as session:
            study, principal = require_own_study(session, request, slug)
            study, now = lock_study(session, study.id), utc_now()
            if study.status is not StudyStatus.DRAFT:
                fields = CrowdFields(platform=platform)
            wanted = parse_crowd_form(fields)
            if study.status is StudyStatus.DRAFT:
                values = dict(draft_request(session, study))
                del values["slug"]
                changes = {"phases": wanted.phases, "rules": wanted.rules, "revision": revision}
                body = _draft(values | changes | {"language": language or study.language})
                edit_draft(session, study=study, request=body, principal=principal, now=now)
            set_platform(session, study=study, platform=wanted.platform, principal=principal, now=now)
    except (Invalid, Conflict) as refusal:
        problems = refusal.fields if isinstance(refusal, InvalidFields) else {}
        with context_of(request).database.read() as session:
            study, _ = require_own_study(session, request, slug)
            page = _page(request, study, fields=fields, problem=refusal.message, problems=problems)
        return page_response(request, "phases/crowd.html", page, status=refusal.status)
    return RedirectResponse(f"/studies/{slug}/crowd", status_code=303)


def _draft(values: dict[str, object]) -> DraftRequest:
    try:
        return DraftRequest.model_validate(values)
    except ValidationError as error:
        sentences = [each["msg"].removeprefix("Value error, ") for each in error.errors()]
        raise Invalid(f"The settings do not fit together: {'; '.join(sentences)}.") from error


def _page(
    request: Request,
    study: Study,
    *,
    fields: CrowdFields | None = None,
    problem: str = "",
    problems: dict[str, str] | None = None,
) -> CrowdPage:
    platform = study_platform(study)
    address = context_of(request).settings.effective_public_url
    return CrowdPage(
        study_slug=study.slug,
        study_title=study.title,
        is_draft=study.status is StudyStatus.DRAFT,
        revision=study.revision,
        fields=fields
        or CrowdFields(
            _as_json(study_phases(study)),
            _as_json(study_rules(study)),
            _as_json(platform) if study.platform is not None else "",
        ),
        chosen_language=study.language,
        join_link=f"{address}/studies/{study.slug}/join" if platform.kind is not None else None,
        problem=problem,
        problems=problems or {},
    )


def _as_json(model: BaseModel | None) -> str:
    return model.model_dump_json(indent=2, exclude_defaults=True) if model is not None else ""
