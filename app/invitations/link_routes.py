"""Forms with which a study's owner creates invitation links."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study
from app.errors import InvalidFields, NotFound
from app.invitations import links
from app.invitations.forms import parse_link_form
from app.invitations.view_builder import register_page
from app.invitations.view_models import InvitationsPage, LinkFields
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from benchmark.wire.common import TOKEN

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)


@router.post("/studies/{slug}/invitations")
def invite(
    slug: SlugPath,
    request: Request,
    batch: Annotated[str, Form(pattern=TOKEN)],
    count: Annotated[str, Form()] = "",
    label: Annotated[str, Form()] = "",
) -> Response:
    """Create invitation links and redirect to the page that shows these links.

    A repeated request creates no new links. After an error, show the form with the submitted values.
    """
    context, fields = context_of(request), LinkFields(count, label)
    try:
        with context.database.write() as session:
            study, owner = require_own_study(session, request, slug)
            wanted = parse_link_form(fields)
            links.invite_batch(
                session,
                study=lock_study(session, study.id),
                signing_key=context.settings.signing_key,
                batch=batch,
                count=wanted.count,
                label=wanted.label,
                principal=owner,
                now=utc_now(),
            )
    except InvalidFields as refusal:
        with context.database.read() as session:
            study, _ = require_own_study(session, request, slug)
            page = register_page(session, study, fields=fields, problems=refusal.fields)
        return page_response(request, "invitations/register.html", page, status=refusal.status)
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
    page = InvitationsPage(slug, title, tuple(f"{address}/invite/{token}" for token in tokens))
    return page_response(request, "invitations/links.html", page)
