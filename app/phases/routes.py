"""Routes of the pages around the voting. Each page works without JavaScript."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.dependencies import context_of
from app.errors import Conflict, Invalid, InvalidFields
from app.languages import gettext_noop
from app.phases import service
from app.phases.forms import parse_questionnaire
from app.phases.view_builder import (
    PhaseVisit,
    build_consent_page,
    build_end_page,
    build_instructions_page,
    build_questionnaire_page,
)
from app.phases.view_models import PhasePage
from app.phases.visits import due_url, find_visit, next_page, show_phase
from app.security.path_params import SlugPath
from benchmark.protocol import Outcome, Phase
from benchmark.wire.common import Paragraphs

router = APIRouter(include_in_schema=False)
MAX_COMMENT_CHARS = 2000


@router.get("/studies/{slug}/phases")
def next_phase(slug: SlugPath, request: Request) -> Response:
    """Redirect to the page where the annotator continues, on this or on another device."""
    with context_of(request).database.write() as session:
        return RedirectResponse(due_url(find_visit(session, request, slug)), status_code=303)


@router.get("/studies/{slug}/phases/consent")
def consent_page(slug: SlugPath, request: Request) -> Response:
    return show_phase(request, slug, Phase.CONSENT, build_consent_page, again=True)


@router.post("/studies/{slug}/phases/consent")
def post_consent(
    slug: SlugPath,
    request: Request,
    version: Annotated[int, Form(ge=1, le=2**31 - 1)],
    statements: Annotated[list[Annotated[int, Form(ge=0, le=99)]] | None, Form()] = None,
) -> Response:
    ticked = frozenset(statements or ())
    try:
        with context_of(request).database.write() as session:
            visit = find_visit(session, request, slug)
            service.give_consent(
                session,
                study=visit.study,
                annotator=visit.annotator,
                ticked=ticked,
                version=version,
                wording=visit.wording,
                now=utc_now(),
            )
    except (Conflict, Invalid) as refusal:
        message = refusal.message

        def again(visit: PhaseVisit) -> PhasePage:
            return build_consent_page(visit, notice=message, ticked=ticked)

        return show_phase(request, slug, Phase.CONSENT, again, status=refusal.status)
    return next_page(slug)


@router.post("/studies/{slug}/phases/decline")
def decline(slug: SlugPath, request: Request) -> Response:
    """End the study for an annotator who does not agree to the study information.

    The server keeps no data about the person.
    """
    context = context_of(request)
    with context.database.write() as session:
        visit = find_visit(session, request, slug)
        if visit.progress.due is not Phase.CONSENT:
            return next_page(slug)
        page = build_end_page(visit, outcome=Outcome.DECLINED, signing_key=context.settings.signing_key)
        service.decline(session, study=visit.study, annotator=visit.annotator, now=utc_now())
    return context.pages.answer("phases/ended.html", page)


@router.get("/studies/{slug}/phases/instructions")
def instructions_page(slug: SlugPath, request: Request) -> Response:
    return show_phase(request, slug, Phase.INSTRUCTIONS, build_instructions_page, again=True)


@router.post("/studies/{slug}/phases/instructions")
def post_instructions(slug: SlugPath, request: Request) -> Response:
    with context_of(request).database.write() as session:
        visit = find_visit(session, request, slug)
        if visit.progress.due is Phase.INSTRUCTIONS:
            service.end_instructions(session, study=visit.study, annotator=visit.annotator, now=utc_now())
    return next_page(slug)


@router.get("/studies/{slug}/phases/questionnaire")
def questionnaire_page(slug: SlugPath, request: Request) -> Response:
    return show_phase(request, slug, Phase.QUESTIONNAIRE, build_questionnaire_page)


async def form_texts(request: Request) -> dict[str, str]:
    """Return the texts of a submitted form by field name; the study defines the names."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


@router.post("/studies/{slug}/phases/questionnaire")
def post_questionnaire(
    slug: SlugPath, request: Request, submitted: Annotated[dict[str, str], Depends(form_texts)]
) -> Response:
    try:
        with context_of(request).database.write() as session:
            visit = find_visit(session, request, slug)
            if visit.progress.due is Phase.QUESTIONNAIRE and visit.phases.questionnaire is not None:
                answers = parse_questionnaire(visit.phases.questionnaire, submitted)
                service.end_questionnaire(
                    session, study=visit.study, annotator=visit.annotator, answers=answers, now=utc_now()
                )
    except InvalidFields as refusal:
        problems, message = refusal.fields, refusal.message

        def again(visit: PhaseVisit) -> PhasePage:
            return build_questionnaire_page(visit, notice=message, answers=submitted, problems=problems)

        return show_phase(request, slug, Phase.QUESTIONNAIRE, again, status=refusal.status)
    return next_page(slug)


@router.get("/studies/{slug}/phases/finish")
def finish_page(slug: SlugPath, request: Request) -> Response:
    """Show the last page to this annotator, with the completion code of the annotator's outcome."""
    return _show_end(request, slug)


@router.post("/studies/{slug}/phases/finish")
def post_comment(slug: SlugPath, request: Request, comment: Annotated[Paragraphs, Form()] = "") -> Response:
    with context_of(request).database.write() as session:
        visit = find_visit(session, request, slug)
        if len(comment) > MAX_COMMENT_CHARS:
            raise Invalid(
                "This comment is too long. Shorten it to 2000 characters or less.", code="invalid_field"
            )
        if visit.progress.outcome is Outcome.COMPLETED and visit.phases.finish.comment:
            service.save_comment(
                session, study=visit.study, annotator=visit.annotator, comment=comment, now=utc_now()
            )
    return _show_end(request, slug, notice=gettext_noop("Thank you. Your comment is saved."))


def _show_end(request: Request, slug: str, *, notice: str = "") -> Response:
    context = context_of(request)
    with context.database.write() as session:
        visit = find_visit(session, request, slug)
        outcome = visit.progress.outcome
        if outcome is None:
            return RedirectResponse(due_url(visit), status_code=303)
        signing_key = context.settings.signing_key
        page = build_end_page(visit, outcome=outcome, signing_key=signing_key, notice=notice)
    template = "phases/finish.html" if outcome is Outcome.COMPLETED else "phases/ended.html"
    return context.pages.answer(template, page)
