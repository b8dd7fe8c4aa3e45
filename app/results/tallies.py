"""Reads a study's counters as `benchmark.stats.Tallies`; everything after the count is the library's."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.panels.sides import MatchupSides, matchup_sides, side_name
from app.tables.bench import Pair
from app.tables.studies import Comparison, Study
from benchmark.protocol import Justification, Side
from benchmark.stats.tallies import Tallies
from benchmark.stats.votes import Matchup

_COUNTERS = tuple(
    getattr(Comparison, f"{justification.value}_{side.value}")
    for justification in Justification
    for side in Side
)


__all__ = ["CountedStudy", "MatchupSides", "count_study", "matchup_sides", "side_name"]


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
        .where(Comparison.study_id == study.id, Comparison.is_gold.is_(False))
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
