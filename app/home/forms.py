"""The forms of the first page: open, pause and close one's own studies, make invitation links."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.home.page import MOST_LINKS_AT_ONCE, ClosePage, InvitationsPage
from app.security.asking import installation_of, require_own_study
from app.security.paths import SlugPath
from app.studies import service
from app.studies.queries import study_progress

router = APIRouter(include_in_schema=False)


@router.post("/studies/{slug}/open")
def open_study(slug: SlugPath, request: Request) -> Response:
    return _move(slug, request, service.open_study)


@router.post("/studies/{slug}/pause")
def pause_study(slug: SlugPath, request: Request) -> Response:
    return _move(slug, request, service.pause_study)


@router.get("/studies/{slug}/close")
def ask_before_closing(slug: SlugPath, request: Request) -> Response:
    """Ask once more: a closed study never opens again."""
    installation = installation_of(request)
    with installation.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        progress = study_progress(session, study)
        page = ClosePage(study.slug, study.title, progress.votes, progress.votes_wanted)
    return installation.pages.answer("home/close.html", page)


@router.post("/studies/{slug}/close")
def close_study(slug: SlugPath, request: Request) -> Response:
    return _move(slug, request, service.close_study)


@router.post("/studies/{slug}/invitations")
def invite(
    slug: SlugPath, request: Request, count: Annotated[int, Form(ge=1, le=MOST_LINKS_AT_ONCE)]
) -> Response:
    """Make links and show them; only their hashes are kept, so they cannot be shown again."""
    installation = installation_of(request)
    with installation.database.write() as session:
        study, _ = require_own_study(session, request, slug)
        tokens = service.invite(session, study=study, count=count, now=utc_now())
        title = study.title
    address = installation.settings.effective_public_url
    page = InvitationsPage(title, tuple(f"{address}/invite/{token}" for token in tokens))
    return installation.pages.answer("home/invitations.html", page)


def _move(slug: str, request: Request, move: service.Move) -> Response:
    with installation_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        move(session, study=study, principal=principal, now=utc_now())
    return RedirectResponse("/", status_code=303)
