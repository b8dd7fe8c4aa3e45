"""Who may look at a study."""

from app.security.identity import Principal
from app.tables.studies import Study
from benchmark.protocol import StudyStatus


def may_see(study: Study, principal: Principal, *, for_change: bool = False) -> bool:
    """Tell whether a person may look at a study and its results, or change it.

    A running one is its researcher's and the admins'; a closed one is open to every signed-in person.
    """
    if principal.is_admin or study.owner_id == principal.person_id:
        return True
    return study.status is StudyStatus.CLOSED and not for_change
