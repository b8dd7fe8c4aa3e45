"""REST routes for a study's owner: list, exclude and reinstate the study's annotators."""

from fastapi import Request, Response

from app.annotators import decisions, flags
from app.annotators.audit import Decision
from app.annotators.queries import ANNOTATORS, AnnotatorFilter, annotators_page
from app.annotators.service import find_annotator
from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.api.v1.list_parameters import ListQuery
from app.clock import utc_now
from app.dependencies import context_of, require_own_study
from app.security.participants import lock_study
from app.security.path_params import PseudonymPath, SlugPath
from benchmark.protocol import Flag
from benchmark.wire.annotators import (
    AnnotatorsResponse,
    ChangeResponse,
    DecisionRequest,
    DismissalRequest,
    DismissedFlagResponse,
)

router = api_router("annotators")


@router.get("/studies/{slug}/annotators", responses=errors("404 not_found", "422 invalid_cursor"))
def list_annotators(
    slug: SlugPath,
    request: Request,
    listing: ListQuery,
    flag: Flag | None = None,
    excluded: bool | None = None,
) -> AnnotatorsResponse:
    """Return the annotators who opened an invitation.

    Each entry has the annotator's flags and vote counts by status.
    """
    page = listing.page_of(ANNOTATORS)
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        return annotators_page(session, study, AnnotatorFilter(flag, excluded), page)


@router.post(
    "/studies/{slug}/annotators/{annotator}/exclude",
    responses=errors(
        "404 not_found unknown_annotator unknown_vote",
        "409 annotator_left votes_imported votes_automatic vote_not_counted",
        "422 invalid",
    ),
)
def exclude(
    slug: SlugPath, annotator: PseudonymPath, body: DecisionRequest, request: Request
) -> ChangeResponse:
    """Exclude all votes of an annotator from the results, or only the vote on one comparison."""
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study = lock_study(session, study.id)
        return decisions.exclude(
            session, study=study, pseudonym=annotator, request=body, principal=principal, now=utc_now()
        )


@router.post(
    "/studies/{slug}/annotators/{annotator}/reinstate",
    responses=errors(
        "404 not_found unknown_annotator unknown_vote",
        "409 annotator_left annotator_excluded votes_imported votes_automatic vote_not_counted",
        "422 invalid",
    ),
)
def reinstate(
    slug: SlugPath, annotator: PseudonymPath, body: DecisionRequest, request: Request
) -> ChangeResponse:
    """Reinstate an annotator's excluded votes.

    A vote becomes surplus and does not count if the comparison got enough other votes in the meantime.
    """
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study = lock_study(session, study.id)
        return decisions.reinstate(
            session, study=study, pseudonym=annotator, request=body, principal=principal, now=utc_now()
        )


@router.put(
    "/studies/{slug}/annotators/{annotator}/flags/{flag}/dismissal",
    responses=errors("404 not_found unknown_annotator", "409 annotator_left flag_absent"),
)
def dismiss_flag(
    slug: SlugPath, annotator: PseudonymPath, flag: Flag, body: DismissalRequest, request: Request
) -> DismissedFlagResponse:
    """Dismiss a flag of an annotator, with a reason. No vote changes."""
    database = context_of(request).database
    with database.read() as session:
        study, _ = require_own_study(session, request, slug)
        person = find_annotator(session, study=study, pseudonym=annotator)
        flags.require_flag(session, study=study, annotator=person, flag=flag)
    with database.write() as session:
        study, principal = require_own_study(session, request, slug)
        person = find_annotator(session, study=study, pseudonym=annotator)
        decision = Decision.of(body.reason, principal=principal, now=utc_now())
        dismissed = flags.dismiss_flag(session, study=study, annotator=person, flag=flag, decision=decision)
        return DismissedFlagResponse.model_validate(dismissed)


@router.delete(
    "/studies/{slug}/annotators/{annotator}/flags/{flag}/dismissal",
    status_code=204,
    responses=errors("404 not_found unknown_annotator"),
)
def restore_flag(slug: SlugPath, annotator: PseudonymPath, flag: Flag, request: Request) -> Response:
    """Restore a dismissed flag."""
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        person = find_annotator(session, study=study, pseudonym=annotator)
        decision = Decision("", principal.name, utc_now())
        flags.restore_flag(session, study=study, annotator=person, flag=flag, decision=decision)
    return Response(status_code=204)
