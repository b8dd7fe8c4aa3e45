"""Reads a study's matchups, and the names of the two sides of each matchup as used in tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session, aliased

from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import Side

_REFERENCE, _OTHER = aliased(Submission), aliased(Submission)
_REFERENCE_MODEL, _OTHER_MODEL = aliased(VideoModel), aliased(VideoModel)
# This query is built once, because building its aliases and joins takes longer than running it.
_MATCHUPS = (
    select(
        Matchup.id,
        Matchup.close_reason,
        _REFERENCE_MODEL.slug,
        _REFERENCE.label,
        _OTHER_MODEL.slug,
        _OTHER.label,
        Matchup.reference_seed,
        Matchup.other_seed,
    )
    .join(_REFERENCE, _REFERENCE.id == Matchup.reference_id)
    .join(_OTHER, _OTHER.id == Matchup.other_id)
    .join(_REFERENCE_MODEL, _REFERENCE_MODEL.id == _REFERENCE.model_id)
    .join(_OTHER_MODEL, _OTHER_MODEL.id == _OTHER.model_id)
)


@dataclass(frozen=True)
class MatchupSides:
    """A matchup, the names of its two sides (`model` or `model@label`), and the seeds of the shown clips."""

    id: int
    reference: str
    other: str
    close_reason: str | None
    reference_seed: int
    other_seed: int

    @property
    def name(self) -> str:
        return f"{self.reference}:{self.other}"

    def name_of(self, side: Side) -> str:
        return self.reference if side is Side.REFERENCE else self.other


def side_name(model_slug: str, label: str) -> str:
    """Return the name of a submission in tables.

    >>> side_name("motif", ""), side_name("motif", "lambda-2")
    ('motif', 'motif@lambda-2')
    """
    return f"{model_slug}@{label}" if label else model_slug


def matchup_sides(session: Session, study: Study, *, with_gold: bool = False) -> list[MatchupSides]:
    """Return the study's matchups sorted by name. Every table uses this order (docs/decisions/0007).

    Args:
        with_gold: whether to also return the matchups of gold questions, which count in no result.
    """
    query = _MATCHUPS.where(Matchup.study_id == study.id)
    if not with_gold:
        query = query.where(Matchup.is_gold.is_(False))
    return sorted(_sides(session, query), key=lambda each: each.name)


def sides_by_matchup(session: Session, studies: Sequence[Study]) -> dict[int, MatchupSides]:
    """Return the sides of the studies' matchups, keyed by the matchup's id, without gold questions."""
    of_studies = Matchup.study_id.in_([study.id for study in studies])
    query = _MATCHUPS.where(of_studies, Matchup.is_gold.is_(False))
    return {each.id: each for each in _sides(session, query)}


def _sides(session: Session, query: Executable) -> Iterator[MatchupSides]:
    for id, reason, model_1, label_1, model_2, label_2, *seeds in session.execute(query):
        yield MatchupSides(id, side_name(model_1, label_1), side_name(model_2, label_2), reason, *seeds)
