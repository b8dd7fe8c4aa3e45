"""Routes of the pages that change a study: pilot, extend, reopen, archive, delete and restore."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_own_study
from app.errors import AppError, Conflict, Invalid
from app.panels.side_names import Naming
from app.panels.sides import matchup_sides
from app.security.identity import Principal
from app.security.participants import lock_study
from app.security.path_params import SlugPath
from app.studies import deletion, pilot
from app.studies.change_view_models import ExtendPage, QuestionPage
from app.studies.extension import extend_study, reopen_study
from app.studies.progress import study_progress
from app.studies.service import Transition
from app.studies.sides import side_choices
from app.tables.bench import Benchmark
from app.tables.studies import Study
from app.tasks.service import GRACE
from benchmark.wire.study_changes import ExtensionRequest

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
Text = Annotated[str, Form(max_length=200)]
Others = Annotated[list[str] | None, Form()]


@router.get("/studies/{slug}/extend")
def extension_form(slug: SlugPath, request: Request) -> Response:
    """Show the form that adds matchups to a running study, or raises its votes per comparison."""
    with context_of(request).database.read() as session:
        study, principal = require_own_study(session, request, slug)
        page = _extend_page(session, study, principal)
    return page_response(request, "studies/extend.html", page)


@router.post("/studies/{slug}/extend")
def extend(
    slug: SlugPath, request: Request, votes: Text = "", reference: Text = "", others: Others = None
) -> Response:
    """Extend the study. After an error, show the form with the submitted values."""
    chosen = tuple(dict.fromkeys(others or ()))
    try:
        wanted = _extension(votes, reference, chosen)
        with context_of(request).database.write() as session:
            study, principal = require_own_study(session, request, slug)
            study = lock_study(session, study.id)
            extend_study(session, study=study, request=wanted, principal=principal, now=utc_now())
    except (Invalid, Conflict) as refusal:
        with context_of(request).database.read() as session:
            study, principal = require_own_study(session, request, slug)
            page = _extend_page(
                session, study, principal, votes=votes, reference=reference, others=chosen, refusal=refusal
            )
        return page_response(request, "studies/extend.html", page, status=refusal.status)
    return RedirectResponse("/", status_code=303)


@router.get("/studies/{slug}/reopen")
def ask_before_reopening(slug: SlugPath, request: Request) -> Response:
    return _ask(slug, request, "studies/reopen.html")


@router.post("/studies/{slug}/reopen")
def reopen(slug: SlugPath, request: Request) -> Response:
    try:
        return _change(slug, request, reopen_study)
    except Conflict as refusal:
        return _ask(slug, request, "studies/reopen.html", refusal)


@router.post("/studies/{slug}/pilot")
def start_pilot(slug: SlugPath, request: Request) -> Response:
    return _change(slug, request, pilot.start_pilot)


@router.post("/studies/{slug}/end-pilot")
def end_pilot(slug: SlugPath, request: Request) -> Response:
    return _change(slug, request, pilot.end_pilot)


@router.post("/studies/{slug}/archive")
def archive(slug: SlugPath, request: Request) -> Response:
    return _change(slug, request, deletion.archive_study)


@router.post("/studies/{slug}/unarchive")
def unarchive(slug: SlugPath, request: Request) -> Response:
    return _change(slug, request, deletion.unarchive_study)


@router.get("/studies/{slug}/delete")
def ask_before_deleting(slug: SlugPath, request: Request) -> Response:
    """Ask for the slug before a study is deleted."""
    return _ask(slug, request, "studies/delete.html")


@router.post("/studies/{slug}/delete")
def delete(slug: SlugPath, request: Request, typed: Text = "") -> Response:
    try:
        with context_of(request).database.write() as session:
            study, principal = require_own_study(session, request, slug)
            study = lock_study(session, study.id)
            deletion.delete_study(session, study=study, typed=typed, principal=principal, now=utc_now())
    except Invalid as refusal:
        return _ask(slug, request, "studies/delete.html", refusal)
    return RedirectResponse("/?show=deleted", status_code=303)


@router.post("/studies/{slug}/restore")
def restore(slug: SlugPath, request: Request) -> Response:
    return _change(slug, request, deletion.restore_study, with_deleted=True)


def _change(slug: str, request: Request, change: Transition, *, with_deleted: bool = False) -> Response:
    with context_of(request).database.write() as session:
        study, principal = require_own_study(session, request, slug, with_deleted=with_deleted)
        study = lock_study(session, study.id)
        change(session, study=study, principal=principal, now=utc_now())
    return RedirectResponse("/", status_code=303)


def _ask(slug: str, request: Request, template: str, refusal: AppError | None = None) -> Response:
    with context_of(request).database.read() as session:
        study, _ = require_own_study(session, request, slug)
        page = QuestionPage(
            study.slug,
            study.title,
            study_progress(session, study).votes,
            grace_days=GRACE.days,
            problem=refusal.message if refusal else "",
        )
    return page_response(request, template, page, status=refusal.status if refusal else 200)


def _extension(votes: str, reference: str, others: tuple[str, ...]) -> ExtensionRequest:
    """Return the request that the form describes.

    Raises:
        Invalid: the form is empty, or a field is wrong.
    """
    if bool(reference) is not bool(others):
        raise Invalid("Choose the reference and at least one model to compare it with.", code="bad_matchups")
    if not reference and not votes.strip():
        raise Invalid("Enter more votes per comparison, or choose a new matchup.", code="invalid")
    try:
        return ExtensionRequest.model_validate(
            {
                "matchups": [{"reference": reference, "other": other} for other in others],
                "votes_per_comparison": votes.strip() or None,
            }
        )
    except ValidationError as error:
        is_votes = error.errors()[0]["loc"][:1] == ("votes_per_comparison",)
        text = (
            "Votes per comparison: use an odd whole number up to 99."
            if is_votes
            else "Choose from the listed models."
        )
        raise Invalid(text, code="invalid") from error


def _extend_page(
    session: Session,
    study: Study,
    principal: Principal,
    *,
    votes: str = "",
    reference: str = "",
    others: tuple[str, ...] = (),
    refusal: AppError | None = None,
) -> ExtendPage:
    sides = matchup_sides(session, study)
    naming = Naming.of(session, sides)
    problem = "" if refusal is None else " ".join([refusal.message, *refusal.problems[1:]])
    return ExtendPage(
        study_slug=study.slug,
        study_title=study.title,
        votes_per_comparison=study.votes_per_comparison,
        present=tuple(f"{naming.side(each.reference)} / {naming.side(each.other)}" for each in sides),
        sides=side_choices(session, session.get_one(Benchmark, study.benchmark_id), principal),
        reference=reference,
        others=others,
        votes=votes,
        problem=problem,
    )
