"""Reads the list of the annotators in all of a person's studies."""

from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.annotators.overview_view_models import OverviewRow
from app.security.identity import Principal
from app.tables.people import Annotator
from app.tables.studies import Study
from app.tables.voting import Vote
from benchmark.protocol import AnnotatorKind


def overview_rows(
    session: Session, principal: Principal, *, text: str, page: int, per_page: int
) -> tuple[tuple[OverviewRow, ...], int]:
    """Return one page of the annotators in the person's own studies, and the total number of annotators.

    The newest annotator comes first. An admin gets the annotators of all studies. Deleted studies and
    previews are left out.

    Args:
        text: the text to search for in pseudonyms, study titles and study slugs. An empty text matches all
            annotators.
    """
    listed = _listed(principal, text)
    total = session.scalar(select(func.count()).select_from(listed.subquery())) or 0
    found = session.execute(
        listed.order_by(Annotator.id.desc()).offset((page - 1) * per_page).limit(per_page)
    ).all()
    counted = {
        row.annotator_id: row
        for row in session.execute(
            select(Vote.annotator_id, func.count().label("votes"), func.max(Vote.cast_at).label("last"))
            .where(Vote.annotator_id.in_([row.id for row in found]))
            .group_by(Vote.annotator_id)
        )
    }
    rows = (
        OverviewRow(
            name=row.pseudonym,
            kind=row.kind,
            study_slug=row.slug,
            study_title=row.title,
            joined_at=row.created_at,
            is_excluded=row.excluded_at is not None,
            has_left=row.withdrawn_at is not None,
            votes=getattr(counted.get(row.id), "votes", 0),
            last_vote_at=getattr(counted.get(row.id), "last", None),
        )
        for row in found
    )
    return tuple(rows), total


def _listed(
    principal: Principal, text: str
) -> Select[int, str, AnnotatorKind, datetime, datetime | None, datetime | None, str, str]:
    query = (
        select(
            Annotator.id,
            Annotator.pseudonym,
            Annotator.kind,
            Annotator.created_at,
            Annotator.excluded_at,
            Annotator.withdrawn_at,
            Study.slug,
            Study.title,
        )
        .join(Study, Study.id == Annotator.study_id)
        .where(
            Study.deletes_at.is_(None),
            Study.is_preview.is_(False),
            Annotator.kind != AnnotatorKind.PREVIEW,
        )
    )
    if not principal.is_admin:
        query = query.where(Study.owner_id == principal.person_id)
    if text:
        columns = (Annotator.pseudonym, Study.slug, Study.title)
        query = query.where(or_(*(each.icontains(text, autoescape=True) for each in columns)))
    return query
