"""REST routes with which a study's owner lists and revokes the study's invitations."""

from typing import Annotated

from fastapi import Path, Request

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import ListQuery
from app.clock import utc_now
from app.dependencies import context_of, require_own_study
from app.invitations.queries import INVITATIONS, find_invitation, invitation_response, invitations_page
from app.invitations.service import revoke_invitation
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from benchmark.wire.invitations import InvitationListResponse, InvitationResponse

router = api_router("studies")


@router.get("/studies/{slug}/invitations", responses=errors("404 not_found", "422 invalid_cursor"))
def list_invitations(slug: SlugPath, request: Request, listing: ListQuery) -> InvitationListResponse:
    """Return the invitations of a study, newest first, without their links.

    Preview invitations are omitted.
    """
    page = listing.page_of(INVITATIONS)
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        return invitations_page(session, study, page)


@router.post(
    "/studies/{slug}/invitations/{invitation_id}/revoke",
    responses=errors("404 not_found unknown_invitation"),
)
def revoke(
    slug: SlugPath, invitation_id: Annotated[int, Path(ge=1, lt=2**63)], request: Request
) -> InvitationResponse:
    """Revoke an invitation: the link stops working, and its annotator can no longer vote.

    Votes that the annotator has cast are kept and still count.
    """
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study = lock_study(session, study.id)
        found = find_invitation(session, study, invitation_id)
        revoke_invitation(session, invitation=found, study=study, principal=principal, now=utc_now())
        return invitation_response(session, study, found)
