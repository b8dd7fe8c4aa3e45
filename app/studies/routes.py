"""Routes of the study forms on the home page: open, pause and close a study, and publish results."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.security.publication import link_secret
from app.studies import service
from app.studies.drafts import draft_request, edit_draft, with_renditions
from app.studies.form_view_builder import open_page
from app.studies.progress import study_progress
from app.studies.publication import ResultsAccess, publish_results, results_access
from app.studies.view_models import ClosePage, PublishPage
from benchmark.protocol import RenditionRecipe, StudyStatus
from benchmark.wire.drafts import DraftRequest

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)


@router.get("/studies/{slug}/open")
def ask_before_opening(slug: SlugPath, request: Request) -> Response:
    """Show the differences between a draft's sides, and let the owner choose the renditions."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        if study.status is not StudyStatus.DRAFT:
            return RedirectResponse("/", status_code=303)
        page = open_page(session, study)
    return page_response(request, "studies/open.html", page)


@router.post("/studies/{slug}/renditions")
def choose_renditions(
    slug: SlugPath,
    request: Request,
    renditions: Annotated[RenditionRecipe, Form()],
    revision: Annotated[int, Form(ge=1, lt=2**31)],
    of_matchups: Annotated[list[RenditionRecipe | Literal[""]] | None, Form()] = None,
) -> Response:
    """Change how a draft's clips are shown.

    `of_matchups` has a kind of renditions for each matchup, in the order of the page; an empty text means the
    renditions of the study.
    """
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study = lock_study(session, study.id)
        before = draft_request(session, study)
        matchups = with_renditions(before.matchups, of_matchups)
        fields = dict(before) | {"renditions": renditions, "matchups": matchups, "revision": revision}
        del fields["slug"]
        body = DraftRequest(**fields)
        edit_draft(session, study=study, request=body, principal=principal, now=utc_now())
    return RedirectResponse(f"/studies/{slug}/open", status_code=303)


@router.post("/studies/{slug}/open")
def open_study(slug: SlugPath, request: Request) -> Response:
    return _transition(slug, request, service.open_study)


@router.post("/studies/{slug}/pause")
def pause_study(slug: SlugPath, request: Request) -> Response:
    return _transition(slug, request, service.pause_study)


@router.get("/studies/{slug}/close")
def ask_before_closing(slug: SlugPath, request: Request) -> Response:
    """Ask for confirmation before closing, because the results of a closed study are final."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        progress = study_progress(session, study)
        page = ClosePage(study.slug, study.title, progress.votes, progress.votes_wanted)
    return page_response(request, "studies/close.html", page)


@router.post("/studies/{slug}/close")
def close_study(slug: SlugPath, request: Request) -> Response:
    return _transition(slug, request, service.close_study)


@router.get("/studies/{slug}/publish")
def publish_form(slug: SlugPath, request: Request) -> Response:
    """Show the form that sets who can read the results of a closed study."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        address = f"{context.settings.effective_public_url}/studies/{slug}"
        secret = link_secret(study, context.settings.signing_key) if study.results_link else None
        page = PublishPage(
            study_slug=slug,
            study_title=study.title,
            access=results_access(study),
            public_link=f"{address}/results",
            link=f"{address}/shared/{secret}" if secret else None,
        )
    return page_response(request, "studies/publish.html", page)


@router.post("/studies/{slug}/publish")
def publish(slug: SlugPath, request: Request, access: Annotated[ResultsAccess, Form()]) -> Response:
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        publish_results(session, study=study, access=access, principal=principal, now=utc_now())
    return RedirectResponse(f"/studies/{slug}/publish", status_code=303)


def _transition(slug: str, request: Request, transition: service.Transition) -> Response:
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study = lock_study(session, study.id)
        transition(session, study=study, principal=principal, now=utc_now())
    return RedirectResponse("/", status_code=303)
