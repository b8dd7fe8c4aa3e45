"""Builds the page on which an owner makes and confirms gold questions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.gold_clips.service import gold_submission
from app.gold_clips.view_models import GoldPage, GoldQuestion
from app.panels.sides import side_name
from app.tables.bench import Benchmark, Pair
from app.tables.gold_clips import GoldClip
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import SubmissionStatus


def gold_page(session: Session, source: Submission, *, problem: str = "") -> GoldPage:
    model = session.get_one(VideoModel, source.model_id)
    is_final = source.status is SubmissionStatus.FINAL
    return GoldPage(
        model=side_name(model.name, source.label),
        submission_url=f"/submissions/{source.public_id}",
        questions=_questions(session, source),
        obstacle="" if is_final else f"This submission is {source.status}. Only a final submission has gold.",
        problem=problem,
    )


def _questions(session: Session, source: Submission) -> tuple[GoldQuestion, ...]:
    made = gold_submission(session, source)
    if made is None or made.status is not SubmissionStatus.FINAL:
        return ()
    slug = session.get_one(Benchmark, source.benchmark_id).slug
    rows = session.execute(
        select(GoldClip, Pair.name, Pair.prompt)
        .join(Clip, Clip.id == GoldClip.clip_id)
        .join(Pair, Pair.id == Clip.pair_id)
        .where(Clip.submission_id == made.id)
        .order_by(GoldClip.clip_id)
    )
    return tuple(
        GoldQuestion(
            pair=name,
            prompt=prompt,
            kind=row.kind,
            status=row.status,
            right_url=f"/gallery/{slug}/{name}/clips/{source.public_id}",
            wrong_url=f"/gallery/{slug}/{name}/clips/{made.public_id}",
        )
        for row, name, prompt in rows
    )
