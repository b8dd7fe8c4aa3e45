"""Opens the studies of the demo."""

from collections.abc import Sequence

from sqlalchemy import select

from app.clock import utc_now
from app.context import AppContext
from app.invitations.links import add_invitation
from app.security.identity import Principal
from app.security.tokens import derived_token
from app.studies import service as studies
from app.tables.studies import Study
from benchmark.protocol import Visibility
from benchmark.wire.drafts import MatchupRequest, StudyRequest


def has_study(context: AppContext, slug: str) -> bool:
    """Return whether the demo's study exists."""
    with context.database.read() as session:
        return session.scalar(select(Study.id).where(Study.slug == slug)) is not None


def open_study(
    context: AppContext, *, principal: Principal, slug: str, title: str, benchmark: str, sides: Sequence[str]
) -> None:
    """Create a public study with an invitation, and open it.

    Args:
        sides: public IDs of the submissions; the first submission is compared with each of the others.
    """
    reference, *others = sides
    request = StudyRequest(
        slug=slug,
        title=title,
        benchmark=benchmark,
        matchups=[MatchupRequest(reference=reference, other=other) for other in others],
    )
    with context.database.write() as session:
        now = utc_now()
        study = studies.create_study(session, request=request, principal=principal, now=now)
        study.visibility = Visibility.PUBLIC
        studies.open_study(session, study=study, principal=principal, now=now)
        add_invitation(session, study=study, token=invitation_token(context, slug), now=now)


def invitation_token(context: AppContext, study: str) -> str:
    """Return the token of a demo study's invitation link."""
    return derived_token(context.settings.signing_key, f"demo invitation to {study}")
