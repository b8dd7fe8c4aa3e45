"""Publishes the results of a closed study: to everybody, or to people who have an unlisted link."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.security.audit import record_event
from app.security.identity import Principal
from app.security.tokens import new_token
from app.sharing.service import require_public_benchmark, set_visibility
from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission
from benchmark.protocol import StudyStatus, Visibility
from benchmark.wire.visibility import VisibilityRequest


class ResultsAccess(StrEnum):
    """Who can read a closed study's results without signing in."""

    PRIVATE = "private"
    UNLISTED = "unlisted"
    PUBLIC = "public"


def publish_results(
    session: Session, *, study: Study, access: ResultsAccess, principal: Principal, now: datetime
) -> None:
    """Publish a closed study's results, or make the results private again.

    Repeating the call changes nothing. Publishing to everybody also makes the compared submissions public,
    except the submissions of gold questions. While the results stay unlisted, the link does not change. If
    the results were private or public in the meantime, the next unlisted link has a new secret.

    Raises:
        Conflict: the study is not closed, the study's benchmark is not public, or the study compares other
            people's submissions that are not public.
    """
    session.refresh(study, with_for_update={"key_share": True})
    if study.status is not StudyStatus.CLOSED:
        raise Conflict(
            "Only the results of a closed study can be published. Close the study first.", code="study_status"
        )
    if access is not ResultsAccess.PRIVATE:
        require_public_benchmark(session, study)
        _publish_sides(session, study, principal, is_public=access is ResultsAccess.PUBLIC, now=now)
    if access is results_access(study):
        return
    if (access is ResultsAccess.PUBLIC) is not (study.visibility is Visibility.PUBLIC):
        wanted = Visibility.PUBLIC if access is ResultsAccess.PUBLIC else Visibility.PRIVATE
        set_visibility(session, study, VisibilityRequest(visibility=wanted), principal=principal, now=now)
    study.results_link = new_token() if access is ResultsAccess.UNLISTED else None
    record_event(session, principal, "study.publish", subject=study.slug, now=now, access=access.value)


def results_access(study: Study) -> ResultsAccess:
    if study.visibility is Visibility.PUBLIC:
        return ResultsAccess.PUBLIC
    return ResultsAccess.PRIVATE if study.results_link is None else ResultsAccess.UNLISTED


def _publish_sides(
    session: Session, study: Study, principal: Principal, *, is_public: bool, now: datetime
) -> None:
    sides = session.scalars(
        select(Submission)
        .join(Matchup, or_(Submission.id == Matchup.reference_id, Submission.id == Matchup.other_id))
        .where(Matchup.study_id == study.id, Matchup.is_gold.is_(False))
        .distinct()
    ).all()
    for side in sides:
        if side.visibility is Visibility.PUBLIC:
            continue
        if side.owner_id != principal.person_id and not principal.is_admin:
            raise Conflict(
                "This study compares a submission of somebody else that is not public. Ask its owner to "
                "publish it.",
                code="sides_not_public",
            )
        if is_public:
            request = VisibilityRequest(visibility=Visibility.PUBLIC)
            set_visibility(session, side, request, principal=principal, now=now)
