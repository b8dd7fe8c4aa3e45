"""REST routes that create, open, pause, close and list studies, and invite annotators."""

from fastapi import Request

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import ListQuery, SlugQuery
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.invitations import links
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.security.visibility import find_study
from app.studies import service
from app.studies.queries import STUDIES, StudyFilter, studies_page, study_response
from benchmark.protocol import Role, Scope, StudyKind, StudyStatus
from benchmark.wire.drafts import StudyRequest
from benchmark.wire.invitations import InvitationsRequest, InvitationsResponse
from benchmark.wire.studies import StudiesResponse, StudyResponse

router = api_router("studies")


@router.post(
    "/studies",
    status_code=201,
    responses=errors(
        "404 unknown_benchmark",
        "409 study_exists ambiguous_name",
        "422 bad_matchups no_gold no_gold_clips gold_is_compared gold_stands_out unknown_scenario",
    ),
)
def create_study(body: StudyRequest, request: Request) -> StudyResponse:
    """Create a draft of a study."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.STUDY, now=utc_now())
        now = utc_now()
        study = service.create_study(session, request=body, principal=principal, now=now)
        return study_response(session, study)


@router.get("/studies", responses=errors("422 invalid_cursor"))
def list_studies(
    request: Request,
    listing: ListQuery,
    status: StudyStatus | None = None,
    kind: StudyKind | None = None,
    benchmark: SlugQuery = None,
    archived: bool = False,
    deleted: bool = False,
) -> StudiesResponse:
    """Return the studies that you may see, newest first.

    Archived or deleted studies are listed only on request.
    """
    wanted, page = StudyFilter(status, kind, benchmark, archived, deleted), listing.page_of(STUDIES)
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        return studies_page(session, principal, wanted, page)


@router.get("/studies/{slug}", responses=errors("404 not_found"))
def get_study(slug: SlugPath, request: Request) -> StudyResponse:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        return study_response(session, find_study(session, slug=slug, principal=principal))


@router.post(
    "/studies/{slug}/open", responses=errors("404 not_found", "409 study_status no_common_pairs too_few_gold")
)
def open_study(slug: SlugPath, request: Request) -> StudyResponse:
    """Open a draft or resume a paused study; annotators can vote from now on."""
    return _change_status(slug, request, StudyStatus.OPEN)


@router.post("/studies/{slug}/pause", responses=errors("404 not_found", "409 study_status"))
def pause_study(slug: SlugPath, request: Request) -> StudyResponse:
    return _change_status(slug, request, StudyStatus.PAUSED)


@router.post("/studies/{slug}/close", responses=errors("404 not_found", "409 study_status"))
def close_study(slug: SlugPath, request: Request) -> StudyResponse:
    """Close a study: annotators can no longer vote, and the results become final."""
    return _change_status(slug, request, StudyStatus.CLOSED)


@router.post(
    "/studies/{slug}/invitations", status_code=201, responses=errors("404 not_found", "409 study_not_open")
)
def invite(slug: SlugPath, body: InvitationsRequest, request: Request) -> InvitationsResponse:
    """Create invitation links. Each link is for one annotator, and only this response contains the links."""
    context = context_of(request)
    with context.database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.STUDY, now=utc_now())
        study = find_study(session, slug=slug, principal=principal, for_change=True)
        tokens = links.invite(
            session,
            study=study,
            count=body.count,
            kind=body.kind,
            label=body.label,
            principal=principal,
            now=utc_now(),
        )
    address = context.settings.effective_public_url
    return InvitationsResponse(links=[f"{address}/invite/{token}" for token in tokens])


def _change_status(slug: str, request: Request, to: StudyStatus) -> StudyResponse:
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.STUDY, now=utc_now())
        study = find_study(session, slug=slug, principal=principal, for_change=True)
        study = lock_study(session, study.id)
        service.TRANSITIONS[to](session, study=study, principal=principal, now=utc_now())
        return study_response(session, study)
