"""Builds the pages that open a submission and upload its clips."""

from collections.abc import Mapping
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.benchmarks.service import newest_benchmarks
from app.panels.sides import side_name
from app.security.identity import Principal
from app.submissions.queries import submission_detail
from app.submissions.view_models import (
    Choice,
    NewSubmissionPage,
    SubmissionFields,
    UploadPage,
    UploadState,
)
from app.tables.bench import Benchmark
from app.tables.submissions import Submission, VideoModel


def new_submission_page(
    session: Session,
    principal: Principal,
    fields: SubmissionFields,
    *,
    problem: str = "",
    problems: Mapping[str, str] | None = None,
) -> NewSubmissionPage:
    benchmarks = newest_benchmarks(session, principal=principal)
    models = session.execute(
        select(VideoModel.slug, VideoModel.name)
        .where(VideoModel.owner_id == principal.person_id)
        .order_by(VideoModel.slug)
    )
    return NewSubmissionPage(
        benchmarks=tuple(Choice(each.slug, each.title) for each in benchmarks),
        models=tuple(Choice(row.slug, row.name) for row in models),
        fields=fields,
        problem=problem,
        problems=problems,
    )


def upload_page(session: Session, submission: Submission) -> UploadPage:
    model = session.get_one(VideoModel, submission.model_id)
    return UploadPage(
        public_id=submission.public_id,
        name=side_name(model.name, submission.label),
        model_slug=model.slug,
        benchmark=session.get_one(Benchmark, submission.benchmark_id).title,
        state=upload_state(session, submission),
    )


def upload_state(session: Session, submission: Submission) -> UploadState:
    detail = submission_detail(session, submission)
    return UploadState(
        public_id=submission.public_id,
        status=submission.status,
        received=detail.received,
        expected=detail.expected,
        missing=tuple(detail.missing),
        warnings=tuple(detail.problems),
        ask_query=urlencode({"model": detail.model, "benchmark": detail.benchmark, "label": detail.label}),
    )
