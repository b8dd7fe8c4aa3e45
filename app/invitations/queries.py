"""Reads a study's invitations from the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.cursors import KeyType, ListOrder, PageRequest
from app.errors import NotFound
from app.panels.phases import QUIZ_POSITION
from app.tables.people import Annotator, Invitation
from app.tables.studies import Comparison, Study
from app.tables.voting import Assignment, AssignmentStatus, status_is
from benchmark.exports.cells import Cell
from benchmark.protocol import AnnotatorKind, AssignmentPurpose, InvitationStatus
from benchmark.wire.invitations import InvitationListResponse, InvitationResponse

INVITATIONS = ListOrder("invitations", (KeyType.BIG_INTEGER,))
COLUMNS = tuple(InvitationResponse.model_fields)
_CHUNK = 500
_NONE = (0, 0, None)


@dataclass(frozen=True)
class Activity:
    """The activity of an invitation's annotator; `ended` counts votes and skipped comparisons."""

    votes: int
    ended: int
    last_seen_at: datetime | None


def invitations_page(session: Session, study: Study, page: PageRequest) -> InvitationListResponse:
    """Return a page of a study's invitations, newest first.

    The list omits the owner's preview invitations.
    """
    query = _register(study).limit(page.fetched)
    if page.after is not None:
        query = query.where(Invitation.id < page.after[0])
    found = page.cut(session.execute(query).all(), lambda row: (row.Invitation.id,))
    return InvitationListResponse(
        invitations=_responses(session, study, [(row.Invitation, row.Annotator) for row in found.rows]),
        next_cursor=found.next_cursor,
    )


def register_rows(session: Session, study: Study, *, first: int, limit: int) -> list[InvitationResponse]:
    """Skip the `first` newest invitations, and return at most `limit` of the following invitations."""
    rows = session.execute(_register(study).offset(first).limit(limit)).all()
    return _responses(session, study, [(row.Invitation, row.Annotator) for row in rows])


def invitation_response(session: Session, study: Study, invitation: Invitation) -> InvitationResponse:
    annotator = session.get(Annotator, invitation.annotator_id) if invitation.annotator_id else None
    return _responses(session, study, [(invitation, annotator)])[0]


def find_invitation(session: Session, study: Study, invitation_id: int) -> Invitation:
    """Return an invitation of the study, and lock its row.

    Raises:
        NotFound: the study has no such invitation (`unknown_invitation`).
    """
    query = select(Invitation).where(Invitation.study_id == study.id, Invitation.id == invitation_id)
    found = session.scalar(query.with_for_update())
    if found is None:
        raise NotFound("This study has no such invitation.", code="unknown_invitation")
    return found


def export_rows(session: Session, study: Study) -> Iterator[list[Cell]]:
    """Yield a row with the columns COLUMNS for each invitation of the study, newest first."""
    rows = [(row.Invitation, row.Annotator) for row in session.execute(_register(study)).all()]
    for start in range(0, len(rows), _CHUNK):
        for each in _responses(session, study, rows[start : start + _CHUNK]):
            yield list(each.model_dump(mode="json").values())


def count_invitations(session: Session, study: Study) -> int:
    return session.scalar(select(func.count()).select_from(_register(study).subquery())) or 0


def _register(study: Study) -> Select[Invitation, Annotator]:
    return (
        select(Invitation, Annotator)
        .outerjoin(Annotator, Annotator.id == Invitation.annotator_id)
        .where(Invitation.study_id == study.id, Invitation.kind != AnnotatorKind.PREVIEW)
        .order_by(Invitation.id.desc())
    )


def _responses(
    session: Session, study: Study, rows: Sequence[tuple[Invitation, Annotator | None]]
) -> list[InvitationResponse]:
    activities = _activities(session, [annotator.id for _, annotator in rows if annotator])
    most = _comparisons_of_one(session, study)
    return [
        _response(invitation, annotator, activities.get(annotator.id if annotator else 0), most)
        for invitation, annotator in rows
    ]


def _response(
    invitation: Invitation, annotator: Annotator | None, activity: Activity | None, most: int
) -> InvitationResponse:
    done = activity or Activity(*_NONE)
    seen = [at for at in (invitation.opened_at, done.last_seen_at) if at]
    return InvitationResponse(
        id=invitation.id,
        label=invitation.label,
        kind=annotator.kind if annotator else invitation.kind,
        status=_status(invitation, annotator, is_done=0 < most <= done.ended),
        annotator=annotator.pseudonym if annotator else None,
        votes=done.votes,
        created_at=invitation.created_at,
        opened_at=invitation.opened_at,
        last_seen_at=max(seen, default=None),
        revoked_at=invitation.revoked_at,
    )


def _status(invitation: Invitation, annotator: Annotator | None, *, is_done: bool) -> InvitationStatus:
    if annotator is not None and annotator.withdrawn_at is not None:
        return InvitationStatus.LEFT
    if invitation.revoked_at is not None:
        return InvitationStatus.REVOKED
    if annotator is None:
        return InvitationStatus.UNUSED
    return InvitationStatus.DONE if is_done else InvitationStatus.OPENED


def _activities(session: Session, annotator_ids: Sequence[int]) -> Mapping[int, Activity]:
    voted = status_is(AssignmentStatus.VOTED)
    ended = status_is(AssignmentStatus.VOTED, AssignmentStatus.SKIPPED)
    is_ordinary = Assignment.purpose == AssignmentPurpose.VOTE
    rows = session.execute(
        select(
            Assignment.annotator_id,
            func.count().filter(voted, is_ordinary).label("votes"),
            func.count().filter(ended, Assignment.position > QUIZ_POSITION).label("ended"),
            func.max(Assignment.created_at, type_=Assignment.created_at.type).label("assigned"),
            func.max(Assignment.ended_at, type_=Assignment.ended_at.type).label("answered"),
        )
        .where(Assignment.annotator_id.in_(annotator_ids))
        .group_by(Assignment.annotator_id)
    )
    return {
        row.annotator_id: Activity(
            row.votes, row.ended, max(at for at in (row.assigned, row.answered) if at is not None)
        )
        for row in rows
    }


def _comparisons_of_one(session: Session, study: Study) -> int:
    """Return the maximum number of comparisons per annotator: all pairs, or the study's limit."""
    pairs = (
        session.scalar(
            select(func.count(Comparison.pair_id.distinct())).where(
                Comparison.study_id == study.id, Comparison.is_gold.is_(False)
            )
        )
        or 0
    )
    return min(pairs, study.comparisons_per_annotator or pairs)
