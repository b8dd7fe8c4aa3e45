"""Builds the list of studies on the home page."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.jobs.durations import ago
from app.panels.wanted_votes import counted_votes, wanted_votes
from app.security.identity import Principal
from app.security.tokens import new_token
from app.security.visibility import may_change
from app.studies.losses import loss_sentences
from app.studies.queries import StudyFilter, visible_studies
from app.studies.view_models import StudyLine
from app.tables.studies import Comparison, Matchup, Study
from app.tables.tasks import Task
from app.tables.voting import Vote
from app.tasks.queries import newest_by_subject
from benchmark.protocol import Role, StudyStatus, TaskKind, TaskStatus

STUDIES_PER_PAGE = 20


def study_lines(
    session: Session, principal: Principal, wanted: StudyFilter, *, page: int
) -> tuple[StudyLine, ...]:
    """Return a page of the studies visible to this person, newest first."""
    first = (page - 1) * STUDIES_PER_PAGE
    studies = visible_studies(session, principal, wanted, offset=first, limit=STUDIES_PER_PAGE)
    return lines_of(session, principal, studies)


def lines_of(session: Session, principal: Principal, studies: Sequence[Study]) -> tuple[StudyLine, ...]:
    """Return each of these studies as a line of the list of studies."""
    counted = _vote_counts(session, [study.id for study in studies])
    matchups = _matchups(session, [study.id for study in studies])
    own = {study.id for study in studies if _may_manage(study, principal)}
    losses = loss_sentences(
        session, [each for each in studies if each.id in own and each.status is not StudyStatus.CLOSED]
    )
    tasks = newest_by_subject(session, kind=TaskKind.RENDITIONS, subjects=[study.slug for study in studies])
    last_votes, now = _last_votes(session, [study.id for study in studies]), utc_now()
    lines = []
    for study in studies:
        last_vote = last_votes.get(study.id)
        votes, votes_wanted = counted.get(study.id, (0, 0))  # a draft has no comparisons
        is_own = study.id in own
        lines.append(
            StudyLine(
                slug=study.slug,
                title=study.title,
                kind=study.kind,
                status=study.status,
                is_pilot=study.is_pilot,
                is_archived=study.archived_at is not None,
                deletes_at=study.deletes_at,
                matchups=matchups.get(study.id, 0),
                votes=votes,
                votes_wanted=votes_wanted,
                is_own=is_own,
                preparation=_preparation(study, tasks.get(study.slug)) if is_own else None,
                batch=new_token(),
                losses=losses.get(study.id, ()),
                votes_per_comparison=study.votes_per_comparison,
                last_vote=ago((now - last_vote).total_seconds()) if last_vote else "",
            )
        )
    return tuple(lines)


def _may_manage(study: Study, principal: Principal) -> bool:
    is_researcher = principal.role in (Role.ADMIN, Role.RESEARCHER)
    return is_researcher and may_change(study, principal)


def _vote_counts(session: Session, study_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Return the number of cast votes and of needed votes of each study, without gold questions."""
    rows = session.execute(
        select(
            Comparison.study_id,
            func.sum(counted_votes()).label("votes"),
            func.sum(wanted_votes()).label("wanted"),
        )
        .join(Matchup, Matchup.id == Comparison.matchup_id)
        .join(Study, Study.id == Comparison.study_id)
        .where(Comparison.study_id.in_(study_ids), Comparison.is_gold.is_(False))
        .group_by(Comparison.study_id)
    )
    return {row.study_id: (row.votes, row.wanted) for row in rows}


def _last_votes(session: Session, study_ids: list[int]) -> dict[int, datetime]:
    """Return the time of the newest vote of each study that has votes."""
    newest = (
        select(func.max(Vote.cast_at)).where(Vote.study_id == Study.id).correlate(Study).scalar_subquery()
    )
    rows = session.execute(select(Study.id, newest.label("newest")).where(Study.id.in_(study_ids)))
    return {row.id: row.newest for row in rows if row.newest is not None}


def _preparation(study: Study, task: Task | None) -> str | None:
    """Return a sentence that tells the owner how many clips are prepared.

    The result is None if all clips are prepared or the study is closed.
    """
    if task is None or task.status is TaskStatus.DONE or study.status is StudyStatus.CLOSED:
        return None
    if task.status is TaskStatus.FAILED:
        return f"Preparing clips failed. {task.error}"
    return f"Preparing clips: {task.done} of {task.total} comparisons" if task.total else "Preparing clips"


def _matchups(session: Session, study_ids: list[int]) -> dict[int, int]:
    """Return the number of matchups per study, without gold questions."""
    query = (
        select(Matchup.study_id, func.count().label("matchups"))
        .where(Matchup.study_id.in_(study_ids), Matchup.is_gold.is_(False))
        .group_by(Matchup.study_id)
    )
    return {row.study_id: row.matchups for row in session.execute(query)}
