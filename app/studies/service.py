"""Creates and runs studies. A study's protocol freezes when the study opens."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.benchmarks.service import find_benchmark
from app.errors import Conflict
from app.panels.protocol import freeze_protocol
from app.security.identity import Principal
from app.security.tokens import new_token
from app.sharing.service import require_public_benchmark, set_visibility
from app.studies.gold import add_gold_matchups, find_gold, lay_out_gold, plan_gold
from app.studies.matchups import check_matchups
from app.tables.audit import AuditEvent
from app.tables.bench import Benchmark
from app.tables.studies import Comparison, Matchup, Study
from app.tables.submissions import Clip, Submission
from app.tasks import service as tasks
from benchmark.design import shuffle_key
from benchmark.protocol import StudyStatus, TaskKind, Visibility
from benchmark.wire.studies import StudyRequest
from benchmark.wire.visibility import VisibilityRequest

# The database column has room for 63 bits.
_SEED_BITS = 62


class ResultsAccess(StrEnum):
    """The audience of a closed study's results, in addition to signed-in people."""

    PRIVATE = "private"
    UNLISTED = "unlisted"
    PUBLIC = "public"


class Transition(Protocol):
    """Opens, pauses or closes a study."""

    def __call__(self, session: Session, *, study: Study, principal: Principal, now: datetime) -> None: ...


_ALLOWED_MOVES = {
    StudyStatus.OPEN: (StudyStatus.DRAFT, StudyStatus.PAUSED),
    StudyStatus.PAUSED: (StudyStatus.OPEN,),
    StudyStatus.CLOSED: (StudyStatus.OPEN, StudyStatus.PAUSED),
}


def create_study(session: Session, *, request: StudyRequest, principal: Principal, now: datetime) -> Study:
    """Create a draft study with its matchups. The error for invalid matchups lists all problems.

    Raises:
        NotFound: there is no such benchmark.
        Conflict: the slug is taken.
        Invalid: a matchup cannot be compared (app/studies/matchups.py), or the gold questions cannot be
            asked (app/studies/gold.py).
    """
    if session.scalar(select(Study.id).where(Study.slug == request.slug)) is not None:
        raise Conflict("There is a study of that slug already.", code="study_exists")
    benchmark = find_benchmark(session, request.benchmark, principal=principal)
    checked = check_matchups(session, request.matchups, benchmark=benchmark, principal=principal)
    study = _add_draft(session, request, benchmark, principal, now)
    for position, matchup in enumerate(checked):
        session.add(Matchup(study_id=study.id, position=position, **asdict(matchup)))
    session.flush()
    if request.gold is not None:
        gold = find_gold(
            session,
            benchmark,
            [(each.reference_id, each.other_id) for each in checked],
            principal=principal,
        )
        plan_gold(study, request.gold)
        add_gold_matchups(session, study, gold, first=len(checked))
    return study


