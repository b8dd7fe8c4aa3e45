"""Stores the crowd platform of a study."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import Conflict
from app.security.audit import record_event
from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.wire.platforms import Platform


def study_platform(study: Study) -> Platform:
    """Return the platform of a study; if the owner set no platform, all fields have default values."""
    return Platform.model_validate(study.platform or {})


def set_platform(
    session: Session, *, study: Study, platform: Platform, principal: Principal, now: datetime
) -> None:
    """Replace the crowd platform of a study, whatever the study's status.

    The audit log does not contain the codes.

    Raises:
        Conflict: the study has no phases, so no last page can show the completion code to participants.
    """
    if platform.kind is not None and study.phases is None:
        raise Conflict(
            "Participants of a platform need a last page with their code, and this study has no phases. Give "
            "the study phases; an empty object is enough.",
            code="no_phases",
        )
    if study_platform(study) == platform:
        return
    study.platform = platform.model_dump(mode="json")
    record_event(session, principal, "study.platform", subject=study.slug, now=now)
