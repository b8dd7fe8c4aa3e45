"""Routes of the page on which an owner sets up the phases, rules and platform of a crowd study."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study
from app.errors import AppError, Conflict, Invalid, InvalidFields
from app.phases.owner_forms import (
    CrowdFields,
    change_rows,
    fields_of_text,
    parse_crowd_form,
    submitted_fields,
)
from app.phases.owner_languages import LanguageFields, parse_translations
from app.phases.owner_view_builder import crowd_page, crowd_preview
from app.platforms.service import set_platform
from app.security.identity import Principal
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.studies.drafts import draft_request, edit_draft
from app.tables.studies import Study
from benchmark.protocol import Language, StudyStatus
from benchmark.wire.drafts import DraftRequest

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
MAX_TEXT = 100_000
IMPORT, PREVIEW = "import", "preview"
Revision = Annotated[int, Form(ge=1, lt=2**31)]
Change = Annotated[str, Form(max_length=100)]
Text = Annotated[str, Form(max_length=MAX_TEXT)]


async def submitted(request: Request) -> CrowdFields:
    """Return the fields of a submitted form; their names are paths in the settings."""
    return submitted_fields((await request.form()).multi_items())


Submitted = Annotated[CrowdFields, Depends(submitted)]


def submitted_languages(
    language: Annotated[Language | None, Form()] = None,
    offered: Annotated[tuple[Language, ...], Form()] = (),
    translations: Text = "",
) -> LanguageFields | None:
    """Return the submitted languages; None if the form has no such fields, because the study is open."""
    return LanguageFields(language, offered or (language,), translations) if language is not None else None


SubmittedLanguages = Annotated[LanguageFields | None, Depends(submitted_languages)]


@router.get("/studies/{slug}/crowd")
def show_crowd(slug: SlugPath, request: Request) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        page = crowd_page(session, study, address=context.settings.effective_public_url)
    return page_response(request, "phases/crowd.html", page)


@router.post("/studies/{slug}/crowd/preview")
def preview_texts(slug: SlugPath, request: Request, fields: Submitted) -> Response:
    """Return what annotators will read. The form requests the preview after each change."""
    with context_of(request).database.read() as session:
        require_own_study(session, request, slug)
    return context_of(request).pages.answer("phases/_crowd_preview.html", crowd_preview(fields))


@router.post("/studies/{slug}/crowd")
def save_crowd(
    slug: SlugPath,
    request: Request,
    fields: Submitted,
    languages: SubmittedLanguages,
    revision: Revision = 1,
    change: Change = "",
    text: Text = "",
) -> Response:
    """Save the crowd platform; for a draft, also save the settings that freeze when the study opens.

    `change` names the pressed button. An empty text saves the form. `preview` saves the form and then shows
    all pages. `import` fills the form from `text`. A change of a list (see `change_rows`) saves nothing.
    """
    try:
        if change == IMPORT:
            fields = fields_of_text(fields, text)
        elif change not in ("", PREVIEW):
            fields = change_rows(fields, change)
        else:
            _save(request, slug, fields, languages=languages, revision=revision)
            # The status 307 keeps the method POST.
            to_preview = RedirectResponse(f"/studies/{slug}/preview", status_code=307)
            return to_preview if change else RedirectResponse(f"/studies/{slug}/crowd", status_code=303)
        refusal: AppError | None = None
    except (Invalid, Conflict) as error:
        refusal = error
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        is_stale = refusal is not None and refusal.code == "draft_changed"
        problems = refusal.fields if isinstance(refusal, InvalidFields) else {}
        page = crowd_page(
            session,
            study,
            address=context.settings.effective_public_url,
            fields=fields,
            languages=languages,
            revision=study.revision if is_stale else revision,
            text=text if problems.get("text") else "",
            problem=refusal.message if refusal else "",
            problems=problems,
            changes=refusal.problems if refusal and not problems else (),
        )
    return page_response(request, "phases/crowd.html", page, status=refusal.status if refusal else 200)


def _save(
    request: Request, slug: str, fields: CrowdFields, *, languages: LanguageFields | None, revision: int
) -> None:
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study, now = lock_study(session, study.id), utc_now()
        if study.status is not StudyStatus.DRAFT:
            platform_texts = {
                name: each for name, each in fields.texts.items() if name.startswith("platform.")
            }
            fields = CrowdFields(platform_texts, frozenset())
        wanted = parse_crowd_form(fields)
        if study.status is StudyStatus.DRAFT:
            changes: dict[str, object] = {
                "phases": wanted.phases,
                "rules": wanted.rules,
                "allocation": wanted.allocation,
            }
            if languages is not None:
                changes["language"], changes["languages"] = languages.language, languages.offered
                changes["translations"] = parse_translations(languages.translations)
            _edit(session, study, changes, revision=revision, principal=principal)
        set_platform(session, study=study, platform=wanted.platform, principal=principal, now=now)


def _edit(
    session: Session, study: Study, changes: Mapping[str, object], *, revision: int, principal: Principal
) -> None:
    values = dict(draft_request(session, study)) | dict(changes) | {"revision": revision}
    del values["slug"]
    try:
        request = DraftRequest.model_validate(values)
    except ValidationError as error:
        sentences = [each["msg"].removeprefix("Value error, ") for each in error.errors()]
        raise Invalid(f"The settings do not fit together: {'; '.join(sentences)}.") from error
    edit_draft(session, study=study, request=request, principal=principal, now=utc_now())
