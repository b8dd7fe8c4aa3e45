"""Parses the form that opens a submission, and opens the submission."""

import re
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.benchmarks.service import find_benchmark
from app.errors import InvalidFields
from app.field_messages import PATTERN_HELP, form_problems
from app.security.identity import Principal
from app.security.visibility import may_change
from app.submissions.repository import model_of, submission_of
from app.submissions.service import open_submission, register_model
from app.submissions.view_models import SubmissionFields
from benchmark.protocol import SubmissionStatus
from benchmark.wire.common import LABEL, SLUG
from benchmark.wire.submissions import ModelRequest


def open_from_form(session: Session, fields: SubmissionFields, *, principal: Principal, now: datetime) -> str:
    """Find or open the submission that the form describes, and return its id.

    Raises:
        InvalidFields: fields are wrong. The error names all wrong fields.
        Conflict: a final submission of this model, benchmark and label exists.
        Forbidden: the model belongs to somebody else.
    """
    _check(fields)
    benchmark = find_benchmark(session, fields.benchmark, principal=principal)
    model = model_of(session, fields.model)
    if model is None:
        request = _model_request(fields)
        model = register_model(session, slug=fields.model, request=request, principal=principal, now=now)
    before = submission_of(session, model=model, benchmark=benchmark, label=fields.label)
    if before and before.status is SubmissionStatus.OPEN and may_change(before, principal):
        return before.public_id
    return open_submission(
        session,
        model=fields.model,
        benchmark=benchmark,
        label=fields.label,
        principal=principal,
        now=now,
    ).public_id


def _check(fields: SubmissionFields) -> None:
    problems = {}
    if not re.fullmatch(SLUG, fields.benchmark):
        problems["benchmark"] = "Choose a benchmark."
    if not re.fullmatch(SLUG, fields.model):
        problems["model"] = PATTERN_HELP[SLUG]
    if not re.fullmatch(LABEL, fields.label):
        problems["label"] = PATTERN_HELP[LABEL]
    if problems:
        raise InvalidFields(problems)


def _model_request(fields: SubmissionFields) -> ModelRequest:
    try:
        return ModelRequest(name=fields.name or fields.model)
    except ValidationError as error:
        raise InvalidFields(form_problems(error)) from error
