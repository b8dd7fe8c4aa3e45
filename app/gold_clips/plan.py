"""Plans which wrong clips to make from a submission's clips, as the wrong answers of gold questions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.media.renditions import Recipe
from app.tables.bench import Pair
from app.tables.submissions import Clip, Submission
from benchmark.design import shuffle_key
from benchmark.protocol import GoldKind, RenditionRecipe


@dataclass(frozen=True)
class PlannedClip:
    """The plan for a deliberately wrong clip of a pair.

    Attributes:
        right: the model's own clip of the pair; this clip is the right answer.
        source: the clip whose frames the wrong clip shows; for a wrong pair, the clip of another image.
    """

    pair: str
    kind: GoldKind
    right: Clip
    source: Clip

    @property
    def recipe(self) -> Recipe:
        """Return the video format of the wrong clip. The right clip has the same format."""
        right = self.right
        return Recipe(RenditionRecipe.NORMALISED, right.width, right.height, right.fps, right.frames)

    @property
    def order(self) -> tuple[int, ...]:
        """Return the indexes of the source's frames, in the order in which the wrong clip shows them."""
        frames = range(self.right.frames)
        match self.kind:
            case GoldKind.FROZEN:
                return (0,) * len(frames)
            case GoldKind.REVERSED:
                return tuple(reversed(frames))
            case GoldKind.WRONG_PAIR:
                return tuple(frames)


def plan_gold_clips(
    session: Session, submission: Submission, *, count: int, kinds: Sequence[GoldKind]
) -> list[PlannedClip]:
    """Plan at most `count` wrong clips, one per pair, for pairs in random order.

    The plan alternates between the kinds frozen, reversed and wrong pair.

    Clips without motion are left out, because a frozen or reversed copy would look like the original. The
    clips of seed 0 are used, because gold questions show only this seed.
    """
    rows = [
        (clip, name, image)
        for clip, name, image in session.execute(
            select(Clip, Pair.name, Pair.image)
            .join(Pair, Pair.id == Clip.pair_id)
            .where(Clip.submission_id == submission.id, Clip.seed == 0)
        )
        if not clip.is_static and clip.constant_fps and clip.width % 2 == clip.height % 2 == 0
    ]
    rows.sort(key=lambda row: shuffle_key(submission.id, row[0].pair_id))
    planned: list[PlannedClip] = []
    for clip, name, image in rows:
        if len(planned) == count:
            break
        kind = kinds[len(planned) % len(kinds)]
        source = _of_another_image(clip, image, rows) if kind is GoldKind.WRONG_PAIR else clip
        if source is not None:
            planned.append(PlannedClip(name, kind, clip, source))
    return planned


def _of_another_image(clip: Clip, image: str, rows: Iterable[tuple[Clip, str, str]]) -> Clip | None:
    """Return a clip of another image in the same format; None if no such clip exists."""
    for other, _name, other_image in rows:
        if other_image != image and _form(other) == _form(clip):
            return other
    return None


def _form(clip: Clip) -> tuple[int, int, int, float]:
    return clip.width, clip.height, clip.frames, clip.fps
