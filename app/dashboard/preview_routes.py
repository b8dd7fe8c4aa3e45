"""Route of the preview, in which an owner goes through all pages of an annotator."""

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, require_own_study
from app.invitations import links
from app.security.path_params import SlugPath
from app.studies.preview import preview_copy
from benchmark.protocol import AnnotatorKind, StudyStatus

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)


@router.post("/studies/{slug}/preview")
def preview(slug: SlugPath, request: Request) -> Response:
    """Open the study as an annotator would see it; for a draft, open a hidden copy.

    The votes of a preview never count.
    """
    with context_of(request).database.write() as session:
        now = utc_now()
        study, principal = require_own_study(session, request, slug)
        if study.status is StudyStatus.DRAFT:
            study = preview_copy(session, study=study, principal=principal, now=now)
        (token,) = links.invite(
            session, study=study, count=1, kind=AnnotatorKind.PREVIEW, principal=principal, now=now
        )
    return RedirectResponse(f"/invite/{token}", status_code=303)
