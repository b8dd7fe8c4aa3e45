"""Route of the page that merges a study with a report of another server.

The page sends the report to POST /api/v1/studies/{slug}/merge.
"""

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.dependencies import context_of, page_response, require_own_study
from app.errors import Conflict
from app.security.path_params import SlugPath
from app.tables.studies import Comparison, Study
from app.vote_merge.service import check_study
from app.vote_merge.view_models import MergePage
from app.vote_merge.votes import merged_sources

router = APIRouter(include_in_schema=False)


@router.get("/studies/{slug}/merge")
def merge_form(slug: SlugPath, request: Request) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        counted = func.sum(Comparison.votes_reference + Comparison.votes_other)
        page = MergePage(
            study_slug=study.slug,
            study_title=study.title,
            votes=session.scalar(select(counted).where(Comparison.study_id == study.id)) or 0,
            refusal=_refusal(session, study),
            max_bytes=context.settings.max_import_bytes,
        )
    return page_response(request, "studies/merge.html", page)


def _refusal(session: Session, study: Study) -> str:
    try:
        check_study(study, is_merged=bool(merged_sources(session, study)))
    except Conflict as refusal:
        return refusal.message
    return ""
