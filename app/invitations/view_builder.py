"""Builds the page that lists a study's invitations."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.invitations.queries import count_invitations, register_rows
from app.invitations.view_models import LinkFields, RegisterPage
from app.pager import Pager, page_count
from app.security.tokens import new_token
from app.tables.studies import Study
from benchmark.protocol import StudyStatus

INVITATIONS_PER_PAGE = 100


def register_page(
    session: Session,
    study: Study,
    *,
    page: int = 1,
    fields: LinkFields | None = None,
    problems: Mapping[str, str] | None = None,
) -> RegisterPage:
    """Return one page of the list of invitations. A page number above the last page returns the last page.

    Args:
        fields, problems: the submitted form, and a message for each wrong field of the form.
    """
    pages = page_count(count_invitations(session, study), INVITATIONS_PER_PAGE)
    pager = Pager(min(page, pages), pages, f"/studies/{study.slug}/invitations", (), anchor="invitations")
    first = (pager.number - 1) * INVITATIONS_PER_PAGE
    return RegisterPage(
        study_slug=study.slug,
        study_title=study.title,
        may_invite=study.status is not StudyStatus.CLOSED,
        batch=new_token(),
        rows=tuple(register_rows(session, study, first=first, limit=INVITATIONS_PER_PAGE)),
        pager=pager,
        fields=fields or LinkFields(),
        problems=problems,
    )
