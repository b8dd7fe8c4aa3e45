"""The matchups of a study under the names that tables give their sides."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.tables.studies import Matchup, Study
from app.tables.submissions import Submission, VideoModel


@dataclass(frozen=True)
class MatchupSides:
    """A matchup with the names its sides go by: `model`, or `model@label`."""

    id: int
    reference: str
    other: str
    close_reason: str | None

    @property
    def name(self) -> str:
        return f"{self.reference}:{self.other}"


def side_name(model_slug: str, label: str) -> str:
    """Return what a submission is called in tables.

    >>> side_name("motif", ""), side_name("motif", "lambda-2")
    ('motif', 'motif@lambda-2')
    """
    return f"{model_slug}@{label}" if label else model_slug


def matchup_sides(session: Session, study: Study, *, with_gold: bool = False) -> list[MatchupSides]:
    """Return the study's matchups by name: the order of every table (docs/decisions/0007).

    Args:
        with_gold: return those of gold questions as well, which no result counts.
    """
    reference, other = aliased(Submission), aliased(Submission)
    reference_model, other_model = aliased(VideoModel), aliased(VideoModel)
    query = (
        select(
            Matchup.id,
            Matchup.close_reason,
            reference_model.slug,
            reference.label,
            other_model.slug,
            other.label,
        )
        .join(reference, reference.id == Matchup.reference_id)
        .join(other, other.id == Matchup.other_id)
        .join(reference_model, reference_model.id == reference.model_id)
        .join(other_model, other_model.id == other.model_id)
        .where(Matchup.study_id == study.id)
    )
    if not with_gold:
        query = query.where(Matchup.is_gold.is_(False))
    sides = [
        MatchupSides(id, side_name(model_1, label_1), side_name(model_2, label_2), reason)
        for id, reason, model_1, label_1, model_2, label_2 in session.execute(query)
    ]
    return sorted(sides, key=lambda each: each.name)
