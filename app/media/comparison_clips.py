"""Finds the two clips of a comparison, and the output format (recipe) of both renditions."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from app.media.probe import ClipFacts
from app.media.renditions import Recipe, choose_recipe
from app.prepared_statements import PreparedStatement
from app.tables.bench import Pair
from app.tables.studies import Comparison, Matchup
from app.tables.submissions import Clip
from benchmark.protocol import RenditionRecipe, Side

_FACTS = tuple(field.name for field in fields(ClipFacts))


@dataclass(frozen=True)
class StoredClip:
    """A clip in the store, with the facts that the probe measured."""

    id: int
    sha256: str
    facts: ClipFacts


@dataclass(frozen=True)
class ComparedClips:
    """The two clips of one comparison, and the output format (recipe) of both renditions."""

    prompt: str
    image_key: str
    image_type: str
    reference: StoredClip
    other: StoredClip
    recipe: Recipe

    def of_side(self, side: Side) -> StoredClip:
        return self.reference if side is Side.REFERENCE else self.other


def _query() -> Select[*tuple[Any, ...]]:
    reference, other = aliased(Clip), aliased(Clip)
    # Select columns instead of objects: this query runs for every assignment, and the ORM would track forty
    # attributes of each object.
    columns = [getattr(clip, name) for clip in (reference, other) for name in ("id", "sha256", *_FACTS)]
    return (
        select(Pair.prompt, Pair.image_key, Pair.image_type, Matchup.renditions, *columns)
        .select_from(Comparison)
        .join(Matchup, Matchup.id == Comparison.matchup_id)
        .join(Pair, Pair.id == Comparison.pair_id)
        .join(
            reference,
            (reference.submission_id == Matchup.reference_id)
            & (reference.pair_id == Comparison.pair_id)
            & (reference.seed == Matchup.reference_seed),
        )
        .join(
            other,
            (other.submission_id == Matchup.other_id)
            & (other.pair_id == Comparison.pair_id)
            & (other.seed == Matchup.other_seed),
        )
        .where(Comparison.id == bindparam("comparison_id"))
    )


_COMPARED = PreparedStatement(_query())


def compared_clips(session: Session, *, comparison_id: int, requested: RenditionRecipe) -> ComparedClips:
    """Return the two clips of a comparison.

    `requested` is the study's kind of rendition (prepared clip). If the matchup sets its own kind, the
    matchup's kind takes precedence.
    """
    row = _COMPARED.one(session, comparison_id=comparison_id)
    prompt, image_key, image_type, of_matchup, *clips = row
    half = len(clips) // 2
    first, second = (
        StoredClip(id, sha256, ClipFacts(*facts)) for id, sha256, *facts in (clips[:half], clips[half:])
    )
    recipe = choose_recipe(first.facts, second.facts, of_matchup or requested)
    return ComparedClips(prompt, image_key, image_type, first, second, recipe)
