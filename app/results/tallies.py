"""Reads a study's counters as `benchmark.stats.Tallies`; everything after the count is the library's."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.tables.bench import Pair
from app.tables.studies import Comparison, Study
from app.tables.studies import Matchup as MatchupRow
from app.tables.submissions import Submission, VideoModel
from benchmark.protocol import Justification, Side
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

_COUNTERS = tuple(
    getattr(Comparison, f"{justification.value}_{side.value}")
    for justification in Justification
    for side in Side
)


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


def matchup_sides(session: Session, study: Study) -> list[MatchupSides]:
    """Return the study's matchups by name: the order of every table (docs/decisions/0007)."""
    reference, other = aliased(Submission), aliased(Submission)
    reference_model, other_model = aliased(VideoModel), aliased(VideoModel)
    rows = session.execute(
        select(
            MatchupRow.id,
            MatchupRow.close_reason,
            reference_model.slug,
            reference.label,
            other_model.slug,
            other.label,
        )
        .join(reference, reference.id == MatchupRow.reference_id)
        .join(other, other.id == MatchupRow.other_id)
        .join(reference_model, reference_model.id == reference.model_id)
        .join(other_model, other_model.id == other.model_id)
        .where(MatchupRow.study_id == study.id)
    )
    sides = [
        MatchupSides(id, side_name(model_1, label_1), side_name(model_2, label_2), reason)
        for id, reason, model_1, label_1, model_2, label_2 in rows
    ]
    return sorted(sides, key=lambda each: each.name)


@dataclass(frozen=True)
class CountedStudy:
    """A study's matchups and one tally per comparison, ready for `benchmark.stats`."""

    matchups: tuple[Matchup, ...]
    sides: tuple[MatchupSides, ...]
    tallies: Tallies


def count_study(session: Session, study: Study) -> CountedStudy:
    """Read the live counters of a study; a recount of its votes gives the same (app/results/recount.py)."""
    sides = matchup_sides(session, study)
    index = {each.id: number for number, each in enumerate(sides)}
    rows = session.execute(
        select(
            Comparison.matchup_id,
            Pair.name,
            Pair.image,
            Pair.scenario,
            Comparison.votes_reference,
            Comparison.votes_other,
            *_COUNTERS,
        )
        .join(Pair, Pair.id == Comparison.pair_id)
        .where(Comparison.study_id == study.id)
    ).all()
    rows = sorted(rows, key=lambda row: (index[row.matchup_id], row.name))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 14
    return CountedStudy(
        matchups=tuple(Matchup(each.name, each.reference, each.other, study.slug) for each in sides),
        sides=tuple(sides),
        tallies=Tallies.from_columns(
            matchup=[index[id] for id in columns[0]],
            pair=columns[1],
            image=columns[2],
            scenario=columns[3],
            votes_reference=columns[4],
            votes_other=columns[5],
            reasons=[list(row[6:]) for row in rows] if rows else [],
        ),
    )
