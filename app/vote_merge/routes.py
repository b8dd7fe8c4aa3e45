"""Routes of the page that merges a study with a report of another server.

With JavaScript, the page sends the report to POST /api/v1/studies/{slug}/merge, and shows the progress.
"""

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study
from app.errors import AppError, Conflict, Invalid, InvalidFields, WrongMediaType
from app.panels.wanted_votes import counted_votes
from app.request_body import media_type
from app.security.identity import Principal
from app.security.path_params import SlugPath
from app.stored_uploads import require_zip, stored_upload
from app.tables.studies import Comparison, Study
from app.vote_merge.forms import MULTIPART, SentForm
from app.vote_merge.requests import MergeToQueue, queue_merge
from app.vote_merge.service import check_study
from app.vote_merge.view_models import MergeFields, MergePage
from app.vote_merge.votes import merged_sources

router = APIRouter(include_in_schema=False)


@router.get("/studies/{slug}/merge")
def merge_form(slug: SlugPath, request: Request) -> Response:
    return _page(request, slug, MergeFields())


@router.post("/studies/{slug}/merge")
async def merge_from_form(slug: SlugPath, request: Request) -> Response:
    """Queue the merge of the report in the form. After an error, show the form with the submitted values."""
    principal = await run_in_threadpool(_owner, request, slug)
    if media_type(request.headers) != MULTIPART:
        raise WrongMediaType(f"Send the form as {MULTIPART}.")
    form = SentForm(request)
    try:
        async with stored_upload(request, principal, check=require_zip, body=form.report()) as upload:
            fields = form.fields
            wanted = MergeToQueue(slug, fields.study, fields.title, fields.dry_run, upload.key)
            task = await run_in_threadpool(_queue, request, wanted, principal)
            upload.is_kept = True
    except (Invalid, Conflict) as refusal:
        return await run_in_threadpool(_page, request, slug, form.fields, refusal)
    return RedirectResponse(f"/tasks/{task}", status_code=303)


def _owner(request: Request, slug: str) -> Principal:
    with context_of(request).database.read() as session:
        return require_own_study(session, request, slug)[1]


def _queue(request: Request, wanted: MergeToQueue, principal: Principal) -> int:
    with context_of(request).database.write() as session:
        return queue_merge(session, wanted=wanted, principal=principal, now=utc_now()).id


def _page(request: Request, slug: str, fields: MergeFields, refusal: AppError | None = None) -> Response:
    context = context_of(request)
    with context.database.read() as session:
        study, _ = require_own_study(session, request, slug)
        counted = func.sum(counted_votes())
        page = MergePage(
            study_slug=study.slug,
            study_title=study.title,
            votes=session.scalar(select(counted).where(Comparison.study_id == study.id)) or 0,
            refusal=_refusal(session, study),
            max_bytes=context.settings.max_import_bytes,
            fields=fields,
            problem=refusal.message if refusal else "",
            problems=refusal.fields if isinstance(refusal, InvalidFields) else None,
        )
    return page_response(request, "studies/merge.html", page, status=refusal.status if refusal else 200)


def _refusal(session: Session, study: Study) -> str:
    try:
        check_study(study, is_merged=bool(merged_sources(session, study)))
    except Conflict as refusal:
        return refusal.message
    return ""
