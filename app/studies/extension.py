"""Extends a running study by more matchups or by more votes per comparison. Reopens a closed study.

Each change stores a new version of the protocol, and new assignments refer to this version. Existing votes do
not change.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid
from app.panels.protocol import freeze_protocol
from app.panels.sides import matchup_sides
from app.security.audit import record_event
from app.security.identity import Principal
from app.studies.comparisons import add_comparisons, count_unfilled
from app.studies.matchups import CheckedMatchup, check_matchups
from app.studies.publication import ResultsAccess, results_access
from app.tables.bench import Benchmark
from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission
from app.tasks import service as tasks
from benchmark.protocol import StudyKind, StudyStatus, TaskKind
from benchmark.wire.drafts import MatchupRequest
from benchmark.wire.study_changes import ExtensionRequest

MAX_CHANGE_CHARS = 400


def extend_study(
    session: Session, *, study: Study, request: ExtensionRequest, principal: Principal, now: datetime
) -> None:
    """Add matchups to an open or paused study, or raise its votes per comparison. The study must be locked.

    Raises:
        Conflict: the study is neither open nor paused, or two sides have no pair in common.
        Invalid: a matchup cannot be compared or is already in the study, or the panel would not grow.
    """
    session.refresh(study, with_for_update={"key_share": True})
    if study.status not in (StudyStatus.OPEN, StudyStatus.PAUSED):
        raise Conflict(
            f"Only an open or paused study can be extended; this study is {study.status}. Edit a draft, and "
            "reopen a closed study first.",
            code="study_status",
        )
    changes = []
    if request.votes_per_comparison is not None:
        changes.append(_raise_panel(study, request.votes_per_comparison))
    if request.matchups:
        changes.append(_add_matchups(session, study, request.matchups, principal))
    study.unfilled_comparisons = count_unfilled(session, study)
    tasks.enqueue(session, kind=TaskKind.RENDITIONS, subject=study.slug, now=now)
    _store_version(session, study, "study.extend", "; ".join(changes), principal, now)


def reopen_study(session: Session, *, study: Study, principal: Principal, now: datetime) -> None:
    """Open a closed study again. Reopening an open study changes nothing.

    Raises:
        Conflict: the study is not closed, its votes were imported, its results are published, or a submission
            that the study compares was deleted (`submission_deleted`).
    """
    session.refresh(study, with_for_update={"key_share": True})
    if study.status is StudyStatus.OPEN:
        return
    if study.status is not StudyStatus.CLOSED:
        raise Conflict(f"A study that is {study.status} cannot be reopened.", code="study_status")
    if study.kind is not StudyKind.HUMAN:
        raise Conflict(
            "The votes of this study are imported or automatic, so people cannot vote in it. Duplicate the "
            "study.",
            code="study_kind",
        )
    if results_access(study) is not ResultsAccess.PRIVATE:
        raise Conflict(
            "The results are published, and annotators must not see results while they vote. Make the "
            "results private first.",
            code="results_published",
        )
    _refuse_deleted_sides(session, study)
    closed = f"{study.closed_at:%Y-%m-%d}"
    study.status, study.closed_at = StudyStatus.OPEN, None
    tasks.enqueue(session, kind=TaskKind.RENDITIONS, subject=study.slug, now=now)
    _store_version(
        session, study, "study.reopen", f"Reopened; the study had been closed on {closed}", principal, now
    )


def _refuse_deleted_sides(session: Session, study: Study) -> None:
    compared = or_(Matchup.reference_id == Submission.id, Matchup.other_id == Submission.id)
    deleted = exists().where(Matchup.study_id == study.id, compared, Submission.deletes_at.is_not(None))
    if session.scalar(select(deleted)):
        raise Conflict(
            "A submission that this study compares was deleted, so its clips cannot be shown. Restore the "
            "submission, or duplicate the study without it.",
            code="submission_deleted",
        )


def _raise_panel(study: Study, votes: int) -> str:
    before = study.votes_per_comparison
    if votes <= before:
        raise Invalid(
            f"votes_per_comparison: the study has {before} votes per comparison, and the number can only "
            f"grow. Use an odd number above {before}.",
            code="panel_not_larger",
        )
    study.votes_per_comparison = votes
    return f"Votes per comparison raised from {before} to {votes}"


def _add_matchups(
    session: Session, study: Study, wanted: Sequence[MatchupRequest], principal: Principal
) -> str:
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    checked = check_matchups(session, wanted, benchmark=benchmark, principal=principal)
    present = session.execute(
        select(Matchup.reference_id, Matchup.other_id).where(Matchup.study_id == study.id)
    ).all()
    _refuse_present(checked, {frozenset(row) for row in present})
    first = session.execute(
        select(func.max(Matchup.position)).where(Matchup.study_id == study.id)
    ).scalar_one()
    added = [
        Matchup(study_id=study.id, position=position, **asdict(each))
        for position, each in enumerate(checked, start=first + 1)
    ]
    session.add_all(added)
    session.flush()
    ids = {matchup.id for matchup in added}
    add_comparisons(session, study, ids)
    names = [each.name for each in matchup_sides(session, study) if each.id in ids]
    return f"Matchups added: {', '.join(names)}"


def _refuse_present(checked: Sequence[CheckedMatchup], present: set[frozenset[int]]) -> None:
    """Refuse a matchup if the study, or one of its gold questions, already compares the two submissions."""
    problems = [
        f"matchup {number}: the study already compares these two submissions"
        for number, each in enumerate(checked, start=1)
        if frozenset((each.reference_id, each.other_id)) in present
    ]
    if problems:
        raise Invalid(f"Nothing was added: {problems[0]}.", code="bad_matchups", problems=problems)


def _store_version(
    session: Session, study: Study, action: str, change: str, principal: Principal, now: datetime
) -> None:
    if len(change) > MAX_CHANGE_CHARS:
        change = f"{change[: MAX_CHANGE_CHARS - 1]}…"
    protocol = freeze_protocol(session, study, change=change, now=now)
    details = {"version": protocol.version, "change": change}
    record_event(session, principal, action, subject=study.slug, now=now, **details)
