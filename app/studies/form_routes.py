"""Routes of the form that creates a study or edits a draft. Only researchers and admins can open the form."""

import re
from collections.abc import Mapping
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study, require_person
from app.errors import AppError, Conflict, Invalid, InvalidFields, NotFound
from app.security.identity import Principal
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.security.visibility import find_study
from app.studies import drafts, service
from app.studies.form_values import with_hidden_fields
from app.studies.form_view_builder import stored_fields, study_form_page
from app.studies.forms import Comparisons, StudyFields, parse_study_form
from app.tables.studies import Study
from benchmark.protocol import RenditionRecipe, Role, Scope, WatchGate
from benchmark.wire.common import SLUG, RequestModel
from benchmark.wire.drafts import DraftRequest, StudyRequest

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
StudyBody = TypeVar("StudyBody", bound=RequestModel)
BenchmarkQuery = Annotated[str, Query(max_length=64)]


class StudyForm(BaseModel):
    """The submitted fields of the form as text. A browser omits a checkbox that is not ticked."""

    benchmark: str = ""
    title: str = ""
    slug: str = ""
    sides: list[str] = Field(default_factory=list)
    comparisons: str = Comparisons.REFERENCE
    reference: str = ""
    matchup_list: str = ""
    votes_per_comparison: str = ""
    comparisons_per_annotator: str = ""
    gold: str = ""
    renditions: str = RenditionRecipe.REMUX
    require_justification: str = ""
    instructions: str = ""
    watch_gate: str = WatchGate.DELIVERED
    lease_s: str = "900"
    pay_per_hour: str = ""
    currency: str = ""
    fee_percent: str = ""
    revision: str = ""
    copied: str = ""

    @property
    def fields(self) -> StudyFields:
        given = self.model_dump(exclude={"revision", "copied", "sides", "require_justification"})
        sides = tuple(dict.fromkeys(self.sides))
        return StudyFields(**given, sides=sides, require_justification=bool(self.require_justification))

    @property
    def seen_revision(self) -> int:
        """Return the revision of the draft from which the form was filled; 1 if the field is not a number."""
        return int(self.revision) if re.fullmatch(r"[1-9][0-9]{0,8}", self.revision) else 1


Submitted = Annotated[StudyForm, Form()]


@router.get("/studies/new")
def new_study(
    request: Request,
    benchmark: BenchmarkQuery = "",
    copy: Annotated[str | None, Query(pattern=SLUG)] = None,
) -> Response:
    """Show the form of a new study: empty, or with the fields of the study `copy`."""
    with context_of(request).database.read() as session:
        principal = _researcher(session, request)
        source = _source(session, principal, copy or "")
        fields = StudyFields(benchmark=benchmark)
        if source is not None:
            fields = stored_fields(session, principal, source).as_copy(benchmark)
        page = study_form_page(session, principal, fields, source=source)
    return page_response(request, "studies/new.html", page)


@router.post("/studies/new/estimate")
def estimate(request: Request, form: Submitted) -> Response:
    """Return the estimate for the submitted fields. The form requests the estimate after each change."""
    with context_of(request).database.read() as session:
        principal = _researcher(session, request)
        source = _source(session, principal, form.copied)
        page = study_form_page(session, principal, form.fields, source=source)
    return context_of(request).pages.answer("studies/_estimate.html", page.part)


@router.post("/studies/{slug}/edit/estimate")
def estimate_draft(slug: SlugPath, request: Request, form: Submitted) -> Response:
    """Return the estimate for the submitted fields of a draft, with the scenarios of the draft."""
    with context_of(request).database.read() as session:
        study, principal = require_own_study(session, request, slug)
        page = study_form_page(session, principal, form.fields, study=study)
    return context_of(request).pages.answer("studies/_estimate.html", page.part)


@router.post("/studies/new")
def create_study(request: Request, form: Submitted) -> Response:
    """Create the draft of a study. After an error, show the form with the submitted values."""
    try:
        with context_of(request).database.write() as session:
            principal = _researcher(session, request)
            wanted = parse_study_form(form.fields)
            source = _source(session, principal, form.copied)
            if source is not None:
                wanted = with_hidden_fields(wanted, drafts.draft_request(session, source))
                wanted = _checked_request(StudyRequest, dict(wanted))
            study = service.create_study(
                session,
                request=wanted,
                principal=principal,
                now=utc_now(),
                copy_of=source.slug if source else None,
            )
            slug = study.slug
    except (Invalid, Conflict, NotFound) as refusal:
        return _refused(request, form.fields, refusal, copied=form.copied)
    return RedirectResponse(f"/studies/{slug}/open", status_code=303)


