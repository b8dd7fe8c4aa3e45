"""Who may look at a study, and who may change it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound, NotSignedIn
from app.security.identity import Principal
from app.security.publication import is_published_to
from app.tables.studies import Study
from benchmark.protocol import StudyStatus


def may_see(study: Study, principal: Principal, *, for_change: bool = False) -> bool:
    """Tell whether a person may look at a study and its results, or change it.

    A running one is its researcher's and the admins'; a closed one is open to every signed-in person, and to
    visitors if its owner published it.
    """
    if principal.visitor is not None:
        return not for_change and is_published_to(study, principal.visitor)
    if principal.is_admin or study.owner_id == principal.person_id:
        return True
    return study.status is StudyStatus.CLOSED and not for_change


def find_study(session: Session, *, slug: str, principal: Principal, for_change: bool = False) -> Study:
    """Return a study that this person may see, or change; to everybody else it does not exist.

    Raises:
        NotFound: there is no such study, or it is not theirs to see or to change.
    """
    study = session.scalar(select(Study).where(Study.slug == slug))
    if study is None or not may_see(study, principal, for_change=for_change):
        # The same words in both cases: nobody learns by asking which studies there are.
        if principal.visitor is not None:
            raise NotSignedIn("These results are not published. Sign in to see them.")
        raise NotFound("There is no such study, or it is not open to you.")
    return study
