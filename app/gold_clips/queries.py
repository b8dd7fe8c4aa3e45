"""Reads the wrong clips of gold questions, which the server made from the clips of a submission."""

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.gold_clips.service import usable_gold_submission
from app.tables.bench import Pair
from app.tables.gold_clips import GoldClip
from app.tables.submissions import Clip, Submission
from benchmark.wire.gold_clips import GoldClipResponse, GoldClipsResponse


def gold_rows(session: Session, made: Submission) -> Sequence[Row[GoldClip, Pair]]:
    """Return the wrong clips in the submission `made`, each with its pair, in the order they were made."""
    return session.execute(
        select(GoldClip, Pair)
        .join(Clip, Clip.id == GoldClip.clip_id)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(Clip.submission_id == made.id)
        .order_by(GoldClip.clip_id)
    ).all()


def gold_clips_response(session: Session, source: Submission) -> GoldClipsResponse:
    made = usable_gold_submission(session, source)
    if made is None:
        return GoldClipsResponse(submission=None, clips=[])
    clips = [
        GoldClipResponse(
            pair=pair.name,
            prompt=pair.prompt,
            kind=row.kind,
            status=row.status,
            decided_at=row.decided_at,
        )
        for row, pair in gold_rows(session, made)
    ]
    return GoldClipsResponse(submission=made.public_id, clips=clips)