@router.get("/studies/{slug}/edit")
def draft_form(slug: SlugPath, request: Request, benchmark: BenchmarkQuery = "") -> Response:
    """Show the form with the fields of a draft; a change of the benchmark clears the chosen models."""
    with context_of(request).database.read() as session:
        study, principal = require_own_study(session, request, slug)
        drafts.require_draft(study)
        fields = stored_fields(session, principal, study)
        page = study_form_page(session, principal, fields.with_benchmark(benchmark), study=study)
    return page_response(request, "studies/new.html", page)


@router.post("/studies/{slug}/edit")
def edit_draft(slug: SlugPath, request: Request, form: Submitted) -> Response:
    """Save a draft. If somebody else saved the draft meanwhile, show that person's changes and the form."""
    try:
        with context_of(request).database.write() as session:
            study, principal = require_own_study(session, request, slug)
            study = lock_study(session, study.id)
            wanted = parse_study_form(form.fields.of_draft(slug))
            wanted = with_hidden_fields(wanted, drafts.draft_request(session, study))
            values = dict(wanted) | {"revision": form.seen_revision}
            del values["slug"]
            body = _checked_request(DraftRequest, values)
            drafts.edit_draft(session, study=study, request=body, principal=principal, now=utc_now())
    except (Invalid, Conflict, NotFound) as refusal:
        return _refused(request, form.fields, refusal, draft=slug)
    return RedirectResponse(f"/studies/{slug}/open", status_code=303)


def _checked_request(kind: type[StudyBody], values: dict[str, object]) -> StudyBody:
    """Return the request that creates a study or saves a draft.

    Raises:
        Invalid: the fields contradict the phases or the rules, which the form does not show.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        sentences = [each["msg"].removeprefix("Value error, ") for each in error.errors()]
        raise Invalid(
            f"This does not fit the phases or rules of the study: {'; '.join(sentences)}."
        ) from error


def _problems(fields: StudyFields, refusal: AppError) -> Mapping[str, str]:
    """Return the message for each wrong field."""
    if isinstance(refusal, InvalidFields):
        return refusal.fields
    if refusal.code == "study_exists":
        return {"slug": "Another study has this slug. Choose another one."}
    if refusal.code == "bad_matchups":
        field = "matchup_list" if fields.comparisons == Comparisons.LIST else "sides"
        sentence = "; ".join(refusal.problems)
        return {field: f"{sentence[:1].upper()}{sentence[1:]}."}
    return {}


def _refused(
    request: Request, fields: StudyFields, refusal: AppError, *, draft: str | None = None, copied: str = ""
) -> Response:
    """Show the form again, with the submitted values and the reason for the refusal."""
    context = context_of(request)
    problems = _problems(fields, refusal)
    with context.database.read() as session:
        study: Study | None = None
        if draft is None:
            principal = _researcher(session, request)
        else:
            study, principal = require_own_study(session, request, draft)
            drafts.require_draft(study)
        page = study_form_page(
            session,
            principal,
            fields,
            study=study,
            source=_remaining_source(session, principal, copied),
            problem=refusal.message,
            problems=problems,
            changes=refusal.problems if not problems else (),
        )
    return page_response(request, "studies/new.html", page, status=refusal.status)


def _source(session: Session, principal: Principal, slug: str) -> Study | None:
    """Return the study that the form copies; None if the form copies no study.

    Raises:
        NotFound: the person may not see the study, or no such study exists.
    """
    return find_study(session, slug=slug, principal=principal) if re.fullmatch(SLUG, slug) else None


def _remaining_source(session: Session, principal: Principal, slug: str) -> Study | None:
    """Return the study that the form copies; None if the form copies no study, or the study was deleted."""
    try:
        return _source(session, principal, slug)
    except NotFound:
        return None


def _researcher(session: Session, request: Request) -> Principal:
    return require_person(session, request, Role.RESEARCHER, scope=Scope.STUDY, now=utc_now())
