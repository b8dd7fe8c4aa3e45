"""Reads the confirmed gold questions that owners made from the clips of a study's submissions."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from app.security.identity import Principal
from app.security.visibility import sees_submission
from app.tables.gold_clips import GoldClip
from app.tables.submissions import Clip, Submission
from benchmark.protocol import GoldStatus, SubmissionStatus

OwnGold = dict[tuple[int, int], frozenset[int]]


def own_gold(session: Session, compared: Collection[int], *, principal: Principal) -> OwnGold:
    """Return the confirmed gold pairs of those compared submissions that a person may see.

    A key has two ids: the id of the submission with the right clips, and the id of the submission with the
    wrong clips.
    """
    is_usable = sees_submission(principal) & (Submission.status == SubmissionStatus.FINAL)
    return _pairs(session, _RIGHT.submission_id.in_(compared) & is_usable)


def confirmed_pairs(session: Session, *, reference_id: int, other_id: int) -> frozenset[int]:
    """Return the pairs for which the submission `other_id` has a confirmed wrong clip."""
    found = _pairs(session, (_RIGHT.submission_id == reference_id) & (Clip.submission_id == other_id))
    return found.get((reference_id, other_id), frozenset())


_RIGHT = aliased(Clip)


def _pairs(session: Session, which: ColumnElement[bool]) -> OwnGold:
    rows = session.execute(
        select(_RIGHT.submission_id, Clip.submission_id, Clip.pair_id)
        .select_from(GoldClip)
        .join(Clip, Clip.id == GoldClip.clip_id)
        .join(_RIGHT, _RIGHT.id == GoldClip.right_id)
        .join(Submission, Submission.id == Clip.submission_id)
        .where(GoldClip.status == GoldStatus.CONFIRMED, which)
    )
    found: dict[tuple[int, int], set[int]] = {}
    for right, wrong, pair_id in rows:
        found.setdefault((right, wrong), set()).add(pair_id)
    return {submissions: frozenset(pair_ids) for submissions, pair_ids in found.items()}
