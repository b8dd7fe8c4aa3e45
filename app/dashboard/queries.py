"""Reads the dashboard of a study: progress, votes per hour, active annotators, reports of clips."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.panels.pay import cost, study_pay
from app.panels.sides import matchup_sides
from app.panels.wanted_votes import counted_votes, wanted_votes
from app.tables.bench import Pair
from app.tables.people import Annotator
from app.tables.studies import Comparison, Matchup, Study
from app.tables.voting import Assignment, AssignmentStatus, Vote, status_is
from benchmark.protocol import AnnotatorKind, SkipReason, StudyKind
from benchmark.wire.dashboard import (
    ActiveAnnotatorResponse,
    ClipReportResponse,
    CostResponse,
    DashboardResponse,
    HourResponse,
    ProgressResponse,
)

HOURS = 24
PACE_HOURS = 6
ACTIVE = timedelta(minutes=15)
MAX_REPORTS = 50
_BROKEN = (SkipReason.CLIP_DOES_NOT_PLAY, SkipReason.INPUT_MISSING)
_UNCOUNTED = (AnnotatorKind.PILOT, AnnotatorKind.PREVIEW)


def dashboard(session: Session, study: Study, *, now: datetime) -> DashboardResponse:
    """Return the dashboard of a study. The queries are as fast for an old study as for a new study."""
    names = {each.id: each.name for each in matchup_sides(session, study)}
    progress = _progress(session, study, names)
    hours = _hours(session, study, now)
    people = dict(
        session.execute(
            select(Annotator.kind, func.count())
            .where(Annotator.study_id == study.id)
            .group_by(Annotator.kind)
        ).all()
    )
    votes, wanted = sum(each.votes for each in progress), sum(each.votes_wanted for each in progress)
    return DashboardResponse(
        at=now,
        votes=votes,
        votes_wanted=wanted,
        annotators=people.get(study.kind.counted_annotators, 0),
        pilots=people.get(AnnotatorKind.PILOT, 0),
        pilot_votes=_uncounted_votes(session, study) if people.keys() & set(_UNCOUNTED) else 0,
        hours_left=_hours_left(study, hours, missing=wanted - votes, now=now),
        cost=_cost(study, votes, wanted),
        hours=hours,
        active=_active(session, study, now),
        progress=progress,
        clip_reports=_clip_reports(session, study, names),
    )


def _cost(study: Study, votes: int, wanted: int) -> CostResponse | None:
    pay = study_pay(study)
    if pay is None or study.kind is not StudyKind.HUMAN:
        return None
    return CostResponse(spent=cost(pay, votes), total=cost(pay, wanted), currency=pay.currency)


def _progress(session: Session, study: Study, names: dict[int, str]) -> list[ProgressResponse]:
    rows = session.execute(
        select(
            Comparison.matchup_id,
            Pair.scenario,
            func.count(),
            func.sum(case((counted_votes() >= study.votes_per_comparison, 1), else_=0)),
            func.sum(counted_votes()),
            func.sum(wanted_votes()),
        )
        .join(Pair, Pair.id == Comparison.pair_id)
        .join(Matchup, Matchup.id == Comparison.matchup_id)
        .join(Study, Study.id == Comparison.study_id)
        .where(Comparison.study_id == study.id, Comparison.is_gold.is_(False))
        .group_by(Comparison.matchup_id, Pair.scenario)
    )
    found = [
        ProgressResponse(
            matchup=names[matchup_id],
            scenario=scenario,
            comparisons=comparisons,
            complete=complete,
            votes=counted,
            votes_wanted=needed,
        )
        for matchup_id, scenario, comparisons, complete, counted, needed in rows
    ]
    return sorted(found, key=lambda each: (each.matchup, each.scenario))


def _hours(session: Session, study: Study, now: datetime) -> list[HourResponse]:
    """Count the votes in each of the last 24 hours, oldest first. The last hour has not ended yet."""
    newest = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    starts = [newest - timedelta(hours=age) for age in reversed(range(HOURS))]
    counts = [
        select(func.count())
        .where(Vote.study_id == study.id, Vote.cast_at >= start, Vote.cast_at < start + timedelta(hours=1))
        .scalar_subquery()
        for start in starts
    ]
    counted = session.execute(select(*counts)).one()
    return [HourResponse(start=start, votes=votes) for start, votes in zip(starts, counted, strict=True)]


def _hours_left(study: Study, hours: Sequence[HourResponse], *, missing: int, now: datetime) -> float | None:
    if missing <= 0:
        return 0.0
    recent = sum(each.votes for each in hours[-PACE_HOURS:])
    since = max(hours[-PACE_HOURS].start, study.opened_at or now)
    elapsed_h = (now - since).total_seconds() / 3600
    return round(missing * elapsed_h / recent, 1) if recent and elapsed_h > 0 else None


def _active(session: Session, study: Study, now: datetime) -> list[ActiveAnnotatorResponse]:
    last = func.max(Vote.cast_at)
    recent = (
        select(Vote.annotator_id, last.label("last"))
        .where(Vote.study_id == study.id, Vote.cast_at >= now - ACTIVE)
        .group_by(Vote.annotator_id)
        .subquery()
    )
    total = (
        select(func.count()).where(Vote.annotator_id == Annotator.id).correlate(Annotator).scalar_subquery()
    )
    rows = session.execute(
        select(Annotator.pseudonym, recent.c.last, total)
        .join(recent, recent.c.annotator_id == Annotator.id)
        .order_by(recent.c.last.desc(), Annotator.id)
    )
    return [
        ActiveAnnotatorResponse(annotator=name, last_vote_at=last_at, votes=votes)
        for name, last_at, votes in rows
    ]


def _uncounted_votes(session: Session, study: Study) -> int:
    return session.execute(
        select(func.count())
        .select_from(Annotator)
        .join(Vote, Vote.annotator_id == Annotator.id)
        .where(Annotator.study_id == study.id, Annotator.kind.in_(_UNCOUNTED))
    ).scalar_one()


def reported_comparisons(session: Session, study: Study) -> int:
    """Return the number of comparisons whose clips or image were reported. Gold questions are not counted."""
    return session.execute(
        select(func.count(Assignment.comparison_id.distinct()))
        .join(Comparison, Comparison.id == Assignment.comparison_id)
        .where(*_is_report(study))
    ).scalar_one()


def _is_report(study: Study) -> tuple[ColumnElement[bool], ...]:
    """Return SQL conditions that select assignments which annotators skipped because of a broken file."""
    return (
        Assignment.study_id == study.id,
        status_is(AssignmentStatus.SKIPPED),
        Assignment.skip_reason.in_(_BROKEN),
        Comparison.is_gold.is_(False),
    )


def _clip_reports(session: Session, study: Study, names: dict[int, str]) -> list[ClipReportResponse]:
    """Return the comparisons with the most reports. Reports of gold questions are not counted."""
    reports, last = func.count(), func.max(Assignment.ended_at)
    rows = session.execute(
        select(Comparison.matchup_id, Pair.name, Assignment.skip_reason, reports, last)
        .join(Comparison, Comparison.id == Assignment.comparison_id)
        .join(Pair, Pair.id == Comparison.pair_id)
        .where(*_is_report(study))
        .group_by(Comparison.matchup_id, Pair.name, Assignment.skip_reason)
        .order_by(reports.desc(), last.desc())
        .limit(MAX_REPORTS)
    )
    return [
        ClipReportResponse(matchup=names[matchup_id], pair=pair, reason=reason, reports=count, last_at=at)
        for matchup_id, pair, reason, count, at in rows
        if reason is not None and at is not None
    ]