def open_study(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    """Open a draft or resume a paused study. Opening creates the comparisons and freezes the protocol."""
    before = _transition(session, study=study, to=StudyStatus.OPEN, principal=principal, now=now)
    if before is StudyStatus.DRAFT:
        study.opened_at = now
        _lay_out_comparisons(session, study)
        freeze_protocol(session, study, now=now)
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


def publish_results(
    session: Session, *, study: Study, access: ResultsAccess, principal: Principal, now: datetime
) -> None:
    """Publish a closed study's results, or end their publication. Repeating the call changes nothing.

    Publishing makes the study's own compared submissions public as well. The unlisted link stays the same
    until the results are made private or public; after that, a new link is created.

    Raises:
        Conflict: the study is not closed, its benchmark is not public, or it compares submissions of others
            that are not public.
    """
    session.refresh(study, with_for_update={"key_share": True})
    if study.status is not StudyStatus.CLOSED:
        raise Conflict(
            "Only results of a closed study can be published. Close it first.", code="study_status"
        )
    if access is not ResultsAccess.PRIVATE:
        require_public_benchmark(session, study)
        _publish_sides(session, study, principal, is_public=access is ResultsAccess.PUBLIC, now=now)
    if access is results_access(study):
        return
    if (access is ResultsAccess.PUBLIC) is not (study.visibility is Visibility.PUBLIC):
        wanted = Visibility.PUBLIC if access is ResultsAccess.PUBLIC else Visibility.PRIVATE
        set_visibility(session, study, VisibilityRequest(visibility=wanted), principal=principal, now=now)
    study.results_link = new_token() if access is ResultsAccess.UNLISTED else None
    session.add(
        AuditEvent(
            at=now,
            actor=principal.name,
            action="study.publish",
            subject=study.slug,
            details={"access": access.value},
        )
    )
    session.flush()


def results_access(study: Study) -> ResultsAccess:
    if study.visibility is Visibility.PUBLIC:
        return ResultsAccess.PUBLIC
    return ResultsAccess.PRIVATE if study.results_link is None else ResultsAccess.UNLISTED


def _publish_sides(
    session: Session, study: Study, principal: Principal, *, is_public: bool, now: datetime
) -> None:
    sides = session.scalars(
        select(Submission)
        .join(Matchup, or_(Submission.id == Matchup.reference_id, Submission.id == Matchup.other_id))
        .where(Matchup.study_id == study.id, Matchup.is_gold.is_(False))
        .distinct()
    ).all()
    for side in sides:
        if side.visibility is Visibility.PUBLIC:
            continue
        if side.owner_id != principal.person_id and not principal.is_admin:
            raise Conflict(
                "This study compares a submission of somebody else that is not public. Ask its owner to "
                "publish it.",
                code="sides_not_public",
            )
        if is_public:
            request = VisibilityRequest(visibility=Visibility.PUBLIC)
            set_visibility(session, side, request, principal=principal, now=now)


def _add_draft(
    session: Session, request: StudyRequest, benchmark: Benchmark, principal: Principal, now: datetime
) -> Study:
    study = Study(
        slug=request.slug,
        title=request.title,
        instructions=request.instructions,
        benchmark_id=benchmark.id,
        owner_id=principal.person_id,
        status=StudyStatus.DRAFT,
        votes_per_comparison=request.votes_per_comparison,
        comparisons_per_annotator=request.comparisons_per_annotator,
        lease_s=request.lease_s,
        watch_gate=request.watch_gate,
        renditions=request.renditions,
        require_justification=request.require_justification,
        seed=secrets.randbits(_SEED_BITS) if request.seed is None else request.seed,
        created_at=now,
    )
    session.add(study)
    try:
        session.flush()
    except IntegrityError as error:
        # On PostgreSQL two requests may use one slug at the same moment; the constraint accepts one of them.
        raise Conflict("There is a study of that slug already.", code="study_exists") from error
    return study


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
    session.add(
        AuditEvent(at=now, actor=principal.name, action=f"study.{to}", subject=study.slug, details={})
    )
    session.flush()
    return before


def _lay_out_comparisons(session: Session, study: Study) -> None:
    """Create, for each matchup, one comparison for every pair of which both sides have a clip."""
    reference, other = Clip.__table__.alias("reference"), Clip.__table__.alias("other")
    rows = session.execute(
        select(Matchup.id, reference.c.pair_id)
        .join(
            reference,
            (reference.c.submission_id == Matchup.reference_id)
            & (reference.c.seed == Matchup.reference_seed),
        )
        .join(
            other,
            (other.c.submission_id == Matchup.other_id)
            & (other.c.seed == Matchup.other_seed)
            & (other.c.pair_id == reference.c.pair_id),
        )
        .where(Matchup.study_id == study.id, Matchup.closed_at.is_(None), Matchup.is_gold.is_(False))
        .order_by(Matchup.position, reference.c.pair_id)
    ).all()
    empty = set(
        session.scalars(
            select(Matchup.id).where(
                Matchup.study_id == study.id, Matchup.closed_at.is_(None), Matchup.is_gold.is_(False)
            )
        )
    ) - {row[0] for row in rows}
    if empty or not rows:
        raise Conflict("The two sides of a matchup have no pair in common.", code="no_common_pairs")
    study.unfilled_comparisons = len(rows)
    gold_pairs = lay_out_gold(session, study, session.get_one(Benchmark, study.benchmark_id))
    study.pairs = len({pair_id for _, pair_id in rows} | gold_pairs)
    session.execute(
        insert(Comparison),
        [
            {
                "study_id": study.id,
                "matchup_id": matchup_id,
                "pair_id": pair_id,
                "is_open": True,
                "slots_taken": 0,
                "draws": 0,
                "shuffle_key": shuffle_key(study.seed, matchup_id, pair_id, 0),
            }
            for matchup_id, pair_id in rows
        ],
    )
