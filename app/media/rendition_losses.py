"""Computes how much of the clips' length, width, height and frame rate a study's renditions leave out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.media.renditions import ClipForm, HasForm, Recipe, choose_recipe
from app.tables.studies import Matchup, Study
from app.tables.submissions import Clip
from benchmark.protocol import RenditionRecipe, Side

# Smaller losses are ignored: they result from rounding to whole frames and even sizes.
_NEGLIGIBLE = 0.005
_FORM = tuple(field.name for field in fields(ClipForm))
_CROPPING = (RenditionRecipe.NORMALISED, RenditionRecipe.KEEP_LONGER)


@dataclass(frozen=True)
class Loss:
    """The shares of a clip's length, size and frame rate that annotators do not see, each in [0, 1]."""

    length: float = 0.0
    width: float = 0.0
    height: float = 0.0
    frame_rate: float = 0.0

    @property
    def is_negligible(self) -> bool:
        return max(self.length, self.width, self.height, self.frame_rate) < _NEGLIGIBLE


@dataclass(frozen=True)
class SideLoss:
    """The losses of one side's clips in a matchup.

    Attributes:
        side: the side of the matchup, reference or other.
        pairs: number of pairs for which the side's clip is cut or cropped.
        all_pairs: number of pairs for which both sides have a clip.
        most: for each kind of loss, the largest share that any clip of the side loses.
        is_uniform: whether every clip of the side has the same loss.
    """

    side: Side
    pairs: int
    all_pairs: int
    most: Loss
    is_uniform: bool

    def sentence(self, name: str) -> str:
        """Return the loss as a sentence about the side called `name`.

        >>> SideLoss(Side.OTHER, 320, 320, Loss(length=0.6, width=0.25), True).sentence("B")
        'B loses 60 % of its length and 25 % of its width.'
        """
        kinds = {"length": "length", "width": "width", "height": "height", "frame_rate": "frame rate"}
        up_to = "" if self.is_uniform else "up to "
        parts = [
            f"{up_to}{getattr(self.most, kind):.0%} of its {words}".replace("%", " %")
            for kind, words in kinds.items()
            if getattr(self.most, kind) >= _NEGLIGIBLE
        ]
        listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
        where = "" if self.pairs == self.all_pairs else f" in {self.pairs} of {self.all_pairs} pairs"
        return f"{name} loses {listed}{where}."


def loss_of(clip: HasForm, recipe: Recipe) -> Loss:
    """Return the shares of a clip that a rendition with this recipe leaves out."""
    if recipe.kind is RenditionRecipe.REMUX:
        return Loss()
    width = height = 0.0
    if recipe.kind in _CROPPING:
        scale = max(recipe.width / clip.width, recipe.height / clip.height)
        width, height = (
            max(0.0, 1 - shown / (side * scale))
            for shown, side in ((recipe.width, clip.width), (recipe.height, clip.height))
        )
    return Loss(
        length=max(0.0, 1 - recipe.duration_s * clip.fps / clip.frames),
        width=width,
        height=height,
        frame_rate=max(0.0, 1 - recipe.fps / clip.fps),
    )


def rendition_losses(session: Session, studies: Sequence[Study]) -> dict[int, tuple[SideLoss, ...]]:
    """Return the losses of each matchup's sides, keyed by matchup id. Sides without a loss are omitted."""
    requested = {study.id: study.renditions for study in studies}
    losses: defaultdict[tuple[int, Side], list[tuple[Loss, int]]] = defaultdict(list)
    for matchup_id, study_id, of_matchup, pairs, *forms in session.execute(_forms(list(requested))):
        half = len(forms) // 2
        clips = ClipForm(*forms[:half]), ClipForm(*forms[half:])
        recipe = choose_recipe(*clips, of_matchup or requested[study_id])
        for side, clip in zip((Side.REFERENCE, Side.OTHER), clips, strict=True):
            losses[matchup_id, side].append((loss_of(clip, recipe), pairs))
    found: defaultdict[int, tuple[SideLoss, ...]] = defaultdict(tuple)
    for (matchup_id, side), each in losses.items():
        if any(not loss.is_negligible for loss, _ in each):
            found[matchup_id] += (_side_loss(side, each),)
    return dict(found)


def _side_loss(side: Side, losses: Iterable[tuple[Loss, int]]) -> SideLoss:
    counted = list(losses)
    each = [astuple(loss) for loss, _ in counted]
    return SideLoss(
        side,
        pairs=sum(pairs for loss, pairs in counted if not loss.is_negligible),
        all_pairs=sum(pairs for _, pairs in counted),
        most=Loss(*map(max, *each)) if len(each) > 1 else Loss(*each[0]),
        is_uniform=all(max(kind) - min(kind) < _NEGLIGIBLE for kind in zip(*each, strict=True)),
    )


def _forms(study_ids: list[int]) -> Select[*tuple[Any, ...]]:
    """Return a query that groups each matchup's pairs by the formats of the two clips, and counts each group.

    In most matchups, all pairs have the same combination of formats.
    """
    reference, other = aliased(Clip), aliased(Clip)
    columns = [getattr(clip, name) for clip in (reference, other) for name in _FORM]
    return (
        select(Matchup.id, Matchup.study_id, Matchup.renditions, func.count(), *columns)
        .join(
            reference,
            (reference.submission_id == Matchup.reference_id) & (reference.seed == Matchup.reference_seed),
        )
        .join(
            other,
            (other.submission_id == Matchup.other_id)
            & (other.seed == Matchup.other_seed)
            & (other.pair_id == reference.pair_id),
        )
        .where(Matchup.study_id.in_(study_ids), Matchup.is_gold.is_(False))
        .group_by(Matchup.id, Matchup.study_id, Matchup.renditions, *columns)
        .order_by(Matchup.id)
    )
