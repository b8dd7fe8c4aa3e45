"""Reads how a study allocates comparisons, and limits an annotator's comparisons per day."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.panels.phases import QUIZ_POSITION
from app.tables.studies import Study
from app.tables.voting import Assignment, AssignmentStatus, status_is
from benchmark.wire.allocation import Allocation

_EVERYTHING = Allocation()
_ENDED_TODAY = status_is(AssignmentStatus.VOTED, AssignmentStatus.SKIPPED) & (
    Assignment.ended_at >= bindparam("midnight")
)
_TODAY = select(func.count()).where(
    Assignment.annotator_id == bindparam("annotator_id"),
    Assignment.position > QUIZ_POSITION,
    status_is(AssignmentStatus.OPEN) | _ENDED_TODAY,
)


class DayLimitReached(Conflict):
    """The annotator reached the study's limit of comparisons for today. `until` is the next midnight, UTC."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            "You did as many comparisons today as this study allows. Your link stays valid: continue "
            "tomorrow.",
            code="day_limit",
        )
        self.until = until


def study_allocation(study: Study) -> Allocation:
    return Allocation.model_validate(study.allocation) if study.allocation is not None else _EVERYTHING


def require_room_today(session: Session, *, study: Study, annotator_id: int, now: datetime) -> None:
    """Refuse another comparison if the annotator reached the study's limit of comparisons for today.

    Raises:
        DayLimitReached: the annotator reached the limit.
    """
    limit = study_allocation(study).comparisons_per_day
    if limit is None:
        return
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    given = {"annotator_id": annotator_id, "midnight": midnight}
    if session.execute(_TODAY, given).scalar_one() >= limit:
        raise DayLimitReached(midnight + timedelta(days=1))
