"""Forms with which a study's owner creates invitation links."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study
from app.errors import NotFound
from app.invitations import links
from app.invitations.view_models import InvitationsPage
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from benchmark.wire.common import TOKEN
from benchmark.wire.studies import MAX_INVITATIONS

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)


@router.post("/studies/{slug}/invitations")
def invite(
    slug: SlugPath,
    request: Request,
    count: Annotated[int, Form(ge=1, le=MAX_INVITATIONS)],
    batch: Annotated[str, Form(pattern=TOKEN)],
) -> Response:
    """Create invitation links and redirect to the page that shows these links.

    A repeated request creates no new links.
    """
    context = context_of(request)
    with context.database.write() as session:
        study, _ = require_own_study(session, request, slug)
        links.invite_batch(
            session,
            study=lock_study(session, study.id),
            signing_key=context.settings.signing_key,
            batch=batch,
            count=count,
            now=utc_now(),
        )
    return RedirectResponse(f"/studies/{slug}/invitations/{batch}", status_code=303)


@router.get("/studies/{slug}/invitations/{batch}")
def invitations(slug: SlugPath, batch: Annotated[str, Path(pattern=TOKEN)], request: Request) -> Response:
    """Show the invitation links that one request created. The database stores only hashes of these links."""
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        tokens = links.batch_tokens(
            session, study=study, signing_key=context.settings.signing_key, batch=batch
        )
        title = study.title
    if not tokens:
        raise NotFound("There are no invitation links at this URL. Create new links on the home page.")
    address = context.settings.effective_public_url
    page = InvitationsPage(title, tuple(f"{address}/invite/{token}" for token in tokens))
    return page_response(request, "invitations/links.html", page)
