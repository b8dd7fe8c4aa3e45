"""How far an annotator is in a study."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.panels.choosing import remaining_comparisons
from app.tables.studies import Study
from app.tables.voting import Assignment, AssignmentStatus

_STATUSES = (
    select(Assignment.status, func.count().label("number"))
    .where(Assignment.annotator_id == bindparam("annotator_id"))
    .group_by(Assignment.status)
)


@dataclass(frozen=True)
class Progress:
    """How far an annotator is: pairs done, and pairs there will be if nobody else takes them."""

    done: int
    total: int


def progress_of(session: Session, *, study: Study, annotator_id: int) -> Progress:
    rows = session.execute(_STATUSES, {"annotator_id": annotator_id}).all()
    statuses = {row.status: row.number for row in rows}
    done = statuses.get(AssignmentStatus.VOTED, 0) + statuses.get(AssignmentStatus.SKIPPED, 0)
    in_hand = statuses.get(AssignmentStatus.OPEN, 0)
    total = done + in_hand + remaining_comparisons(session, study=study, annotator_id=annotator_id)
    if study.comparisons_per_annotator is not None:
        total = min(total, max(study.comparisons_per_annotator, done + in_hand))
    return Progress(done, total)
