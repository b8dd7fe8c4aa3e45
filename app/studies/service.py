"""Creates, opens, pauses and closes studies. Opening a study stores the first version of its protocol."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.benchmarks.service import find_benchmark
from app.errors import Conflict
from app.panels.protocol import freeze_protocol
from app.security.audit import record_event
from app.security.identity import Principal
from app.studies.allocation import check_allocation
from app.studies.comparisons import lay_out_comparisons
from app.studies.gold import add_gold_matchups, find_gold, plan_gold
from app.studies.matchups import check_matchups
from app.tables.bench import Benchmark
from app.tables.studies import Matchup, Study
from app.tasks import service as tasks
from benchmark.protocol import StudyStatus, TaskKind
from benchmark.wire.drafts import DraftFields, StudyRequest

# The database column has room for 63 bits.
_SEED_BITS = 62
_FIELDS = (
    "language",
    "title",
    "instructions",
    "votes_per_comparison",
    "comparisons_per_annotator",
    "lease_s",
    "watch_gate",
    "renditions",
    "require_justification",
)


class Transition(Protocol):
    """A function that opens, pauses or closes a study."""

    def __call__(self, session: Session, *, study: Study, principal: Principal, now: datetime) -> None: ...


_ALLOWED_MOVES = {
    StudyStatus.OPEN: (StudyStatus.DRAFT, StudyStatus.PAUSED),
    StudyStatus.PAUSED: (StudyStatus.OPEN,),
    StudyStatus.CLOSED: (StudyStatus.OPEN, StudyStatus.PAUSED),
}


def create_study(
    session: Session,
    *,
    request: StudyRequest,
    principal: Principal,
    now: datetime,
    benchmark: Benchmark | None = None,
    copy_of: str | None = None,
) -> Study:
    """Create a draft study with its matchups. The error for invalid matchups lists all problems.

    Args:
        benchmark: the version of the benchmark; None for the newest version.
        copy_of: the slug of the study that the request copies, for the audit log.

    Raises:
        NotFound: there is no such benchmark.
        Conflict: the slug is taken.
        Invalid: a matchup cannot be compared (app/studies/matchups.py), the gold questions cannot be asked
            (app/studies/gold.py), or a chosen scenario does not exist (app/studies/allocation.py).
    """
    if session.scalar(select(Study.id).where(Study.slug == request.slug)) is not None:
        raise _slug_taken()
    benchmark = benchmark or find_benchmark(session, request.benchmark, principal=principal)
    study = Study(
        slug=request.slug,
        owner_id=principal.person_id,
        status=StudyStatus.DRAFT,
        seed=secrets.randbits(_SEED_BITS),
        created_at=now,
    )
    _fill_fields(study, request, benchmark)
    session.add(study)
    try:
        session.flush()
    except IntegrityError as error:
        # On PostgreSQL two requests may use one slug at the same moment; the unique constraint accepts one
        # request.
        raise _slug_taken() from error
    fill_draft(session, study, request, benchmark=benchmark, principal=principal)
    details = {} if copy_of is None else {"copy_of": copy_of}
    record_event(session, principal, "study.create", subject=study.slug, now=now, **details)
    return study


def fill_draft(
    session: Session, study: Study, request: DraftFields, *, benchmark: Benchmark, principal: Principal
) -> None:
    """Set all fields and matchups of a draft. If the requested seed is None, the draft keeps its seed.

    Raises:
        Conflict, Invalid: see `create_study`.
    """
    checked = check_matchups(session, request.matchups, benchmark=benchmark, principal=principal)
    check_allocation(session, request.allocation, benchmark)
    _fill_fields(study, request, benchmark)
    session.execute(delete(Matchup).where(Matchup.study_id == study.id))
    for position, matchup in enumerate(checked):
        session.add(Matchup(study_id=study.id, position=position, **asdict(matchup)))
    session.flush()
    if request.gold is not None:
        compared = [(each.reference_id, each.other_id) for each in checked]
        gold = find_gold(session, benchmark, compared, principal=principal)
        plan_gold(study, request.gold)
        add_gold_matchups(session, study, gold, first=len(checked))


def _fill_fields(study: Study, request: DraftFields, benchmark: Benchmark) -> None:
    """Set those columns of a draft that the request names. Gold questions are planned later."""
    study.benchmark_id = benchmark.id
    for name in _FIELDS:
        setattr(study, name, getattr(request, name))
    study.phases = None if request.phases is None else request.phases.model_dump(mode="json")
    study.rules = None if request.rules is None else request.rules.model_dump(mode="json")
    study.hourly_pay = None if request.hourly_pay is None else request.hourly_pay.model_dump(mode="json")
    study.allocation = None if request.allocation is None else request.allocation.model_dump(mode="json")
    study.languages = [each.value for each in request.languages]
    study.translations = {each.value: texts for each, texts in request.translations.items()} or None
    if request.seed is not None:
        study.seed = request.seed
    study.gold_block = study.gold_most = None


def _slug_taken() -> Conflict:
    return Conflict("A study with this slug already exists. Choose another slug.", code="study_exists")


def open_study(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    """Open a draft or resume a paused study. Opening creates the comparisons and freezes the protocol."""
    before = _transition(session, study=study, to=StudyStatus.OPEN, principal=principal, now=now)
    if before is StudyStatus.DRAFT:
        study.opened_at = now
        lay_out_comparisons(session, study)
        change = "Opened as a pilot; no vote counts" if study.is_pilot else "Opened"
        freeze_protocol(session, study, change=change, now=now)
        tasks.enqueue(session, kind=TaskKind.RENDITIONS, subject=study.slug, now=now)


def pause_study(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    _transition(session, study=study, to=StudyStatus.PAUSED, principal=principal, now=now)


def close_study(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    before = _transition(session, study=study, to=StudyStatus.CLOSED, principal=principal, now=now)
    if before is not StudyStatus.CLOSED:
        study.closed_at = now


TRANSITIONS: Mapping[StudyStatus, Transition] = {
    StudyStatus.OPEN: open_study,
    StudyStatus.PAUSED: pause_study,
    StudyStatus.CLOSED: close_study,
}


def _transition(
    session: Session, *, study: Study, to: StudyStatus, principal: Principal, now: datetime
) -> StudyStatus:
    """Lock the study, set its status and return the previous status. Repeating the call changes nothing."""
    session.refresh(study, with_for_update={"key_share": True})
    before = study.status
    if before is to:
        return before
    if before not in _ALLOWED_MOVES[to]:
        raise Conflict(f"A study that is {before} cannot become {to}.", code="study_status")
    study.status = to
    record_event(session, principal, f"study.{to}", subject=study.slug, now=now)
    return before
