"""Reads the submissions that a new study can compare, and the pairs for which each submission has clips."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session

from app.panels.sides import side_name
from app.security.identity import Principal
from app.security.visibility import sees_submission
from app.tables.bench import Benchmark
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import SubmissionStatus


@dataclass(frozen=True)
class SideChoice:
    """A final submission that can be a side of a matchup. `table_name` is the submission's name in tables.

    `clips` counts those clips of the submission that have the smallest seed.
    """

    public_id: str
    table_name: str
    model: str
    label: str
    clips: int

    @property
    def name(self) -> str:
        """Return the display name: the model's name, with the label if the submission has one."""
        return f"{self.model} · {self.label}" if self.label else self.model


def side_choices(session: Session, benchmark: Benchmark, principal: Principal) -> tuple[SideChoice, ...]:
    """Return the benchmark's final submissions that this person sees, sorted by model and label."""
    shown = shown_seeds()
    query = (
        select(
            Submission.public_id,
            VideoModel.slug,
            VideoModel.name,
            Submission.label,
            func.count(Clip.id).label("clips"),
        )
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .join(shown, shown.c.submission_id == Submission.id)
        .join(Clip, (Clip.submission_id == Submission.id) & (Clip.seed == shown.c.seed))
        .where(
            Submission.benchmark_id == benchmark.id,
            Submission.status == SubmissionStatus.FINAL,
            sees_submission(principal),
        )
        .group_by(Submission.id, VideoModel.slug, VideoModel.name)
        .order_by(VideoModel.name, Submission.label)
    )
    return tuple(
        SideChoice(row.public_id, side_name(row.slug, row.label), row.name, row.label, row.clips)
        for row in session.execute(query)
    )


def pairs_of_sides(session: Session, public_ids: Iterable[str]) -> dict[str, frozenset[int]]:
    """Return, for each submission, the ids of the pairs for which annotators can see a clip."""
    shown = shown_seeds()
    query = (
        select(Submission.public_id, Clip.pair_id)
        .join(shown, shown.c.submission_id == Submission.id)
        .join(Clip, (Clip.submission_id == Submission.id) & (Clip.seed == shown.c.seed))
        .where(Submission.public_id.in_(set(public_ids)))
    )
    pairs: dict[str, set[int]] = {}
    for public_id, pair_id in session.execute(query):
        pairs.setdefault(public_id, set()).add(pair_id)
    return {public_id: frozenset(ids) for public_id, ids in pairs.items()}


def side_names(session: Session, public_ids: Iterable[str]) -> dict[str, str]:
    """Return the name of each submission in tables."""
    query = (
        select(Submission.public_id, VideoModel.slug, Submission.label)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .where(Submission.public_id.in_(set(public_ids)))
    )
    return {row.public_id: side_name(row.slug, row.label) for row in session.execute(query)}


def shown_seeds() -> Subquery:
    """Return a subquery for a submission's smallest seed; matchups show clips of this seed by default."""
    return (
        select(Clip.submission_id, func.min(Clip.seed).label("seed")).group_by(Clip.submission_id).subquery()
    )
