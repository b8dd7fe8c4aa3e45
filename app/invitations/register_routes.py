"""Routes with which a study's owner lists, revokes and exports the study's invitations."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study
from app.invitations.queries import COLUMNS, export_rows, find_invitation
from app.invitations.service import revoke_invitation
from app.invitations.view_builder import register_page
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from benchmark.exports.csv_json import csv_chunks

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
NumberPath = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/studies/{slug}/invitations")
def register(slug: SlugPath, request: Request, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """List the invitations of a study, with the form that creates links."""
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        built = register_page(session, study, page=page)
    return page_response(request, "invitations/register.html", built)


@router.post("/studies/{slug}/invitations/{number}/revoke")
def revoke(slug: SlugPath, number: NumberPath, request: Request) -> Response:
    """Revoke an invitation; the annotator's votes are kept."""
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study = lock_study(session, study.id)
        found = find_invitation(session, study, number)
        revoke_invitation(session, invitation=found, study=study, principal=principal, now=utc_now())
    return RedirectResponse(f"/studies/{slug}/invitations#invitations", status_code=303)


@router.get("/studies/{slug}/invitations.csv")
def export(slug: SlugPath, request: Request) -> Response:
    """Return the study's invitations as a CSV table. The table does not contain the links."""
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        body = b"".join(csv_chunks(COLUMNS, export_rows(session, study)))
    name = f"{slug}-invitations.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
