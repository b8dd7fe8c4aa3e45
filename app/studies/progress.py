"""Counts the votes of a study and of each matchup."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.tables.people import Annotator
from app.tables.studies import Comparison, Matchup, Study


@dataclass(frozen=True)
class MatchupProgress:
    """The vote counts of one matchup. `votes_wanted` is the number of votes at which all panels are full."""

    matchup: Matchup
    comparisons: int
    complete: int
    votes: int
    votes_wanted: int


@dataclass(frozen=True)
class StudyProgress:
    matchups: tuple[MatchupProgress, ...]
    annotators: int

    @property
    def votes(self) -> int:
        return sum(each.votes for each in self.matchups)

    @property
    def votes_wanted(self) -> int:
        return sum(each.votes_wanted for each in self.matchups)


def study_progress(session: Session, study: Study) -> StudyProgress:
    votes = Comparison.votes_reference + Comparison.votes_other
    counted = {
        row.matchup_id: row
        for row in session.execute(
            select(
                Comparison.matchup_id,
                func.count().label("comparisons"),
                func.sum(votes).label("votes"),
                func.sum(case((votes >= study.votes_per_comparison, 1), else_=0)).label("complete"),
            )
            .where(Comparison.study_id == study.id)
            .group_by(Comparison.matchup_id)
        )
    }
    matchups = session.scalars(
        select(Matchup)
        .where(Matchup.study_id == study.id, Matchup.is_gold.is_(False))
        .order_by(Matchup.position)
    ).all()
    annotators = session.execute(
        select(func.count())
        .select_from(Annotator)
        .where(Annotator.study_id == study.id, Annotator.kind == study.kind.counted_annotators)
    ).scalar_one()
    return StudyProgress(
        tuple(_matchup_progress(study, matchup, counted.get(matchup.id)) for matchup in matchups), annotators
    )


def _matchup_progress(study: Study, matchup: Matchup, row: object) -> MatchupProgress:
    comparisons = getattr(row, "comparisons", 0)
    votes = getattr(row, "votes", 0)
    return MatchupProgress(
        matchup=matchup,
        comparisons=comparisons,
        complete=getattr(row, "complete", 0),
        votes=votes,
        # A matchup that was closed early needs no more votes.
        votes_wanted=votes if matchup.closed_at else comparisons * study.votes_per_comparison,
    )
