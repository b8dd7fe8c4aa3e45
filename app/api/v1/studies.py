"""Studies over REST: create, open, pause, close, invite, look at."""

from fastapi import Request
from sqlalchemy.orm import Session

from app.api.v1.json_router import api_router
from app.benchmarks.service import find_benchmark
from app.clock import utc_now
from app.dependencies import context_of, require_person
from app.panels.sides import matchup_sides
from app.security.path_params import SlugPath
from app.security.visibility import find_study
from app.studies import service
from app.studies.gold import GoldPlan
from app.studies.matchups import MatchupPlan
from app.studies.queries import study_progress, visible_studies
from app.tables.bench import Benchmark
from app.tables.studies import Study
from app.tables.submissions import Submission
from benchmark.protocol import Role
from benchmark.wire.studies import (
    InvitationsRequest,
    InvitationsResponse,
    MatchupResponse,
    StudyRequest,
    StudyResponse,
)

router = api_router("studies")

_PROTOCOL = (
    "slug",
    "kind",
    "title",
    "instructions",
    "status",
    "votes_per_comparison",
    "comparisons_per_annotator",
    "lease_s",
    "watch_gate",
    "renditions",
    "require_justification",
    "seed",
    "gold_block",
    "gold_most",
    "created_at",
    "opened_at",
    "closed_at",
)


@router.post("/studies", status_code=201)
def create_study(body: StudyRequest, request: Request) -> StudyResponse:
    """Create a draft. Its protocol can no longer change once the study opens."""
    now = utc_now()
    plan = study_plan(body)
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=now)
        benchmark = find_benchmark(session, slug=body.benchmark)
        study = service.create_study(session, plan=plan, benchmark=benchmark, principal=principal, now=now)
        return study_answer(session, study)


@router.get("/studies")
def list_studies(request: Request) -> list[StudyResponse]:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        return [study_answer(session, study) for study in visible_studies(session, principal)]


@router.get("/studies/{slug}")
def get_study(slug: SlugPath, request: Request) -> StudyResponse:
    with context_of(request).database.read() as session:
        principal = require_person(session, request, Role.RESEARCHER, Role.VIEWER, now=utc_now())
        return study_answer(session, find_study(session, slug=slug, principal=principal))


@router.post("/studies/{slug}/open")
def open_study(slug: SlugPath, request: Request) -> StudyResponse:
    """Open a draft, or go on after a pause; from now on annotators may vote."""
    return _moved(slug, request, service.open_study)


@router.post("/studies/{slug}/pause")
def pause_study(slug: SlugPath, request: Request) -> StudyResponse:
    return _moved(slug, request, service.pause_study)


@router.post("/studies/{slug}/close")
def close_study(slug: SlugPath, request: Request) -> StudyResponse:
    """Close a study for good; its results are then no longer interim."""
    return _moved(slug, request, service.close_study)


@router.post("/studies/{slug}/invitations", status_code=201)
def invite(slug: SlugPath, body: InvitationsRequest, request: Request) -> InvitationsResponse:
    """Make links; each lets one annotator in, and is shown only here."""
    context = context_of(request)
    now = utc_now()
    with context.database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=now)
        study = find_study(session, slug=slug, principal=principal, for_change=True)
        tokens = service.invite(session, study=study, count=body.count, kind=body.kind, now=now)
    address = context.settings.effective_public_url
    return InvitationsResponse(links=[f"{address}/invite/{token}" for token in tokens])


def _moved(slug: str, request: Request, transition: service.Transition) -> StudyResponse:
    now = utc_now()
    with context_of(request).database.write() as session:
        principal = require_person(session, request, Role.RESEARCHER, now=now)
        study = find_study(session, slug=slug, principal=principal, for_change=True)
        transition(session, study=study, principal=principal, now=now)
        return study_answer(session, study)


def study_plan(body: StudyRequest) -> service.StudyPlan:
    """Return what a body asks for; the command line makes the same from its options."""
    return service.StudyPlan(
        **body.model_dump(exclude={"benchmark", "matchups", "gold"}),
        matchups=tuple(MatchupPlan(**each.model_dump()) for each in body.matchups),
        gold=GoldPlan(body.gold.count, body.gold.share) if body.gold else None,
    )


def study_answer(session: Session, study: Study) -> StudyResponse:
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    progress = study_progress(session, study)
    sides = {each.id: each for each in matchup_sides(session, study)}
    matchups = [
        MatchupResponse(
            reference=sides[each.matchup.id].reference,
            other=sides[each.matchup.id].other,
            reference_id=session.get_one(Submission, each.matchup.reference_id).public_id,
            reference_seed=each.matchup.reference_seed,
            other_id=session.get_one(Submission, each.matchup.other_id).public_id,
            other_seed=each.matchup.other_seed,
            comparisons=each.comparisons,
            votes=each.votes,
            closed_at=each.matchup.closed_at,
            close_reason=each.matchup.close_reason,
        )
        for each in progress.matchups
    ]
    return StudyResponse(
        **{name: getattr(study, name) for name in _PROTOCOL},
        benchmark=benchmark.slug,
        benchmark_version=benchmark.version,
        votes=progress.votes,
        votes_wanted=progress.votes_wanted,
        annotators=progress.annotators,
        matchups=matchups,
    )
