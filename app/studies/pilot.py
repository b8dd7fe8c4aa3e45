"""Opens a study as a pilot, in which no vote counts, and ends the pilot.

Everybody who joins before the pilot ends is a pilot annotator, whose votes never count.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.panels.protocol import freeze_protocol
from app.security.audit import record_event
from app.security.identity import Principal
from app.studies.service import open_study
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.protocol import AnnotatorKind, StudyStatus


def start_pilot(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    """Open a draft as a pilot. Repeating the call changes nothing.

    Raises:
        Conflict: the study is not a draft, or the sides of a matchup have no common pair.
    """
    session.refresh(study, with_for_update={"key_share": True})
    if study.is_pilot and study.status is StudyStatus.OPEN:
        return
    if study.status is not StudyStatus.DRAFT:
        raise Conflict(
            f"Only a draft can open as a pilot; this study is {study.status}.", code="study_status"
        )
    study.is_pilot = True
    session.flush()
    open_study(session, study=study, principal=principal, now=now)


def end_pilot(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    """End the pilot of a study, and open the study.

    The results count the votes of annotators who join after the pilot.

    Raises:
        Conflict: the study is not a pilot, or is closed.
    """
    session.refresh(study, with_for_update={"key_share": True})
    if not study.is_pilot or study.status not in (StudyStatus.OPEN, StudyStatus.PAUSED):
        raise Conflict("This study has no running pilot.", code="study_status")
    study.is_pilot, study.status = False, StudyStatus.OPEN
    # Annotators who opened their invitation before the pilot started are still participants here. They took
    # part in the pilot, so their votes must not count.
    session.execute(
        update(Annotator)
        .where(Annotator.study_id == study.id, Annotator.kind == AnnotatorKind.PARTICIPANT)
        .values(kind=AnnotatorKind.PILOT)
    )
    freeze_protocol(session, study, change="The pilot ended; votes count", now=now)
    record_event(session, principal, "study.end_pilot", subject=study.slug, now=now)
