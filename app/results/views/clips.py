"""Builds the view models of one pair's clips, with the names of the models."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from app.panels.sides import side_name
from app.security.identity import Principal
from app.security.visibility import sees_submission
from app.tables.bench import Pair
from app.tables.studies import Matchup, Study
from app.tables.submissions import Clip, Submission, VideoModel
from benchmark.protocol import SubmissionStatus


@dataclass(frozen=True)
class ClipCard:
    """The clip of one model for a pair; `fps` in frames per second, `duration_s` in seconds."""

    name: str
    url: str
    width: int
    height: int
    frames: int
    fps: float
    duration_s: float

    @property
    def facts(self) -> str:
        return f"{self.width} × {self.height}, {self.frames} frames, {self.fps:g} fps"


def longest_ms(clips: Sequence[ClipCard]) -> int:
    """Return the duration of the longest clip, milliseconds."""
    return round(1000 * max((clip.duration_s for clip in clips), default=0.0))


def shortest_frame_ms(clips: Sequence[ClipCard]) -> float:
    """Return the step of the scrub bar: the shortest frame duration of all clips, milliseconds."""
    return round(1000 / max((clip.fps for clip in clips), default=8.0), 3)


def clip_cards(
    session: Session,
    benchmark: str,
    pair: Pair,
    *,
    principal: Principal,
    shown: Collection[tuple[int, int]] | None = None,
) -> tuple[ClipCard, ...]:
    """Return the clips of final submissions, oldest submission first.

    A clip has the name that tables use for its submission: `model` or `model@label`.

    Args:
        benchmark: slug of the pair's benchmark.
        pair: the pair (image and prompt) that the clips animate.
        principal: the person or visitor who sees the clips. A visitor sees all clips in `shown`, because
            these clips belong to published results.
        shown: the (submission ID, seed) combinations to return. If `shown` is None, all clips are returned,
            and the name of a clip contains its seed unless the seed is 0.
    """
    query = final_clips(shown).where(Clip.pair_id == pair.id)
    if principal.visitor is None:
        query = query.where(sees_submission(principal))
    return tuple(
        ClipCard(
            name=clip_name(model, label, clip.seed if shown is None else 0),
            url=_url(benchmark, pair, public_id, clip.seed),
            width=clip.width,
            height=clip.height,
            frames=clip.frames,
            fps=clip.fps,
            duration_s=clip.duration_s,
        )
        for model, label, public_id, clip in session.execute(query)
    )


def final_clips(shown: Collection[tuple[int, int]] | None) -> Select[str, str, str, Clip]:
    """Return a query for the clips of final submissions, oldest submission first.

    Args:
        shown: the (submission ID, seed) combinations to find; None for all.
    """
    query = (
        select(VideoModel.slug, Submission.label, Submission.public_id, Clip)
        .join(Submission, Submission.id == Clip.submission_id)
        .join(VideoModel, VideoModel.id == Submission.model_id)
        .where(Submission.status == SubmissionStatus.FINAL)
        .order_by(Submission.id, Clip.seed)
    )
    return query if shown is None else query.where(tuple_(Submission.id, Clip.seed).in_(shown))


def shown_sides(session: Session, study: Study) -> set[tuple[int, int]]:
    """Return the submission ID and seed of every side of the study's matchups, without gold questions."""
    compared = session.scalars(
        select(Matchup).where(Matchup.study_id == study.id, Matchup.is_gold.is_(False))
    )
    return {
        side
        for each in compared
        for side in ((each.reference_id, each.reference_seed), (each.other_id, each.other_seed))
    }


def clip_name(model: str, label: str, seed: int) -> str:
    """Return the name of a clip in the gallery; the name contains the seed if the seed is not 0."""
    side = side_name(model, label)
    return f"{side} · seed {seed}" if seed else side


def _url(benchmark: str, pair: Pair, public_id: str, seed: int) -> str:
    url = f"/gallery/{benchmark}/{quote(pair.name, safe='')}/clips/{public_id}"
    return f"{url}?seed={seed}" if seed else url
