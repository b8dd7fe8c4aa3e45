"""Makes a hidden copy of a draft. In the copy, the draft's owner previews all pages that annotators see."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.security.identity import Principal
from app.studies.deletion import schedule_removal
from app.studies.drafts import duplicate_study
from app.studies.pilot import start_pilot
from app.tables.studies import Study
from benchmark.wire.study_changes import DuplicateRequest

KEPT = timedelta(days=1)


def preview_copy(session: Session, *, study: Study, principal: Principal, now: datetime) -> Study:
    """Return an open copy of the current draft. A background task removes the copy after a day.

    Raises:
        Conflict: the sides of a matchup have no common pair.
        Invalid: a field of the draft prevents its opening; see `app.studies.service.create_study`.
    """
    # The slug has a prefix that makes it unlikely that a person chooses the same slug.
    slug = f"preview-of-{study.id}-revision-{study.revision}"
    copy = session.scalar(select(Study).where(Study.slug == slug, Study.is_preview.is_(True)))
    if copy is not None:
        return copy
    request = DuplicateRequest(slug=slug, title=study.title)
    copy = duplicate_study(session, study=study, request=request, principal=principal, now=now)
    copy.is_preview = True
    session.flush()
    start_pilot(session, study=copy, principal=principal, now=now)
    schedule_removal(session, copy, at=now + KEPT, principal=principal, now=now)
    return copy
