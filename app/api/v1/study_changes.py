"""REST routes that change a study: edit, duplicate, judge, extend, reopen, archive, delete and restore."""

from fastapi import Request

from app.api.v1.error_responses import errors
from app.api.v1.json_router import api_router
from app.clock import utc_now
from app.dependencies import context_of, require_own_study, require_person
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.security.visibility import find_study
from app.studies import automatic_judge, deletion, drafts, extension, pilot
from app.studies.queries import protocols_response, study_response
from app.studies.service import Transition
from benchmark.protocol import Role, Scope
from benchmark.wire.drafts import DraftRequest
from benchmark.wire.studies import StudyResponse
from benchmark.wire.study_changes import (
    DeletionRequest,
    DuplicateRequest,
    ExtensionRequest,
    ProtocolsResponse,
)

router = api_router("studies")


@router.put(
    "/studies/{slug}",
    responses=errors(
        "404 not_found unknown_benchmark",
        "409 study_status draft_changed ambiguous_name",
        "422 bad_matchups no_gold no_gold_clips gold_is_compared gold_stands_out unknown_scenario",
    ),
)
def edit_draft(slug: SlugPath, body: DraftRequest, request: Request) -> StudyResponse:
    """Replace all fields of a draft except its slug.

    The request names the revision that it changes. The change is refused if the draft has a newer revision.
    """
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study = lock_study(session, study.id)
        drafts.edit_draft(session, study=study, request=body, principal=principal, now=utc_now())
        return study_response(session, study)


@router.post(
    "/studies/{slug}/duplicate",
    status_code=201,
    responses=errors(
        "404 not_found",
        "409 study_exists",
        "422 bad_matchups no_gold no_gold_clips gold_is_compared gold_stands_out unknown_scenario",
    ),
)
def duplicate_study(slug: SlugPath, body: DuplicateRequest, request: Request) -> StudyResponse:
    """Copy a study that you may see to a new draft that you own, with a new seed and without votes."""
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, scope=Scope.STUDY, now=utc_now())
        study = find_study(session, slug=slug, principal=principal)
        copy = drafts.duplicate_study(session, study=study, request=body, principal=principal, now=utc_now())
        return study_response(session, copy)


@router.post(
    "/studies/{slug}/judge",
    responses=errors(
        "404 not_found", "409 study_status study_kind not_measured no_true_motion no_common_pairs"
    ),
)
def judge_study(slug: SlugPath, request: Request) -> StudyResponse:
    """Let the automatic judge vote in all comparisons of a draft, and close the study.

    The study becomes an automatic study; its votes are never counted together with votes of people.
    """
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        automatic_judge.judge_study(
            session, study=lock_study(session, study.id), principal=principal, now=utc_now()
        )
        return study_response(session, study)


@router.post(
    "/studies/{slug}/reopen",
    responses=errors("404 not_found", "409 study_status study_kind results_published submission_deleted"),
)
def reopen_study(slug: SlugPath, request: Request) -> StudyResponse:
    """Open a closed study again, under a new version of the protocol."""
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        extension.reopen_study(
            session, study=lock_study(session, study.id), principal=principal, now=utc_now()
        )
        return study_response(session, study)


@router.post(
    "/studies/{slug}/protocols",
    status_code=201,
    responses=errors(
        "404 not_found",
        "409 study_status no_common_pairs ambiguous_name",
        "422 bad_matchups panel_not_larger",
    ),
)
def extend_study(slug: SlugPath, body: ExtensionRequest, request: Request) -> StudyResponse:
    """Add matchups to a running study, or raise its votes per comparison; the protocol gets a new version."""
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug)
        study = lock_study(session, study.id)
        extension.extend_study(session, study=study, request=body, principal=principal, now=utc_now())
        return study_response(session, study)


@router.get("/studies/{slug}/protocols", responses=errors("404 not_found"))
def list_protocols(slug: SlugPath, request: Request) -> ProtocolsResponse:
    """Return all versions of the study's protocol, the oldest first."""
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        return protocols_response(session, find_study(session, slug=slug, principal=principal))


@router.post(
    "/studies/{slug}/pilot",
    responses=errors("404 not_found", "409 study_status no_common_pairs too_few_gold"),
)
def start_pilot(slug: SlugPath, request: Request) -> StudyResponse:
    """Open a draft as a pilot, in which no vote counts."""
    return _change(slug, request, pilot.start_pilot)


@router.post("/studies/{slug}/end-pilot", responses=errors("404 not_found", "409 study_status"))
def end_pilot(slug: SlugPath, request: Request) -> StudyResponse:
    """End the pilot and open the study.

    The results count only votes of people who join after this request.
    """
    return _change(slug, request, pilot.end_pilot)


@router.post("/studies/{slug}/archive", responses=errors("404 not_found", "409 study_status"))
def archive_study(slug: SlugPath, request: Request) -> StudyResponse:
    """Hide a study from the list of studies. An open study must be paused or closed first."""
    return _change(slug, request, deletion.archive_study)


@router.post("/studies/{slug}/unarchive", responses=errors("404 not_found"))
def unarchive_study(slug: SlugPath, request: Request) -> StudyResponse:
    """Show an archived study in the list of studies again."""
    return _change(slug, request, deletion.unarchive_study)


@router.post("/studies/{slug}/delete", status_code=202, responses=errors("404 not_found", "422 wrong_name"))
def delete_study(slug: SlugPath, body: DeletionRequest, request: Request) -> StudyResponse:
    """Pause and hide a study, and remove it with its votes after a grace period of 14 days."""
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug, with_deleted=True)
        study = lock_study(session, study.id)
        deletion.delete_study(session, study=study, typed=body.slug, principal=principal, now=utc_now())
        return study_response(session, study)


@router.post("/studies/{slug}/restore", responses=errors("404 not_found", "409 study_removed"))
def restore_study(slug: SlugPath, request: Request) -> StudyResponse:
    """Cancel the deletion of a study. A study that was open before its deletion stays paused."""
    return _change(slug, request, deletion.restore_study, with_deleted=True)


def _change(slug: str, request: Request, change: Transition, *, with_deleted: bool = False) -> StudyResponse:
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug, with_deleted=with_deleted)
        study = lock_study(session, study.id)
        change(session, study=study, principal=principal, now=utc_now())
        return study_response(session, study)
