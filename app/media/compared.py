"""Finds the two clips of a comparison and how they are prepared for annotators."""

from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.media.probe import ClipFacts
from app.media.renditions import Recipe, choose_recipe
from app.tables.bench import Pair
from app.tables.studies import Comparison, Matchup
from app.tables.submissions import Clip
from benchmark.protocol import RenditionRecipe, Side

_FACTS = tuple(field.name for field in fields(ClipFacts))


@dataclass(frozen=True)
class ComparedClips:
    """The two clips of one comparison and the recipe that makes them alike."""

    pair: Pair
    reference: Clip
    other: Clip
    recipe: Recipe

    def of_side(self, side: Side) -> Clip:
        return self.reference if side is Side.REFERENCE else self.other


def facts_of(clip: Clip) -> ClipFacts:
    """Return what the prober found out about a stored clip."""
    return ClipFacts(**{name: getattr(clip, name) for name in _FACTS})


def compared_clips(session: Session, *, comparison_id: int, wish: RenditionRecipe) -> ComparedClips:
    """Return the clips of a comparison; `wish` is the recipe its study asks for."""
    reference, other = aliased(Clip), aliased(Clip)
    row = session.execute(
        select(Pair, reference, other)
        .select_from(Comparison)
        .join(Matchup, Matchup.id == Comparison.matchup_id)
        .join(Pair, Pair.id == Comparison.pair_id)
        .join(
            reference,
            (reference.submission_id == Matchup.reference_id) & (reference.pair_id == Comparison.pair_id),
        )
        .join(other, (other.submission_id == Matchup.other_id) & (other.pair_id == Comparison.pair_id))
        .where(Comparison.id == comparison_id)
    ).one()
    pair, first, second = row
    return ComparedClips(pair, first, second, choose_recipe(facts_of(first), facts_of(second), wish))
