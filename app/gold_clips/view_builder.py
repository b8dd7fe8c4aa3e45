"""Builds the page on which an owner makes and confirms gold questions."""

from sqlalchemy.orm import Session

from app.gold_clips.queries import gold_rows
from app.gold_clips.service import unfinished_task, usable_gold_submission
from app.gold_clips.view_models import GoldPage, GoldQuestion
from app.panels.sides import side_name
from app.tables.bench import Benchmark
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import SubmissionStatus


def gold_page(session: Session, source: Submission, *, problem: str = "") -> GoldPage:
    model = session.get_one(VideoModel, source.model_id)
    task = unfinished_task(session, source)
    is_final = source.status is SubmissionStatus.FINAL
    return GoldPage(
        model=side_name(model.name, source.label),
        submission_url=f"/submissions/{source.public_id}",
        questions=_questions(session, source),
        obstacle="" if is_final else f"This submission is {source.status}. Only a final submission has gold.",
        problem=problem,
        task_url=f"/tasks/{task.id}" if task else None,
    )


def _questions(session: Session, source: Submission) -> tuple[GoldQuestion, ...]:
    made = usable_gold_submission(session, source)
    if made is None:
        return ()
    slug = session.get_one(Benchmark, source.benchmark_id).slug
    return tuple(
        GoldQuestion(
            pair=pair.name,
            prompt=pair.prompt,
            kind=row.kind,
            status=row.status,
            right_url=f"/gallery/{slug}/{pair.name}/clips/{source.public_id}",
            wrong_url=f"/gallery/{slug}/{pair.name}/clips/{made.public_id}",
        )
        for row, pair in gold_rows(session, made)
    )
