"""Prepares the renditions of a study before annotators request the clips."""

import time
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.context import AppContext
from app.media.comparison_clips import compared_clips
from app.media.renditions import RenditionFailed
from app.media.store import MediaDamaged, MediaMissing
from app.tables.studies import Comparison, Matchup, Study
from app.tasks.runner import Progress, TaskFailed
from benchmark.plurals import counted
from benchmark.protocol import Side, StudyStatus

# Votes change the order of comparisons, so the order is read again after this time.
_REORDER_S = 2.0


def prepare_renditions(context: AppContext, subject: str, progress: Progress) -> None:
    """Make the renditions of a study's comparisons.

    The comparisons that annotators get next come first.

    Args:
        subject: the study's slug.

    Raises:
        TaskFailed: some clips could not be prepared; all other clips were prepared.
    """
    failed: set[int] = set()
    with context.database.read() as session:
        total = len(_waiting(session, subject, done=frozenset()))
    prepared: set[int] = set()
    progress(0, total)
    for done, comparison_id in enumerate(_comparisons(context, subject, prepared), start=1):
        try:
            _prepare(context, comparison_id)
        except (RenditionFailed, MediaMissing, MediaDamaged):
            failed.add(comparison_id)
        prepared.add(comparison_id)
        progress(done, max(total, done))
    if failed:
        raise TaskFailed(
            f"The clips of {counted(len(failed), 'comparison')} could not be prepared; annotators can skip "
            "them. Check these clips and submit them again under another label."
        )


def _comparisons(context: AppContext, slug: str, prepared: set[int]) -> Iterator[int]:
    while True:
        with context.database.read() as session:
            waiting = _waiting(session, slug, done=frozenset(prepared))
        if not waiting:
            return
        reorder_at = time.monotonic() + _REORDER_S
        for comparison_id in waiting:
            yield comparison_id
            if time.monotonic() >= reorder_at:
                break


def _waiting(session: Session, slug: str, *, done: frozenset[int]) -> list[int]:
    """Return the comparisons without renditions, in the order in which annotators get them."""
    ids = session.scalars(
        select(Comparison.id)
        .join(Study, Study.id == Comparison.study_id)
        .join(Matchup, Matchup.id == Comparison.matchup_id)
        .where(
            Study.slug == slug,
            Study.status.in_((StudyStatus.OPEN, StudyStatus.PAUSED)),
            Matchup.closed_at.is_(None),
        )
        .order_by(Comparison.slots_taken, Comparison.shuffle_key, Comparison.id)
    )
    return [id for id in ids if id not in done]


def _prepare(context: AppContext, comparison_id: int) -> None:
    with context.database.read() as session:
        requested = session.scalars(
            select(Study.renditions)
            .join(Comparison, Comparison.study_id == Study.id)
            .where(Comparison.id == comparison_id)
        ).one()
        clips = compared_clips(session, comparison_id=comparison_id, requested=requested)
    for side in Side:
        context.renditions.get_or_make(clips.of_side(side), clips.recipe)
